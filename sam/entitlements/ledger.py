"""Book every flow of an allocation at the position that demands and the position that owns.

Two identities hold by construction of the entries and are checked when a line is closed:
demand = covered + shortfall, and entitled = used here + used for others + reserved + non-transferable + surplus.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sam.entitlements.allocation import Allocation
from sam.entitlements.classes import Item
from sam.entitlements.covers import Covering
from sam.entitlements.graph import MatcherGraph, Node, exposed, highest_version, leading_items
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.lots import Lot
from sam.entitlements.options import Block

Key = tuple[str, str, str, str, str]
"""Product, edition, version, metric, scope; "" where none."""
Grain = Callable[[Key], Key]


def fine(key: Key) -> Key:
    """Return the grain of `positions`: the key itself."""
    return key


def summed(key: Key) -> Key:
    """Return the grain of `totals`: over version and scope."""
    return key[0], key[1], "", key[3], ""


@dataclass(slots=True)
class Line:
    """A position being booked; units of its metric."""

    entitled: int = 0
    expired: int = 0
    solved: int = 0
    shortfall: int = 0
    used_here: int = 0
    used_for_others: int = 0
    reserved: int = 0
    order_quantity: int = 0
    exposure: Fraction = Fraction(0)
    unpriced: int = 0
    covered: dict[str, int] = field(default_factory=dict)
    lots: dict[str, int] = field(default_factory=dict)
    terms: set[str] = field(default_factory=set)
    known: bool = True
    bounded: bool = True
    proven: bool = True
    countable: bool = True
    remedies: set[str] = field(default_factory=set)

    @property
    def covered_units(self) -> int:
        """Units covered in every way."""
        return sum(self.covered.values())

    @property
    def surplus(self) -> int:
        """Owned, valid and free."""
        return self.entitled - self.used_here - self.used_for_others - self.reserved


@dataclass(slots=True)
class Ledger:
    """All lines of a run at one grain, and what one license shares with another installation."""

    lines: dict[Key, Line] = field(default_factory=dict)
    shared: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(product, edition, version) → installations that one license covers with another one of the product."""
    offers: dict[str, set[Key]] = field(default_factory=dict)
    """Offer id → keys of the demand it covers."""

    def line(self, key: Key) -> Line:
        """Return the line of a key, opened when new."""
        return self.lines.setdefault(key, Line())


def demand_keys(covering: Covering, block: Block, license: License) -> list[tuple[Key, Item]]:
    """Return where the demand of a block stands when this license covers it, with the item that carries it."""
    if block.grant:
        first = block.items[0]
        item = Item(first.product, block.grant, highest_version(covering, block.items), 0)
        return [((item.product, item.edition, item.version, license.metric, ""), item)]
    return [((i.product, i.edition, i.version, license.metric, ""), i) for i in leading_items(covering, block.items)]


def license_key(license: License) -> Key:
    """Return where a pool or offer stands."""
    return license.product, license.edition, license.version, license.metric, license.scope


def book(
    matcher: MatcherGraph,
    allocation: Allocation,
    pools: Sequence[Pool],
    lots: Iterable[Lot],
    covering: Covering,
    grain: Grain = fine,
) -> Ledger:
    """Book an allocation.

    Args:
        matcher: The graph that was solved.
        allocation: Its solution.
        pools: Every owned pool, allocated or not.
        lots: Every lot, for what had expired.
        covering: Answers how a license covers an item.
        grain: `fine` for positions, `summed` for totals.
    """
    ledger = Ledger()
    for pool in pools:
        _own(ledger.line(grain(license_key(pool))), pool)
    for lot in lots:
        if lot.state == "expired":
            line = ledger.line(grain((lot.product, lot.edition, lot.version, lot.metric, lot.scope)))
            line.expired += lot.units
    booking = _Booking(matcher, allocation, covering, grain, ledger)
    for (block, target), units in allocation.flows.items():
        booking.flow(block, target, units)
    for offer_id, units in allocation.bought.items():
        booking.order(matcher.graph.nodes[("offer", offer_id)]["license"], units)
    for pool in pools:
        if pool.reserved and not pool.blocked:
            used = booking.used.get(pool.id, 0)
            ledger.line(grain(license_key(pool))).reserved += pool.units - used
    return ledger


