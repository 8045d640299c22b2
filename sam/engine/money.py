"""Exact conversion to the workspace currency with dated rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Exchange:
    """Rates to one currency; a rate is the worth of one foreign unit."""

    currency: str
    rates: Mapping[str, tuple[Decimal, date | None]]

    def convert(self, amount: Fraction, currency: str) -> Fraction | None:
        """Return an amount in the workspace currency, None where no rate is known; blank is the workspace's own."""
        code = currency.strip().upper()
        if not code or code == self.currency.upper():
            return amount
        rate = self.rates.get(code)
        return amount * Fraction(rate[0]) if rate else None

    def shown(self) -> dict[str, str]:
        """Return the rates as a report prints them."""
        return {code: f"{rate}{f' ({day})' if day else ''}" for code, (rate, day) in sorted(self.rates.items())}
