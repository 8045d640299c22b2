"""DAT005: input that could not be used as it stands."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sam.model import Policy, Problem, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import PLACES_SHOWN, clipped

_LONGEST_MESSAGE: Final = 300
_TAIL: Final = re.compile(r"(?:[:#]\d+)+$")


@rule("DAT005", severity=Severity.ERROR, family="data-quality")
def input_errors(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Input could not be used as it stands.

    What it does:
        Gathers the problems of severity error that reading and matching found, one finding for each file and kind of
        fault. Warnings stay in the list of problems.

    Why it matters:
        Something that was handed in is missing from the numbers.

    How to fix:
        Correct the rows at the places named and run again. Every place is in the report's list of problems.

    Source:
        Trueup's own practice: what cannot be used is told with its place and never counted as nothing; docs/formats.md.
    """
    alike: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in facts.problems:
        if problem.severity is Severity.ERROR:
            alike[_file(problem), problem.code].append(problem)
    for (file, code), problems in sorted(alike.items()):
        first = min(problems, key=_order)
        more = f" and {len(problems) - 1:,} more like it" if len(problems) > 1 else ""
        text = clipped(first.message, _LONGEST_MESSAGE).rstrip(".")
        yield Hit(
            subject=f"file:{file}#{code}" if file else f"file:{code}",
            message=f"{first.where}: {text}{more}.",
            numbers={"problems": len(problems)},
            remedy=f"{first.remedy[:1].upper()}{first.remedy[1:]}." if first.remedy else "",
            evidence=tuple(sorted({p.where for p in problems}, key=_natural))[:PLACES_SHOWN],
        )


def _file(problem: Problem) -> str:
    return problem.origin.path if problem.origin and problem.origin.path else _TAIL.sub("", problem.where)


def _order(problem: Problem) -> tuple[tuple[tuple[int, str], ...], str, str]:
    return _natural(problem.where), problem.message, problem.remedy


def _natural(place: str) -> tuple[tuple[int, str], ...]:
    """Order places as people count: line 9 before line 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", place[:1000]))
