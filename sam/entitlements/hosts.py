"""The ways to license a host whose use rights feed OS instances: sets of limited slots, or unlimited ones.

Each set needs all licensable cores of the host. Slots are never pooled over hosts: sets round up on each one.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import Covering
from sam.entitlements.licenses import License
from sam.entitlements.metrics import subject_units
from sam.entitlements.options import Block, ClassOptions, Option, solved
from sam.model import GrantRule, Interval


def grant_of(license: License) -> GrantRule | None:
    """Return what a fully licensed host gets from this license's edition, None for a license without host grants."""
    grants = license.term.grants
    exact = [g for g in grants if license.edition and g.edition == license.edition]
    if exact:
        return exact[0]
    return grants[0] if grants and not license.edition else None


def host_need(host: DemandClass, license: License) -> Interval:
    """Return the units one set takes on this host; a host that is not known has no finite high value."""
    need = subject_units(host.slots[0].device, license.term)
    return need if host.known_host else Interval(need.low, None)


def list_host_options(host: DemandClass, licenses: Sequence[License], covering: Covering) -> ClassOptions:
    """List the combinations of sets that give every OS instance of the host a slot."""
    kinds = [item for item, _ in host.instances]
    counts = [count for _, count in host.instances]
    sets = _set_blocks(host, licenses, covering)
    reached = {item for block, _ in sets for item in block.items}
    wanted = [n for n, item in enumerate(kinds) if item in reached]
    uncovered = tuple(item for item in kinds if item not in reached)
    options = _combine([kinds[n] for n in wanted], [counts[n] for n in wanted], sets)
    own = _own_requirement(host, licenses, options)
    return ClassOptions(tuple(_with_own(o, own) for o in options), uncovered)


def _set_blocks(host: DemandClass, licenses: Sequence[License], covering: Covering) -> list[tuple[Block, int | None]]:
    """Return a block for each (slots, units, instances) that some licenses share, closed under intersection."""
    kinds = [item for item, _ in host.instances]
    scopes = host.slots[0].scopes
    offered: dict[tuple[str, int | None, Interval], dict[str, frozenset[int]]] = {}
    for license in licenses:
        grant = grant_of(license)
        if grant is None or (license.scope and license.scope not in scopes):
            continue
        covered = frozenset(n for n, item in enumerate(kinds) if covering.relation(license, item, grant=True))
        if covered:
            key = (grant.edition, grant.slots, host_need(host, license))
            offered.setdefault(key, {})[license.id] = covered
    result = []
    for (edition, slots, need), covered_by in sorted(offered.items(), key=lambda entry: repr(entry[0])):
        for covered in _closed(set(covered_by.values())):
            able = tuple(sorted(i for i, c in covered_by.items() if covered <= c))
            items = tuple(kinds[n] for n in sorted(covered))
            units, bounded = solved(need), need.high is not None
            result.append((Block(0, items, units, able, need.known, bounded, edition, need.low), slots))
    return result


def _closed(sets: set[frozenset[int]]) -> list[frozenset[int]]:
    """Close a family of sets under intersection: units of several pools together cover what all of them cover."""
    closed = set(sets)
    grown = True
    while grown:
        new = {a & b for a, b in combinations(closed, 2)} - closed - {frozenset()}
        closed |= new
        grown = bool(new)
    return sorted(closed, key=sorted)


def _combine(kinds: list[Item], counts: list[int], sets: list[tuple[Block, int | None]]) -> list[Option]:
    if not kinds:
        return [Option(())]
    unlimited = [block for block, slots in sets if slots is None]
    limited = [(block, slots) for block, slots in sets if slots is not None]
    options = []
    for wholes in _unlimited_choices(unlimited):
        held = {item for block in wholes for item in block.items}
        left = [n for n, item in enumerate(kinds) if item not in held]
        options += [
            Option((*((block, 1) for block in wholes), *chosen))
            for chosen in _limited_choices([kinds[n] for n in left], [counts[n] for n in left], limited)
        ]
    return options


def _unlimited_choices(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Return the combinations of unlimited sets of which none is idle: licenses of several releases may be needed."""
    return [
        some
        for size in range(len(blocks) + 1)
        for some in combinations(blocks, size)
        if all(any(i not in _others(some, block) for i in block.items) for block in some)
    ]


def _others(blocks: Sequence[Block], but: Block) -> set[Item]:
    return {item for block in blocks if block is not but for item in block.items}


def _limited_choices(
    kinds: list[Item], counts: list[int], sets: list[tuple[Block, int]]
) -> list[tuple[tuple[Block, int], ...]]:
    """Return the smallest numbers of each set that host every instance (Hall's condition over kinds of instance)."""
    if not kinds:
        return [()]
    useful: dict[frozenset[int], list[tuple[Block, int]]] = {}
    for block, slots in sets:
        reach = frozenset(n for n, item in enumerate(kinds) if item in block.items)
        if reach:
            useful.setdefault(reach, []).append((block, slots))
    flat = [
        (reach, block, slots)
        for reach, blocks in sorted(useful.items(), key=lambda e: sorted(e[0]))
        for block, slots in blocks
    ]
    ceilings = [range(-(-sum(counts[n] for n in reach) // slots) + 1) for reach, _, slots in flat]
    found: list[tuple[int, ...]] = []
    for numbers in sorted(product(*ceilings), key=lambda v: (sum(v), v)):
        if any(all(a <= b for a, b in zip(f, numbers, strict=True)) for f in found):
            continue
        if _hosts_all(numbers, flat, counts):
            found.append(numbers)
    return [tuple((flat[i][1], n) for i, n in enumerate(numbers) if n) for numbers in found]


def _hosts_all(numbers: tuple[int, ...], flat: list[tuple[frozenset[int], Block, int]], counts: list[int]) -> bool:
    kinds = range(len(counts))
    for size in range(1, len(counts) + 1):
        for some in combinations(kinds, size):
            slots = sum(n * flat[i][2] for i, n in enumerate(numbers) if flat[i][0] & set(some))
            if slots < sum(counts[k] for k in some):
                return False
    return True


def _own_requirement(host: DemandClass, licenses: Sequence[License], options: list[Option]) -> tuple[str, int]:
    """Return the installed edition and the units it would need by itself: the auditor's line for a short host."""
    editions = {item.edition for item, _ in host.instances if item.edition}
    grants = [g for license in licenses for g in license.term.grants]
    unlimited = {g.edition for g in grants if g.slots is None}
    installed = sorted(editions & unlimited) or sorted(editions) or sorted({g.edition for g in grants} - unlimited)
    edition = installed[0] if installed else ""
    slots = next((g.slots for g in grants if g.edition == edition), None)
    one = max((block.units for o in options for block, _ in o.blocks), default=0)
    total = sum(count for _, count in host.instances)
    return edition, one * (-(-total // slots) if slots else 1)


def _with_own(option: Option, own: tuple[str, int]) -> Option:
    edition, units = own
    return Option(tuple((replace(b, own_units=units, own_edition=edition), times) for b, times in option.blocks))
