"""The house rules that a machine can check: DESIGN's laws 1 and 2, sizes, layers' small print."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("oms", "catalog", "inventory", "b2b", "stores")
CODE = (*APPS, "dev", "benchmarks")
MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 7
TEMPLATE_LINES = 240
# Whoever acts is not counted: every service takes one.
UNCOUNTED = {"self", "cls", "actor"}
VAGUE = {"utils", "util", "helpers", "helper", "misc"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules(*roots: str) -> tuple[tuple[str, str, ast.Module], ...]:
    """Path, text and syntax tree of every module below `roots`, migrations left out."""
    found = []
    for root in roots or APPS:
        for path in sorted((ROOT / root).rglob("*.py")):
            if "migrations" not in path.parts:
                text = path.read_text(encoding="utf-8")
                found.append((str(path.relative_to(ROOT)), text, ast.parse(text)))
    return tuple(found)


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The last name of everything called, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            yield name, node.lineno


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def strings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """String constants, docstrings left out: those may speak of what code may not do."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | Function)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in documented:
                yield node.value, node.lineno


def test_rows_are_locked_in_locks_modules_only():
    lock = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)\b")
    wrong = []
    for path, _text, tree in modules():
        if path.endswith("locks.py"):
            continue
        wrong += [f"{path}:{line}" for name, line in calls(tree) if name == "select_for_update"]
        wrong += [f"{path}:{line}" for text, line in strings(tree) if lock.search(text)]
    assert not wrong


def test_nobody_listens_to_signals():
    """Celery's `setup_logging` in the composition root is no business rule."""
    banned = ("django.dispatch", "django.db.models.signals", "django.core.signals", "blinker")
    wrong = []
    for path, _text, tree in modules():
        found = [name for name, _line in imports(tree)]
        wrong += [f"{path} {name}" for name in found if name.startswith(banned)]
        if path != "oms/celery.py":
            wrong += [f"{path} {name}" for name in found if name.startswith("celery.signals")]
        for function in functions(tree):
            decorators = " ".join(ast.unparse(one) for one in function.decorator_list)
            if "receiver" in decorators:
                wrong.append(f"{path}:{function.lineno}")
    assert not wrong


def test_own_apps_are_imported_at_the_top():
    """An import inside a function hides a cycle."""
    wrong = []
    for path, _text, tree in modules():
        for function in functions(tree):
            wrong += [
                f"{path}:{line} {name}"
                for name, line in imports(function)
                if name.partition(".")[0] in APPS
            ]
    assert not wrong


def test_tasks_are_sent_by_the_core_only():
    wrong = [
        f"{path}:{line} {name}"
        for path, _text, tree in modules()
        if not path.startswith("oms/core/")
        for name, line in calls(tree)
        if name in {"delay", "apply_async", "send_task"}
    ]
    assert not wrong


def test_modules_are_short():
    wrong = {
        path: lines
        for path, text, _tree in modules(*CODE)
        if (lines := text.count("\n")) > MODULE_LINES and path != "oms/settings.py"
    }
    assert not wrong


def test_functions_are_short_and_take_few_parameters():
    wrong = []
    for path, _text, tree in modules(*CODE):
        for function in functions(tree):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES:
                wrong.append(f"{path}:{function.lineno} {function.name}: {lines} lines")
            given = function.args
            names = {arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
            if len(names - UNCOUNTED) > PARAMETERS:
                wrong.append(f"{path}:{function.lineno} {function.name}: {len(names)} parameters")
    assert not wrong


def test_every_function_says_what_it_returns():
    wrong = [
        f"{path}:{function.lineno} {function.name}"
        for path, _text, tree in modules(*CODE)
        for function in functions(tree)
        if function.returns is None
    ]
    assert not wrong


def test_no_module_is_a_drawer_for_odds_and_ends():
    wrong = [path for path, _text, _tree in modules(*CODE) if Path(path).stem in VAGUE]
    assert not wrong


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def test_templates_are_short():
    wrong = {
        str(path.relative_to(ROOT)): lines
        for path in templates()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > TEMPLATE_LINES
    }
    assert not wrong


def test_templates_hold_no_inline_script_or_style():
    """The content security policy would refuse it; mail has no policy and no stylesheets."""
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*\ssrc=)|javascript:")
    wrong = []
    for path in templates():
        if path.suffix != ".html" or "mail" in path.relative_to(ROOT).parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if inline.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert not wrong


@cache
def tracked() -> tuple[str, ...]:
    answer = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the clone was made with
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        pytest.skip("not a git clone")
    return tuple(name for name in answer.stdout.split("\0") if name)


def test_no_file_names_a_machine_or_a_package_registry():
    """A clone works anywhere: no path of somebody's disk, no host that may be a mirror here."""
    here = re.compile(
        r"(?<![\w.~-])/(root|home|Users|work)/\w|(files\.pythonhosted|pypi|registry\.npmjs)\.org"
    )
    wrong = []
    for name in tracked():
        path = ROOT / name
        if name == "tests/architecture/test_architecture.py" or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [
            f"{name}:{number} {found[0]}"
            for number, line in enumerate(text.splitlines(), 1)
            if (found := here.search(line))
        ]
    assert not wrong


def test_every_status_has_a_look():
    from oms.core.looks import STATUS_LOOK

    choices = []
    for path, _text, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith(("Status", "State")):
                continue
            if not any("TextChoices" in ast.unparse(base) for base in node.bases):
                continue
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    choices.append((f"{path} {node.name}", ast.literal_eval(line.value.elts[0])))
    assert choices
    assert not [f"{where}: {value}" for where, value in choices if value not in STATUS_LOOK]


def test_test_modules_are_short_and_lie_in_the_folder_of_their_subject():
    tests = ROOT / "tests"
    paths = sorted(tests.rglob("*.py"))
    modules = [path for path in paths if path.name.startswith("test_")]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MODULE_LINES
    }
    assert not long
    # Folders are packages, so that two may each have a test_api.py.
    folders = {path.parent for path in modules}
    assert tests not in folders
    bare = [str(one.relative_to(ROOT)) for one in folders if not (one / "__init__.py").exists()]
    assert not bare
    assert {path.stem for path in tests.glob("*.py")} <= {"conftest", "factories", "__init__"}
