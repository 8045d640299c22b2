"""Hand class flows back to single subjects in a fixed order, so that each device and user knows its license.

Bundles of one class are interchangeable: the first ones in order get the first option, and units of pools are dealt
out in order of pool. Nothing here changes a number; it only says whose license is whose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sam.engine.demandclasses import MixedBundle
from sam.engine.licensing import Licensed
from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.graph import Node, class_node
from sam.entitlements.ledger import demand_keys
from sam.entitlements.licenses import License, Pool
from sam.entitlements.options import USER_SLOT, Block
from sam.entitlements.positions import position_id
from sam.model import AllocationLine

SHORT = "(short)"
SHOWN = 50
"""Subjects kept a position in a run; `explain` shows any other."""


def pseudonym(user_id: str) -> str:
    """Return the name a person has in reports: the same in every run, and no way back without the register."""
    return f"user-{sha256(user_id.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Dealt:
    """One block of one bundle: whose it is and from what it is covered."""

    demand: DemandClass
    members: tuple[int, ...]
    """Numbers of the bundle's devices, slot by slot."""
    users: tuple[int, ...]
    """Numbers of the bundle's persons; below 0 one who is not known."""
    block: Block
    sources: tuple[tuple[License, int], ...]
    """Licenses and units; together what the bundle needs of the block."""


