"""The words for values in audit entries that only the apps know."""

from catalog.pricing.explain import audience_words
from oms.core.audit_words import Vocabulary
from oms.core.permissions import ROLES
from oms.orders.filters import METHODS
from oms.orders.means import means_name
from oms.orders.selectors.timeline import reason_words
from oms.returns.models import ReturnReason
from stores.status import DeclineReason, Proof, UndoReason

REASONS = {
    value: label
    for choices in (ReturnReason, DeclineReason, UndoReason)
    for value, label in choices.choices
}
VOCABULARY: Vocabulary = {
    "audiences": lambda audience: audience_words(audience, {}),
    "means": means_name,
    "method": lambda code: dict(METHODS).get(code, code),
    "proof": lambda value: dict(Proof.choices).get(value, value),
    "reason": lambda value: REASONS.get(value) or reason_words(value),
    "role": lambda name: ROLES[name].label if name in ROLES else name,
}
