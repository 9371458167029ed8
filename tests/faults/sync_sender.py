"""Send a stock batch: `python -m tests.faults.sync_sender LOCATION`."""

import sys

import django

django.setup()

from django.db import transaction  # noqa: E402 - settings first

from catalog.models import Sku  # noqa: E402
from inventory.services.batches import BatchHead, batch_receive  # noqa: E402
from inventory.status import BatchKind  # noqa: E402
from oms.core.clock import now  # noqa: E402
from tests.inventory.factories import ACTOR, make_location, make_sku, put  # noqa: E402

UNITS, WRONG = 5, 50


@transaction.atomic
def main(code: str) -> None:
    """Every SKU has five units; the batch adds one to each, and some of its rows are wrong."""
    location = make_location(code)
    # The factories count in their own process: the second one would make the same product again.
    sample = Sku.objects.first() or make_sku("SAMPLE")
    for number in range(3):
        sku = Sku.objects.create(
            product=sample.product, code=f"{code}-{number}", name=code, tax_class=sample.tax_class
        )
        put(sku, location, UNITS)
    lines = [f"{code}-{number},+1\n" for number in range(3)]
    lines += [f"NOPE{number},+1\n" for number in range(WRONG)]
    body = "".join(["sku,quantity\n", *lines]).encode()
    head = BatchHead(location, "b1", 1, BatchKind.DELTA, now(), keep_good=True)
    batch_receive(head, [body], actor=ACTOR)


if __name__ == "__main__":
    main(sys.argv[1])
