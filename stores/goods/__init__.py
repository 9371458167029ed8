"""The kinds of goods that are counted at the counter, by key; see `stores.goods.base`."""

from collections.abc import Mapping

from stores.goods.base import Kind
from stores.goods.deliveries import DeliveryIn
from stores.goods.transfers import TransferIn, TransferOut

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (TransferIn(), DeliveryIn(), TransferOut())}
# What arrives, in the order of the page, and what leaves.
RECEIVED = ("transfer", "delivery")
SENT = ("send",)
