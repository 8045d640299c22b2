"""Wall time, processor time and peak memory: of a fresh process with its children, and of stages inside a process.

Processor time hardly depends on what else the machine does; with several threads it may exceed wall time.

Memory is read from Linux's /proc. Elsewhere only the largest process counts, and stages have no peak of their own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any, Final

_PROC: Final = Path("/proc")
_EVERY: Final = 0.03
"""Seconds between two looks at the memory of a process tree."""
_KB_PER_MB: Final = 1024
_RESET: Final = "5"
"""Written to clear_refs, this sets a process's peak back to what it holds now (Linux, man 5 proc)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One or several runs of the same thing: medians."""

    seconds: float
    cpu: float
    peak_mb: int
    result: dict[str, Any] = field(default_factory=dict)
    """What the last run printed."""


def fresh(command: Sequence[str], *, prepare: Callable[[], object] | None = None, speaks: bool = True) -> Measured:
    """Run a Python command in a fresh process: wall time, and peak memory of it and its children together.

    Args:
        command: Arguments of this interpreter.
        prepare: Done before, not measured.
        speaks: The last line it prints is JSON; its keys `seconds` and `cpu`, where present, are the times of what is
            measured, without the start of the interpreter.

    Raises:
        SystemExit: It ended with another code than 0.
    """
    if prepare is not None:
        prepare()
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE) as process:  # noqa: S603 - this interpreter
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        peak, printed, ended = 0, b"", 0
        while not ended:
            peak = max(peak, tree_kb(process.pid))
            printed += process.stdout.read() or b""
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if not ended:
                time.sleep(_EVERY)
        seconds = time.perf_counter() - started
        printed += process.stdout.read() or b""
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    result = json.loads(printed.strip().rpartition(b"\n")[2]) if speaks else {}
    cpu = usage.ru_utime + usage.ru_stime
    mb = max(peak, usage.ru_maxrss) // _KB_PER_MB
    return Measured(result.get("seconds", seconds), result.get("cpu", cpu), mb, result)


def medians(runs: Sequence[Measured]) -> Measured:
    """Return the median times and the median peak, and what the last run printed."""
    seconds, cpu = median(r.seconds for r in runs), median(r.cpu for r in runs)
    return Measured(seconds, cpu, round(median(r.peak_mb for r in runs)), runs[-1].result)


@contextmanager
def timed(result: dict[str, Any]) -> Iterator[None]:
    """Put wall and processor time of the block into a worker's result."""
    started, used = time.perf_counter(), time.process_time()
    yield
    result.update(seconds=time.perf_counter() - started, cpu=time.process_time() - used)


def tree_kb(pid: int) -> int:
    """Return the memory that a process and its children hold now, in KB; 0 where it cannot be told."""
    total, ahead = 0, [pid]
    while ahead:
        folder = _PROC / str(ahead.pop())
        try:
            total += _status(folder / "status", "VmRSS")
            for task in (folder / "task").iterdir():
                ahead.extend(map(int, (task / "children").read_text("ascii").split()))
        except OSError:
            continue
    return total


def _status(path: Path, name: str) -> int:
    line = next((line for line in path.read_text("ascii", "replace").splitlines() if line.startswith(name)), "")
    return int(line.split()[1]) if line else 0


def take_peak() -> int:
    """Return this process's peak since the last call, in KB, and begin anew."""
    own = _PROC / "self"
    try:
        peak = _status(own / "status", "VmHWM")
        (own / "clear_refs").write_text(_RESET, "ascii")
    except OSError:
        return 0
    return peak


@dataclass(slots=True)
class Lap:
    """One stage: time without the stages inside it, peak of the process meanwhile, how often."""

    seconds: float = 0.0
    cpu: float = 0.0
    peak_kb: int = 0
    calls: int = 0


class Stopwatch:
    """Tells apart the stages of one process by wrapping functions.

    A stage inside another counts for itself only, but inside one of the `whole` ones it counts for that one.
    """

    def __init__(self, rest: str, *, whole: Collection[str] = ()) -> None:
        self._whole = frozenset(whole)
        self.laps: dict[str, Lap] = {}
        self._open = [rest]
        self._since, self._used = time.perf_counter(), time.process_time()
        take_peak()

    def turn(self) -> None:
        """Book the time and the peak since the last turn to the stage that is open."""
        now, used = time.perf_counter(), time.process_time()
        lap = self.laps.setdefault(self._open[-1], Lap())
        lap.seconds += now - self._since
        lap.cpu += used - self._used
        lap.peak_kb = max(lap.peak_kb, take_peak())
        self._since, self._used = time.perf_counter(), time.process_time()

    def watch(self, owner: Any, name: str, label: str) -> None:  # noqa: ANN401 - a module or a class
        """Replace a function of a module or class by one that is timed under a label.

        Raises:
            AttributeError: It has no such function: the engine has changed, and this list of stages with it.
        """
        original = getattr(owner, name)

        @wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function takes
            if self._open[-1] in self._whole:
                return original(*args, **kwargs)
            self.turn()
            self._open.append(label)
            try:
                return original(*args, **kwargs)
            finally:
                self.turn()
                self._open.pop()
                self.laps[label].calls += 1

        setattr(owner, name, watched)
