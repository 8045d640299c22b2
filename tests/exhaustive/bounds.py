"""Lower bounds for the search, each with its proof, used where the plain search would grow too wide.

*Prices for owned units.* Put any price of zero or more on each unit of each owned line, and let every bundle (what a
device or a user holds together) buy from all lines without a limit, and from offers by the single unit. Let `own(b)`
be the least a bundle can pay in this way. In every true way, the bundles still to come pay at least the sum of their
`own(b)` when owned units are charged, and the charge is at most price × units left. So they pay in money at least

    sum of own(b) - sum over lines of price × units left.

This holds for every choice of prices, so the prices need no proof: they are looked for by a few steps that raise the
price of a line in short supply and lower that of one in surplus (weak duality). A pack costs at least its units.
"""

from dataclasses import dataclass, replace

from .estate import Source
from .search import Found, Problem, State, TooWide, due, solve

PLAIN_LIMIT = 300
"""States up to which no bound is needed."""
BEAM = 40
STEPS = 25


@dataclass
class KnownCost:
    """A cost that some complete way is known to have, and what the bundles to come must pay at least."""

    problem: Problem
    known: int
    prices: list[int]
    """Per source: price put on an owned unit, price of one unit of an offer."""
    later: list[int]
    """Per bundle: the sum of `own(b)` over the bundles after it."""

    def hopeless(self, state: State, cost: int, i: int) -> bool:
        """True when no way through this state can end at the known cost or below."""
        if cost + due(self.problem, state) > self.known:
            return True
        charge = sum(price * left for price, left in zip(self.prices, state.left, strict=True))
        singly = sum(price * need for price, need in zip(self.prices, state.need, strict=True))
        return cost + singly + self.later[self.problem.bundle_of[i]] - charge > self.known


def least(problem: Problem, bound: KnownCost | None = None) -> Found:
    """Return the least value of a problem: by plain search if it stays narrow, else with bounds. Both are exact."""
    if bound is None:
        try:
            return solve(problem, limit=PLAIN_LIMIT)
        except TooWide:
            bound = known_cost(problem, solve(problem, limit=BEAM, beam=True).value[0])
    return solve(problem, bound)


def known_cost(problem: Problem, known: int) -> KnownCost:
    """Look for prices of owned units that make the bound tight, and return the bound with the highest sum."""
    prices = [0 if s.owned is not None else s.cost(1) if s.price is None else s.price for s in problem.sources]
    best: tuple[int, list[int], list[int]] | None = None
    reach = 2
    for step in range(STEPS):
        found = [solve(_bundle_alone(problem, b, prices)) for b in range(len(problem.bundles))]
        owns = [f.value[0] for f in found]
        total = sum(owns) - sum(p * (s.owned or 0) for p, s in zip(prices, problem.sources, strict=True))
        if best is None or total > best[0]:
            best = (total, list(prices), owns)
        slack = {
            n: sum(f.taken.get(n, 0) for f in found) - s.owned for n, s in enumerate(problem.sources) if s.owned is not None
        }
        length = sum(x * x for x in slack.values())
        if not length or best[0] >= known:
            break
        size = max(known - total, 1) * reach // (2 * length)
        for n, x in slack.items():
            prices[n] = max(0, prices[n] + size * x)
        if step % 6 == 5:
            reach = 1
    assert best is not None
    _, chosen, owns = best
    return KnownCost(problem, known, chosen, [sum(owns[b + 1 :]) for b in range(len(owns))])


def _bundle_alone(problem: Problem, bundle: int, prices: list[int]) -> Problem:
    """Return the problem of one bundle that buys everything by the unit at these prices."""
    sources: list[Source] = [
        replace(s, owned=None, price=price, pack=1, minimum=0) for s, price in zip(problem.sources, prices, strict=True)
    ]
    return Problem(problem.estate, [problem.bundles[bundle]], sources, problem.forbid)
