"""The priority order other tools work by, beside the optimum: first come, first served, nothing bought until the end.

Owned suites go to the first device with at least two of their components; then exact version and edition; downgrade;
edition above; every other right; each pass over all devices. A host takes the first option wholly covered by what is
left, its installed edition first. What is left is short at the list price of the installed product.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import DOWNGRADE, EDITION_ABOVE, OTHER, OWN, SUITE, Covering
from sam.entitlements.graph import GraphBuilder, highest_version, leading_items
from sam.entitlements.licenses import USER_SUBJECT, Pool
from sam.entitlements.metrics import subject_units
from sam.entitlements.options import Option, Reach, reaches, solved
from sam.entitlements.pools import Setting

PASSES = (OWN, DOWNGRADE, EDITION_ABOVE, OTHER, SUITE)


@dataclass(frozen=True, slots=True)
class PriorityResult:
    """What the priority order would have to buy, at list price, and the units whose price is not known."""

    cost: Fraction
    unpriced: int


@dataclass(slots=True)
class _Plan:
    """What every bundle of a class can take, worked out once."""

    demand: DemandClass
    reaches: list[Reach] = field(default_factory=list)
    relations: dict[tuple[str, int], str] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    """Relations that occur: a pass without any of them has nothing to do here."""
    suites: bool = False


@dataclass(slots=True)
class _Bundle:
    plan: _Plan
    open: dict[int, int]
    """Item → units still needed (1 for one license; cores may be covered in part)."""


class PriorityOrder:
    """Walks bundles in device order over the owned pools of a graph builder."""

    def __init__(self, builder: GraphBuilder, setting: Setting, default_metric: Callable[[str], str]) -> None:
        self.builder = builder
        self.covering: Covering = builder.covering
        self.setting = setting
        self.default_metric = default_metric
        self.left = {i: e.units for i, e in builder.by_id.items() if isinstance(e, Pool) and not e.blocked}
        self._plans: dict[str, _Plan] = {}
        self.cost, self.unpriced = Fraction(0), 0

    def run(self, classes: Mapping[str, DemandClass], order: Iterable[str]) -> PriorityResult:
        """Return the bill of the priority order.

        Args:
            classes: Demand classes by id.
            order: The class of every bundle, in device order.
        """
        self.cost, self.unpriced = Fraction(0), 0
        bundles = [b for b in (self._open(classes[class_id]) for class_id in order) if b is not None]
        for bundle in bundles:
            if bundle.plan.suites:
                self._suites(bundle)
        for relation in PASSES:
            for bundle in bundles:
                if bundle.open and relation in bundle.plan.kinds:
                    self._exact(bundle, relation)
        self._bill(bundles)
        return PriorityResult(self.cost, self.unpriced)

    def _open(self, demand: DemandClass) -> _Bundle | None:
        """Return what a bundle needs; a host is settled at once."""
        plan = self._plan(demand)
        if demand.kind != "host":
            return _Bundle(plan, dict.fromkeys(range(len(demand.items)), 0))
        if not self._host(plan):
            amount, missing = self._host_short(plan)
            self.cost += amount
            self.unpriced += missing
        return None

    def _bill(self, bundles: Sequence[_Bundle]) -> None:
        """Price what is still open; bundles of one class that lack the same things cost the same."""
        left: dict[tuple[str, tuple[tuple[int, int], ...]], int] = {}
        for bundle in bundles:
            if bundle.open:
                key = (bundle.plan.demand.id, tuple(bundle.open.items()))
                left[key] = left.get(key, 0) + 1
        for (class_id, still_open), count in left.items():
            amount, missing = self._short(_Bundle(self._plans[class_id], dict(still_open)))
            self.cost += amount * count
            self.unpriced += missing * count

    def _plan(self, demand: DemandClass) -> _Plan:
        if demand.id not in self._plans:
            owned = [e for e in self.builder.candidates(demand) if isinstance(e, Pool)]
            plan = _Plan(demand)
            if demand.kind == "host":
                plan.options = list(self.builder.options(demand).options)
            else:
                plan.reaches = reaches(demand, owned, self.covering)
                for reach in plan.reaches:
                    for n in reach.items:
                        found = self.covering.relation(reach.license, demand.items[n])
                        plan.relations[(reach.license.id, n)] = found or OTHER
                plan.kinds = set(plan.relations.values())
                plan.suites = SUITE in plan.kinds
            self._plans[demand.id] = plan
        return self._plans[demand.id]

    def _suites(self, bundle: _Bundle) -> None:
        for reach in bundle.plan.reaches:
            products = {
                bundle.plan.demand.items[n].product
                for n in reach.items & set(bundle.open)
                if bundle.plan.relations[(reach.license.id, n)] == SUITE
            }
            need = solved(reach.need)
            if len(products) >= 2 and self.left[reach.license.id] >= need:  # noqa: PLR2004  (two components make a suite)
                self.left[reach.license.id] -= need
                for n in reach.items:
                    bundle.open.pop(n, None)

    def _exact(self, bundle: _Bundle, relation: str) -> None:
        for n in sorted(bundle.open):
            for reach in bundle.plan.reaches:
                if n not in bundle.open:
                    break
                if n not in reach.items or bundle.plan.relations[(reach.license.id, n)] != relation:
                    continue
                self._take(bundle, n, reach)

    def _take(self, bundle: _Bundle, n: int, reach: Reach) -> None:
        """Take units of one pool; a license that is taken whole covers everything it reaches."""
        need = solved(reach.need)
        missing = need - bundle.open[n]
        units = min(self.left[reach.license.id], missing)
        if units <= 0:
            return
        self.left[reach.license.id] -= units
        if units < missing:
            bundle.open[n] += units
            return
        for m in reach.items:
            bundle.open.pop(m, None)

    def _short(self, bundle: _Bundle) -> tuple[Fraction, int]:
        demand = bundle.plan.demand
        items = [demand.items[n] for n in sorted(bundle.open)]
        per_user = [i for i in items if i.seat or self.default_metric(i.product) in USER_SUBJECT]
        cost, unpriced = Fraction(0), 0
        for item in leading_items(self.covering, per_user) if per_user else ():
            price = self._price(item, "seat" if item.seat else self.default_metric(item.product))
            cost += price or 0
            unpriced += price is None
        for n, taken in sorted(bundle.open.items()):
            item = demand.items[n]
            if item in per_user:
                continue
            metric = self.default_metric(item.product)
            term = self.setting.library.find(
                self.covering.product(item.product), metric, self.setting.as_of, item.edition
            )
            units = max(0, solved(subject_units(demand.slots[item.slot].device, term)) - taken)
            price = self._price(item, metric)
            cost += (price or 0) * units
            unpriced += units if price is None else 0
        return cost, unpriced

    def _price(self, item: Item, metric: str) -> Fraction | None:
        found = self.builder.prices.find(item.product, item.edition, item.version, metric)
        return found if found is not None else self.builder.prices.find(item.product, item.edition, item.version, "")

    def _host(self, plan: _Plan) -> bool:
        """Take the first option that what is left covers wholly; the installed edition comes first."""
        for option in sorted(plan.options, key=_installed_first):
            taken: dict[str, int] = {}
            if all(self._cover(block.licenses, block.units * times, taken) for block, times in option.blocks):
                for license_id, units in taken.items():
                    self.left[license_id] -= units
                return True
        return False

    def _cover(self, licenses: Sequence[str], units: int, taken: dict[str, int]) -> bool:
        for license_id in licenses:
            free = self.left.get(license_id, 0) - taken.get(license_id, 0)
            used = min(free, units)
            if used > 0:
                taken[license_id] = taken.get(license_id, 0) + used
                units -= used
        return units == 0

    def _host_short(self, plan: _Plan) -> tuple[Fraction, int]:
        block = next((b for o in plan.options for b, _ in o.blocks), None)
        if block is None:
            return Fraction(0), 0
        version = highest_version(self.covering, [i for i, _ in plan.demand.instances])
        metrics = [self.builder.by_id[i].metric for i in block.licenses] or ["core"]
        price = self.builder.prices.find(block.items[0].product, block.own_edition, version, metrics[0])
        return (price * block.own_units, 0) if price is not None else (Fraction(0), block.own_units)


def _installed_first(option: Option) -> tuple[bool, int]:
    own = all(block.grant == block.own_edition for block, _ in option.blocks)
    return not own, sum(block.units * times for block, times in option.blocks)
