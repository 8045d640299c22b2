"""The exhaustive search: every item is put on one license unit, in every way there is.

Items are taken one after the other. Each either joins a unit that is open already, or opens a new one from a source
that covers it. A *state* is what matters for the items still to come: the units still open, what is left of each
owned line, and how much is needed of each offer sold in packs or with a minimum order. Ways that lead to the same
state are compared, and the cheaper is kept: what follows costs the same for both. Nothing else is left out, but for
these bounds, each of which is a proof and not a guess:

* *free seats first*: an item that an open, owned unit covers without using anything joins it (it costs nothing and
  takes nothing from anyone; any other choice can be changed into this one without loss);
* *dominance*: with the same open units, a state that has no less of every line, needs no more of any offer and costs
  no more, is never worse, whatever follows;
* *last use*: a unit, line or offer that no later item can use is forgotten, after its packs are paid;
* *grain*: core numbers that are all multiples of g are split in steps of g. With the choice of blocks fixed and the
  number of larger packs fixed, spreading units over lines is a transport problem whose numbers are all multiples of
  g, and such a problem has a best answer in multiples of g; packs that divide g are then never broken;
* *known cost*: a way whose cost cannot end below a cost that some complete way is known to have is dropped
  (`bounds`); ways that could end equal are kept.

Amounts are whole cents, units are whole numbers: there is no rounding anywhere. A unit without a known price counts
`UNKNOWN` cents, which is more than everything with a price together, so that one number compares both goals.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import gcd
from operator import ge
from typing import NamedTuple, Protocol

from .covers import Forbidden, covers, set_covers, set_editions
from .estate import USER_METRICS, Estate, Item, Source

Value = tuple[int, int]
"""Cost in cents (unknown prices included), list exposure in cents: compared in this order."""
Key = tuple[str, str, str]
"""Product, edition, version."""


class UnclearError(Exception):
    """The list exposure is not defined by docs/counting.md for this estate."""


class TooWideError(Exception):
    """More states than allowed: the caller must bring a bound."""


class NothingLeftError(Exception):
    """No way costs as little as the bound's guess."""


class Unit(NamedTuple):
    """A license unit in use: one device, user, core block or host set, and what it may still take."""

    kind: str
    subject: str
    sources: tuple[int, ...]
    edition: str = ""
    """Edition of a host set."""
    room: int | None = None
    """Instances a host set may still take; None: any number."""
    devices: frozenset[str] = frozenset()
    """Devices of a user unit, where their number is limited."""
    short: int = 0
    """Units of it that are bought (kept only where exposure is sought)."""
    keys: tuple[Key, ...] = ()
    """Per product the highest edition and version on it (kept only where exposure is sought and it is bought)."""


class State(NamedTuple):
    """What the items still to come depend on."""

    units: tuple[Unit, ...]
    left: tuple[int, ...]
    need: tuple[int, ...]


class Bound(Protocol):
    """Tells when a way may be dropped."""

    known: int
    """A cost that some complete way has."""

    def at_least(self, state: State, cost: int, i: int) -> int:
        """Return a cost below which no way through this state after item i can end."""


