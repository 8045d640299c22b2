"""`python -m benchmarks --rows N`: make an estate, measure the engine stage by stage and pandas beside it.

Every measurement is a process of its own. Both sides' counts must be equal, or the run ends with an error. The last
line printed is one JSON document.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.estate import Size, assumptions, make_estate
from benchmarks.measuring import Measured, fresh, medians

COMPARED: Final = (
    "rows", "installed", "installations", "buckets", "classes", "class_sizes", "source_rows", "unknown_titles",
)  # fmt: skip
"""What both sides must agree on: `buckets` row for row, `class_sizes` class for class."""
SHOWN: Final = frozenset({"rows", "installed", "installations", "classes", "source_rows", "unknown_titles"})
HEAD: Final = "(wall time, processor time, peak)"
_ROWS: Final = 100_000
_REPEAT: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and return the exit code: 0, or 1 where the two sides disagree."""
    asked = _asked(arguments)
    with tempfile.TemporaryDirectory(prefix="trueup-bench-", dir=asked.folder) as folder:
        return _measure(Path(folder), asked.rows, asked.repeat)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=_ROWS, help=f"software rows (default {_ROWS:,})")
    parser.add_argument("--repeat", type=int, default=_REPEAT, help=f"runs of each, medians are shown ({_REPEAT})")
    parser.add_argument("--folder", type=Path, help="where the estate is made for the while (default: the system's)")
    return parser.parse_args(arguments)


def _measure(folder: Path, rows: int, repeat: int) -> int:
    workspace, tables = folder / "estate", folder / "tables"
    estate = make_estate(workspace, Size(rows=rows))
    said = assumptions(estate)
    say(f"Made-up estate\n{_list(said)}\n{machine()}; medians of {repeat}\n")

    def store_gone() -> None:
        for name in (".trueup", "out"):
            shutil.rmtree(workspace / name, ignore_errors=True)

    imports = _beside("import-software", "import-pandas", workspace, repeat, prepare=store_gone)
    whole = ["-m", "sam.cli", "check", str(workspace), "--json"]
    first = medians([fresh(whole, prepare=store_gone, speaks=False) for _ in range(repeat)])
    again = medians([fresh(whole, speaks=False) for _ in range(repeat)])
    staged = [_worker("check-by-stages", workspace) for _ in range(repeat)]
    _worker("export", workspace, tables)
    relational = _beside("relational-engine", "relational-pandas", workspace, repeat, str(tables))
    differing = [name for name in COMPARED if relational[0].result[name] != relational[1].result[name]]
    say(_comparison(imports, relational))
    say(_stages(staged))
    say(f"whole check, first, with reports  {_cells(first)}\nwhole check, nothing changed      {_cells(again)}\n")
    counts = {name: relational[0].result[name] for name in sorted(SHOWN)}
    say(f"counts: {_plain(counts)}\nsolved: {_plain(_solved(staged))}\n")
    if differing:
        say(f"NOT EQUAL: {', '.join(differing)}\n")
    say(json.dumps(_document(rows, said, imports, relational, staged, first, again, equal=not differing)) + "\n")
    return bool(differing)


def say(text: str) -> None:
    """Print; the sink of everything this program says."""
    sys.stdout.write(f"{text}")
    sys.stdout.flush()


def _worker(name: str, *words: object, prepare: Callable[[], object] | None = None) -> Measured:
    return fresh(["-m", "benchmarks.workers", name, *map(str, words)], prepare=prepare)


def _beside(
    ours: str, theirs: str, workspace: Path, repeat: int, *words: str, prepare: Callable[[], object] | None = None
) -> tuple[Measured, Measured]:
    """Measure two workers turn by turn, so that what else the machine does hits both."""
    pairs = [
        (_worker(ours, workspace, *words, prepare=prepare), _worker(theirs, workspace, *words)) for _ in range(repeat)
    ]
    return medians([a for a, _ in pairs]), medians([b for _, b in pairs])


def _comparison(imports: tuple[Measured, Measured], relational: tuple[Measured, Measured]) -> str:
    lines = [f"{HEAD:34}{'trueup':^33}{'pandas':^33}pandas / trueup"]
    for label, (ours, theirs) in (("CSV to Parquet", imports), ("relational stages", relational)):
        ratio = f"{theirs.seconds / ours.seconds:.1f} × time, {theirs.peak_mb / ours.peak_mb:.1f} × memory"
        lines.append(f"{label:34}{_cells(ours)}  {_cells(theirs)}  {ratio}")
    return "\n".join(lines) + "\n\n"


def _cells(measured: Measured) -> str:
    return _numbers(measured.seconds, measured.cpu, measured.peak_mb)


def _numbers(seconds: float, cpu: float, peak_mb: int) -> str:
    return f"{seconds:7.2f} s {cpu:7.2f} s {peak_mb:6,} MB"


def laps_of(staged: Sequence[Measured]) -> dict[str, tuple[float, float, int]]:
    """Return wall time, processor time and peak in MB of every stage: medians, in order of first appearance."""
    found = {}
    for name in staged[0].result["laps"]:
        runs = [s.result["laps"][name] for s in staged]
        found[name] = (median(r[0] for r in runs), median(r[1] for r in runs), round(median(r[2] for r in runs)))
    return found


def _stages(staged: Sequence[Measured]) -> str:
    laps = laps_of(staged)
    lines = [f"{name:34}{_numbers(*lap)}" for name, lap in laps.items()]
    seconds, cpu, peaks = zip(*laps.values(), strict=True)
    whole = f"{'all':34}{_numbers(sum(seconds), sum(cpu), max(peaks))}"
    return "\n".join(["one check, nothing changed, by stage", *lines, whole, "", ""])


def _solved(staged: Sequence[Measured]) -> dict[str, Any]:
    return {name: value for name, value in staged[-1].result.items() if name not in ("laps", "counts")}


def machine() -> str:
    """Say what the numbers were measured on."""
    model = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    names = ("duckdb", "pandas", "pyarrow", "highspy", "networkx")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model.rpartition(':')[2].strip()}, {cores} cores, Python {platform.python_version()}, {libraries}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines() if Path(path).is_file() else []


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(values: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def _rounded(seconds: float, cpu: float, peak_mb: int) -> dict[str, float]:
    return {"seconds": round(seconds, 3), "cpu": round(cpu, 3), "peak_mb": peak_mb}


def _document(
    rows: int,
    said: Sequence[str],
    imports: tuple[Measured, Measured],
    relational: tuple[Measured, Measured],
    staged: Sequence[Measured],
    first: Measured,
    again: Measured,
    *,
    equal: bool,
) -> dict[str, Any]:
    def numbers(measured: Measured) -> dict[str, float]:
        return _rounded(measured.seconds, measured.cpu, measured.peak_mb)

    return {
        "rows": rows,
        "machine": machine(),
        "repeat": len(staged),
        "assumptions": list(said),
        "equal": equal,
        "import": {"trueup": numbers(imports[0]), "pandas": numbers(imports[1])},
        "relational": {"trueup": numbers(relational[0]), "pandas": numbers(relational[1])},
        "stages": {name: _rounded(*lap) for name, lap in laps_of(staged).items()},
        "check_first": numbers(first),
        "check_again": numbers(again),
        "counts": {name: relational[0].result[name] for name in sorted(SHOWN)},
        "solved": _solved(staged),
        "work": staged[-1].result["counts"],
    }


if __name__ == "__main__":
    sys.exit(main())
