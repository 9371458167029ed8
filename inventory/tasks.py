"""What beat starts for stock."""

from dataclasses import asdict
from pathlib import Path

from celery import shared_task
from django.conf import settings

from inventory.services.audit import audit_start
from inventory.services.batches import checked_batches_prune
from inventory.services.changes import changes_prune
from inventory.services.dispositions import dispositions_expire
from inventory.services.folder import stock_folder_pass
from inventory.services.holds import holds_sweep
from inventory.services.partitions import partitions_ensure
from oms.core.actors import system_actor


@shared_task
def ledger_partitions() -> list[str]:
    """Have the ledger's next months ready."""
    return partitions_ensure()


@shared_task
def hold_sweep() -> int:
    """Give free what was held past its deadline."""
    return holds_sweep()


@shared_task
def disposition_expire() -> int:
    """Put back on sale what was set aside for a time that is over."""
    return dispositions_expire()


@shared_task
def stock_audit_nightly() -> None:
    """Prove the stock figures; the page of the audit tells the result."""
    audit_start(actor=system_actor("beat"))


@shared_task
def change_prune() -> int:
    """Forget the availability changes that nobody asks for any more."""
    return changes_prune()


@shared_task
def stock_batch_prune() -> int:
    """Forget the rows of dry runs that nobody applied."""
    return checked_batches_prune()


@shared_task
def stock_folder() -> dict[str, int]:
    """Take in what lies in the watched folder; only on beat's plan where there is one."""
    return asdict(stock_folder_pass(Path(settings.STOCK_FOLDER)))
