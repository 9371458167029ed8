"""`manage.py audit_stock [--json] [--repair]`: prove the stock figures; exit 1 on any drift."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inventory.services.audit import Drift, StockAudit, stock_audit
from inventory.services.repair import stock_repair
from oms.core.actors import system_actor


class Command(BaseCommand):
    help = "Prove that every stock figure is the sum of its movements. Exit code 1 on any drift."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--limit", type=int, default=1000, help="how many drifts to list (all are counted)"
        )

        parser.add_argument(
            "--repair", action="store_true", help="book entries that make up for all drift"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        audit = stock_audit(limit=options["limit"])
        mended = 0
        if options["repair"] and not audit.clean:
            if not options["json"]:
                self.report(audit)
            while rows := stock_repair(audit.pairs, actor=system_actor("audit")):
                mended += rows
                audit = stock_audit(limit=options["limit"])
        if options["json"]:
            self.stdout.write(json.dumps(audit.as_dict() | {"mended": mended}))
        else:
            if mended:
                self.stdout.write(f"Mended {mended:,} stock rows; audited again:")
            self.report(audit)
        if not audit.clean:
            sys.exit(1)

    def report(self, audit: StockAudit) -> None:
        self.stdout.write(
            f"{audit.stock_rows:,} stock rows, {audit.movements:,} movements, "
            f"{audit.allocations:,} allocations"
        )
        for drift in audit.drift:
            self.stdout.write(
                f"DRIFT {drift.sku} at {drift.location}: {drift.figure} is {drift.recorded:,}, "
                f"its {drift.source} say {drift.proved:,}"
            )
            self.around(drift)
        if audit.drift_count > len(audit.drift):
            self.stdout.write(f"… and {audit.drift_count - len(audit.drift):,} more")
        self.stdout.write("No drift" if audit.clean else f"{audit.drift_count:,} figures drifted")

    def around(self, drift: Drift) -> None:
        """Where to look: claims that the ledger does not bear out, and the newest movements."""
        for demand in drift.demands[:5]:
            self.stdout.write(f"  demand {demand}: its movements do not add up to its claim")
        for one in drift.around:
            self.stdout.write(
                f"  {one.recorded_at:%Y-%m-%d %H:%M:%S} {one.kind}: on hand {one.on_hand:+}, "
                f"allocated {one.allocated:+}, held {one.held:+}, "
                f"unavailable {one.unavailable:+} ({one.cause}, {one.actor})"
            )
