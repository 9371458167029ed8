"""Names of the means of payment."""

import pytest
from django.utils import translation

from oms.orders.means import means_name


@pytest.mark.parametrize(
    ("means", "name"),
    [("paypal", "PayPal"), ("bank_transfer", "bank transfer"), ("Gift card 12", "Gift card 12")],
)
def test_known_means_have_names_and_others_stay_as_said(means: str, name: str) -> None:
    with translation.override("en"):
        assert means_name(means) == name
