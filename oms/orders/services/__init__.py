"""Writing to orders: placement, changes, fulfilment, payment."""
