"""Goods that are counted at the counter, unit by unit: received from somewhere, or sent away.

A *kind* of goods says which documents wait, what each expects, and what happens in the end. The
pages, the scanning, the undo and the finish are the same for all (`stores.views.goods`): to have
another kind at the counter, write its class and name it in `stores.goods`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from django.utils.functional import Promise

from catalog.models import Sku
from inventory.models import Location
from inventory.services.tallies import Place
from oms.core.actors import Actor

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line: `units` still to come, or to pick. `note`: what else to know of it."""

    sku: Sku
    units: int
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """One document at the location that counts its goods.

    `party`: from or to whom. `lines` may be empty in a list, where `units` is the sum.
    """

    kind: str
    uid: UUID
    number: str
    party: str
    location: Location
    status: str
    status_label: Words
    units: int
    due_on: date | None = None
    note: str = ""
    lines: Sequence[Wanted] = ()

    @property
    def place(self) -> Place:
        return Place(self.uid, self.location.pk)

    @property
    def expected(self) -> dict[int, int]:
        """SKU id → units."""
        return {line.sku.pk: line.units for line in self.lines}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of units that were expected and not counted."""

    choice: str
    units: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to "where are they?"; the first is the one nobody has to choose."""

    value: str
    label: Words
    help: Words = ""


@dataclass(frozen=True, slots=True)
class KindWords:
    """What the pages of a kind say."""

    heading: Words  # "Transfer"
    counted: Words  # beside the figures: "Received:"
    over: Words  # a line with more than expected
    short: Words  # a line with less
    finish: Words  # on the button
    done: Words  # the big word afterwards
    choices: Sequence[Choice] = field(default=())


class Kind(Protocol):
    """Goods of one kind. All reads are scoped: what is not the actor's is NotFound."""

    key: str
    icon: str
    # Whether more than expected, and what nobody expected, may be counted.
    takes_more: bool

    @property
    def words(self) -> KindWords: ...

    def waiting(self, location: Location, *, actor: Actor) -> Sequence[Goods]:
        """What waits at this location, the most urgent first; without lines."""
        ...

    def get(self, uid: UUID, *, actor: Actor) -> Goods:
        """One, with its lines. Raises NotFound, also when it is not to be counted any more."""
        ...

    def find(self, text: str, location: Location, *, actor: Actor) -> UUID | None:
        """The document a scanned or typed text names, if it waits at this location."""
        ...

    def begin(self, goods: Goods, *, actor: Actor) -> None:
        """The first unit is about to be counted. In a transaction."""
        ...

    def finish(
        self, goods: Goods, answers: Mapping[int, Answer], *, reference: UUID, actor: Actor
    ) -> str:
        """Lock the document, close its tally by `reference`, book; what happened, in a sentence.

        `answers`: SKU id → what became of the units that were not counted. In a transaction.
        """
        ...