@dataclass
class Problem:
    """Items that share sources, directly or by way of others, in the order in which they are searched."""

    estate: Estate
    bundles: list[list[Item]]
    """Items held together by a device or a user, bundle after bundle."""
    sources: list[Source]
    forbid: Forbidden = frozenset()
    list_price: Callable[[Key, str], int | None] | None = None
    """Given: the third goal, list exposure, is part of the search."""

    def __post_init__(self) -> None:
        self.items = [item for bundle in self.bundles for item in bundle]
        self.bundle_of = [n for n, bundle in enumerate(self.bundles) for _ in bundle]
        self.can = [
            frozenset(n for n, s in enumerate(self.sources) if covers(self.estate, s, item, self.forbid))
            for item in self.items
        ]
        self.last_use = [
            max((i for i, can in enumerate(self.can) if n in can), default=-1) for n in range(len(self.sources))
        ]
        self.last_join: dict[tuple[str, str, int], int] = {}
        for i, can in enumerate(self.can):
            for n in can:
                kind, subject = self.subject(self.items[i], n)
                self.last_join[kind, subject, n] = i
        self.grain = self._grain()

    def _grain(self) -> int:
        grain = 0
        core = [s for s in self.sources if s.metric == "core"]
        for number in [item.cores for item in self.items] + [s.owned or 0 for s in core]:
            grain = gcd(grain, number)
        for source in core:
            grain = gcd(grain, -(-source.minimum // source.pack) * source.pack)
        for source in core:
            if source.pack % max(grain, 1) and max(grain, 1) % source.pack:
                grain = gcd(grain, source.pack)
        return max(grain, 1)

    def subject(self, item: Item, source: int) -> tuple[str, str]:
        """Return the kind of unit a source gives to an item, and whose it is."""
        metric = self.sources[source].metric
        if metric in USER_METRICS:
            return "user", item.user or f"?{item.device}"  # nobody named: the device has one unknown user of its own
        if metric != "core":
            return "device", item.device
        if self.estate.term(item.product, "core").slots:
            return "set", item.host or f"?{item.key}"  # an unknown host is nobody else's
        return "core", item.device

    def packed(self, source: Source) -> bool:
        """True for an offer whose cost depends on the sum bought."""
        return source.owned is None and (source.pack > 1 or source.minimum > 1)


@dataclass
class Found:
    """The least value of a problem and one way to reach it."""

    value: Value
    taken: dict[int, int]
    """Units by source."""
    plan: list[str]


class Step(NamedTuple):
    """One way to put an item on a unit: the state after it, what it costs and exposes, what it takes, in words."""

    state: State
    cost: int
    exposure: int
    taken: dict[int, int]
    words: str


Layer = dict[State, tuple[Value, State | None, Step | None]]


def solve(problem: Problem, bound: Bound | None = None, *, limit: int | None = None, beam: bool = False) -> Found:
    """Return the least value of a problem.

    Args:
        problem: What to cover with what.
        bound: Drops ways that are proven not to be needed.
        limit: States allowed after one item.
        beam: Instead of giving up at the limit, keep the cheapest so many. The result is then a way, and its cost an
            upper bound, but not the least.

    Raises:
        TooWideError: More than `limit` states.
        NothingLeftError: Every way costs more than the bound allows.
    """
    start = State((), tuple(s.owned or 0 for s in problem.sources), (0,) * len(problem.sources))
    layers: list[Layer] = [{start: ((0, 0), None, None)}]
    for i in range(len(problem.items)):
        layer: Layer = {}
        for state, (value, _, _) in layers[-1].items():
            for step in _ways(problem, state, i):
                after, paid = _forget(problem, step.state, i)
                total = (value[0] + step.cost + paid, value[1] + step.exposure)
                if after not in layer or total < layer[after][0]:
                    layer[after] = (total, state, step)
        if not layer:
            raise NothingLeftError
        layers.append(_narrowed(problem, layer, i, bound, limit, beam))
    return _best(layers)


def _narrowed(problem: Problem, layer: Layer, i: int, bound: Bound | None, limit: int | None, beam: bool) -> Layer:
    """Drop what is proven not to be needed; keep to the limit, or give up."""

    def end(pair: tuple[State, tuple[Value, State | None, Step | None]]) -> int:
        state, (value, _, _) = pair
        return bound.at_least(state, value[0], i) if bound else value[0] + due(problem, state)

    rows = [(end(pair), pair) for pair in layer.items()]
    if bound and not beam:
        rows = [row for row in rows if row[0] <= bound.known]
    kept = _undominated(dict(pair for _, pair in rows))
    if limit is None or len(kept) <= limit:
        return kept
    if not beam:
        raise TooWideError(len(kept))
    rows.sort(key=lambda row: row[0])
    return dict([pair for _, pair in rows if pair[0] in kept][:limit])


def _best(layers: list[Layer]) -> Found:
    if not layers[-1]:
        raise NothingLeftError
    state, (value, _, _) = min(layers[-1].items(), key=lambda pair: pair[1][0])
    found = Found(value, {}, [])
    for layer in reversed(layers[1:]):
        _, before, step = layer[state]
        assert before is not None
        assert step is not None
        found.plan.insert(0, step.words)
        for n, units in step.taken.items():
            found.taken[n] = found.taken.get(n, 0) + units
        state = before
    return found


def due(problem: Problem, state: State) -> int:
    """Return what the packs needed so far cost, if nothing more is bought."""
    return sum(problem.sources[n].cost(units) for n, units in enumerate(state.need) if units)


def _ways(problem: Problem, state: State, i: int) -> Iterator[Step]:
    """Every way to put one item on a unit."""
    item, can = problem.items[i], problem.can[i]
    joins: list[Step] = []
    for unit in dict.fromkeys(state.units):
        if not _admits(problem, unit, item, can):
            continue
        joined, extra, free = _join(problem, unit, item)
        units = list(state.units)
        units.remove(unit)
        after = State(_in_order([*units, joined]), state.left, state.need)
        way = Step(after, 0, extra, {}, f"{item.key}: joins the {unit.kind} unit of {unit.subject}")
        if free:
            yield way  # free seats first
            return
        joins.append(way)
    yield from joins
    yield from _openings(problem, state, item, can)


def _admits(problem: Problem, unit: Unit, item: Item, can: frozenset[int]) -> bool:
    if not can.issuperset(unit.sources) or problem.subject(item, unit.sources[0]) != (unit.kind, unit.subject):
        return False
    if unit.kind == "set":
        return unit.room != 0 and set_covers(problem.estate, item.product, unit.edition, item)
    limit = _limit(problem, unit.sources[0])
    return not item.device or limit is None or item.device in unit.devices or len(unit.devices) < limit


def _limit(problem: Problem, source: int) -> int | None:
    where = problem.sources[source]
    return problem.estate.term(where.product, where.metric).devices_per_user if where.metric in USER_METRICS else None


def _join(problem: Problem, unit: Unit, item: Item) -> tuple[Unit, int, bool]:
    """Return the unit with the item on it, the exposure that adds, and whether nothing at all was used."""
    keys, extra = unit.keys, 0
    if unit.short:
        keys, extra = _raised(problem, unit, item)
    room = None if unit.room is None else unit.room - 1
    limited = unit.kind == "user" and _limit(problem, unit.sources[0]) is not None and bool(item.device)
    devices = unit.devices | {item.device} if limited else unit.devices
    free = room is None and devices == unit.devices and not unit.short
    return unit._replace(room=room, devices=devices, keys=keys), extra, free


def _raised(problem: Problem, unit: Unit, item: Item) -> tuple[tuple[Key, ...], int]:
    """Raise the demand of a bought unit to the highest edition and version on it; return keys and added exposure."""
    if problem.list_price is None:
        return (), 0
    product = problem.estate.products[item.product]
    metric = problem.sources[unit.sources[0]].metric
    mine: Key = (item.product, item.edition, item.version)
    old = next((k for k in unit.keys if k[0] == item.product), None)
    if old is None:
        return tuple(sorted([*unit.keys, mine])), unit.short * _listed(problem, mine, metric)

    def rank(key: Key) -> int:
        return product.ranks.get(key[1]) or 0

    def newest(keys: list[Key]) -> str:
        return max((k[2] for k in keys), key=lambda v: product.order(v) if v else ())

    top = [k for k in (old, mine) if rank(k) == max(rank(old), rank(mine))]
    raised: Key = (item.product, top[0][1], newest(top))
    mixed: Key = (item.product, top[0][1], newest([old, mine]))
    if _listed(problem, raised, metric) != _listed(problem, mixed, metric):
        raise UnclearError("two readings of the highest edition and version")
    keys = tuple(sorted([*(k for k in unit.keys if k != old), raised]))
    return keys, unit.short * (_listed(problem, raised, metric) - _listed(problem, old, metric))


def _listed(problem: Problem, key: Key, metric: str) -> int:
    assert problem.list_price is not None
    price = problem.list_price(key, metric)
    if price is None:
        raise UnclearError(f"no list price of {key} per {metric}")
    return price


def _openings(problem: Problem, state: State, item: Item, can: frozenset[int]) -> Iterator[Step]:
    for n in sorted(can):
        source = problem.sources[n]
        if source.metric == "core" or (source.owned is not None and not state.left[n]):
            continue
        kind, subject = problem.subject(item, n)
        limited = _limit(problem, n) is not None and bool(item.device)
        unit = Unit(kind, subject, (n,), devices=frozenset({item.device}) if limited else frozenset())
        yield _opened(problem, state, item, unit, {n: 1})
    core = sorted(n for n in can if problem.sources[n].metric == "core")
    if not core:
        return
    kind, subject = problem.subject(item, core[0])
    if kind == "core":
        for split in _splits(problem, state, core, item.cores):
            yield _opened(problem, state, item, Unit(kind, subject, tuple(sorted(split))), split)
        return
    for edition, slots in problem.estate.term(item.product, "core").slots.items():
        if set_covers(problem.estate, item.product, edition, item):
            fits = [n for n in core if edition in set_editions(problem.estate, problem.sources[n])]
            room = None if slots is None else slots - 1
            for split in _splits(problem, state, fits, item.cores):
                yield _opened(problem, state, item, Unit(kind, subject, tuple(sorted(split)), edition, room), split)


def _splits(problem: Problem, state: State, sources: list[int], units: int) -> Iterator[dict[int, int]]:
    """Every way to take so many units from these sources, in steps of the grain."""
    if not sources:
        return
    n, rest = sources[0], sources[1:]
    most = units if problem.sources[n].owned is None else min(units, state.left[n])
    for take in range(0, most + 1, problem.grain):
        if take == units:
            yield {n: take}
        else:
            for split in _splits(problem, state, rest, units - take):
                yield {n: take, **split} if take else split


def _opened(problem: Problem, state: State, item: Item, unit: Unit, split: dict[int, int]) -> Step:
    """Take the units of a new license unit from their sources, and put the item on it."""
    left, need = list(state.left), list(state.need)
    cost = bought = 0
    for n, units in split.items():
        source = problem.sources[n]
        if source.owned is not None:
            left[n] -= units
            continue
        bought += units
        if problem.packed(source):
            need[n] += units
        else:
            cost += source.cost(units)
    exposure = 0
    if problem.list_price is not None and bought:
        unit = unit._replace(short=bought)
        keys, exposure = _raised(problem, unit, item)
        unit = unit._replace(keys=keys)
    taken = ", ".join(f"{units} of {problem.sources[n].id}" for n, units in sorted(split.items()))
    words = f"{item.key}: {unit.kind} {unit.subject} {unit.edition} takes {taken}"
    return Step(State(_in_order([*state.units, unit]), tuple(left), tuple(need)), cost, exposure, split, words)


def _in_order(units: list[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(units, key=repr)) if len(units) > 1 else tuple(units)


def _forget(problem: Problem, state: State, i: int) -> tuple[State, int]:
    """Forget what no later item can use, and pay the packs of offers that are complete."""
    units = tuple(
        u for u in state.units if u.room != 0 and min(problem.last_join[u.kind, u.subject, n] for n in u.sources) > i
    )
    left = tuple(x if problem.last_use[n] > i else 0 for n, x in enumerate(state.left))
    done = [n for n, x in enumerate(state.need) if x and problem.last_use[n] <= i]
    need = tuple(0 if n in done else x for n, x in enumerate(state.need))
    return State(units, left, need), sum(problem.sources[n].cost(state.need[n]) for n in done)


def _undominated(layer: Layer) -> Layer:
    """Drop states that another with the same open units beats or equals in everything."""
    groups: dict[tuple[Unit, ...], list[tuple[Value, State]]] = {}
    for state, (value, _, _) in layer.items():
        groups.setdefault(state.units, []).append((value, state))
    kept: Layer = {}
    for rows in groups.values():
        best: list[tuple[int, ...]] = []
        for _, state in sorted(rows, key=lambda row: (row[0], row[1].need, tuple(-x for x in row[1].left))):
            worth = (*state.left, *(-x for x in state.need))
            if not any(all(map(ge, other, worth)) for other in best):
                best.append(worth)
                kept[state] = layer[state]
    return kept
