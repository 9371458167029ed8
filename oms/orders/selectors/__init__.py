"""Reads of orders: whole records, search, work, the timeline."""

from oms.orders.selectors.records import OrderRecord, orders_load
from oms.orders.selectors.search import orders_search, orders_visible
from oms.orders.selectors.timeline import Entry, order_timeline

__all__ = [
    "Entry",
    "OrderRecord",
    "order_timeline",
    "orders_load",
    "orders_search",
    "orders_visible",
]
