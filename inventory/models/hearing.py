"""Triggers that tell `AvailabilityChange` what changes availability without moving stock."""

from collections.abc import Mapping

import pgtrigger

NAME = "availability_changes"
TOLD = "INSERT INTO inventory_availabilitychange ({columns}) {rows};"


def heard_when(*fields: str, rows: str, columns: str) -> pgtrigger.Trigger:
    """Tells `rows` (SQL, over NEW) when one of the row's `fields`, none of them null, changes."""
    return pgtrigger.Trigger(
        name=NAME,
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(*fields),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Condition(" OR ".join(f"OLD.{one} <> NEW.{one}" for one in fields)),
        func=f"{TOLD.format(columns=columns, rows=rows)} RETURN NULL;",
    )


def heard_always(told: Mapping[str, str]) -> pgtrigger.Trigger:
    """Tells of the row as it was and as it is, whatever happens to it: {column: its field}."""

    def tell(row: str) -> str:
        values = ", ".join(f"{row}.{field}" for field in told.values())
        return TOLD.format(columns=", ".join(told), rows=f"VALUES ({values})")

    return pgtrigger.Trigger(
        name=NAME,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP <> 'INSERT' THEN {tell("OLD")} END IF;
            IF TG_OP <> 'DELETE' THEN {tell("NEW")} END IF;
            RETURN NULL;
        """,
    )
