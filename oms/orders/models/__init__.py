"""Orders, their lines, the work done for them, and the money they bring."""

from oms.orders.models.channels import BasketHold, Channel
from oms.orders.models.fulfilment import FulfilmentLine, FulfilmentOrder, Shipment
from oms.orders.models.orders import FIRST_NUMBER, Customer, Order, OrderLine
from oms.orders.models.tenders import Tender, TenderTransaction

__all__ = [
    "FIRST_NUMBER",
    "BasketHold",
    "Channel",
    "Customer",
    "FulfilmentLine",
    "FulfilmentOrder",
    "Order",
    "OrderLine",
    "Shipment",
    "Tender",
    "TenderTransaction",
]
