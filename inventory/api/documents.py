"""What transfers, purchase orders and counts share over REST: found and acted on by number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from catalog.models import Sku
from catalog.selectors import skus_by_code
from inventory.api.stock import StockReadView
from inventory.models import Location
from oms.core.errors import Issue, NotFound
from oms.core.permissions import Permission

Row = Mapping[str, Any]
Written = tuple[int, Any, dict[str, str]]


class DocumentView(StockReadView):
    """Subclasses say which documents a permission reaches, and by which field they are found."""

    found_by = "number"

    def reached(self, permission: Permission) -> QuerySet[Any]:
        """The documents that `permission` reaches, with all that an answer shows."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self.reached(self.permissions_required[str(self.request.method)])

    def document(self, number: int) -> Any:
        """One the key may reach. Raises NotFound."""
        found = self.get_queryset().filter(**{self.found_by: number}).first()
        if found is None:
            raise NotFound
        return found

    def represented(self, number: int) -> Any:
        """The document as it is now."""
        return self.get_serializer(self.document(number)).data


class DocumentMoveView(DocumentView):
    """Base of what is reported about a document."""

    def act(
        self,
        request: Request,
        number: int,
        body: Serializer[Any],
        perform: Callable[[Any, Row], object],
    ) -> HttpResponse:
        """Do it once, and answer with the document as it then stands."""
        return self.move_once(
            request,
            partial(self.document, number),
            body,
            perform,
            partial(self.represented, number),
        )


def location_of(
    places: QuerySet[Location], field: str, code: str, issues: list[Issue]
) -> Location | None:
    """The one of `places` with this code; `issues` hears if there is none."""
    found = places.filter(code=code).first()
    if found is None:
        issues.append(Issue(field, _("There is no such location"), "unknown_location"))
    return found


def skus_of(
    codes: Iterable[str],
    issues: list[Issue],
    where: str = "lines[{}].sku",
    among: QuerySet[Any] | None = None,
) -> list[Sku]:
    """The SKUs of these codes or GTINs, in their order; `issues` gets those that name none.

    `among`: the lines of the document, see `skus_by_code`.
    """
    codes = [code.upper() for code in codes]
    found = skus_by_code(codes, among=among)
    words = _("There is no such SKU")
    issues += [
        Issue(where.format(position), words, "unknown_sku")
        for position, code in enumerate(codes)
        if code not in found
    ]
    return [found[code] for code in codes if code in found]


def units_of(
    rows: Sequence[Row], column: str, issues: list[Issue], among: QuerySet[Any] | None = None
) -> dict[int, int]:
    """SKU id → units of `column`, the same SKU summed; `issues` and `among` as in `skus_of`."""
    skus = skus_of((row["sku"] for row in rows), issues, among=among)
    units: dict[int, int] = {}
    # Where a row names no SKU, somebody raises the issues.
    for sku, row in zip(skus, rows, strict=not issues):
        units[sku.pk] = units.get(sku.pk, 0) + row[column]
    return units
