"""The integer program of one connected component, read from the matcher graph alone.

    class:  Σ options = count              block:  Σ flows = Σ units × times × options
    pool:   Σ flows ≤ units                offer:  Σ flows ≤ bought, bought = pack × whole, minimum when any
    bundle written out:  each group of items is taken by one block, a block that takes any is used once

Columns and rows are in sorted order of graph nodes, so equal graphs give equal programs.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

import networkx as nx

from sam.entitlements.covers import POLICY_ORDER
from sam.entitlements.graph import Node
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.listprices import ListPrices
from sam.entitlements.options import Block

Key = tuple[Node, ...]
Coefficients = dict[int, Fraction | int]


@dataclass(slots=True)
class Program:
    """Columns with whole bounds, rows `low ≤ Σ coefficient × column ≤ high`, and the goals in order."""

    keys: list[Key] = field(default_factory=list)
    upper: list[int | None] = field(default_factory=list)
    stiff: set[int] = field(default_factory=set)
    """Columns that are fractional in the relaxation as a rule: packs, minimum orders, hosts."""
    capacity: dict[int, int] = field(default_factory=dict)
    """Flow column → the most units its block can need."""
    rows: list[tuple[int | None, int | None, list[tuple[int, int]]]] = field(default_factory=list)
    goals: list[tuple[str, Coefficients]] = field(default_factory=list)

    def column(self, key: Key, upper: int | None = None) -> int:
        """Add a column, whole and not negative, and return its index."""
        self.keys.append(key)
        self.upper.append(upper)
        return len(self.keys) - 1

    def row(self, low: int | None, high: int | None, terms: list[tuple[int, int]]) -> None:
        """Add a row."""
        self.rows.append((low, high, terms))


def components(graph: "nx.DiGraph[Node]") -> Iterator[list[Node]]:
    """Yield the nodes of each independent problem of a graph, sorted, problems in a fixed order."""
    yield from sorted(sorted(part) for part in nx.weakly_connected_components(graph))


def is_stiff(graph: "nx.DiGraph[Node]", nodes: Iterable[Node]) -> bool:
    """True where the relaxation is fractional as a rule: packs, minimum orders, hosts."""
    for node in nodes:
        kind = graph.nodes[node]["kind"]
        if kind == "item" or (kind == "class" and graph.nodes[node]["demand"].kind == "host"):
            return True
        if kind == "offer" and not _single(graph.nodes[node]["license"]):
            return True
    return False


def _single(offer: Offer) -> bool:
    """True when units of an offer can be bought one by one, from the first on."""
    return offer.pack == 1 and offer.minimum <= 1


@dataclass(frozen=True, slots=True)
class Variant:
    """What a program changes of its graph: unknown facts at their low value, pools offered again at a price."""

    low: bool = False
    renewed: Mapping[Node, Fraction] = field(default_factory=dict)

    def units(self, block: Block) -> int:
        """Return the units a bundle needs of a block."""
        return block.low_units if self.low else block.units


AS_IT_IS = Variant()


def build_program(graph: "nx.DiGraph[Node]", nodes: Iterable[Node], variant: Variant = AS_IT_IS) -> Program:
    """Build the program of whole components, given by their nodes."""
    program = Program()
    nodes = sorted(nodes)
    classes = [n for n in nodes if n[0] == "class"]
    blocks: dict[Node, list[tuple[int, int]]] = {}
    licenses = [n for n in nodes if n[0] in ("offer", "pool")]
    costs = _Costs({node: rank for rank, node in enumerate(licenses)})
    for node in classes:
        _add_class(program, graph, node, blocks, variant)
    written = _WrittenOut(program, graph, costs, variant)
    for node in nodes:
        if node[0] == "item":
            written.add_item(node)
    blocks.update(written.close())
    flows = _add_flows(program, graph, blocks, costs, written.itemised)
    for target in sorted(flows):
        _add_supply(program, target, graph.nodes[target]["license"], flows[target], costs, variant)
    if variant.renewed:
        costs.others = {flow: 1 for target in flows if target[0] == "offer" for flow in flows[target]}
    program.goals = costs.goals()
    return program


def _add_flows(
    program: Program,
    graph: "nx.DiGraph[Node]",
    blocks: Mapping[Node, list[tuple[int, int]]],
    costs: "_Costs",
    itemised: Collection[Node],
) -> dict[Node, list[int]]:
    """Add what flows from each license into each block; return the flows of each license."""
    flows: dict[Node, list[int]] = {}
    for block in sorted(blocks):
        terms = [(column, -amount) for column, amount in blocks[block]]
        most = sum(amount * (program.upper[column] or 0) for column, amount in blocks[block])
        for target in sorted(graph.successors(block)):
            flow = program.column((block, target))
            program.capacity[flow] = most
            flows.setdefault(target, []).append(flow)
            terms.append((flow, 1))
            edge = graph.edges[block, target]
            costs.add_flow(flow, edge["relation"], target, graph.nodes[target]["license"])
            if block not in itemised:
                costs.expose(flow, edge["exposure"])
        program.row(0, 0, terms)
    return flows


def _add_supply(
    program: Program, target: Node, license: License, flows: list[int], costs: "_Costs", variant: Variant
) -> None:
    """Bound what a pool gives, or price what an offer or a renewed pool gives."""
    if target in variant.renewed:
        costs.cost.update(dict.fromkeys(flows, variant.renewed[target]))
    elif isinstance(license, Pool):
        # No more than its blocks can take: an entitlement without end must not drown the other numbers.
        most = min(license.units, sum(program.capacity[f] for f in flows))
        program.row(None, most, [(f, 1) for f in flows])
    elif isinstance(license, Offer):
        _add_offer(program, target, license, flows, costs)


def _add_class(
    program: Program,
    graph: "nx.DiGraph[Node]",
    node: Node,
    blocks: dict[Node, list[tuple[int, int]]],
    variant: Variant,
) -> None:
    count = graph.nodes[node]["count"]
    terms = []
    for option in sorted(n for n in graph.successors(node) if n[0] == "option"):
        column = program.column((node, option), count)
        if graph.nodes[node]["demand"].kind == "host":
            program.stiff.add(column)
        terms.append((column, 1))
        for block in sorted(graph.successors(option)):
            amount = variant.units(graph.nodes[block]["block"]) * graph.edges[option, block]["times"]
            blocks.setdefault(block, []).append((column, amount))
    if terms:
        program.row(count, count, terms)


class _WrittenOut:
    """Columns and rows of bundles that are written out: which block takes which group of items.

    A block is used at most once; a bought single unit is exposed product by product, for what it takes.
    """

    def __init__(self, program: Program, graph: "nx.DiGraph[Node]", costs: "_Costs", variant: Variant) -> None:
        self.program = program
        self.graph = graph
        self.costs = costs
        self.variant = variant
        self.taken: dict[Node, list[tuple[int, Node]]] = {}
        self.itemised: set[Node] = set()

    def add_item(self, node: Node) -> None:
        """Add a group of items: one block takes it."""
        columns = []
        for block in sorted(self.graph.successors(node)):
            column = self.program.column((node, block), 1)
            columns.append((column, 1))
            self.taken.setdefault(block, []).append((column, node))
        self.program.row(1, 1, columns)

    def close(self) -> dict[Node, list[tuple[int, int]]]:
        """Add the blocks; return the use of each, as the flows need it."""
        found = {}
        for block in sorted(self.taken):
            used = self.program.column((block, ("used",)), 1)
            self.program.stiff.add(used)
            for column, _ in self.taken[block]:
                self.program.row(None, 0, [(column, 1), (used, -1)])
            self._limit(block)
            self._expose(block)
            found[block] = [(used, self.variant.units(self.graph.nodes[block]["block"]))]
        return found

    def _limit(self, block: Node) -> None:
        most = self.graph.nodes[block]["devices"]
        if most is None:
            return
        slots: dict[int, list[int]] = {}
        for column, node in self.taken[block]:
            for slot in {i.slot for i in self.graph.nodes[node]["items"] if not i.seat}:
                slots.setdefault(slot, []).append(column)
        on = {slot: self.program.column((block, ("slot", str(slot))), 1) for slot in sorted(slots)}
        self.program.stiff |= set(on.values())
        for slot, columns in sorted(slots.items()):
            for column in columns:
                self.program.row(None, 0, [(column, 1), (on[slot], -1)])
        self.program.row(None, most, [(column, 1) for column in on.values()])

    def _expose(self, block: Node) -> None:
        """Price what a bought single unit leaves short: each product it takes, at its dearest item of those."""
        data = self.graph.nodes[block]
        offers = [t for t in self.graph.successors(block) if t[0] == "offer"]
        if data["units"] != 1 or not offers:
            return
        self.itemised.add(block)
        metric = self.graph.nodes[min(offers)]["license"].metric
        prices: ListPrices = self.graph.graph["prices"]
        levels: dict[str, dict[Fraction, list[int]]] = {}
        for column, node in self.taken[block]:
            for item in self.graph.nodes[node]["items"]:
                price = prices.find(item.product, item.edition, item.version, metric) or Fraction(0)
                levels.setdefault(item.product, {}).setdefault(price, []).append(column)
        for product, by_price in sorted(levels.items()):
            below = Fraction(0)
            for price in sorted(by_price):
                # Each level adds what it costs above the one below: together the dearest level taken.
                short = self.program.column((block, ("short", product, str(price))), 1)
                for level in (p for p in by_price if p >= price):
                    for column in by_price[level]:
                        self.program.row(None, 0, [(column, 1), (short, -1)])
                self.costs.expose(short, price - below)
                below = price


def _add_offer(program: Program, target: Node, offer: Offer, flows: list[int], costs: "_Costs") -> None:
    if _single(offer):
        for flow in flows:
            costs.buy(flow, offer, 1)
        return
    packs = program.column((target, ("packs",)))
    program.stiff.add(packs)
    program.row(None, 0, [*((f, 1) for f in flows), (packs, -offer.pack)])
    costs.buy(packs, offer, offer.pack)
    if offer.minimum > offer.pack:
        any_bought = program.column((target, ("any",)), 1)
        program.stiff.add(any_bought)
        program.row(0, None, [(packs, offer.pack), (any_bought, -offer.minimum)])
        # No order is larger than every flow together plus one minimum order: a safe bound, as small as is known.
        most = sum(program.capacity[flow] for flow in flows) + offer.minimum + offer.pack
        program.row(None, 0, [(packs, offer.pack), (any_bought, -most)])


class _Costs:
    """Collects the coefficients of the goals."""

    def __init__(self, ranks: Mapping[Node, int]) -> None:
        self.unpriced: Coefficients = {}
        self.cost: Coefficients = {}
        self.exposure: Coefficients = {}
        self.value: Coefficients = {}
        self.unvalued: Coefficients = {}
        self.order: Coefficients = {}
        self.others: Coefficients = {}
        """Units bought instead of renewed, where something can be renewed: at equal cost the contract goes on."""
        self.ranks = ranks

    def expose(self, column: int, amount: Fraction) -> None:
        if amount:
            self.exposure[column] = amount

    def add_flow(self, flow: int, relation: str, target: Node, license: License) -> None:
        if isinstance(license, Pool):
            if license.value is None:
                self.unvalued[flow] = 1
            elif license.value:
                self.value[flow] = license.value
        # Every unit counts, so that none is used that takes nothing; alike relations fall to the first license by id.
        self.order[flow] = (1 + POLICY_ORDER.index(relation)) * len(self.ranks) + self.ranks[target]

    def buy(self, column: int, offer: Offer, units: int) -> None:
        if offer.unit_cost is None:
            self.unpriced[column] = units
        elif offer.unit_cost:
            self.cost[column] = offer.unit_cost * units

    def goals(self) -> list[tuple[str, Coefficients]]:
        named = [
            ("unpriced", self.unpriced), ("cost", self.cost), ("others", self.others), ("exposure", self.exposure),
            ("value", self.value),
            ("unvalued", self.unvalued), ("order", self.order),
        ]  # fmt: skip
        return [(name, coefficients) for name, coefficients in named if any(coefficients.values())]


def whole_coefficients(coefficients: Mapping[int, Fraction | int]) -> tuple[dict[int, int], Fraction]:
    """Scale to the smallest whole numbers; returns them and the factor that gives the true value back."""
    distinct = set(coefficients.values())
    scale = lcm(*(c.denominator for c in distinct))
    whole = {c: int(c * scale) for c in distinct}
    shared = gcd(*whole.values()) or 1
    return {n: whole[c] // shared for n, c in coefficients.items()}, Fraction(shared, scale)