class HandBack:
    """Deals the flows of a solved run."""

    def __init__(self, licensed: Licensed) -> None:
        self.licensed = licensed
        self.graph = licensed.matcher.graph
        self.flows: dict[Node, list[tuple[Node, int]]] = {}
        for (block, target), units in licensed.allocation.flows.items():
            self.flows.setdefault(block, []).append((target, units))
        self._bundles: dict[tuple[int, str, str], list[int]] | None = None
        self._devices: dict[tuple[int, int], list[int]] | None = None

    def positions(self, place: Node, target: Node) -> list[str]:
        """Return the positions at which a flow stands."""
        block = self.licensed.allocation.blocks.get(place) or self.graph.nodes[place]["block"]
        license = self.graph.nodes[target]["license"]
        return [position_id(key) for key, _ in demand_keys(self.licensed.builder.covering, block, license)]

    def _by_signature(self) -> dict[tuple[int, str, str], list[int]]:
        if self._bundles is None:
            self._bundles = {}
            rows = self.licensed.demand.relations.fetch("SELECT family, bundle_kind, signature, bundle FROM bundles")
            for *key, bundle in rows:
                self._bundles.setdefault((key[0], key[1], key[2]), []).append(bundle)
        return self._bundles

    def bundles(self, class_id: str) -> list[int]:
        """Return the numbers of a class's bundles in order."""
        found: list[int] = []
        for family, kind, signature in self.licensed.demand.signatures[class_id]:
            found += [int(signature)] if kind == "m" else self._by_signature().get((family, kind, signature), [])
        return sorted(found)

    def deal(self, demand: DemandClass, *, most: int | None = None) -> Iterator[Dealt]:
        """Yield every block of every bundle of a class; with `most`, of so many bundles of each option."""
        queues: dict[Node, list[tuple[Node, int]]] = {}
        members = self._members(demand)
        bundles = self.bundles(demand.id)
        start = 0
        for option in self._options(demand):
            count = self.licensed.allocation.chosen[option]
            places = self._places(option)
            shown = count if most is None else min(count, most)
            for bundle in bundles[start : start + shown]:
                for place, block, times in places:
                    queue = queues.setdefault(place, list(self.flows.get(place, ())))
                    sources = self._draw(queue, block.units * times)
                    devices, users = members.get(bundle, ((bundle,), (bundle,)))
                    yield Dealt(demand, devices, users, block, sources)
            for place, block, times in places if shown < count else ():
                self._draw(queues[place], block.units * times * (count - shown))
            start += count

    def _places(self, option: Node) -> list[tuple[Node, Block, int]]:
        """Return the blocks of an option and how often one bundle needs each."""
        allocation = self.licensed.allocation
        if option in allocation.written:
            return [(place, allocation.blocks[place], 1) for place in allocation.written[option]]
        return [
            (place, self.graph.nodes[place]["block"], self.graph.edges[option, place]["times"])
            for place in sorted(self.graph.successors(option))
        ]

    def _options(self, demand: DemandClass) -> list[Node]:
        """Return the options that some bundle of a class takes, in order."""
        node = class_node(demand.id)
        options = [n for n in self.graph.successors(node) if n[0] == "option"] if node in self.graph else []
        options += [n for n in self.licensed.allocation.written if n[1] == demand.id]
        return [o for o in sorted(options) if self.licensed.allocation.chosen.get(o, 0)]

    def _members(self, demand: DemandClass) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return devices (in the order of the class's slots) and persons of each bundle."""
        found: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        for family, kind, signature in self.licensed.demand.signatures[demand.id]:
            if kind == "m":
                found[int(signature)] = self._mixed(family, int(signature))
            elif kind == "u":
                found |= self._of_users(family, signature)
        return found

    def _mixed(self, family: int, bundle: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        rows = self.licensed.demand.relations.fetch(
            "SELECT dev, pev, usr, profile FROM items WHERE family = $1 AND bundle_kind = 'm' AND bundle = $2"
            " ORDER BY dev, pev, usr",
            [family, bundle],
        )
        mixed = MixedBundle.of([(r[0], r[1], r[2], r[3]) for r in rows])
        return mixed.devices, mixed.users

    def _of_users(self, family: int, signature: str) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
        if self._devices is None:
            self._devices = {}
            rows = self.licensed.demand.relations.fetch(
                "SELECT family, bundle, dev FROM parts WHERE bundle_kind = 'u' ORDER BY family, bundle, part, dev"
            )
            for at, bundle, device in rows:
                self._devices.setdefault((at, bundle), []).append(device)
        found: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        for bundle in self._by_signature().get((family, "u", signature), ()):
            devices = self._devices[(family, bundle)]
            found[bundle] = (tuple(d for d in devices if d >= 0), (bundle,))
        return found

    def _draw(self, queue: list[tuple[Node, int]], units: int) -> tuple[tuple[License, int], ...]:
        drawn = []
        while units > 0 and queue:
            target, left = queue.pop(0)
            taken = min(units, left)
            drawn.append((self.graph.nodes[target]["license"], taken))
            units -= taken
            if left > taken:
                queue.insert(0, (target, left - taken))
        return tuple(drawn)

    def devices(self, demand: DemandClass, slot: int) -> list[str]:
        """Return the device at a slot in every bundle of a class."""
        members = self._members(demand)
        numbers = [members.get(b, ((b,), ()))[0] for b in self.bundles(demand.id)]
        return [self.licensed.demand.devices[n[slot]].device_id for n in numbers if 0 <= slot < len(n)]

    def subject(self, dealt: Dealt, *, names: bool = False) -> tuple[str, str]:
        """Return kind and name of what a block is for; the device stands for a person who is not known."""
        demand, subject = self.licensed.demand, dealt.block.subject
        if subject >= 0:
            kind = "host" if dealt.demand.kind == "host" else "device"
            return kind, demand.devices[dealt.members[subject]].device_id
        place = USER_SLOT - subject
        if dealt.demand.kind == "user" and dealt.users[place] >= 0:
            user = demand.users[dealt.users[place]]
            return "user", user if names else pseudonym(user)
        slot = next((i.slot for i in dealt.block.items if i.slot >= 0), 0)
        return "device", demand.devices[dealt.members[slot]].device_id

    def lines(self, dealt: Dealt, *, names: bool = False) -> Iterator[AllocationLine]:
        """Yield the lines of one dealt block: one a position it stands at."""
        by_position: dict[str, tuple[Item, dict[str, int], set[str]]] = {}
        covering = self.licensed.builder.covering
        for license, units in dealt.sources:
            for key, item in demand_keys(covering, dealt.block, license):
                entry = by_position.setdefault(position_id(key), (item, {}, set()))
                name, how = SHORT, "short"
                if isinstance(license, Pool):
                    name = next(iter(license.lots)) if len(license.lots) == 1 else "+".join(license.lots)
                    how = covering.relation(license, item, grant=bool(dealt.block.grant)) or "other"
                entry[1][name] = entry[1].get(name, 0) + units
                entry[2].add(how)
        kind, subject = self.subject(dealt, names=names)
        for position, (_, covered_by, hows) in by_position.items():
            how = "short" if hows == {"short"} else ", ".join(sorted(hows))
            yield AllocationLine(
                position=position, subject_kind=kind, subject=subject, units=sum(covered_by.values()),
                covered_by=covered_by, how=how,
            )  # fmt: skip


def first_lines(
    hand: HandBack, classes: Mapping[str, DemandClass], *, shown: int = SHOWN, names: bool = False
) -> tuple[AllocationLine, ...]:
    """Return the first subjects of each position; classes whose positions are full are not dealt at all."""
    kept: dict[str, list[AllocationLine]] = {}
    reached: dict[str, set[str]] = {}
    for place, targets in hand.flows.items():
        reached.setdefault(place[1], set()).update(p for target, _ in targets for p in hand.positions(place, target))
    for class_id in sorted(reached):
        wanted = {p for p in reached[class_id] if len(kept.get(p, ())) < shown}
        if not wanted:
            continue
        for dealt in hand.deal(classes[class_id], most=shown):
            for line in hand.lines(dealt, names=names):
                if line.position in wanted:
                    at = kept.setdefault(line.position, [])
                    at.append(line)
                    if len(at) >= shown:
                        wanted.discard(line.position)
            if not wanted:
                break
    return tuple(line for position in sorted(kept) for line in kept[position])
