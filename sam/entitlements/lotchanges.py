"""Changes to lots: maintenance, upgrades, step-ups, returns and transfers, each applied as far as units are found.

A change never adds a unit. Part of a lot that changes becomes a lot of its own, which names the changing line after the
lines it had before, so that every unit traces to what was bought.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from sam.entitlements.lots import Lot
from sam.entitlements.purchaselines import TAKES, Line, problem
from sam.model import Problem, Severity
from sam.model.versions import version_key
from sam.model.words import RIGHTS

TOGETHER_DAYS: Final = 90
"""Maintenance that begins within so many days of the license was bought together with it.

Source: Microsoft Product Terms, Software Assurance for OEM and full packaged licenses (90 days), the longest found.
"""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Ledger:
    """The lots while lines take effect, and how many units of each line found a use."""

    as_of: date
    problems: list[Problem]
    lots: dict[str, Lot] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """Ids of all lines, so that a base that does not exist is told from one that is used up."""

    def open(self, lot: Lot) -> None:
        """Add a base lot; one without units is left out."""
        self.applied[lot.entitlement_ids[0]] = lot.units
        if lot.units:
            self.lots[lot.id] = lot

    def apply(self, line: Line) -> None:
        """Let a change take effect, and tell what of it found no units."""
        if line.transaction in TAKES:
            _, left = self._use(line, self._owned(line, _returnable(line)), self._take)
            self._tell_left(line, left, f"{line.transaction}-without-base", "taken away", "units to take away")
        elif line.transaction == "maintenance":
            self._maintain(line)
        elif line.transaction == "upgrade":
            self._upgrade(line)
        else:
            self._step_up(line)

    def _owned(self, line: Line, fits: Callable[[Lot], bool]) -> list[Lot]:
        """Return the lots a change may use, the nearest and then the oldest first.

        A line with a base takes that base's units and no others; without one, those of the same product.
        """
        source = line.source
        based = source.base_id in self.known
        day = line.day or self.as_of
        found = [
            lot
            for lot in self.lots.values()
            if lot.metric == source.metric
            and (source.base_id in lot.entitlement_ids if based else lot.product == source.product and fits(lot))
            and (lot.starts_on is None or lot.starts_on <= self.as_of)
            and (lot.ends_on is None or lot.ends_on >= day)
        ]
        return sorted(found, key=lambda lot: _nearness(lot, line))

    def _use(self, line: Line, lots: Iterable[Lot], change: Callable[[Line, Lot, int], None]) -> tuple[list[Lot], int]:
        """Apply a change to units of the lots until the line is used up; return the lots used and what is left."""
        left = line.units
        used = []
        for lot in lots:
            units = min(left, lot.units)
            if units:
                change(line, lot, units)
                used.append(lot)
                left -= units
        self.applied[line.id] = line.units - left
        return used, left

    def _take(self, _: Line, lot: Lot, units: int) -> None:
        if units == lot.units:
            del self.lots[lot.id]
        else:
            self.lots[lot.id] = replace(lot, units=lot.units - units)

    def _move(self, line: Line, lot: Lot, changed: Lot) -> None:
        """Make `changed.units` units of a lot a lot of their own."""
        self._take(line, lot, changed.units)
        ids = (*lot.entitlement_ids, line.id)
        rights = {*lot.rights, *line.source.rights}
        moved = replace(
            changed,
            id=lot_id(ids),
            entitlement_ids=ids,
            rights=tuple(r for r in RIGHTS if r in rights),
            origins=(*lot.origins, line.source.origin),
        )
        self.lots[moved.id] = moved

    def _tell_left(self, line: Line, left: int, code: str, done: str, wanted: str) -> None:
        if left:
            used = line.units - left
            text = f"a {line.transaction} of {line.units} units, of which {used} are {done}: no {wanted} for {left}"
            remedy = "add the missing base line, or correct the quantity or base_id"
            self.problems.append(problem(line.source, code, Severity.ERROR, text, remedy))

    def _maintain(self, line: Line) -> None:
        until = line.ends_on
        if until is None:
            text, remedy = "maintenance without an end; it adds nothing", "add maintenance_until or ends_on"
            self.problems.append(problem(line.source, "maintenance-without-end", Severity.ERROR, text, remedy))
            self.applied[line.id] = 0
            return
        lots = [
            lot
            for lot in self._owned(line, lambda lot: _same(lot.edition, line.source.edition))
            if not lot.subscription
        ]
        open_lots = [lot for lot in lots if lot.maintenance_until is None or lot.maintenance_until < until]
        already = sum(lot.units for lot in lots) - sum(lot.units for lot in open_lots)
        eligible = [lot for lot in open_lots if not _lapsed(lot, line)]
        eligible.sort(key=lambda lot: (lot.maintenance_until is None, _late(lot, line)))
        used, left = self._use(
            line, eligible, lambda a, lot, n: self._move(a, lot, replace(lot, units=n, maintenance_until=until))
        )
        if left and left <= already:
            text = f"maintenance of {line.units} units, of which {left} are maintained to {until} or longer already"
            remedy = "remove the second line, or maintenance_until on the license"
            self.problems.append(problem(line.source, "maintenance-twice", Severity.WARNING, text, remedy))
        else:
            lapsed = len(eligible) < len(open_lots)
            wanted = "license whose maintenance is unbroken" if lapsed else "license"
            self._tell_left(line, left, "maintenance-without-base", "maintained", wanted)
        self._tell_late(line, used)

    def _tell_late(self, line: Line, used: list[Lot]) -> None:
        late = sorted(lot.id for lot in used if lot.maintenance_until is None and _late(lot, line))
        if late:
            text = f"maintenance that begins more than {TOGETHER_DAYS} days after {', '.join(late)}; it counts"
            remedy = "add the earlier maintenance lines: vendors accept late maintenance only where it was unbroken"
            self.problems.append(problem(line.source, "maintenance-unproven", Severity.WARNING, text, remedy))

    def _upgrade(self, line: Line) -> None:
        source = line.source
        if not source.version:
            text, remedy = "an upgrade that names no version; it changes nothing", "add the version reached"
            self.problems.append(problem(source, "upgrade-without-version", Severity.ERROR, text, remedy))
            self.applied[line.id] = 0
            return
        lots = self._owned(line, lambda lot: _same(lot.edition, source.edition))
        named = source.base_id in self.known
        reached = version_key(source.version)
        earlier = [
            lot
            for lot in lots
            if lot.version and lot.version != source.version and (named or version_key(lot.version) < reached)
        ]
        _, left = self._use(line, earlier, self._reach)
        self._tell_left(line, left, "upgrade-without-base", "upgraded", f"units earlier than {source.version}")

    def _step_up(self, line: Line) -> None:
        source = line.source
        day = line.day or self.as_of
        lots = [
            lot
            for lot in self._owned(line, lambda lot: bool(lot.edition))
            if (lot.product, lot.edition) != (source.product, source.edition)
        ]
        lots.sort(key=lambda lot: not _covered(lot, day))
        used, left = self._use(line, lots, self._reach)
        self._tell_left(line, left, "step-up-without-base", "moved", f"units below {source.edition or source.product}")
        bare = sorted(lot.id for lot in used if not _covered(lot, day))
        if bare:
            text = f"a step-up from {', '.join(bare)}, which had no maintenance on {day}; it counts"
            remedy = "add the maintenance that was active, or the full license that was bought instead"
            self.problems.append(problem(source, "step-up-without-maintenance", Severity.WARNING, text, remedy))

    def _reach(self, line: Line, lot: Lot, units: int) -> None:
        """Move units to the product, edition and version a line names; days and maintenance carry over."""
        source = line.source
        covers = [d for d in (lot.maintenance_until, source.maintenance_until) if d]
        ends = [d for d in (lot.ends_on, line.ends_on) if d]
        changed = replace(
            lot,
            units=units,
            product=source.product,
            edition=source.edition or lot.edition,
            version=source.version or lot.version,
            maintenance_until=max(covers, default=None),
            ends_on=min(ends, default=None),
        )
        self._move(line, lot, changed)


def _same(left: str, right: str) -> bool:
    """True for equal cells, or where one is blank: a blank cell names no edition or version in particular."""
    return not left or not right or left == right


def _returnable(line: Line) -> Callable[[Lot], bool]:
    source = line.source
    return lambda lot: _same(lot.edition, source.edition) and _same(lot.version, source.version)


def _nearness(lot: Lot, line: Line) -> tuple[bool, bool, bool, bool, date, str]:
    source = line.source
    return (
        bool(source.edition) and lot.edition != source.edition,
        bool(source.version) and lot.version != source.version,
        bool(source.contract_id) and lot.contract_id != source.contract_id,
        bool(source.scope) and lot.scope != source.scope,
        _begun(lot) or date.min,
        lot.id,
    )


def _begun(lot: Lot) -> date | None:
    return lot.starts_on or lot.purchased_on


def _covered(lot: Lot, day: date) -> bool:
    return lot.subscription or (lot.maintenance_until is not None and lot.maintenance_until >= day)


def _lapsed(lot: Lot, line: Line) -> bool:
    """True when cover of the lot is known to have ended before the line begins: it cannot be taken up again."""
    return lot.maintenance_until is not None and line.day is not None and (line.day - lot.maintenance_until) > _ONE_DAY


def _late(lot: Lot, line: Line) -> bool:
    begun = _begun(lot)
    return begun is not None and line.day is not None and (line.day - begun).days > TOGETHER_DAYS


def lot_id(entitlement_ids: Iterable[str]) -> str:
    """Return the id of a lot of these lines: joined by `+`, which is escaped inside an id."""
    return "+".join(e.replace("%", "%25").replace("+", "%2B") for e in entitlement_ids)
