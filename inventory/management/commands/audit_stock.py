"""`manage.py audit_stock [--json]`: prove the stock figures; exit 1 on any drift."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inventory.services.audit import StockAudit, stock_audit


class Command(BaseCommand):
    help = "Prove that every stock figure is the sum of its movements. Exit code 1 on any drift."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--limit", type=int, default=1000, help="how many drifts to list (all are counted)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        audit = stock_audit(limit=options["limit"])
        if options["json"]:
            self.stdout.write(json.dumps(audit.as_dict()))
        else:
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
        if audit.drift_count > len(audit.drift):
            self.stdout.write(f"… and {audit.drift_count - len(audit.drift):,} more")
        self.stdout.write("No drift" if audit.clean else f"{audit.drift_count:,} figures drifted")
