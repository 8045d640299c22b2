"""What an installed product costs by list: the price basis of exposure and of the value of owned units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sam.model import Entitlement, Price

Convert = Callable[[Fraction, str], Fraction | None]
"""Amount and currency code to the workspace currency; None where no rate is known."""
_MONTHS = {"month": 1, "year": 12}
GRANTING = frozenset({"license", "subscription", "true-up"})
"""Transactions whose unit price is that of a license: maintenance and upgrades cost less and grant less."""
PERIODS = ("once", *_MONTHS)


def over_horizon(unit_price: Fraction, per: str, horizon_months: int) -> Fraction:
    """Return what one unit costs over the horizon: once × 1, a month × months, a year × months / 12."""
    return unit_price if per == "once" else unit_price * Fraction(horizon_months, _MONTHS[per])


@dataclass(frozen=True, slots=True)
class ListPrices:
    """Prices of the day by product, most specific first: list before contract, before the newest purchase."""

    prices: Sequence[Price]
    """On sale on the day, products and editions resolved."""
    purchases: Sequence[Entitlement] = ()
    """Purchase lines with a unit price, used where no price row fits."""
    convert: Convert = lambda amount, currency: amount
    horizon_months: int = 36
    _found: dict[tuple[str, str, str, str], tuple[Fraction, str] | None] = field(default_factory=dict)

    def find(self, product: str, edition: str, version: str, metric: str) -> Fraction | None:
        """Return the price of one unit over the horizon in the workspace currency, None when none is known."""
        entry = self.entry(product, edition, version, metric)
        return entry[0] if entry else None

    def entry(self, product: str, edition: str, version: str, metric: str) -> tuple[Fraction, str] | None:
        """Return price and its source: `list`, `contract` or `purchase`, with the place of the row."""
        key = (product, edition, version, metric)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def _search(self, product: str, edition: str, version: str, metric: str) -> tuple[Fraction, str] | None:
        fitting = []
        for row in self.prices:
            fit = _fit(row.product, row.edition, row.version, row.metric, (product, edition, version, metric))
            if fit is None or row.per not in PERIODS:
                continue
            amount = self.convert(Fraction(row.unit_price), row.currency)
            if amount is not None:
                worth = over_horizon(amount, row.per, self.horizon_months)
                fitting.append(
                    (
                        row.basis != "list",
                        -fit,
                        row.tier_from or 0,
                        worth,
                        f"{row.basis} {row.origin.path}#{row.origin.record}",
                    )
                )
        if fitting:
            best = min(fitting)
            return best[3], best[4]
        return self._purchase((product, edition, version, metric))

    def _purchase(self, wanted: tuple[str, str, str, str]) -> tuple[Fraction, str] | None:
        fitting = []
        for line in self.purchases:
            fit = _fit(line.product, line.edition, line.version, line.metric, wanted)
            if fit is None or line.unit_price is None or line.transaction not in GRANTING:
                continue
            amount = self.convert(Fraction(line.unit_price), line.currency)
            if amount is not None:
                day = line.purchased_on or line.starts_on
                fitting.append((fit, day.toordinal() if day else 0, line.entitlement_id, amount))
        if not fitting:
            return None
        best = max(fitting)
        return best[3], f"purchase {best[2]}"


def _fit(product: str, edition: str, version: str, metric: str, wanted: tuple[str, str, str, str]) -> int | None:
    """Return how specifically a price row names what is wanted, None where it names something else."""
    if product != wanted[0]:
        return None
    score = 0
    for own, other in ((edition, wanted[1]), (version, wanted[2]), (metric, wanted[3])):
        if own and other and own != other:
            return None
        score += bool(own and other)
    return score
