"""Forms of purchase orders: drawing up, confirming, receiving, invoicing."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from catalog.selectors import skus_by_code
from catalog.status import SkuCondition
from inventory.filters.fields import DateInput
from inventory.models import Location, PurchaseOrder, PurchaseOrderLine, Supplier
from inventory.services.deliveries import Delivery, ReceivedLine
from inventory.services.invoices import InvoiceLine, InvoiceRequest
from inventory.services.purchasing import (
    MAX_LINES,
    MAX_UNITS,
    Confirmation,
    PurchaseRequest,
    WantedLine,
)
from inventory.status import LocationKind, ReceiptReason
from oms.core.errors import InvalidInput
from oms.core.tabular import parse_decimal, parse_whole, read_table

CELLS = re.compile(r"[\t;]|\s+")
HEADERS = {"sku", "code", "codice", "kod", "gtin", "ean"}
MAX_COST = Decimal(99_999_999)


class PurchaseOrderForm(forms.Form):
    """What to order of whom; the lines are typed or pasted from a spreadsheet."""

    supplier = forms.ModelChoiceField(
        label=_("Supplier"), queryset=Supplier.objects.none(), to_field_name="code"
    )
    location = forms.ModelChoiceField(
        label=_("Deliver to"), queryset=Location.objects.none(), to_field_name="code"
    )
    expected_on = forms.DateField(
        label=_("Expected on"),
        required=False,
        widget=DateInput,
        help_text=_("Empty: after the supplier's lead time."),
    )
    note = forms.CharField(label=_("Note to the supplier"), required=False, max_length=400)
    lines = forms.CharField(
        label=_("Lines"),
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "placeholder": "HO007-TER\t24"}),
        help_text=_(
            "SKU or GTIN and units on each line, as pasted from a spreadsheet; a third column is"
            " the cost of a unit, where it is not the supplier's."
        ),
    )

    def __init__(self, *args: Any, locations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Supplier.objects.filter(is_active=True)
        self.fields["supplier"].queryset = active  # type: ignore[attr-defined]
        places = locations.filter(is_active=True).exclude(kind=LocationKind.SUPPLIER)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
        first = places.filter(kind=LocationKind.WAREHOUSE).order_by("-priority", "name").first()
        self.fields["location"].initial = first.code if first else None

    def clean_lines(self) -> list[WantedLine]:
        rows = _typed_rows(str(self.cleaned_data["lines"]))
        skus = skus_by_code(cells[0] for _row, cells in rows)
        lines: list[WantedLine] = []
        wrong: list[str] = []
        for row, cells in rows:
            try:
                lines.append(_wanted(row, cells, skus))
            except ValidationError as error:
                wrong.append(_("Row %(row)d: %(words)s") % {"row": row, "words": error.messages[0]})
        if wrong:
            raise ValidationError(wrong[:20])
        return lines

    def request(self) -> PurchaseRequest:
        """What was entered, for the service."""
        return PurchaseRequest(**self.cleaned_data)

    def refuse(self, error: InvalidInput) -> None:
        """Say what the service refused, at the lines."""
        for issue in error.issues[:20]:
            words = str(issue.message)
            if issue.row:
                words = _("Row %(row)d: %(words)s") % {"row": issue.row, "words": words}
            self.add_error("lines", words)


def _typed_rows(text: str) -> list[tuple[int, list[str]]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell for cell in CELLS.split(line.strip()) if cell]
        if cells and not (number == 1 and cells[0].lower() in HEADERS):
            rows.append((number, cells))
    return rows


def _wanted(row: int, cells: Sequence[str], skus: Mapping[str, Any]) -> WantedLine:
    sku = skus.get(cells[0].upper())
    if sku is None:
        raise ValidationError(_("There is no SKU “%(code)s”") % {"code": cells[0]})
    quantity = parse_whole(cells[1]) if len(cells) > 1 else None
    if quantity is None:
        raise ValidationError(_("Say how many units, as a whole number"))
    cost = None
    if len(cells) > 2:
        cost = parse_decimal(cells[2])
        if cost is None or not 0 <= cost <= MAX_COST or cost != round(cost, 4):
            raise ValidationError(_("“%(text)s” is not a cost") % {"text": cells[2]})
    return WantedLine(sku, quantity, cost, row)


def lines_text(order: PurchaseOrder) -> str:
    """The lines of a draft as they are typed."""
    return "\n".join(
        f"{line.sku.code}\t{line.ordered}\t{line.cost.normalize():f}"
        for line in order.lines.select_related("sku").order_by("position")
    )


class PerLineForm(forms.Form):
    """Fields of its own, and the same few for every line of a purchase order."""

    # Each column's fields are made by `make_<name>`; `headings` are their words.
    columns: ClassVar[tuple[str, ...]] = ()
    headings: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, *args: Any, lines: Sequence[PurchaseOrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            for name in self.columns:
                field: forms.Field = getattr(self, f"make_{name}")(line)
                field.label = f"{line.sku.code}: {field.label}"
                self.fields[f"{name}_{line.position}"] = field

    def rows(self) -> Iterator[tuple[PurchaseOrderLine, list[BoundField]]]:
        """Each line with its fields."""
        for line in self.lines:
            yield line, [self[f"{name}_{line.position}"] for name in self.columns]

    def of(self, line: PurchaseOrderLine, name: str) -> Any:
        """What was entered for a line."""
        return self.cleaned_data.get(f"{name}_{line.position}")


def units_field(label: Any, initial: int, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=MAX_UNITS, initial=initial, required=required
    )


def cost_of_unit(initial: Decimal) -> forms.DecimalField:
    shown = Decimal(f"{initial.normalize():f}")
    return forms.DecimalField(
        label=_("Cost"), min_value=0, max_value=MAX_COST, decimal_places=4, initial=shown
    )


class ConfirmForm(PerLineForm):
    """What the supplier said, filled in with what was ordered."""

    columns = ("quantity", "due_on", "cost")
    headings = (_("Units"), _("Day"), _("Cost"))

    def __init__(self, *args: Any, order: PurchaseOrder, **kwargs: Any) -> None:
        self.order = order
        super().__init__(*args, **kwargs)

    def make_quantity(self, line: PurchaseOrderLine) -> forms.Field:
        return units_field(_("confirmed units"), line.wanted)

    def make_due_on(self, line: PurchaseOrderLine) -> forms.Field:
        day = line.due_on or self.order.expected_on
        return forms.DateField(label=_("day"), widget=DateInput, initial=day, required=False)

    def make_cost(self, line: PurchaseOrderLine) -> forms.Field:
        return cost_of_unit(line.price)

    def confirmations(self) -> list[Confirmation]:
        return [
            Confirmation(
                line.position,
                self.of(line, "quantity"),
                self.of(line, "due_on"),
                self.of(line, "cost"),
            )
            for line in self.lines
        ]


class ReceiveForm(PerLineForm):
    """What came, filled in with what is still open. Costs are not shown."""

    columns = ("quantity", "damaged", "reason")
    headings = (_("Good units"), _("Damaged units"), _("Reason"))

    delivery_note = forms.CharField(label=_("Delivery note"), max_length=60, required=False)
    # Made with the form, so that sending it twice books once.
    uid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    accept_over = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def make_quantity(self, line: PurchaseOrderLine) -> forms.Field:
        return units_field(_("good units"), line.open, required=False)

    def make_damaged(self, line: PurchaseOrderLine) -> forms.Field:
        return units_field(_("damaged units"), 0, required=False)

    def make_reason(self, line: PurchaseOrderLine) -> forms.Field:
        choices = [("", _("As ordered")), *ReceiptReason.choices]
        return forms.ChoiceField(label=_("reason"), choices=choices, required=False)

    def delivery(self) -> Delivery:
        return Delivery(
            uid=self.cleaned_data["uid"],
            lines=[
                ReceivedLine(
                    line.position,
                    self.of(line, "quantity") or 0,
                    self.of(line, "damaged") or 0,
                    self.of(line, "reason") or "",
                )
                for line in self.lines
            ],
            delivery_note=self.cleaned_data["delivery_note"],
            accept_over=self.cleaned_data["accept_over"],
        )


class InvoiceForm(PerLineForm):
    """A supplier's invoice, typed or as a file; filled in with what came and was not invoiced."""

    columns = ("quantity", "cost")
    headings = (_("Invoiced units"), _("Cost of each"))

    number = forms.CharField(label=_("Invoice number"), max_length=60)
    invoiced_on = forms.DateField(label=_("Invoice date"), required=False, widget=DateInput)
    file = forms.FileField(
        label=_("Lines from a file"),
        required=False,
        help_text=_("CSV or XLSX with the columns sku, quantity and cost; it replaces the fields."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, left: Mapping[int, int], **kwargs: Any) -> None:
        self.left = left
        super().__init__(*args, **kwargs)

    def make_quantity(self, line: PurchaseOrderLine) -> forms.Field:
        return units_field(_("invoiced units"), self.left.get(line.pk, 0), required=False)

    def make_cost(self, line: PurchaseOrderLine) -> forms.Field:
        return cost_of_unit(line.price)

    def clean_file(self) -> list[InvoiceLine] | None:
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        try:
            table = read_table(upload.read(), upload.name, max_rows=MAX_LINES)
            return [self._read(number, cells) for number, cells in table.rows]
        except InvalidInput as error:
            raise ValidationError([str(issue.message) for issue in error.issues[:20]]) from error

    def _read(self, number: int, cells: Mapping[str, str]) -> InvoiceLine:
        code = cells.get("sku", "").upper()
        # Of one GTIN in several conditions the new one is meant, as everywhere.
        line = next(
            (
                line
                for line in sorted(
                    self.lines, key=lambda line: line.sku.condition != SkuCondition.NEW
                )
                if code and code in (line.sku.code, line.sku.gtin, line.supplier_code.upper())
            ),
            None,
        )
        quantity = parse_whole(cells.get("quantity", ""))
        cost = parse_decimal(cells.get("cost", ""))
        words: Any = None
        if line is None:
            words = _("“%(code)s” is not on this purchase order") % {"code": code}
        elif quantity is None or not 0 <= quantity <= MAX_UNITS:
            words = _("The quantity is not a whole number")
        elif cost is None or not 0 <= cost <= MAX_COST:
            words = _("The cost is not a number")
        if line is None or quantity is None or cost is None or words:
            raise ValidationError(_("Row %(row)d: %(words)s") % {"row": number, "words": words})
        return InvoiceLine(line.position, quantity, cost)

    def request(self) -> InvoiceRequest:
        """What was entered, for the service."""
        lines = self.cleaned_data["file"]
        if lines is None:
            lines = [
                InvoiceLine(line.position, self.of(line, "quantity") or 0, self.of(line, "cost"))
                for line in self.lines
            ]
        return InvoiceRequest(self.cleaned_data["number"], lines, self.cleaned_data["invoiced_on"])


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)
