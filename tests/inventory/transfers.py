"""Transfers in every state, made through the services."""

from catalog.models import Sku
from inventory.models import Location, Transfer
from inventory.services.transfers import TransferRequest, transfer_request, transfer_ship
from oms.core.actors import Actor
from tests.inventory.factories import ACTOR


def requested(
    source: Location, destination: Location, units: dict[Sku, int], actor: Actor = ACTOR
) -> Transfer:
    wanted = {sku.pk: number for sku, number in units.items()}
    return transfer_request(TransferRequest(source, destination, wanted), actor=actor)


def shipped(source: Location, destination: Location, units: dict[Sku, int]) -> Transfer:
    transfer = requested(source, destination, units)
    return transfer_ship(transfer.uid, actor=ACTOR)


def sent_to(source: Location, destination: Location, sku: Sku, units: int = 4) -> Transfer:
    return shipped(source, destination, {sku: units})
