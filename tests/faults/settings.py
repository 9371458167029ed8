"""The settings of processes that are killed on purpose: one event, its effect, fast sweeps."""

from oms.settings import *  # noqa: F403
from oms.settings import BASE_DIR, TEMPLATES

EVENT_HANDLERS = {"fault.happened": ["tests.faults.handlers.record"]}
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "tests" / "notifications" / "templates"]
