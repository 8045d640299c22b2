"""DAT006: amounts in a currency that cannot be converted."""

from collections.abc import Iterator

from sam.model import Entitlement, Policy, Price, RunFacts, Severity
from sam.rules.pricing import currencies_without_rate
from sam.rules.registry import Hit, rule
from sam.rules.wording import count, places


@rule("DAT006", severity=Severity.WARNING, family="data-quality")
def no_rate(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Prices or purchases are in a currency without a rate.

    What it does:
        Reports every currency of prices and purchase lines for which the settings give no rate.

    Why it matters:
        These amounts cannot be compared with others: their offers are not used, and totals leave them out.

    How to fix:
        Add the rate and its day under `[rates]` in `trueup.toml`.

    Source:
        Trueup's own definition: docs/workspace.md, rates.
    """
    for currency in sorted(currencies_without_rate(facts)):
        prices = [p for p in facts.prices if p.currency.strip().upper() == currency]
        lines = [e for e in facts.entitlements if e.unit_price is not None and e.currency.strip().upper() == currency]
        rows: list[Price | Entitlement] = [*prices, *lines]
        told = (count(len(prices), "price") if prices else "", count(len(lines), "purchase line") if lines else "")
        be = "is" if len(rows) == 1 else "are"
        yield Hit(
            subject=f"currency:{currency}",
            message=f"{' and '.join(t for t in told if t)} {be} in {currency}, for which no rate to {facts.currency} is"
            " given; amounts leave them out.",
            numbers={"prices": len(prices), "purchase_lines": len(lines)},
            remedy=f"Add the rate of {currency} under [rates] in trueup.toml.",
            evidence=places(row.origin for row in rows),
            products=tuple(sorted({row.product for row in rows})),
        )
