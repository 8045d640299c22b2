"""OVR006: seats that their holders do not use."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from sam.model import Policy, RunFacts, Seat, Severity
from sam.rules.overspend.people import leavers
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import count, decimal_text, listed, places, worth


@rule("OVR006", severity=Severity.WARNING, family="overspend")
def idle_seats(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Seats have had no activity for a long time.

    What it does:
        Reports services of which seats had no activity for `unused_days` days, held by people who are still there: at
        least `unused_units` of them. A seat without a known day of activity is not called unused, and one assigned
        within these days gets its time. Seats of leavers are reported by OVR005.

    Why it matters:
        A seat is paid for by the month, used or not.

    How to fix:
        Ask the holders, take the seats back, and renew fewer.

    Source:
        ServiceNow, "Software reclamation rules", overview (10 September 2026): what was not used by a set latest date
        is marked for reclamation. The 90 days are Trueup's default, not a standard.
    """
    prices = UnitPrices(facts)
    days = threshold(policy, "unused_days")
    cutoff = facts.as_of - timedelta(days=days)
    gone = leavers(facts)
    held: dict[str, list[Seat]] = defaultdict(list)
    for seat in facts.seats:
        if seat.user_id not in gone:
            held[seat.product].append(seat)
    for product, seats in sorted(held.items()):
        idle = [s for s in seats if _idle(s, cutoff)]
        if len(idle) < max(1, threshold(policy, "unused_units")):
            continue
        value = prices.value(len(idle), product, metric="seat")
        silent = sum(s.last_active is None for s in seats)
        yield Hit(
            subject=f"product:{product}",
            message=f"{facts.catalog.name(product)}: {len(idle):,} of {count(len(seats), 'seat')} without activity for"
            f" {count(days, 'day')}{worth(value, facts.currency)}.{_silence(silent)}",
            numbers={
                "seats": len(seats),
                "unused": len(idle),
                "not_measured": silent,
                "amount": decimal_text(value),
            },
            remedy=f"Take the seats back from {listed(s.user_id for s in idle)}, or ask whether they need them.",
            evidence=places(s.origin for s in idle),
            products=(product,),
        )


def _idle(seat: Seat, cutoff: date) -> bool:
    fresh = seat.assigned_on is not None and seat.assigned_on >= cutoff
    return seat.last_active is not None and seat.last_active < cutoff and not fresh


def _silence(number: int) -> str:
    if not number:
        return ""
    return f" Not counted: {count(number, 'seat')} whose activity is not known."
