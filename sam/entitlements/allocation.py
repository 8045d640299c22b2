"""Allocate: solve every component of the matcher graph and gather the flows.

Components are independent problems; small ones without whole columns are solved together, since the relaxation of the
whole falls apart by itself. Equal graphs give equal flows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import networkx as nx

from sam.entitlements.graph import MatcherGraph, Node
from sam.entitlements.licenses import Offer
from sam.entitlements.options import Block
from sam.entitlements.program import AS_IT_IS, Program, Variant, build_program, components, is_stiff
from sam.entitlements.solver import GoalResult, Solution, solve

COST = ("unpriced", "cost", "others")
"""The goals that make the bill."""
VALUES = (*COST, "exposure", "value", "unvalued")
"""The goals that make every number of a position."""
BATCH = 400
"""Nodes up to which small components are gathered into one program."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A component whose optimum was not proven: value reached and proven bound of the cost."""

    component: Node
    value: Fraction
    bound: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Who is covered by what."""

    chosen: Mapping[Node, int]
    """Option node → bundles licensed that way."""
    flows: Mapping[tuple[Node, Node], int]
    """(block, pool or offer) → units; only those above zero."""
    bought: Mapping[str, int]
    """Offer id → units ordered (pack × whole)."""
    cost: Fraction = Fraction(0)
    """What must be bought costs, where a price is known; over the horizon, workspace currency."""
    unpriced: int = 0
    """Units to buy for which no price is known."""
    gaps: tuple[Gap, ...] = ()
    unproven: frozenset[Node] = frozenset()
    """Class nodes in components without proof."""
    components: int = 0
    columns: int = 0
    nodes: int = 0
    goals: Mapping[str, Fraction] = field(default_factory=dict)
    blocks: Mapping[Node, Block] = field(default_factory=dict)
    """Block node of a bundle written out → the block with the items it takes."""
    written: Mapping[Node, tuple[Node, ...]] = field(default_factory=dict)
    """Option node of a bundle written out → its block nodes; such options are not in the graph."""

    @property
    def proven(self) -> bool:
        """True when the cost of every component is proven least."""
        return not self.unproven


def allocate(
    matcher: MatcherGraph,
    goals: Collection[str] = (),
    variant: Variant = AS_IT_IS,
    parts: Iterable[list[Node]] | None = None,
) -> Allocation:
    """Solve the matcher graph at least cost, goals in sequence.

    Args:
        matcher: The graph.
        goals: Only these goals, where not all are wanted (`COST` for the bill alone).
        variant: What the programs change of the graph.
        parts: Only these components; None: all.

    Raises:
        SolverError: The solver failed on a program that has a solution.
    """
    graph = matcher.graph
    result = _Gatherer(matcher)
    batch: list[list[Node]] = []
    size = 0
    for part in components(graph) if parts is None else parts:
        if is_stiff(graph, part) or len(part) > BATCH:
            program = build_program(graph, part, variant)
            result.add([part], program, solve(program, goals=goals))
            continue
        batch.append(part)
        size += len(part)
        if size > BATCH * 10:
            _solve_batch(graph, batch, result, goals, variant)
            batch, size = [], 0
    if batch:
        _solve_batch(graph, batch, result, goals, variant)
    return result.allocation()


def _solve_batch(
    graph: "nx.DiGraph[Node]",
    batch: Sequence[list[Node]],
    result: "_Gatherer",
    goals: Collection[str],
    variant: Variant,
) -> None:
    """Solve small components as one relaxation; where that is not whole, one by one."""
    program = build_program(graph, [node for part in batch for node in part], variant)
    solution = solve(program, goals=goals)
    if len(batch) == 1 or (solution.proven and not any(g.nodes for g in solution.goals)):
        result.add(batch, program, solution)
        return
    for part in batch:
        single = build_program(graph, part, variant)
        result.add([part], single, solve(single, goals=goals))


class _Gatherer:
    def __init__(self, matcher: MatcherGraph) -> None:
        self.graph = matcher.graph
        self.chosen: dict[Node, int] = {}
        self.taken: dict[Node, list[Node]] = {}
        self.flows: dict[tuple[Node, Node], int] = {}
        self.packs: dict[str, int] = {}
        self.gaps: list[Gap] = []
        self.unproven: set[Node] = set()
        self.components = self.columns = self.nodes = 0
        self.goals: dict[str, Fraction] = {}

    def add(self, parts: Sequence[list[Node]], program: Program, solution: Solution) -> None:
        self.components += len(parts)
        self.columns += len(program.keys)
        for key, value in zip(program.keys, solution.values, strict=True):
            if value:
                self._keep(key, value)
        for goal in solution.goals:
            self.goals[goal.name] = self.goals.get(goal.name, Fraction(0)) + goal.value
            self.nodes += goal.nodes
        self._prove(parts, solution.goals, solution.proven)

    def _keep(self, key: tuple[Node, ...], value: int) -> None:
        if key[1] == ("packs",):
            self.packs[key[0][1]] = value
        elif key[0][0] == "class":
            self.chosen[key[1]] = value
        elif key[0][0] == "item":
            self.taken.setdefault(key[1], []).append(key[0])
        elif key[0][0] == "block" and key[1][0] in ("pool", "offer"):
            self.flows[(key[0], key[1])] = value

    def _prove(self, parts: Sequence[list[Node]], goals: Sequence[GoalResult], proven: bool) -> None:
        for part in parts:
            classes = [n for n in part if n[0] == "class"]
            if proven:
                continue
            self.unproven |= set(classes)
            cost = next((g for g in goals if g.name == "cost"), None)
            if cost:
                self.gaps.append(Gap(part[0], cost.value, cost.bound))

    def _choose_written(self) -> tuple[dict[Node, Block], dict[Node, tuple[Node, ...]]]:
        """Make an option of what was chosen for each bundle that is written out, its blocks holding what they take."""
        blocks: dict[Node, Block] = {}
        options: dict[Node, list[Node]] = {}
        for place, groups in sorted(self.taken.items()):
            items = tuple(sorted(item for group in groups for item in self.graph.nodes[group]["items"]))
            blocks[place] = replace(self.graph.nodes[place]["block"], items=items)
            options.setdefault(("option", place[1], place[2].partition("-")[0]), []).append(place)
        self.chosen |= dict.fromkeys(options, 1)
        return blocks, {option: tuple(places) for option, places in options.items()}

    def allocation(self) -> Allocation:
        blocks, written = self._choose_written()
        bought: dict[str, int] = {}
        for (_, target), units in self.flows.items():
            if target[0] == "offer":
                bought[target[1]] = bought.get(target[1], 0) + units
        cost, unpriced = Fraction(0), 0
        for offer_id in sorted(bought):
            offer: Offer = self.graph.nodes[("offer", offer_id)]["license"]
            if offer_id in self.packs:
                bought[offer_id] = self.packs[offer_id] * offer.pack
            if offer.unit_cost is None:
                unpriced += bought[offer_id]
            else:
                cost += offer.unit_cost * bought[offer_id]
        return Allocation(
            chosen=dict(sorted(self.chosen.items())),
            flows=dict(sorted(self.flows.items())),
            bought=dict(sorted(bought.items())),
            cost=cost,
            unpriced=unpriced,
            gaps=tuple(self.gaps),
            unproven=frozenset(self.unproven),
            components=self.components,
            columns=self.columns,
            nodes=self.nodes,
            goals=self.goals,
            blocks=blocks,
            written=written,
        )


def overlaid(main: Allocation, part: Allocation) -> Allocation:
    """Return `main` with the components of `part` replaced by it: whatever classes and licenses those touch."""
    classes = {node[1] for node in part.chosen}
    licenses = {target[1] for block, target in main.flows if block[1] in classes} | set(part.bought)
    return replace(
        main,
        chosen={n: c for n, c in main.chosen.items() if n[1] not in classes} | dict(part.chosen),
        flows={f: u for f, u in main.flows.items() if f[0][1] not in classes} | dict(part.flows),
        bought={o: u for o, u in main.bought.items() if o not in licenses} | dict(part.bought),
        blocks={n: b for n, b in main.blocks.items() if n[1] not in classes} | dict(part.blocks),
        written={n: p for n, p in main.written.items() if n[1] not in classes} | dict(part.written),
    )
