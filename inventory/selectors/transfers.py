"""Reading transfers: who may see them, what is on its way, what did not arrive."""

from collections.abc import Collection, Iterable

from django.db.models import F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from inventory.models import (
    Location,
    Transfer,
    TransferDiscrepancy,
    TransferLine,
)
from inventory.selectors.availability import locations_visible
from inventory.status import TRANSFER_ON_ITS_WAY, TRANSFER_TO_SEND
from oms.core.actors import Actor
from oms.core.clock import now, retailer_zone
from oms.core.permissions import Permission
from oms.core.qr import numbered_code, numbered_read

# On the QR of a delivery note.
QR_KIND = "T"
IN_TRANSIT = Greatest(F("shipped") - F("received") - F("written_off") - F("sent_back"), 0)


def transfers_visible(
    actor: Actor, permission: Permission = Permission.STOCK_VIEW
) -> QuerySet[Transfer]:
    """Transfers of which `actor` holds `permission` at either end, with both ends."""
    rows: QuerySet[Transfer] = Transfer.objects.visible_to(actor, permission)
    return rows.select_related("source", "destination")


def with_lines(transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
    """With lines and their SKUs, in the order of the SKUs' codes: one query more."""
    lines = TransferLine.objects.select_related("sku").order_by("sku__code")
    return transfers.prefetch_related(Prefetch("lines", lines))


def with_units(transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
    """With sums over the lines: requested, shipped, received, in transit; and open discrepancies.

    Sub-queries and not joins: a page sums only what it shows.
    """
    mine = TransferLine.objects.filter(transfer=OuterRef("pk")).order_by().values("transfer")
    lost = discrepancies_unsettled().filter(line__transfer=OuterRef("pk")).order_by()

    def total(expression: object) -> Coalesce:
        summed = mine.annotate(total=Sum(expression)).values("total")
        return Coalesce(Subquery(summed, output_field=IntegerField()), 0)

    return transfers.annotate(
        requested=total("requested"),
        shipped=total("shipped"),
        received=total("received"),
        on_the_way=total(IN_TRANSIT),
        lost=Coalesce(
            Subquery(
                lost.values("line__transfer").annotate(total=Sum("units")).values("total"),
                output_field=IntegerField(),
            ),
            0,
        ),
    )


def transfers_late(transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
    """Those expected before today of which something has not arrived, or not even left."""
    today = now().astimezone(retailer_zone()).date()
    return transfers.filter(
        status__in=TRANSFER_TO_SEND | TRANSFER_ON_ITS_WAY, expected_on__lt=today
    )


def on_their_way_to(location: Location) -> QuerySet[Transfer]:
    """What this location may receive, the longest awaited first."""
    rows = Transfer.objects.filter(destination=location, status__in=TRANSFER_ON_ITS_WAY)
    return rows.order_by(F("expected_on").asc(nulls_last=True), "pk")


def to_send_from(location: Location) -> QuerySet[Transfer]:
    """What this location has to pick and send, the oldest request first."""
    return Transfer.objects.filter(source=location, status__in=TRANSFER_TO_SEND).order_by("pk")


def discrepancies_visible(actor: Actor) -> QuerySet[TransferDiscrepancy]:
    """What did not arrive as it was sent, of the transfers `actor` may see."""
    return TransferDiscrepancy.objects.filter(
        line__transfer__in=transfers_visible(actor).order_by().values("pk")
    ).select_related("line__sku", "line__transfer__source", "line__transfer__destination")


def discrepancies_unsettled() -> QuerySet[TransferDiscrepancy]:
    return TransferDiscrepancy.objects.filter(kind__in=("missing", "damaged"), outcome="")


def units_lost(transfer: Transfer) -> dict[int, int]:
    """Line id → units reported missing or damaged and not settled, none with 0."""
    rows = discrepancies_unsettled().filter(line__transfer=transfer).order_by()
    return dict(rows.values_list("line").annotate(units=Sum("units")))


def in_transit_to(
    locations: Collection[Location] | QuerySet[Location], sku_ids: Iterable[int] | None = None
) -> dict[tuple[int, int], int]:
    """(SKU id, location id) → units on their way there, none with 0. They are nobody's on hand."""
    lines = TransferLine.objects.filter(
        transfer__destination__in=locations,
        transfer__status__in=TRANSFER_ON_ITS_WAY,
    )
    if sku_ids is not None:
        lines = lines.filter(sku__in=list(sku_ids))
    rows = lines.order_by().values_list("sku", "transfer__destination").annotate(s=Sum(IN_TRANSIT))
    return {(sku, place): units for sku, place, units in rows if units}


def transfer_code(transfer: Transfer) -> str:
    """What the QR of its papers holds."""
    return numbered_code(QR_KIND, transfer.number)


def transfer_number(text: str) -> int | None:
    """The number of a scanned or typed transfer; None if it can be none."""
    digits = text.strip().lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return int(digits)
    return numbered_read(QR_KIND, text)


def may_handle(actor: Actor, location: Location) -> bool:
    """Whether `actor` counts, ships and receives at this location."""
    return locations_visible(actor, Permission.STOCK_HANDLE).filter(pk=location.pk).exists()
