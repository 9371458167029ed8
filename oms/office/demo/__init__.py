"""The demo retailer Casa Verde: an invented Italian chain for home, kitchen, garden and DIY.

`load.demo_load` makes it, through the services, in one transaction: all of it or nothing.
Everything is drawn from one seeded generator; only the uids and what hangs on today's date differ
from load to load. See docs/demo.md.
"""
