"""Replay the UCI Online Retail file through the public services."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from inventory.services.audit import stock_audit
from oms.office.replay.reader import BadFile, articles, read_invoices
from oms.office.replay.report import as_text, summary
from oms.office.replay.run import replay
from oms.office.replay.setup import BREAKS, replay_setup


class Command(BaseCommand):
    help = (
        "Drive every invoice of the UCI Online Retail file through the public services, in date "
        "order. A replay that was stopped goes on where it was. Ends with a stock audit; exits "
        "with 1 if a line is unaccounted for or the audit finds drift."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="online_retail.csv or .csv.gz")
        parser.add_argument("--limit", type=int, help="read only the first LIMIT lines")
        parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
        parser.add_argument("--json", action="store_true", help="report as JSON on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            invoices = read_invoices(options["file"], limit=options["limit"])
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from error
        lines_total = sum(len(invoice.rows) for invoice in invoices)
        breaks = options["file"].with_name(BREAKS)
        sku_ids = replay_setup(articles(invoices), invoices, breaks=breaks)
        with tqdm(total=lines_total, unit=" lines", mininterval=1, file=self.stderr) as bar:
            tally, elapsed = replay(
                invoices,
                sku_ids=sku_ids,
                workers=max(1, options["workers"]),
                progress=lambda done: bar.update(done) and None,
            )
        report = summary(
            tally,
            lines_total=lines_total,
            elapsed=elapsed,
            audit_clean=stock_audit().clean,
        )
        self.stdout.write(as_text(report))
        if options["json"]:
            self.stdout.write(json.dumps(report))
        if report["unaccounted"] or not report["audit_clean"]:
            raise CommandError("The replay did not account for everything")