def _own(line: Line, pool: Pool) -> None:
    line.entitled += pool.units
    line.terms.add(pool.term.id)
    line.countable = line.countable and pool.countable
    for entitlement, units in pool.lots.items():
        line.lots[entitlement] = line.lots.get(entitlement, 0) + units
    if pool.blocked:
        line.reserved += pool.units


class _Booking:
    def __init__(
        self, matcher: MatcherGraph, allocation: Allocation, covering: Covering, grain: Grain, ledger: Ledger
    ) -> None:
        self.graph = matcher.graph
        self.unproven = allocation.unproven
        self.blocks = allocation.blocks
        self.covering = covering
        self.grain = grain
        self.ledger = ledger
        self.used: dict[str, int] = {}
        self.flows_of: dict[str, dict[Key, int]] = {}

    def flow(self, place: Node, target: Node, units: int) -> None:
        block: Block = self.blocks.get(place) or self.graph.nodes[place]["block"]
        license: License = self.graph.nodes[target]["license"]
        keys = [(self.grain(key), item) for key, item in demand_keys(self.covering, block, license)]
        for key, item in keys:
            line = self.ledger.line(key)
            line.solved += units
            line.terms.add(license.term.id)
            line.known = line.known and block.known
            line.bounded = line.bounded and block.bounded
            line.proven = line.proven and ("class", place[1]) not in self.unproven
            if isinstance(license, Offer):
                self._short(line, key, license, units)
            else:
                relation = self.covering.relation(license, item, grant=bool(block.grant)) or "other"
                line.covered[relation] = line.covered.get(relation, 0) + units
        if isinstance(license, Pool):
            self._use(license, [key for key, _ in keys], units)
        else:
            edge = self.graph.edges[place, target]
            exposure, priced = edge["exposure"], edge["priced"]
            if place in self.blocks:
                exposure, priced = exposed(self.covering, self.graph.graph["prices"], block.items, license.metric)
            self._expose(keys, license.metric, exposure, units, priced=priced)
        self._share(block, units)

    def _short(self, line: Line, key: Key, offer: Offer, units: int) -> None:
        line.shortfall += units
        line.remedies.add(offer.id)
        self.ledger.offers.setdefault(offer.id, set()).add(key)
        at = self.flows_of.setdefault(offer.id, {})
        at[key] = at.get(key, 0) + units

    def _use(self, pool: Pool, keys: list[Key], units: int) -> None:
        self.used[pool.id] = self.used.get(pool.id, 0) + units
        own = self.grain(license_key(pool))
        line = self.ledger.line(own)
        if own in keys:
            line.used_here += units
        else:
            line.used_for_others += units

    def _expose(
        self, keys: list[tuple[Key, Item]], metric: str, exposure: Fraction, units: int, *, priced: bool
    ) -> None:
        """Book the exposure of bought units at each product they stand for."""
        if len(keys) == 1:
            line = self.ledger.line(keys[0][0])
            line.exposure += exposure * units
            line.unpriced += 0 if priced else units
            return
        for key, item in keys:
            line = self.ledger.line(key)
            price = self.graph.graph["prices"].find(item.product, item.edition, item.version, metric)
            line.exposure += (price or 0) * units
            line.unpriced += 0 if price is not None else units

    def _share(self, block: Block, units: int) -> None:
        if block.grant or not block.units:
            return
        leading = set(leading_items(self.covering, block.items))
        for item in block.items:
            if item not in leading:
                kind = (item.product, item.edition, item.version)
                self.ledger.shared[kind] = self.ledger.shared.get(kind, 0) + units // block.units

    def order(self, offer: Offer, units: int) -> None:
        """Book what is ordered at the demand of the same product where there is one, else at the offer's own key."""
        own = license_key(offer)
        at = self.flows_of.get(offer.id, {})
        same = {
            k: n
            for k, n in at.items()
            if (k[0], k[1], k[3]) == (own[0], own[1], own[3]) or (k[0], k[3], own[1]) == (own[0], own[3], "")
        }
        if not same:
            self.ledger.line(self.grain(own)).order_quantity += units
            return
        spare = units - sum(same.values())
        for key in sorted(same):
            self.ledger.line(key).order_quantity += same[key]
        most = max(sorted(same), key=lambda k: same[k])
        # What a pack brings beyond the need, and units of it that cover other products, stand with the largest demand.
        self.ledger.line(most).order_quantity += spare


def shares(values: Mapping[str, int]) -> dict[str, int]:
    """Return a copy in sorted order, zeros left out."""
    return {k: values[k] for k in sorted(values) if values[k]}
