"""Purchase lines made ready for the baseline: whole units, the day they take effect, the day they end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from sam.model import Contract, Entitlement, Problem, Severity

ORDER: Final = {
    "license": 0, "subscription": 0, "true-up": 0, "transfer-in": 1, "maintenance": 2, "upgrade": 3, "step-up": 4,
    "transfer-out": 5, "return": 6,
}  # fmt: skip
"""In which lines of one day take effect: first what gives units, last what takes them away."""
BASES: Final = frozenset({"license", "subscription", "true-up", "transfer-in"})
"""Transactions that give units."""
TAKES: Final = frozenset({"return", "transfer-out"})
"""Transactions that take units away, whatever the sign of the quantity."""
MOST: Final = Decimal(10) ** 12
"""Quantities beyond this are typing errors, or ways of writing unlimited, and never a number of licenses."""
EARLY_RENEWAL_DAYS: Final = 90
"""A subscription of the same contract, product and units that begins at most so many days before the other ends, and
ends later, renews it early and is not added to it."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A purchase line as the baseline reads it."""

    source: Entitlement
    units: int
    """Whole units, without sign."""
    day: date | None
    """When it takes effect: its start, else its purchase; a change not before the base that it names. None: open."""
    ends_on: date | None
    """The last day of what it gives: of the right, or of the cover for maintenance."""
    subscription: bool = False

    @property
    def id(self) -> str:
        """The entitlement id."""
        return self.source.entitlement_id

    @property
    def transaction(self) -> str:
        """What kind of line it is."""
        return self.source.transaction


def problem(line: Entitlement, code: str, severity: Severity, message: str, remedy: str) -> Problem:
    """Build a problem about one purchase line; the message begins with its id."""
    return Problem(
        code=code,
        severity=severity,
        where=f"{line.origin.path}#{line.origin.record}",
        message=f"{line.entitlement_id}: {message}",
        remedy=remedy,
        origin=line.origin,
    )


def read_lines(
    entitlements: Sequence[Entitlement], contracts: Sequence[Contract], as_of: date
) -> tuple[list[Line], list[Problem]]:
    """Return every line with its whole units and its days, in the order of ids, and what was wrong with any."""
    problems: list[Problem] = []
    ends = {contract.contract_id: contract.ends_on for contract in contracts}
    problems += [_untold(line) for line in entitlements if line.transaction not in ORDER]
    by_id = {line.entitlement_id: line for line in entitlements if line.transaction in ORDER}
    lines = {i: _line(by_id[i], by_id, ends, problems) for i in sorted(by_id)}
    _end_replaced(lines, problems, as_of)
    _end_renewed_early(lines, problems)
    problems += [_backwards(line) for line in lines.values() if _is_backwards(line)]
    return list(lines.values()), problems


def _line(
    source: Entitlement, by_id: Mapping[str, Entitlement], ends: Mapping[str, date | None], problems: list[Problem]
) -> Line:
    base = by_id.get(source.base_id)
    if source.base_id and base is None:
        instead = "it counts by itself" if source.transaction in BASES else "the oldest matching units are taken"
        problems.append(
            problem(source, "unknown-base", Severity.WARNING, f"its base '{source.base_id}' is unknown; {instead}",
                    "correct base_id, or add the base line")
        )  # fmt: skip
    day = source.starts_on or source.purchased_on
    base_day = (base.starts_on or base.purchased_on) if base else None
    if source.transaction not in BASES and base_day is not None:
        day = max(day, base_day) if day else base_day
    subscription = source.transaction == "subscription" or (
        source.transaction in BASES and base is not None and base.transaction == "subscription"
    )
    last = source.ends_on
    if source.transaction == "maintenance":
        last = source.maintenance_until or source.ends_on or ends.get(source.contract_id)
    elif subscription and last is None:
        last = ends.get(source.contract_id) or (base.ends_on if base else None)
        if last is None:
            problems.append(_endless(source))
    return Line(source=source, units=_units(source, problems), day=day, ends_on=last, subscription=subscription)


def _untold(source: Entitlement) -> Problem:
    return problem(
        source, "unknown-transaction", Severity.ERROR, "it is not known whether it gives, changes or takes away "
        "units; nothing is counted", f"write one of {', '.join(ORDER)}",
    )  # fmt: skip


def _endless(source: Entitlement) -> Problem:
    return problem(
        source, "subscription-without-end", Severity.WARNING,
        "a subscription without ends_on, and no contract that says when it ends; it counts without an end",
        "add ends_on to the line or to its contract",
    )  # fmt: skip


