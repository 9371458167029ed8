"""The words for actions and values in audit entries that only the apps know."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from catalog.pricing.explain import audience_words
from inventory import history
from inventory import story as transfers
from inventory.status import CountStatus, DiscrepancyOutcome, DispositionOutcome
from oms.core.audit_words import Vocabulary
from oms.core.permissions import ROLES
from oms.orders.filters import METHODS
from oms.orders.means import means_name
from oms.orders.selectors import timeline
from oms.orders.selectors.timeline import reason_words
from oms.returns.models import ReturnReason
from stores import story as pickups
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

# What is done to objects of many kinds.
VERBS: Mapping[str, str | Promise] = {
    "activated": gettext_lazy("Switched on"),
    "archived": gettext_lazy("Archived"),
    "changed": gettext_lazy("Changed"),
    "created": gettext_lazy("Created"),
    "deactivated": gettext_lazy("Switched off"),
    "deleted": gettext_lazy("Deleted"),
    "granted": gettext_lazy("Granted"),
    "published": gettext_lazy("Published"),
    "resent": gettext_lazy("Sent again"),
    "retried": gettext_lazy("Tried again"),
    "revoked": gettext_lazy("Revoked"),
    "started": gettext_lazy("Started"),
    "unpublished": gettext_lazy("Taken back to draft"),
}
ACTIONS: Mapping[str, str | Promise] = {
    "basket.held": gettext_lazy("Held for a buyer"),
    "basket.unheld": gettext_lazy("No longer held"),
    "company.order_placed": gettext_lazy("Order placed"),
    "company.payment_recorded": gettext_lazy("Payment recorded"),
    "disposition.parted": gettext_lazy("Ended in part"),
    "disposition.set_aside": gettext_lazy("Set aside"),
    "job.cancel_requested": gettext_lazy("Asked to stop"),
    "pickup.counted_by_hand": gettext_lazy("Counted by hand"),
    "price_list.prices_set": gettext_lazy("Prices set"),
    "sku.cost_changed": gettext_lazy("Cost changed"),
    "stock.batch_received": gettext_lazy("Batch received"),
    "stock.batch_retried": gettext_lazy("Batch tried again"),
    "stock.file_refused": gettext_lazy("File refused"),
    "stock.repaired": gettext_lazy("Repaired"),
    **{f"count.{status}": status.label for status in CountStatus},
    **{f"disposition.{outcome}": outcome.label for outcome in DispositionOutcome},
    **{f"transfer.{outcome}": outcome.label for outcome in DiscrepancyOutcome},
    **{
        action: words[0]
        for told in (timeline.ACTIONS, history.ACTIONS, transfers.WORDS, pickups.WORDS)
        for action, words in told.items()
    },
}


def action_words(action: str) -> str:
    """What was done, to be read beside its object; the action itself if nobody has words for it."""
    return str(ACTIONS.get(action) or VERBS.get(action.rpartition(".")[2], action))


def actions_called(text: str) -> list[str]:
    """The actions and endings of actions whose words, in the reader's language, hold `text`."""
    called = {**ACTIONS, **{f".{verb}": words for verb, words in VERBS.items()}}
    return [action for action, words in called.items() if text.lower() in str(words).lower()]
