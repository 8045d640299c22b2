"""OVR001: more is owned than is needed."""

from collections.abc import Iterator

from sam.model import Policy, RunFacts, Severity
from sam.rules.free_units import double_units, free_positions
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import decimal_text, label, licenses, places, worth


@rule("OVR001", severity=Severity.WARNING, family="overspend")
def surplus(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """More is owned than is needed.

    What it does:
        Reports positions with licenses that are valid and that nothing in the estate can use better: at least
        `surplus_units` of them. Units that lie idle because a suite covers their product are reported by OVR002 and
        left out here. Nothing is reported where an unknown demand could still need the units.

    Why it matters:
        Free licenses are paid for: their maintenance or subscription goes on, and the next purchase of the product is
        not needed as long as they last.

    How to fix:
        Use them before buying more. Renew fewer of a subscription, end the maintenance of what stays free, and ask
        whether the contract allows a return or a transfer.

    Source:
        Trueup's own definition: docs/counting.md, "Positions" (entitled = used here + used for others + reserved +
        free).
    """
    prices = UnitPrices(facts)
    fewest = max(1, threshold(policy, "surplus_units"))
    doubled = {product: units for product, (units, _) in double_units(facts).items()}
    origins = {e.entitlement_id: e.origin for e in facts.entitlements}
    for position in free_positions(facts):
        taken = min(position.surplus, doubled.get(position.product, 0))
        doubled[position.product] = doubled.get(position.product, 0) - taken
        free = position.surplus - taken
        if free < fewest:
            continue
        value = free * position.unit_price if position.unit_price is not None else prices.value(
            free, position.product, position.edition or "", position.metric
        )  # fmt: skip
        be = "is" if free == 1 else "are"
        yield Hit(
            subject=f"position:{position.id}",
            message=f"{label(position)}: {licenses(free, position.metric)} of {position.entitled:,} {be} owned and"
            f" free{worth(value, facts.currency)}.",
            numbers={"entitled": position.entitled, "surplus": free, "amount": decimal_text(value)},
            remedy="Use them before buying more; renew fewer, or end their maintenance.",
            evidence=places(origins[i] for i in position.entitlements if i in origins),
            products=(position.product,),
        )
