"""OVR005: somebody who has left still holds seats."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sam.model import Policy, RunFacts, Seat, Severity
from sam.rules.overspend.people import leavers
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.wording import count, decimal_text, listed, places, worth


@rule("OVR005", severity=Severity.WARNING, family="overspend")
def leavers_with_seats(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Somebody who has left still holds seats.

    What it does:
        Reports every leaver to whom seats are still assigned, with what they are worth.

    Why it matters:
        The seats are paid for and nobody can use them; an account left open is also a way in.

    How to fix:
        Take the seats back in the portal of the service and close the account. If the person is still there, correct
        the status in `people`.

    Source:
        Trueup's own definition: docs/counting.md, "From rows to installations", 5 (a leaver with a seat still
        consumes).
    """
    prices = UnitPrices(facts)
    gone = leavers(facts)
    held: dict[str, list[Seat]] = defaultdict(list)
    for seat in facts.seats:
        if seat.user_id in gone:
            held[seat.user_id].append(seat)
    for user, seats in sorted(held.items()):
        value = sum((prices.value(1, s.product, metric="seat") for s in seats), Decimal(0))
        left = f" on {gone[user].left_on}" if gone[user].left_on else ""
        yield Hit(
            subject=f"user:{user}",
            message=f"{user} has left{left} and still holds {count(len(seats), 'seat')}:"
            f" {listed(facts.catalog.name(s.product) for s in seats)}{worth(value, facts.currency)}.",
            numbers={"seats": len(seats), "amount": decimal_text(value)},
            remedy="Take the seats back and close the accounts.",
            evidence=places(s.origin for s in seats),
            products=tuple(sorted({s.product for s in seats})),
        )
