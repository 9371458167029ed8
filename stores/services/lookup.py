"""One box for everything: which order stands before the clerk, and may it be handed over?"""

from datetime import timedelta

from django.db import transaction

from inventory.models import Location
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.errors import PermissionRefused
from oms.core.models import User
from stores.codes import bag_read, code_digest, code_read, token_digest, token_read
from stores.locks import wrong_codes_lock
from stores.models import CodeMiss, Pickup
from stores.selectors import pickup_elsewhere, pickup_find, pickup_rows
from stores.services.answers import Answer, hand_over_of, status_answer
from stores.status import HandOverAnswer, Proof

A = HandOverAnswer
MAX_MISSES = 10
MISS_WINDOW = timedelta(minutes=15)


@transaction.atomic
def pickup_identify(text: str, *, location: Location, actor: Actor) -> Answer:
    """The order behind a QR token, a bag label, a code, a number, a name, a phone or an e-mail.

    A code or token that fits nothing is counted per store and clerk in the database; the eleventh
    within 15 minutes is answered LOCKED without being looked up, and so is every further one.
    """
    if actor.user is None:
        raise PermissionRefused
    bag = bag_read(text)
    if bag is not None:
        found = pickup_rows(actor).filter(pk=bag).first()
        return _about(found, location, Proof.NAME) if found else Answer(A.NOT_FOUND)
    secret = _secret_lookup(text)
    if secret is None:
        return _search(text, location, actor)
    digests, proof = secret
    wrong_codes_lock(location.pk, actor.user)
    locked = _misses(location, actor.user) >= MAX_MISSES
    if not locked:
        answer = _by_secret(digests, proof, location)
        if answer is not None:
            return answer
    # Eight letters may as well be a name: only what fits nothing at all was a wrong code.
    answer = _search(text, location, actor)
    if answer.code is not A.NOT_FOUND:
        return answer
    if locked:
        return Answer(A.LOCKED)
    CodeMiss.objects.create(location=location, user=actor.user, at=now())
    return answer


def _secret_lookup(text: str) -> tuple[dict[str, str], Proof] | None:
    token = token_read(text)
    if token is not None:
        return {"token_digest": token_digest(token)}, Proof.TOKEN
    code = code_read(text)
    if code is not None:
        return {"code_digest": code_digest(code)}, Proof.CODE
    return None


def _by_secret(digests: dict[str, str], proof: Proof, location: Location) -> Answer | None:
    """The answer to a right code or token, wherever it waits; None for a wrong one.

    Whoever shows the code may be told where their order is, so this look-up knows no scope.
    """
    found = list(pickup_rows().filter(**digests).order_by("pk")[:10])
    here = [pickup for pickup in found if pickup.location_id == location.pk]
    if len(here) > 1:
        return Answer(A.AMBIGUOUS, pickups=here, proof=proof)
    if not found:
        return None
    return _about((here or found)[0], location, proof)


def _search(text: str, location: Location, actor: Actor) -> Answer:
    found = pickup_find(text, location=location, actor=actor)
    if len(found) > 1:
        return Answer(A.AMBIGUOUS, pickups=found)
    if found:
        return _about(found[0], location, Proof.NAME)
    elsewhere = pickup_elsewhere(text, location=location)
    return _about(elsewhere, location, Proof.NAME) if elsewhere else Answer(A.NOT_FOUND)


def _about(pickup: Pickup, location: Location, proof: Proof) -> Answer:
    if pickup.location_id != location.pk:
        return Answer(A.WRONG_STORE, location=pickup.location)
    code = status_answer(pickup)
    hand_over = hand_over_of(pickup) if code is A.ALREADY_COLLECTED else None
    return Answer(code, pickup=pickup, hand_over=hand_over, proof=proof)


def _misses(location: Location, user: User) -> int:
    return CodeMiss.objects.filter(location=location, user=user, at__gt=now() - MISS_WINDOW).count()


def misses_left(location: Location, user: User) -> int:
    """How many wrong codes this clerk may still enter here in the next minutes."""
    return max(MAX_MISSES - _misses(location, user), 0)
