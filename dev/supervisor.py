"""Runs a few processes together: prefixed output, one stop for all, no silent restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from dev import paths, process

KEPT_LINES = 20
COLOURS = (36, 33, 35, 32, 34)


class Child:
    """One supervised process, in a session of its own.

    Ctrl-C at a terminal goes to the whole foreground group; in their own
    sessions the children end when the supervisor says so, in its order.
    """

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.last: deque[str] = deque(maxlen=KEPT_LINES)
        self.process = subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        for line in self.process.stdout:
            self.last.append(line.rstrip("\n"))
            say(self.name, line.rstrip("\n"))

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and everything it started."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass


class Supervisor:
    """Starts children, notices the first that ends, and stops them all."""

    def __init__(self, record: Path) -> None:
        self.children: list[Child] = []
        self.record = record

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start one more child."""
        self.children.append(Child(name, command, environment))
        lines = (f"{child.process.pid} {child.command[0]}" for child in self.children)
        self.record.write_text("\n".join(lines))

    def ended(self) -> Child | None:
        """The first child that is no longer running."""
        return next((c for c in self.children if c.process.poll() is not None), None)

    def stop(self, patience: float = 5.0) -> None:
        """Ask every child to end, wait, and insist."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        done = process.wait_until(
            lambda: all(c.process.poll() is not None for c in self.children), patience, 0.05
        )
        for child in self.children:
            if not done and child.process.poll() is None:
                say("run", f"{child.name} did not stop in {patience:.0f} s, killing it")
            # What a child left behind in its group goes with it.
            child.signal_group(signal.SIGKILL)
            child.process.wait()
            child.reader.join(timeout=1)
        self.record.unlink(missing_ok=True)

    def clear_left_overs(self) -> bool:
        """End what an earlier supervisor could not, because it was killed itself."""
        try:
            lines = self.record.read_text().splitlines()
        except OSError:
            return False
        for line in lines:
            pid, _, program = line.partition(" ")
            if process.is_running(int(pid), program):
                say("run", f"ending process {pid}, left over from an earlier run")
                process.terminate(int(pid), program, patience=5)
        self.record.unlink(missing_ok=True)
        return True


def failure(child: Child) -> str:
    """What to tell about a child that ended by itself."""
    code = child.process.returncode
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    child.reader.join(timeout=2)
    end = "\n".join(f"    {line}" for line in child.last)
    return f"{child.name} ended with {how}; its last lines:\n{end}"


_print_lock = threading.Lock()
_colours: dict[str, int] = {}


def say(name: str, text: str) -> None:
    """One line of output with its origin in front."""
    colour = _colours.setdefault(name, COLOURS[len(_colours) % len(COLOURS)])
    label = f"{name:7}|"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        label = f"\033[{colour}m{label}\033[0m"
    with _print_lock:
        try:
            print(f"{label} {text}", flush=True)
        except (BrokenPipeError, OSError):
            # The reader of our output is gone (`make run | head`); stopping still matters.
            pass


class Stopped(BaseException):
    """The user, or the system, asked us to stop."""


def stop_on_signals() -> Callable[[], None]:
    """Turn the first stop signal into `Stopped`; the result makes further ones harmless."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
        numbers.append(signal.SIGHUP)

    def raise_stopped(number: int, _frame: object) -> None:
        ignore()
        raise Stopped(signal.Signals(number).name)

    def ignore() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    for number in numbers:
        signal.signal(number, raise_stopped)
    return ignore
