"""Why not another license: that choice is forced for one subject and everything it touches is solved again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

import networkx as nx

from sam.engine.explain_desk import Desk, Flow, plain
from sam.engine.explain_licenses import Shelf
from sam.engine.explain_words import out_of_scope, plural, refusal
from sam.entitlements.allocation import Allocation, allocate
from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import POLICY_ORDER
from sam.entitlements.graph import MatcherGraph, Node, class_node, license_node
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.solver import SolverError

SHOWN: Final = 3
"""Other licenses that are looked at."""
MOST_DEALT: Final = 1_000
"""Bundles of each option looked at to name a subject."""
MOST_CLASSES: Final = 400
"""Classes that depend on each other, beyond which nothing is solved again."""
_ONE: Final = ":one"
_FULL: Final = "; its units are all in use, so another one would go without"


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
    others = _others(desk, question)
    if not others:
        return
    yield f"Why not something else, for {_subject(desk, question, asked)}"
    yield f"  now: {shelf.name(asked.license)}"
    again = _Again(desk, question)
    free = _free(desk)
    for other in others:
        answer = _answer(desk, question, other, again)
        full = isinstance(other, Pool) and not free.get(other.id, other.units) and not answer.startswith("not ")
        yield f"  {shelf.name(other)}: {answer}{_FULL if full else ''}"


def _subject(desk: Desk, question: _Question, asked: Flow) -> str:
    """Return the first subject that is licensed as the question says."""
    for dealt in desk.hand.deal(question.demand, most=MOST_DEALT):
        if dealt.block == asked.block and any(license.id == asked.license.id for license, _ in dealt.sources):
            return plain(desk.hand.subject(dealt, names=desk.names)[1])
    return {"user": "one person", "host": "one host"}.get(question.demand.kind, "one device")


def _others(desk: Desk, question: _Question) -> list[License]:
    """Return up to three other licenses: owned ones first, free units first, then what is cheapest to buy."""
    licensed = desk.solved.licensed
    covering = licensed.builder.covering
    free = _free(desk)
    linked = [
        license
        for _, license in sorted(licensed.builder.by_id.items())
        if license.id != question.now.id and question.item.product in covering.linked_products(license)
    ]
    owned = [p for p in linked if isinstance(p, Pool)]
    owned.sort(key=lambda p: (-free.get(p.id, p.units), p.id))
    offers = [o for o in linked if isinstance(o, Offer)]
    offers.sort(key=lambda o: (o.unit_cost is None, o.unit_cost or 0, o.id))
    return [*owned[: max(SHOWN - 1, SHOWN - len(offers))], *offers][:SHOWN]


def _free(desk: Desk) -> dict[str, int]:
    """Return the free units of pools that are in use, by id."""
    left: dict[str, int] = {}
    graph = desk.hand.graph
    for (_, target), units in desk.solved.licensed.allocation.flows.items():
        license = graph.nodes[target]["license"]
        if isinstance(license, Pool):
            left[license.id] = left.get(license.id, license.units) - units
    return left


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


@dataclass(frozen=True, slots=True)
class _Solution:
    """A solved component, with the graph it was solved on."""

    allocation: Allocation
    matcher: MatcherGraph

    def goal(self, name: str) -> Fraction:
        """Return the value of a goal; 0 where nothing has a part in it."""
        return self.allocation.goals.get(name, Fraction(0))

    def distance(self) -> int:
        """Return how far the licenses used are from the nearest match, unit by unit in policy order."""
        edges = self.matcher.graph.edges
        return sum(
            units * (1 + POLICY_ORDER.index(edges[flow]["relation"])) for flow, units in self.allocation.flows.items()
        )


def _compared(desk: Desk, base: _Solution, forced: _Solution) -> str:
    """Name the first goal in which two solutions differ, in the order in which goals are solved."""
    unpriced = forced.allocation.unpriced - base.allocation.unpriced
    if unpriced:
        return (
            f"{plural(abs(unpriced), 'unit')} {'more' if unpriced > 0 else 'fewer'} to buy at a price that is not known"
        )
    cost = forced.allocation.cost - base.allocation.cost
    if cost:
        return f"{desk.amount(abs(cost))} {'more' if cost > 0 else 'less, though nothing better was proven'}"
    for name, words in (("exposure", "of exposure at list price"), ("value", "of owned units in use")):
        more = forced.goal(name) - base.goal(name)
        if more:
            return f"equal in cost, but {desk.amount(abs(more))} {'more' if more > 0 else 'less'} {words}"
    unvalued = int(forced.goal("unvalued") - base.goal("unvalued"))
    if unvalued:
        return f"equal in cost, but {abs(unvalued)} {'more' if unvalued > 0 else 'fewer'} owned units in use"
    if forced.distance() != base.distance():
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

    @cached_property
    def base(self) -> _Solution:
        """The solution with nothing forced."""
        matcher = self.builder.build(self.classes)
        return _Solution(allocate(matcher), matcher)

    def forced(self, other: License) -> _Solution | str:
        """Return the solution in which one subject is licensed by another license, or why there is none."""
        matcher = self.builder.build(self.classes)
        if not _force(matcher, self.one, self.question.item, other):
            return "not allowed, because no way to license the whole of it uses that license here"
        try:
            return _Solution(allocate(matcher), matcher)
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
