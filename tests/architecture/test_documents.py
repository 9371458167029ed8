"""What the documents promise and a machine can check."""

import re
from importlib import import_module
from pathlib import PurePath

from oms.core.errors import DomainError
from tests.architecture.test_architecture import APPS, ROOT, modules

ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| .+ \| .+ \|$", re.MULTILINE)
# Programs of their own: importing one starts it.
STARTED = {"oms/asgi.py", "oms/gunicorn.py", "oms/wsgi.py"}


def errors() -> set[type[DomainError]]:
    """Every typed error of the project, wherever it is declared."""
    for path, _text, _tree in modules():
        if path not in STARTED:
            import_module(".".join(PurePath(path).with_suffix("").parts).removesuffix(".__init__"))
    found: set[type[DomainError]] = set()
    waiting = [DomainError]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found.update(one for one in children if one.__module__.partition(".")[0] in APPS)
    return found


def test_every_error_is_listed_with_its_status_and_meaning() -> None:
    listed = ROW.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"))
    raised = {(one.code, str(one.status)) for one in errors()}
    assert {code for code, _status in raised} > {"busy", "not_ready", "credit_exceeded"}
    assert set(listed) == raised
    assert len(listed) == len(raised)
