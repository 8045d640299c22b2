"""Lower bounds for the search, each with its proof, used where the plain search would grow too wide.

*Guesses.* A search that drops only ways which cannot end at a guess or below keeps every way that can. If it ends with
any way, the cheapest of these is the least of all; if it ends with none, the least is above the guess, and a higher
one is tried. So a guess needs no proof either.

*Prices for owned units.* Put any price of zero or more on each unit of each owned line, and let every bundle (what a
device or a user holds together) buy from all lines without a limit, and from offers by the single unit. Let `own(b)`
be the least a bundle can pay in this way. In every true way, the bundles still to come pay at least the sum of their
`own(b)` when owned units are charged, and the charge is at most price × units left. So they pay in money at least

    sum of own(b) - sum over lines of price × units left.

This holds for every choice of prices, so the prices need no proof: they are looked for by a few steps that raise the
price of a line in short supply and lower that of one in surplus (weak duality). A pack costs at least its units.
"""

from dataclasses import dataclass, replace

from .search import Found, NothingLeftError, Problem, State, TooWideError, due, solve

PLAIN_LIMIT = 300
"""States up to which no bound is needed."""
BEAM = 60
PATIENCE = 4
"""Steps without a better bound before they are halved."""
STEPS = 60


@dataclass
class KnownCost:
    """A cost that some complete way is known to have, and what the bundles to come must pay at least."""

    problem: Problem
    known: int
    """A cost that some way has, or a guess."""
    prices: list[int]
    """Per source: price put on an owned unit, price of one unit of an offer."""
    least: int
    """What every complete way costs at least."""
    later: list[int]
    """Per bundle: the sum of `own(b)` over the bundles after it."""

    def at_least(self, state: State, cost: int, i: int) -> int:
        """Return a cost below which no way through this state after item i can end."""
        charge = sum(price * left for price, left in zip(self.prices, state.left, strict=True))
        singly = sum(price * need for price, need in zip(self.prices, state.need, strict=True))
        return max(cost + due(self.problem, state), cost + singly + self.later[self.problem.bundle_of[i]] - charge)


def least(problem: Problem, bound: KnownCost | None = None) -> Found:
    """Return the least value of a problem: by plain search if it stays narrow, else with bounds. Both are exact."""
    if bound is None:
        try:
            return solve(problem, limit=PLAIN_LIMIT)
        except TooWideError:
            way = solve(problem, limit=BEAM, beam=True)
            bound = known_cost(problem, way.value[0])
            way = min(way, solve(problem, bound, limit=BEAM, beam=True), key=lambda found: found.value)
            if way.value[0] <= bound.least:
                return way  # the bound says that nothing is cheaper
            for part in (16, 8, 4, 3, 2):
                guess = replace(bound, known=bound.least + (way.value[0] - bound.least) // part)
                try:
                    return solve(problem, guess)
                except NothingLeftError:
                    continue  # so the least cost is above the guess
            bound = replace(bound, known=way.value[0])
    return solve(problem, bound)


def known_cost(problem: Problem, known: int) -> KnownCost:
    """Look for prices of owned units that make the bound tight, and return the bound with the highest sum."""
    prices = [0 if s.owned is not None else s.cost(1) if s.price is None else s.price for s in problem.sources]
    bundles = [_Bundle(problem, b) for b in range(len(problem.bundles))]
    best: tuple[int, list[int], list[int]] | None = None
    halves = idle = 0
    for _ in range(STEPS):
        found = [bundle.pays(prices) for bundle in bundles]
        owns = [cost for cost, _ in found]
        total = sum(owns) - sum(p * (s.owned or 0) for p, s in zip(prices, problem.sources, strict=True))
        idle += 1
        if best is None or total > best[0]:
            best, idle = (total, list(prices), owns), 0
        elif idle == PATIENCE:
            prices, halves, idle = list(best[1]), halves + 1, 0
            continue
        lack = {
            n: sum(taken.get(n, 0) for _, taken in found) - s.owned
            for n, s in enumerate(problem.sources)
            if s.owned is not None
        }
        lack = {n: x for n, x in lack.items() if x > 0 or prices[n]}
        length = sum(x * x for x in lack.values())
        if not length or best[0] >= known:
            break
        size = max(known - total, 1)
        for n, x in lack.items():
            prices[n] = max(0, prices[n] + size * x // (length << halves))
    assert best is not None
    total, chosen, owns = best
    return KnownCost(problem, known, chosen, max(total, 0), [sum(owns[b + 1 :]) for b in range(len(owns))])


class _Bundle:
    """One bundle that buys everything by the unit; answers are kept, since few prices change from step to step."""

    def __init__(self, problem: Problem, bundle: int) -> None:
        self.problem = problem
        self.items = [problem.bundles[bundle]]
        can = [c for c, b in zip(problem.can, problem.bundle_of, strict=True) if b == bundle]
        self.sources = sorted(set().union(*can))
        self.answers: dict[tuple[int, ...], tuple[int, dict[int, int]]] = {}

    def pays(self, prices: list[int]) -> tuple[int, dict[int, int]]:
        """Return the least the bundle pays at these prices, and what it takes by source."""
        mine = tuple(prices[n] for n in self.sources)
        if mine not in self.answers:
            sources = [
                replace(self.problem.sources[n], owned=None, price=price, pack=1, minimum=0)
                for n, price in zip(self.sources, mine, strict=True)
            ]
            found = solve(Problem(self.problem.estate, self.items, sources, self.problem.forbid))
            self.answers[mine] = found.value[0], {self.sources[n]: units for n, units in found.taken.items()}
        return self.answers[mine]