def _units(source: Entitlement, problems: list[Problem]) -> int:
    quantity = source.quantity
    if not quantity.is_finite() or abs(quantity) > MOST:
        problems.append(
            problem(source, "bad-quantity", Severity.ERROR, f"the quantity {quantity} is no number of licenses; "
                    "nothing is counted", "write the number of units, or leave unlimited rights out of the table")
        )  # fmt: skip
        return 0
    if quantity < 0 and source.transaction not in TAKES:
        problems.append(
            problem(source, "negative-quantity", Severity.ERROR, f"a {source.transaction} of {quantity}; nothing is "
                    "counted", "enter what goes back as a return or a transfer-out")
        )  # fmt: skip
        return 0
    pack = source.pack_size
    if pack < 1:
        problems.append(
            problem(source, "bad-pack-size", Severity.ERROR, f"a pack of {pack} units; packs of 1 are counted",
                    "write the units in one pack")
        )  # fmt: skip
        pack = 1
    return _whole(source, problems) * pack


def _whole(source: Entitlement, problems: list[Problem]) -> int:
    """Return whole units; a fraction is never counted in the owner's favour."""
    quantity = abs(source.quantity)
    rounding = ROUND_CEILING if source.transaction in TAKES else ROUND_FLOOR
    whole = int(quantity.to_integral_value(rounding=rounding))
    if whole != quantity:
        problems.append(
            problem(source, "fractional-quantity", Severity.WARNING,
                    f"the quantity {quantity} is not whole; {whole} counted", "write whole units")
        )  # fmt: skip
    return whole


def _end_replaced(lines: dict[str, Line], problems: list[Problem], as_of: date) -> None:
    """End each line named by a `replaces_id` on the day before the new line begins."""
    for new in list(lines.values()):
        old = lines.get(new.source.replaces_id)
        if not new.source.replaces_id:
            continue
        if old is None or old.id == new.id:
            problems.append(
                problem(new.source, "unknown-replaced", Severity.WARNING, f"it replaces '{new.source.replaces_id}', "
                        "which is no other entitlement; nothing ends", "correct replaces_id, or add the line")
            )  # fmt: skip
            continue
        begins = new.source.starts_on or new.source.purchased_on
        if begins is None:
            problems.append(
                problem(new.source, "replaced-without-day", Severity.WARNING, f"it replaces '{old.id}' but has no "
                        "starts_on; the old line is taken as ended", "add starts_on")
            )  # fmt: skip
        lines[old.id] = _ended(old, begins or as_of)


def _ended(line: Line, successor: date) -> Line:
    last = successor - _ONE_DAY if successor > date.min else date.min
    return replace(line, ends_on=min(last, line.ends_on) if line.ends_on else last)


def _end_renewed_early(lines: dict[str, Line], problems: list[Problem]) -> None:
    """Count an early renewal once: the earlier subscription ends where the later one begins."""
    alike: dict[tuple[object, ...], list[Line]] = {}
    for line in lines.values():
        if line.transaction == "subscription" and line.source.contract_id and line.source.starts_on:
            s = line.source
            key = (s.contract_id, s.product, s.edition, s.version, s.metric, s.scope, line.units)
            alike.setdefault(key, []).append(line)
    for group in alike.values():
        group.sort(key=lambda line: (line.source.starts_on, line.id))
        for n, old in enumerate(group):
            renewal = next((new for new in group[n + 1 :] if _renews(new, old)), None)
            if renewal and renewal.source.starts_on:
                problems.append(
                    problem(renewal.source, "early-renewal", Severity.WARNING, f"it begins while '{old.id}' of the "
                            f"same contract, product and quantity runs; {old.units} units are counted once",
                            "set replaces_id for a renewal; for a second purchase give it an ends_on of its own term "
                            "or another contract_id")
                )  # fmt: skip
                lines[old.id] = _ended(lines[old.id], renewal.source.starts_on)


def _renews(new: Line, old: Line) -> bool:
    begins, begun = new.source.starts_on, old.source.starts_on
    if begins is None or begun is None or old.ends_on is None:
        return False
    longer = new.ends_on is None or new.ends_on > old.ends_on
    return begun < begins <= old.ends_on and longer and (old.ends_on - begins).days < EARLY_RENEWAL_DAYS


def _is_backwards(line: Line) -> bool:
    start = line.source.starts_on
    own = line.source.ends_on if line.transaction != "maintenance" else line.ends_on
    return start is not None and own is not None and own < start


def _backwards(line: Line) -> Problem:
    return problem(
        line.source, "ends-before-start", Severity.WARNING,
        f"it ends before it begins on {line.source.starts_on}, so it gives nothing on any day", "correct its days",
    )  # fmt: skip
