"""The ways to license one bundle: partitions of its items into blocks, each block covered by one license.

A bundle with more partitions than can be listed is written out instead: its groups of items and the blocks that could
take them, for the program to choose from (see `WrittenOut`).

Partitions, not totals: suites {A,B}, {B,C} and {A,C} once each cover two devices in sum and not in fact. A partition is
dropped only where another is at least as good for every goal: two blocks whose eligible licenses are the same as those
of their union never need two licenses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import Covering
from sam.entitlements.licenses import License
from sam.entitlements.metrics import subject_units
from sam.model import Interval

USER_SLOT = -1
"""Subject of a bundle's first person; the next ones count down from it."""
MOST_OPTIONS = 1500
"""Partitions of one bundle beyond which it is written out."""
MOST_GROUPS = 8
"""Groups of items beyond which partitions are not even tried."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some items of a bundle covered by one license for one subject.

    `units` each bundle needs; `licenses` may share them when `units` > 1 (cores), and then all count the same way.
    """

    subject: int
    """Slot of the device, or USER_SLOT - n for the bundle's person n."""
    items: tuple[Item, ...]
    units: int
    licenses: tuple[str, ...]
    known: bool = True
    """False when the units rest on an unknown fact."""
    bounded: bool = True
    """False when the unknown fact has no finite high value."""
    grant: str = ""
    """Edition of the set, for a host's grant."""
    low_units: int = 0
    """Units at the low value of what is not known; `units` where everything is."""
    own_units: int = 0
    """Host sets: the requirement of the installed edition for the whole host."""
    own_edition: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to cover a whole bundle: blocks with how often each is needed (sets on a host)."""

    blocks: tuple[tuple[Block, int], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A block that may take any of the items it reaches, on so many devices at most."""

    block: Block
    devices: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A bundle as groups of items that are never split and the blocks that could take them."""

    groups: tuple[tuple[Item, ...], ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ClassOptions:
    """Every way to cover a bundle of one class: as options, or written out where there are too many."""

    options: tuple[Option, ...] = ()
    uncovered: tuple[Item, ...] = ()
    written: WrittenOut | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What one license covers for one subject of a bundle, and how many units that takes."""

    license: License
    subject: int
    items: frozenset[int]
    need: Interval


def reaches(bundle: DemandClass, licenses: Sequence[License], covering: Covering) -> list[Reach]:
    """List what each license could cover in a bundle, subject by subject."""
    found = []
    for license in licenses:
        if not license.countable:
            continue
        related = [n for n, item in enumerate(bundle.items) if covering.relation(license, item)]
        if not related:
            continue
        found += list(_by_subject(bundle, license, related))
    return found


def _by_subject(bundle: DemandClass, license: License, related: list[int]) -> Iterator[Reach]:
    if license.per_user:
        fit = [n for n in related if not license.scope or license.scope in bundle.user_scopes[n]]
        for user in sorted({bundle.items[n].user for n in fit}):
            need = Interval(1, 1) if bundle.users[user] else Interval(0, 1)
            yield Reach(license, USER_SLOT - user, frozenset(n for n in fit if bundle.items[n].user == user), need)
        return
    for number, slot in enumerate(bundle.slots):
        items = frozenset(n for n in related if bundle.items[n].slot == number)
        if items and (not license.scope or license.scope in slot.scopes):
            yield Reach(license, number, items, subject_units(slot.device, license.term))


def solved(need: Interval) -> int:
    """Return the number that is solved for: the high value where finite, else the low one."""
    return need.low if need.high is None else need.high


def list_options(bundle: DemandClass, found: Sequence[Reach], *, most: int = MOST_OPTIONS) -> ClassOptions:
    """List the partitions of a bundle's items into coverable blocks.

    Args:
        bundle: The class; only its items and slots are read.
        found: Result of `reaches`.
        most: Write the bundle out beyond this many.
    """
    items = set(range(len(bundle.items)))
    reached = set().union(*(r.items for r in found)) if found else set()
    uncovered = tuple(bundle.items[n] for n in sorted(items - reached))
    groups = _alike(sorted(items & reached), bundle, found)
    finder = _Partitions(bundle, found, groups)
    options = finder.all(most) if len(groups) <= MOST_GROUPS else None
    if options is None:
        return ClassOptions(uncovered=uncovered, written=_write_out(bundle, found, groups))
    return ClassOptions(options, uncovered)


