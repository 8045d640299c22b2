"""POS002: a right has ended and the product is still used without cover."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sam.entitlements.baseline import build_lots
from sam.entitlements.lots import Lot, LotState
from sam.model import Policy, Position, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import licenses, places

_RENEWED_EARLY = timedelta(days=90)


@dataclass(slots=True)
class _Ended:
    """What is left of the ended units of one purchase after its renewals are taken off."""

    lot: Lot
    units: int


@rule("POS002", severity=Severity.ERROR, family="compliance")
def expired(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A right has ended and its product is still used without cover.

    What it does:
        Reports purchases whose right ended before the day, which no later purchase of the same product and metric
        renews, while the product is short, or is in use and nothing of it is owned. A purchase that another one
        replaces is not reported.

    Why it matters:
        A subscription ends with its term, whether or not anybody takes the software off. The shortfall itself is
        reported by POS001; this finding tells which paper ran out.

    How to fix:
        Renew the purchase, or record the renewal if it was bought already. If the product is no longer needed, take it
        off the devices and take the seats back.

    Source:
        Trueup's own definition: docs/counting.md, "What covers what" (an entitlement is valid on its first and last
        day; a subscription without an end of its own ends with its contract).
    """
    suspects = {p.product for p in facts.positions if p.expired}
    positions: dict[str, list[Position]] = defaultdict(list)
    for position in facts.positions:
        positions[position.product].append(position)
    lines = [e for e in facts.entitlements if e.product in suspects]
    replaced = {e.replaces_id for e in lines}
    lots = build_lots(lines, facts.contracts, facts.as_of).lots
    found: dict[str, tuple[Lot, int, int]] = {}
    for ended in _not_renewed(lots):
        name = ended.lot.entitlement_ids[0]
        short = _uncovered(positions[ended.lot.product], ended.lot)
        if name not in replaced and short is not None:
            found[name] = (ended.lot, ended.units + (found[name][1] if name in found else 0), short)
    for name, (lot, units, short) in sorted(found.items()):
        product = facts.catalog.name(lot.product)
        state = f"is short of {licenses(short, lot.metric)}" if short else "is still in use, and nothing of it is owned"
        yield Hit(
            subject=f"entitlement:{name}",
            message=f"{name}: the right to {licenses(units, lot.metric)} of {product} ended on {lot.ends_on};"
            f" {product} {state}.",
            numbers={"units": units, "ended_on": str(lot.ends_on), "shortfall": short},
            remedy=f"Renew {name} or record its renewal; else take {product} off where it is used.",
            evidence=places(lot.origins),
            products=(lot.product,),
        )


def _not_renewed(lots: Sequence[Lot]) -> Iterator[_Ended]:
    """Yield ended lots, less what valid lots bought later bring of the same product, metric and edition."""
    later = {lot.id: lot.units for lot in lots if lot.state is LotState.VALID and lot.starts_on}
    valid: dict[tuple[str, str], list[Lot]] = defaultdict(list)
    for lot in lots:
        if lot.id in later:
            valid[lot.product, lot.metric].append(lot)
    for lot in sorted((x for x in lots if x.state is LotState.EXPIRED), key=lambda x: (x.ends_on or date.min, x.id)):
        units = lot.units
        for renewal in valid[lot.product, lot.metric]:
            if _renews(renewal, lot):
                taken = min(units, later[renewal.id])
                later[renewal.id] -= taken
                units -= taken
        if units:
            yield _Ended(lot, units)


def _renews(new: Lot, old: Lot) -> bool:
    if new.starts_on is None or old.ends_on is None or (old.starts_on and new.starts_on <= old.starts_on):
        return False
    return _same(new.edition, old.edition) and old.ends_on - new.starts_on <= _RENEWED_EARLY


def _same(left: str | None, right: str | None) -> bool:
    """True for one edition, and where either is not known."""
    return not left or not right or left == right


def _uncovered(positions: Sequence[Position], lot: Lot) -> int | None:
    """Return how many units its product is short, 0 where use cannot be counted but nothing is owned, else None."""
    own = [p for p in positions if _same(p.edition, lot.edition)]
    short = sum(p.shortfall for p in own)
    if short:
        return short
    used = any(p.buckets.get("counted") for p in own)
    return 0 if used and not any(p.entitled or p.covered for p in own) else None
