"""Typed errors. Services raise them; each surface (API, page, task) translates them once.

Every error has a stable `code` (part of the public API, listed in `docs/errors.md`), an HTTP
status, a sentence for a person, and the data needed to act on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with one input: where it stands and what to do."""

    field: str
    message: Text
    code: str = "invalid"
    row: int | None = None

    def as_dict(self) -> dict[str, Any]:
        data = {key: value for key, value in asdict(self).items() if value is not None}
        return data | {"message": str(self.message)}


class DomainError(Exception):
    """Base of everything a service refuses. `data` is JSON-safe and never personal."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[Text] = _("The request was refused")
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: Text | None = None, **data: Any) -> None:
        self.detail: Text = detail if detail is not None else self.title
        self.data: Mapping[str, Any] = data
        super().__init__(str(self.detail))


class InvalidInput(DomainError):
    """Input that names every row and field that is wrong."""

    code = "invalid_input"
    status = 400
    title = _("Some of the input is not valid")

    def __init__(self, issues: Sequence[Issue], detail: Text | None = None) -> None:
        if detail is None and len(issues) == 1:
            detail = issues[0].message
        super().__init__(detail, errors=[issue.as_dict() for issue in issues])
        self.issues = issues


class NotAuthenticated(DomainError):
    code = "not_authenticated"
    status = 401
    title = _("Sign in or send a valid API key")


class PermissionRefused(DomainError):
    code = "permission_denied"
    status = 403
    title = _("You may not do this")


class NotFound(DomainError):
    """Missing, or not visible to this actor: the two must look the same."""

    code = "not_found"
    status = 404
    title = _("There is nothing here")


class Conflict(DomainError):
    code = "conflict"
    status = 409
    title = _("This cannot be done in the present state")


class InvalidTransition(Conflict):
    """A status change that the transition table does not allow."""

    code = "invalid_transition"

    def __init__(self, *, what: str, current: str, wanted: str) -> None:
        super().__init__(
            _("It is %(current)s, so it cannot become %(wanted)s")
            % {"current": current, "wanted": wanted},
            what=what,
            current=current,
            wanted=wanted,
        )


class StaleVersion(Conflict):
    """Somebody else saved the same thing in the meantime."""

    code = "stale_version"
    status = 412
    title = _("Somebody changed this since you opened it")


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    title = _("This idempotency key was used with another request")


class KeyInFlight(Conflict):
    code = "idempotency_key_in_flight"
    title = _("A request with this idempotency key is still running")
    retry_after = 1


class Busy(DomainError):
    """A lock was not to be had in time; nothing was changed and a retry is safe."""

    code = "busy"
    status = 503
    title = _("This is being changed by somebody else; try again in a moment")
    retry_after = 1


class Unavailable(DomainError):
    """A service we stand on (the database) is down; nothing was changed."""

    code = "unavailable"
    status = 503
    title = _("The system is starting or recovering; try again in a moment")
    retry_after = 5


class Internal(DomainError):
    """A defect of ours; what was sent was not saved."""

    code = "internal"
    status = 500
    title = _("Something broke on our side")