def _write_out(bundle: DemandClass, found: Sequence[Reach], groups: Sequence[frozenset[int]]) -> WrittenOut:
    """List the blocks a bundle could use: licenses alike in subject, reach and units, owned and offered ones apart.

    A block of single units is either owned or bought, and bought under one metric, so that its exposure is known.
    """
    open_items = frozenset().union(*groups)
    kinds: dict[str, list[Reach]] = {}
    for reach in found:
        items = reach.items & open_items
        units = solved(reach.need)
        apart = (reach.license.owned, "" if reach.license.owned else reach.license.metric) if units == 1 else (True, "")
        metric = reach.license.metric if units > 1 else ""
        if items:
            key = (reach.subject, tuple(sorted(items)), reach.need, metric, apart, _limit(reach.license) or 0)
            kinds.setdefault(repr(key), []).append(reach)
    choices = []
    for _, alike in sorted(kinds.items()):
        first = alike[0]
        named = tuple(bundle.items[n] for n in sorted(first.items & open_items))
        ids = tuple(sorted(r.license.id for r in alike))
        need = first.need
        block = Block(first.subject, named, solved(need), ids, need.known, need.high is not None, low_units=need.low)
        limit = _limit(first.license)
        slots = len({i.slot for i in named if not i.seat})
        copies = -(-slots // limit) if limit and slots > limit else 1
        choices += [Choice(block, limit if limit and slots > limit else None)] * max(1, copies)
    return WrittenOut(tuple(tuple(bundle.items[n] for n in sorted(g)) for g in groups), tuple(choices))


def _alike(items: Sequence[int], bundle: DemandClass, found: Sequence[Reach]) -> list[frozenset[int]]:
    """Join items that every license covers together or not at all: they are never split."""
    limited = any(_limit(r.license) is not None for r in found if r.subject < 0)
    groups: dict[tuple[object, ...], list[int]] = {}
    for n in items:
        key = frozenset((r.license.id, r.subject) for r in found if n in r.items)
        place = bundle.items[n].slot if limited else 0
        groups.setdefault((key, place), []).append(n)
    return [frozenset(g) for g in groups.values()]


def _limit(license: License) -> int | None:
    return license.term.count.devices_per_user if license.per_user else None


class _Partitions:
    """Depth-first search over set partitions, block by block; sets of groups are bit masks."""

    def __init__(self, bundle: DemandClass, found: Sequence[Reach], groups: list[frozenset[int]]) -> None:
        self.bundle = bundle
        self.groups = groups
        self.found = [
            (sum(1 << g for g, group in enumerate(groups) if group <= reach.items), reach, _limit(reach.license))
            for reach in found
        ]
        self._blocks: dict[int, list[Block]] = {}
        self._masks: dict[Block, int] = {}
        self._chosen: dict[int, list[int]] = {}

    def all(self, most: int) -> tuple[Option, ...] | None:
        """Return every partition, None when there are more than `most`."""
        result: list[Option] = []
        for blocks in self._split((1 << len(self.groups)) - 1):
            if len(result) >= most:
                return None
            result.append(Option(tuple((b, 1) for b in blocks)))
        return tuple(result)

    def _split(self, left: int) -> Iterator[tuple[Block, ...]]:
        if not left:
            yield ()
            return
        for chosen in self._coverable(left & -left):
            if chosen & ~left:
                continue
            for block in self.blocks(chosen):
                for rest in self._split(left & ~chosen):
                    if not any(self._wasteful(block, other) for other in rest):
                        yield (block, *rest)

    def _coverable(self, first: int) -> list[int]:
        """Return the sets with this group that one license could cover, the largest first."""
        if first not in self._chosen:
            masks: set[int] = set()
            for mask in {mask for mask, _, _ in self.found if mask & first}:
                part = mask
                while part:
                    if part & first:
                        masks.add(part)
                    part = (part - 1) & mask
            self._chosen[first] = sorted(masks, key=lambda m: (-m.bit_count(), m))
        return self._chosen[first]

    def _wasteful(self, a: Block, b: Block) -> bool:
        if a.subject != b.subject or a.units != b.units or a.licenses != b.licenses:
            return False
        union = self._masks[a] | self._masks[b]
        return any(c.subject == a.subject and c.licenses == a.licenses for c in self.blocks(union))

    def blocks(self, chosen: int) -> list[Block]:
        """Return the blocks that cover exactly these groups, one for each kind of license that can."""
        if chosen not in self._blocks:
            self._blocks[chosen] = self._find(chosen)
            self._masks.update(dict.fromkeys(self._blocks[chosen], chosen))
        return self._blocks[chosen]

    def _find(self, chosen: int) -> list[Block]:
        items = sorted(n for g, group in enumerate(self.groups) if chosen >> g & 1 for n in group)
        slots = len({self.bundle.items[n].slot for n in items} - {USER_SLOT})
        kinds: dict[tuple[int, int, int, str, bool], list[str]] = {}
        for mask, reach, limit in self.found:
            if chosen & ~mask or (limit is not None and slots > limit):
                continue
            units = solved(reach.need)
            metric = reach.license.metric if units > 1 else ""
            key = (reach.subject, units, reach.need.low, metric, reach.need.high is not None)
            kinds.setdefault(key, []).append(reach.license.id)
        named = tuple(self.bundle.items[n] for n in items)
        return [
            Block(subject, named, units, tuple(sorted(ids)), bounded and low == units, bounded, low_units=low)
            for (subject, units, low, _, bounded), ids in sorted(kinds.items())
        ]
