"""Writing at the counter: picking, handing over, and how a pickup ends without a customer."""
