"""Give problems that name a record the physical line it stands on."""

from collections.abc import Sequence
from dataclasses import replace

from sam.engine.intake import Intake
from sam.model import Problem
from sam.readers.places import locate

MOST = 2_000
"""Problems looked up a run; the others keep `file#record`."""


def with_lines(problems: Sequence[Problem], intake: Intake) -> tuple[Problem, ...]:
    """Return the problems with `file#record` turned into `file:line` where a copy of the file is kept."""
    versions = {v.path: v for v in intake.versions}
    wanted: dict[tuple[str, str], set[int]] = {}
    asked = [p for p in problems if _record_of(p)][:MOST]
    for problem in asked:
        if problem.origin is not None and problem.origin.path in versions:
            wanted.setdefault((problem.origin.path, problem.origin.sheet), set()).add(problem.origin.record)
    lines: dict[tuple[str, str], dict[int, int]] = {}
    for (path, sheet), records in sorted(wanted.items()):
        copy = intake.store.copy_path(versions[path].sha256)
        if copy.is_file():
            lines[(path, sheet)] = locate(copy, versions[path].format, sorted(records), sheet)
    return tuple(_placed(p, lines) for p in problems)


def _record_of(problem: Problem) -> bool:
    origin = problem.origin
    return origin is not None and origin.record > 0 and problem.where == f"{origin.path}#{origin.record}"


def _placed(problem: Problem, lines: dict[tuple[str, str], dict[int, int]]) -> Problem:
    origin = problem.origin
    if origin is None or not _record_of(problem):
        return problem
    line = lines.get((origin.path, origin.sheet), {}).get(origin.record)
    return replace(problem, where=f"{origin.path}:{line}") if line else problem
