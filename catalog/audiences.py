"""Audiences: anyone who can be given a price or a view, as (kind, key), most specific first."""

from dataclasses import dataclass
from enum import StrEnum


class AudienceKind(StrEnum):
    """In order of precedence: a person's price beats their company's, and so on."""

    PERSON = "person"
    COMPANY = "company"
    GROUP = "group"
    STORE = "store"
    CHANNEL = "channel"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Audience:
    """`key` is the stable code or uid of the person, company, group, store or channel."""

    kind: AudienceKind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else str(self.kind)

    @classmethod
    def of(cls, text: str) -> "Audience":
        """The audience that `str` made `text` of."""
        kind, _mark, key = text.partition(":")
        return cls(AudienceKind(kind), key)


EVERYONE = Audience(AudienceKind.EVERYONE)
