"""The report of a replay: every line accounted for, and what it cost."""

from statistics import quantiles
from typing import Any

from oms.office.replay.driver import Tally


def summary(tally: Tally, *, lines_total: int, elapsed: float, audit_clean: bool) -> dict[str, Any]:
    """One JSON object; the counts under `outcomes` sum to `lines_total`."""
    orders = len(tally.seconds)
    cuts = quantiles(tally.seconds, n=20) if orders > 1 else [0.0] * 19
    return {
        "lines_total": lines_total,
        "outcomes": dict(sorted(tally.lines.items(), key=lambda item: -item[1])),
        "unaccounted": lines_total - sum(tally.lines.values()),
        "orders": dict(tally.orders),
        "seconds": round(elapsed, 1),
        # Of this run: a resumed replay measures only what it placed itself.
        "orders_per_second": round(orders / elapsed, 1) if elapsed else 0.0,
        "lines_per_second": round(tally.placed_lines / elapsed, 1) if elapsed else 0.0,
        "placement_p50_ms": round(1000 * cuts[9], 1),
        "placement_p95_ms": round(1000 * cuts[18], 1),
        "statements_per_order_max": max(tally.statements, default=0),
        "statements_per_order_mean": round(sum(tally.statements) / orders, 1) if orders else 0.0,
        "audit_clean": audit_clean,
        "problems": tally.problems[:20],
    }


def as_text(report: dict[str, Any]) -> str:
    """The report for a terminal."""
    rows = [f"{count:>9,}  {name}" for name, count in report["outcomes"].items()]
    return "\n".join(
        [
            f"{report['lines_total']:>9,}  lines in the file",
            *rows,
            f"{report['unaccounted']:>9,}  unaccounted",
            "",
            f"orders: {report['orders']}",
            f"{report['orders_per_second']} orders/s, {report['lines_per_second']} lines/s "
            f"in {report['seconds']} s",
            f"placement p50 {report['placement_p50_ms']} ms, p95 {report['placement_p95_ms']} ms",
            f"SQL statements per placed order: mean {report['statements_per_order_mean']}, "
            f"most {report['statements_per_order_max']}",
            f"stock audit: {'clean' if report['audit_clean'] else 'DRIFT'}",
            *report["problems"],
        ]
    )
