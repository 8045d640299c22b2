"""The matcher graph: classes, their options and blocks, and the pools and offers that may cover each block.

    class ──option──▶ option ──needs──▶ block ──covers──▶ pool | offer

Node attributes
    class   kind, count, demand (the DemandClass)
    option  demand class id
    item    group of items of one bundle that is written out    block   units each, the Block
    pool    units, value, the Pool          offer  pack, minimum, cost, the Offer
Edge attributes
    option → block  times: how often one bundle needs the block
    item → block    the block may take these items (bundles written out: class → item → block)
    block → pool | offer  relation (own, downgrade, …), term, right and scope that allow it

The program is built from this graph alone: an edge that is not here cannot be used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import POLICY_ORDER, Covering
from sam.entitlements.hosts import list_host_options
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.listprices import ListPrices
from sam.entitlements.options import Block, ClassOptions, WrittenOut, list_options, reaches

Node = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatcherGraph:
    """The graph; what is solved from it never changes it."""

    graph: "nx.DiGraph[Node]"


def class_node(class_id: str) -> Node:
    """Return the node of a demand class."""
    return ("class", class_id)


def license_node(license: License) -> Node:
    """Return the node of a pool or an offer."""
    return ("pool" if isinstance(license, Pool) else "offer", license.id)


class UncoverableError(RuntimeError):
    """A demand that no license covers: a bug, since what is not on sale can be bought at an unknown price."""


class GraphBuilder:
    """Builds the matcher graph of an estate from classes, pools and offers."""

    def __init__(self, covering: Covering, prices: ListPrices, licenses: Sequence[License]) -> None:
        self.covering = covering
        self.prices = prices
        self.by_id: Mapping[str, License] = {license.id: license for license in licenses}
        self._by_product: dict[str, list[License]] = {}
        for license in sorted(licenses, key=lambda e: e.id):
            if isinstance(license, Pool) and (license.blocked or license.units <= 0):
                continue
            for product in covering.linked_products(license):
                self._by_product.setdefault(product, []).append(license)

    def build(self, classes: Sequence[DemandClass]) -> MatcherGraph:
        """Return the graph of all classes, whose ids are unique."""
        graph: nx.DiGraph[Node] = nx.DiGraph(prices=self.prices, covering=self.covering)
        for demand in sorted(classes, key=lambda c: c.id):
            listed = self.options(demand)
            if listed.uncovered or not (listed.options or listed.written):
                raise UncoverableError(f"{demand.id}: nothing owned or offered covers {listed.uncovered or demand}")
            self._add_class(graph, demand, listed)
            if listed.written:
                self._write_out(graph, demand, listed.written)
        return MatcherGraph(graph)

    def candidates(self, demand: DemandClass) -> list[License]:
        """Return the licenses that could cover some item of a class, in order of id."""
        products = {i.product for i in demand.items} | {i.product for i, _ in demand.instances}
        found = {license.id: license for p in products for license in self._by_product.get(p, ())}
        return [found[i] for i in sorted(found)]

    def options(self, demand: DemandClass) -> ClassOptions:
        """List the options of one class."""
        candidates = self.candidates(demand)
        if demand.kind == "host":
            return list_host_options(demand, candidates, self.covering)
        return list_options(demand, reaches(demand, candidates, self.covering))

    def _add_class(self, graph: "nx.DiGraph[Node]", demand: DemandClass, listed: ClassOptions) -> None:
        node = class_node(demand.id)
        graph.add_node(node, kind="class", count=demand.count, demand=demand)
        names: dict[Block, str] = {}
        for number, option in enumerate(listed.options):
            chosen: Node = ("option", demand.id, f"{number:05d}")
            graph.add_node(chosen, kind="option")
            graph.add_edge(node, chosen)
            for place_in_option, (block, times) in enumerate(option.blocks):
                # A host's flows stay apart by option: what a bought unit exposes depends on the option it is in.
                apart = f"{number:05d}-{place_in_option:05d}"
                name = apart if demand.kind == "host" else names.setdefault(block, f"{len(names):05d}")
                place: Node = ("block", demand.id, name)
                if place not in graph:
                    self._add_block(graph, place, demand, block, sum(b.units * t for b, t in option.blocks))
                graph.add_edge(chosen, place, times=times)

    def _write_out(self, graph: "nx.DiGraph[Node]", demand: DemandClass, written: WrittenOut) -> None:
        """Add each bundle of a class by itself, with its groups of items and the blocks that may take them."""
        for copy in range(demand.count):
            groups: list[tuple[Node, frozenset[Item]]] = []
            for number, items in enumerate(written.groups):
                group: Node = ("item", demand.id, f"{copy:05d}-{number:03d}")
                graph.add_node(group, kind="item", items=items)
                graph.add_edge(class_node(demand.id), group)
                groups.append((group, frozenset(items)))
            for number, choice in enumerate(written.choices):
                place: Node = ("block", demand.id, f"{copy:05d}-{number:03d}")
                self._add_block(graph, place, demand, choice.block, choice.block.units)
                graph.nodes[place]["devices"] = choice.devices
                for group, held in groups:
                    if held <= set(choice.block.items):
                        graph.add_edge(group, place)

    def _add_block(self, graph: "nx.DiGraph[Node]", place: Node, demand: DemandClass, block: Block, whole: int) -> None:
        graph.add_node(place, kind="block", units=block.units, block=block, demand=demand.id)
        for license_id in block.licenses:
            license = self.by_id[license_id]
            target = license_node(license)
            if target not in graph:
                graph.add_node(target, kind=target[0], license=license)
            relation = self._relation(license, block)
            exposure, priced = (Fraction(0), True)
            if isinstance(license, Offer):
                exposure, priced = self._exposure(block, license.metric, whole)
            graph.add_edge(
                place,
                target,
                relation=relation,
                term=license.term.id,
                scope=license.scope,
                exposure=exposure,
                priced=priced,
            )

    def _relation(self, license: License, block: Block) -> str:
        ranked = [self.covering.relation(license, item, grant=bool(block.grant)) or "other" for item in block.items]
        return max(ranked, key=_distance)

    def _exposure(self, block: Block, metric: str, whole: int) -> tuple[Fraction, bool]:
        """Return the list price of what one bought unit leaves short at the installed products."""
        if block.grant:
            item = block.items[0]
            price = self.prices.find(
                item.product, block.own_edition, highest_version(self.covering, block.items), metric
            )
            return (
                (price * block.own_units / whole, True)
                if price is not None and whole
                else (Fraction(0), price is not None)
            )
        return exposed(self.covering, self.prices, block.items, metric)


def exposed(covering: Covering, prices: ListPrices, items: Sequence[Item], metric: str) -> tuple[Fraction, bool]:
    """Return the list price of one unit of each product among items, and whether all of them have one."""
    total, priced = Fraction(0), True
    for item in leading_items(covering, items):
        price = prices.find(item.product, item.edition, item.version, metric)
        total += price or 0
        priced = priced and price is not None
    return total, priced


def _distance(relation: str) -> int:
    return POLICY_ORDER.index(relation)


def highest_version(covering: Covering, items: Sequence[Item]) -> str:
    """Return the latest version among items of one product."""
    return max(items, key=covering.order).version


def leading_items(covering: Covering, items: Sequence[Item]) -> list[Item]:
    """Return one item a product: at the highest edition, then the latest version. It carries the block's demand."""
    best: dict[str, Item] = {}
    for item in items:
        known = best.get(item.product)
        if known is None or covering.order(item) > covering.order(known):
            best[item.product] = item
    return [best[p] for p in sorted(best)]
