"""Forms of the portal and of companies in the back office."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from b2b.models import Company
from b2b.selectors.companies import ShipTo
from b2b.services.people import COMPANY_ROLES
from catalog.forms.fields import CurrencyField
from oms.core.forms import CountryField
from oms.core.models import User
from oms.core.permissions import ROLES

OTHER = "other"


class CheckoutForm(forms.Form):
    """What an order needs besides its lines. `choices` are the addresses to pick from."""

    purchase_order = forms.CharField(
        label=_("PO number"),
        max_length=60,
        required=False,
        help_text=_("Your own number for this order; it is on every document."),
    )
    ship_to = forms.ChoiceField(label=_("Ship to"), widget=forms.RadioSelect)
    street = forms.CharField(label=_("Street and number"), max_length=120, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as IT.")
    )
    note = forms.CharField(
        label=_("Note for the warehouse"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    accepts_substitutes = forms.BooleanField(
        label=_("Accept substitutes"),
        required=False,
        help_text=_(
            "What runs out is replaced by what stands in for it, never dearer; we tell you by mail."
        ),
    )

    def __init__(self, *args: Any, choices: list[ShipTo], po_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ship_to = self.fields["ship_to"]
        assert isinstance(ship_to, forms.ChoiceField)  # noqa: S101 - for the type checker
        ship_to.choices = [
            *((choice.key, choice.text) for choice in choices),
            (OTHER, _("Another address")),
        ]
        self.fields["purchase_order"].required = po_required

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("ship_to") == OTHER:
            for name in ("street", "city", "country"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed to ship there"))
            country = str(data.get("country", "")).upper()
            if country and (len(country) != 2 or not country.isalpha()):
                self.add_error("country", _("Two letters, such as IT"))
            data["country"] = country
        return data


class CompanyForm(forms.ModelForm):
    """A company as the back office edits it; `code` only when it is made."""

    country = CountryField()
    currency = CurrencyField()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        initial=Company._meta.get_field("language").default,
    )

    class Meta:
        model = Company
        fields: ClassVar = [
            "code",
            "name",
            "parent",
            "group",
            "vat_id",
            "email",
            "phone",
            "language",
            "street",
            "postcode",
            "city",
            "country",
            "currency",
            "payment_days",
            "credit_limit",
            "requires_po_number",
            "is_active",
        ]
        help_texts: ClassVar = {
            "code": _("Prices and rules name the company by it; it cannot be changed later."),
            "group": _("Companies of one group share price lists and rules."),
            "parent": _("What is given to the parent reaches this company too."),
            "credit_limit": _("What may be open on account. Leave empty for no limit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
            parent = self.fields["parent"]
            assert isinstance(parent, forms.ModelChoiceField)  # noqa: S101 - for the type checker
            parent.queryset = Company.objects.exclude(pk=self.instance.pk)

    def _post_clean(self) -> None:
        """The service validates and saves: the instance stays as it was read."""


class RoleForm(forms.Form):
    """Give a role to a person, named by user name or e-mail."""

    person = forms.CharField(label=_("User name or e-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - for the type checker
        role.choices = [(name, ROLES[name].label) for name in COMPANY_ROLES]

    def clean_person(self) -> User:
        text = self.cleaned_data["person"].strip()
        people = list(User.objects.filter(username=text)) or list(
            User.objects.filter(email__iexact=text)[:2]
        )
        if len(people) != 1:
            raise forms.ValidationError(
                _("Nobody signs in with this name")
                if not people
                else _("Several people share this e-mail: give the user name")
            )
        return people[0]


class PaymentForm(forms.Form):
    """Money a company paid on its account."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, localize=True)
    reference = forms.CharField(
        label=_("Bank reference"),
        max_length=60,
        help_text=_("Each reference can be booked once."),
    )
    received_on = forms.DateField(
        label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
