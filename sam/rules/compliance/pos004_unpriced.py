"""POS004: a shortfall has no price."""

from collections import defaultdict
from collections.abc import Iterator

from sam.model import Entitlement, Policy, Position, Price, RunFacts, Severity
from sam.rules.pricing import currencies_without_rate
from sam.rules.registry import Hit, rule
from sam.rules.wording import count, listed, metric_words


@rule("POS004", severity=Severity.WARNING, family="compliance")
def unpriced_shortfall(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A product is short and no price is known for it.

    What it does:
        Reports every product that is short on some position for which neither a price list nor a purchase gives a
        price. Products whose price is there but in a currency without a rate are left to DAT006.

    Why it matters:
        The exposure and the true-up cost leave these units out: the totals look smaller than they are.

    How to fix:
        Add a row for the product to the `prices` table (basis `list`, or `contract` for what was agreed), or the unit
        price to its purchase line.

    Source:
        Trueup's own definition: docs/counting.md, "What can be bought" (list price for exposure).
    """
    lacking = currencies_without_rate(facts)
    rows: list[Price | Entitlement] = [*facts.prices, *facts.entitlements]
    foreign = {row.product for row in rows if row.currency.strip().upper() in lacking}
    short: dict[str, list[Position]] = defaultdict(list)
    for position in facts.positions:
        if position.shortfall > 0 and position.exposure is None and position.product not in foreign:
            short[position.product].append(position)
    for product, positions in sorted(short.items()):
        units = sum(p.shortfall for p in positions)
        metrics = listed(metric_words(p.metric) for p in positions)
        name = positions[0].product_name or product
        yield Hit(
            subject=f"product:{product}",
            message=f"{name}: {count(units, 'unit')} short ({metrics}) without a known price;"
            " exposure and true-up cost leave them out.",
            numbers={"shortfall": units, "positions": len(positions)},
            remedy=f"Add a price of {name} to the prices table.",
            products=(product,),
        )
