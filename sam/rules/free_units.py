"""Owned units that are free for certain, and how many of them a suite makes idle."""

from collections import defaultdict

from sam.model import Position, RunFacts


def free_positions(facts: RunFacts) -> tuple[Position, ...]:
    """Return positions with free units, in order of id.

    A position counts only when nothing that is unknown could still need its units: its metric is counted, and no
    demand of its product is without an upper bound.
    """
    unbounded = {p.product for p in facts.positions if p.demand.high is None}
    return tuple(
        sorted(
            (p for p in facts.positions if p.surplus > 0 and p.product not in unbounded and not _uncounted(p)),
            key=lambda p: p.id,
        )
    )


def _uncounted(position: Position) -> bool:
    return position.status == "unknown" and position.demand.known


def double_units(facts: RunFacts) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return component product → free units that a suite makes idle, and the suites; never more than are free."""
    free: dict[str, int] = defaultdict(int)
    for position in free_positions(facts):
        free[position.product] += position.surplus
    doubled: dict[str, int] = defaultdict(int)
    suites: dict[str, set[str]] = defaultdict(set)
    for pair in facts.double_coverage:
        if pair.units > 0:
            doubled[pair.component] += pair.units
            suites[pair.component].add(pair.suite)
    return {
        component: (min(units, free[component]), tuple(sorted(suites[component])))
        for component, units in sorted(doubled.items())
        if free.get(component)
    }
