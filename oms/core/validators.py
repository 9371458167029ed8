"""What models accept as a country, a currency and a language, whoever writes them."""

from collections.abc import Collection

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

CURRENCIES = ("EUR", "GBP", "PLN", "CHF", "CZK", "DKK", "HUF", "NOK", "RON", "SEK", "USD", "JPY")

country_valid = RegexValidator(r"\A[A-Z]{2}\Z", _("Two letters, such as IT"))


def currency_valid(value: str) -> None:
    """Raise ValidationError for a currency that nothing is priced in."""
    _one_of(CURRENCIES, value)


def language_valid(value: str) -> None:
    """Raise ValidationError for a language that messages are not written in."""
    _one_of(dict(settings.LANGUAGES), value)


def _one_of(known: Collection[str], value: str) -> None:
    if value not in known:
        raise ValidationError(_("Choose one of: %(known)s"), params={"known": ", ".join(known)})
