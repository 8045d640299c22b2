"""What the page shows of a run: rows, drill-downs and lists, chosen and cut to a size a browser can hold.

Nothing is computed here that decides anything; every number comes from the run.
"""

import hashlib
import re
import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reports.words import BUCKETS, COVERED, FAMILIES, in_order
from sam.model import AllocationLine, Finding, Position, RemedyLine, Run

ROWS: Final = 10_000
"""Positions shown at most, the costliest first."""
DRILL_ALL: Final = 500
"""Up to this many positions each has a drill-down; beyond, the costliest of the short and surplus ones."""
DRILL_LEAST: Final = 250
"""Drill-downs that are kept however many positions there are."""
SUBJECTS: Final = 50
"""Subjects shown in one drill-down at most."""
SUBJECTS_IN_ALL: Final = 10_000
"""Subjects shown in all drill-downs of up to `DRILL_ALL` positions together."""
SUBJECTS_LEAST: Final = 5
"""Subjects shown in one drill-down at least."""
FINDINGS: Final = 500
"""Findings shown of one section."""
PLACES: Final = 200
"""Rejected lines of one file, problems and unknown titles shown."""
FILES: Final = 2000
"""Files shown in the account and in the list of inputs."""

LIMITS: Final[Mapping[str, int]] = {"drilled": DRILL_ALL, "places": PLACES, "files": FILES}
"""The limits that the page tells its readers."""

_ANCHOR: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """How one position came about."""

    chain: tuple[tuple[str, str, int], ...]
    """Bucket, its meaning, rows; the counted ones last."""
    raw: int
    subjects: tuple[AllocationLine, ...]
    cut: bool
    """True when more subjects exist than are shown."""
    term: str
    """The term in words, with its source; "" where the run names none."""
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One position as a row of the table."""

    position: Position
    anchor: str
    state: str
    """`short`, `surplus` or `met`."""
    unsure: bool
    parts: tuple[tuple[str, int], ...]
    """How the covered units are covered, where it is not all by own licenses."""
    drill: Drill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingList:
    """Findings of one section: as many as are shown, and the true number."""

    title: str
    shown: tuple[Finding, ...]
    total: int


def anchor(position_id: str) -> str:
    """Return the fragment that a position is linked by: its id where that is a plain word, else a hash of it."""
    if _ANCHOR.fullmatch(position_id):
        return "p-" + position_id
    return "p-" + hashlib.sha256(position_id.encode("utf-8", errors="surrogatepass")).hexdigest()[:12]


def state(position: Position) -> str:
    """Return `short`, `surplus` or `met`."""
    if position.shortfall:
        return "short"
    return "surplus" if position.surplus else "met"


def surplus_value(position: Position) -> Decimal | None:
    """Return the surplus at the price of one unit, None where it has no price."""
    if not position.surplus:
        return Decimal(0)
    return None if position.unit_price is None else position.surplus * position.unit_price


def rows(run: Run) -> tuple[Row, ...]:
    """Return the positions, largest exposure first, then short ones without a price, then largest surplus."""
    by_weight = sorted(run.positions, key=_weight)[:ROWS]
    drilled = _drilled(by_weight)
    subjects: Mapping[str, list[AllocationLine]] = defaultdict(list)
    for line in run.lines:
        subjects[line.position].append(line)
    limit = _subjects(len(by_weight))
    return tuple(
        Row(
            position=p,
            anchor=anchor(p.id),
            state=state(p),
            unsure=p.status != "optimal" or not p.demand.known or bool(p.confidence),
            parts=_parts(p),
            drill=_drill(run, p, subjects.get(p.id, []), limit) if p.id in drilled else None,
        )
        for p in by_weight
    )


def remedy(run: Run) -> tuple[RemedyLine, ...]:
    """Return what is to be bought: without a price first, since it costs nobody knows what, then the costliest."""
    return tuple(sorted(run.remedy, key=lambda line: -line.cost if line.cost is not None else Decimal("-Infinity")))


def findings(run: Run) -> tuple[FindingList, ...]:
    """Return open findings by family, overspend left out: it has a section of its own."""
    groups = [(family, title) for family, title in FAMILIES.items() if family != "overspend"]
    extra = sorted({f.family for f in run.findings} - set(FAMILIES))
    lists = (_list(title, [f for f in _open(run) if f.family == family]) for family, title in groups)
    others = (_list(family, [f for f in _open(run) if f.family == family]) for family in extra)
    return tuple(group for group in (*lists, *others) if group.total)


def overspend(run: Run) -> FindingList:
    """Return open findings of the overspend family."""
    return _list(FAMILIES["overspend"], [f for f in _open(run) if f.family == "overspend"])


def waived(run: Run) -> FindingList:
    """Return findings that somebody accepted."""
    return _list("Waived", [f for f in run.findings if f.waived_by])


def _open(run: Run) -> list[Finding]:
    return [f for f in run.findings if not f.waived_by]


def _list(title: str, found: Sequence[Finding]) -> FindingList:
    return FindingList(title=title, shown=tuple(found[:FINDINGS]), total=len(found))


def _weight(position: Position) -> tuple[Decimal, int, Decimal, int, str, str]:
    exposure = position.exposure or Decimal(0)
    value = surplus_value(position) or Decimal(0)
    return (-exposure, -position.shortfall, -value, -position.surplus, position.product, position.id)


def _drilled(by_weight: Sequence[Position]) -> frozenset[str]:
    many = len(by_weight)
    if many <= DRILL_ALL:
        return frozenset(p.id for p in by_weight)
    wanted = [p.id for p in by_weight if p.shortfall or p.surplus]
    # the page holds some 5 MB: the more rows, the fewer drill-downs
    return frozenset(wanted[: max(DRILL_LEAST, DRILL_ALL + DRILL_LEAST - many // 20)])


def _subjects(positions: int) -> int:
    if positions > DRILL_ALL:
        return SUBJECTS_LEAST
    return min(SUBJECTS, SUBJECTS_IN_ALL // max(positions, 1))


def _parts(position: Position) -> tuple[tuple[str, int], ...]:
    parts = [(word, int(getattr(position, field))) for field, word in COVERED.items()]
    shown = tuple((word, units) for word, units in parts if units)
    return () if [word for word, _ in shown] == ["own"] else shown


def _drill(run: Run, position: Position, subjects: Sequence[AllocationLine], limit: int) -> Drill:
    names = [name for name in in_order(position.buckets, BUCKETS) if name != "counted"] + ["counted"]
    return Drill(
        chain=tuple((name, BUCKETS.get(name, name), position.buckets.get(name, 0)) for name in names),
        raw=sum(position.buckets.values()),
        subjects=tuple(subjects[:limit]),
        cut=len(subjects) > limit or len(subjects) >= SUBJECTS,
        term=run.terms.get(position.term or "", ""),
        command=explain("position", position.id),
    )


def explain(kind: str, name: str) -> str:
    """Return the command that explains one thing, ready to paste."""
    return f"trueup explain {kind} {shlex.quote(name)}"
