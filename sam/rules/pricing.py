"""What one unit of a product costs, as far as a run knows: the price behind every saving."""

from collections import defaultdict
from decimal import Decimal

from sam.model import Position, RunFacts


class UnitPrices:
    """Prices of one unit over the horizon, in the currency of the run."""

    def __init__(self, facts: RunFacts) -> None:
        self._listed = facts.product_prices
        self._positions: dict[str, list[tuple[Position, Decimal]]] = defaultdict(list)
        for position in (*facts.positions, *facts.totals):
            if position.unit_price is not None:
                self._positions[position.product].append((position, position.unit_price))

    def find(self, product: str, edition: str = "", metric: str = "") -> Decimal | None:
        """Return the price of one unit, None where none is known.

        Prices of positions of the product come first, the one that fits metric and edition best, the lowest of
        several; then the product's own list price.
        """
        fitting = [(p.metric != metric, (p.edition or "") != edition, price) for p, price in self._positions[product]]
        return min(fitting)[2] if fitting else self._listed.get(product)

    def value(self, units: int, product: str, edition: str = "", metric: str = "") -> Decimal:
        """Return what units are worth; nothing where no price is known."""
        return units * (self.find(product, edition, metric) or Decimal(0))


def currencies_without_rate(facts: RunFacts) -> frozenset[str]:
    """Return the currencies of prices and purchases that cannot be turned into the currency of the run."""
    if facts.rates is None:
        return frozenset()
    known = {code.upper() for code in facts.rates} | {facts.currency.upper(), ""}
    used = {p.currency.strip().upper() for p in facts.prices}
    used |= {e.currency.strip().upper() for e in facts.entitlements if e.unit_price is not None}
    return frozenset(used - known)
