"""The one file that runs the engine, and shows of it what the oracle speaks of."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from sam.engine import check, load_workspace
from sam.model import Position, Run

from .oracle import AS_OF


@dataclass(frozen=True)
class EngineAnswer:
    """The engine's numbers for one workspace."""

    run: Run

    @property
    def bill(self) -> tuple[int, Fraction]:
        """Units without a known price, and the cost of what must be bought."""
        return self.run.summary.true_up_unpriced_units, Fraction(self.run.summary.true_up_cost)

    def exposure(self, products: frozenset[str]) -> Fraction:
        """List exposure of some products; a short position without a price is a failed comparison."""
        positions = [p for p in self.run.positions if p.product in products]
        assert all(p.exposure is not None for p in positions if p.shortfall), "short without a list price"
        return Fraction(sum((p.exposure or Decimal(0) for p in positions), Decimal(0)))

    def evidence(self) -> dict[str, int]:
        """Evidence rows by product: the sum of the buckets of its positions."""
        rows: dict[str, int] = {}
        for position in self.run.positions:
            rows[position.product] = rows.get(position.product, 0) + sum(position.buckets.values())
        return {product: number for product, number in rows.items() if number}

    def owned(self) -> dict[tuple[str, str, str], int]:
        """Entitled units by product, edition and version."""
        units: dict[tuple[str, str, str], int] = {}
        for p in self.run.positions:
            key = (p.product, p.edition or "", p.version or "")
            units[key] = units.get(key, 0) + p.entitled
        return {key: number for key, number in units.items() if number}


def run_engine(folder: Path) -> EngineAnswer:
    """Check a workspace without writing to its register."""
    return EngineAnswer(check(load_workspace(folder), as_of=AS_OF, write=False))


def without_places(run: Run) -> tuple[object, ...]:
    """Return positions and remedy without the record number of prices: the one thing that the order of rows sets."""

    def bare(source: str | None) -> str:
        return (source or "").partition("#")[0]

    positions = (replace(p, price_source=bare(p.price_source)) for p in run.positions)
    return (*positions, *(replace(line, price_source=bare(line.price_source)) for line in run.remedy))


def broken_identities(position: Position) -> list[str]:
    """Return the identities of DESIGN.md that a position breaks, [] when both hold."""
    covered = (
        position.covered_own + position.covered_suite + position.covered_downgrade
        + position.covered_edition_above + position.covered_other
    )  # fmt: skip
    used = position.used_here + position.used_for_others + position.reserved + position.non_transferable
    faults = []
    if position.solved != covered + position.shortfall or covered != position.covered:
        faults.append(f"{position.id}: demand {position.solved} is not {covered} covered + {position.shortfall} short")
    if position.entitled != used + position.surplus:
        faults.append(f"{position.id}: entitled {position.entitled} is not {used} used + {position.surplus} surplus")
    return faults
