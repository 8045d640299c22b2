"""Why not another license: that choice is forced for one subject and everything it touches is solved again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import networkx as nx

from sam.engine.explain_desk import Desk, Flow, plain
from sam.engine.explain_licenses import Shelf
from sam.engine.explain_words import out_of_scope, refusal
from sam.entitlements.allocation import Allocation, allocate
from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.graph import MatcherGraph, Node, class_node, license_node
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.solver import SolverError

SHOWN: Final = 3
"""Other licenses that are looked at."""
MOST_CLASSES: Final = 400
"""Classes that depend on each other, beyond which nothing is solved again."""
_ONE: Final = ":one"


@dataclass(frozen=True, slots=True)
class _Question:
    """One subject of a class, and how it is licensed now."""

    demand: DemandClass
    item: Item
    now: License


def why_not(desk: Desk, shelf: Shelf, flows: Sequence[Flow]) -> Iterator[str]:
    """Yield for up to three other licenses what choosing them would cost, or why they are not allowed.

    The flow asked about is the largest one that is short, else the largest one.
    """
    if not flows:
        return
    asked = max(flows, key=lambda f: (isinstance(f.license, Offer), f.units))
    question = _Question(desk.classes[asked.place[1]], asked.item, asked.license)
    others = _others(desk, question, {f.license.id for f in flows})
    if not others:
        return
    subject = {"user": "person", "host": "host"}.get(question.demand.kind, "device")
    yield f"Why not something else, for one {subject} of these"
    yield f"  now: {shelf.name(asked.license)}"
    again = _Again(desk, question)
    yield from (f"  {shelf.name(other)}: {_answer(desk, question, other, again)}" for other in others)


def _others(desk: Desk, question: _Question, used: set[str]) -> list[License]:
    """Return up to three other licenses: owned ones first, free units first, then what is cheapest to buy."""
    licensed = desk.solved.licensed
    covering = licensed.builder.covering
    taken: dict[str, int] = {}
    for (_, target), units in licensed.allocation.flows.items():
        taken[target[1]] = taken.get(target[1], 0) + units
    linked = [
        license
        for _, license in sorted(licensed.builder.by_id.items())
        if license.id not in used and question.item.product in covering.linked_products(license)
    ]
    owned = [p for p in linked if isinstance(p, Pool)]
    owned.sort(key=lambda p: (-(p.units - taken.get(p.id, 0)), p.id))
    offers = [o for o in linked if isinstance(o, Offer)]
    offers.sort(key=lambda o: (o.unit_cost is None, o.unit_cost or 0, o.id))
    return [*owned[: max(SHOWN - 1, SHOWN - len(offers))], *offers][:SHOWN]


def _answer(desk: Desk, question: _Question, other: License, again: "_Again") -> str:
    covering = desk.solved.licensed.builder.covering
    host = question.demand.kind == "host"
    reason = refusal(covering, other, question.item, host=host)
    reason = reason or out_of_scope(other, desk.scope(other.scope), question.demand, question.item)
    if reason:
        return f"not allowed, because {plain(reason)}"
    if again.too_many:
        return f"not solved again: {again.too_many} classes of demand depend on each other here"
    forced = again.forced(other)
    return forced if isinstance(forced, str) else _compared(desk, again.base, forced)


def _compared(desk: Desk, base: Allocation, forced: Allocation) -> str:
    """Name the first goal in which two solutions differ."""
    unpriced = forced.unpriced - base.unpriced
    if unpriced:
        return f"{unpriced} more units to buy at a price that is not known"
    if forced.cost != base.cost:
        more = forced.cost - base.cost
        return f"{desk.amount(abs(more))} {'more' if more > 0 else 'less, though nothing better was proven'}"
    for goal, words in (("exposure", "of exposure at list price"), ("value", "of owned units in use")):
        more = forced.goals.get(goal, Fraction(0)) - base.goals.get(goal, Fraction(0))
        if more:
            return f"equal in cost, but {desk.amount(abs(more))} {'more' if more > 0 else 'less'} {words}"
    unvalued = forced.goals.get("unvalued", Fraction(0)) - base.goals.get("unvalued", Fraction(0))
    if unvalued:
        return f"equal in cost, but {abs(unvalued)} {'more' if unvalued > 0 else 'fewer'} owned units in use"
    if forced.goals.get("order", Fraction(0)) != base.goals.get("order", Fraction(0)):
        return "equal, tie broken by policy order: the nearest match first"
    return "equal, tie broken by the fixed order of licenses"


class _Again:
    """The classes that depend on the one asked about, solved again."""

    def __init__(self, desk: Desk, question: _Question) -> None:
        self.builder = desk.solved.licensed.builder
        self.question = question
        graph = desk.solved.licensed.matcher.graph
        start = class_node(question.demand.id)
        reached = nx.node_connected_component(graph.to_undirected(as_view=True), start)
        touched = [desk.classes[n[1]] for n in sorted(reached) if n[0] == "class"]
        self.too_many = len(touched) if len(touched) > MOST_CLASSES else 0
        rest = [c for c in touched if c.id != question.demand.id]
        if question.demand.count > 1:
            rest.append(replace(question.demand, count=question.demand.count - 1))
        self.one = replace(question.demand, id=question.demand.id + _ONE, count=1)
        self.classes = [*rest, self.one]
        self._base: Allocation | None = None

    @property
    def base(self) -> Allocation:
        """The solution with nothing forced."""
        if self._base is None:
            self._base = allocate(self.builder.build(self.classes))
        return self._base

    def forced(self, other: License) -> Allocation | str:
        """Return the solution in which one subject is licensed by another license, or why there is none."""
        matcher = self.builder.build(self.classes)
        if not _force(matcher, self.one, self.question.item, other):
            return "not allowed, because no way to license the whole of it uses that license here"
        try:
            return allocate(matcher)
        except SolverError:
            units = other.units if isinstance(other, Pool) else 0
            return f"not allowed, because its {units} units are not enough for one of these"


def _force(matcher: MatcherGraph, one: DemandClass, item: Item, other: License) -> bool:
    """Leave a class no way but those in which `other` alone covers the block that holds an item."""
    graph = matcher.graph
    target = license_node(other)
    ways = list(graph.successors(class_node(one.id)))
    for way in ways:
        blocks = [b for b in graph.successors(way) if item in graph.nodes[b]["block"].items]
        by_other = [b for b in blocks if graph.has_edge(b, target)]
        if way[0] == "item":
            if item in graph.nodes[way]["items"]:
                graph.remove_edges_from([(way, b) for b in blocks if b not in by_other])
                _only(graph, by_other, target)
                if not by_other:
                    return False
        elif by_other:
            _only(graph, by_other, target)
        else:
            graph.remove_node(way)
    lonely = [n for n in graph if n[0] == "block" and n[1] == one.id and not graph.in_degree(n)]
    graph.remove_nodes_from(lonely)
    return graph.out_degree(class_node(one.id)) > 0


def _only(graph: "nx.DiGraph[Node]", blocks: Sequence[Node], target: Node) -> None:
    graph.remove_edges_from([(b, t) for b in blocks for t in list(graph.successors(b)) if t != target])
