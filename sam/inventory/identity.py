"""Tell which records from different sources are one device, and make one device of them.

The rules, strongest first, are in `matching.RULES` and explained in docs/identity.md. Records joined become one record
and are looked at again until nothing more joins, so that merging what was merged changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sam.inventory.combine import Lost, Record, SourceDevice, blank_placeholders, combine, precedence
from sam.inventory.explain import Parties, find_problems, find_suggestions
from sam.inventory.guests import link_guests
from sam.inventory.keys import Keys, keys_of
from sam.inventory.links import resolve_links
from sam.inventory.matching import Clusters, Party, match
from sam.inventory.naming import choose_ids, family
from sam.inventory.result import Guest
from sam.model import Device, DeviceLink, Problem

__all__ = ["Lost", "Merge", "Merged", "SourceDevice", "Suggestion", "merge_devices"]

_KEYS: Final = {"uuid": "uuid", "serial": "serial", "maker": "manufacturer", "name": "hostname", "domain": "domain"}
"""Fields of `Keys` and what the tables call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Why several records are one device; also told for a single record of which identifiers were discarded."""

    device_id: str
    members: tuple[tuple[str, str], ...]
    """Source and the id it uses, in order of precedence."""
    rules: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    disagreed: tuple[str, ...] = ()
    discarded: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two devices that may be one; nothing was joined."""

    device_id: str
    other_id: str
    reason: str
    link: tuple[str, str, str]
    """The `device_links` row that joins them: device_id, source, source_key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Devices after merging, by device id."""

    devices: tuple[Device, ...] = ()
    mapping: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """File id (sha256) and the device id that file uses → device id."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """A table's device id that gave way to another one → that one."""
    merges: tuple[Merge, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    problems: tuple[Problem, ...] = ()


def merge_devices(
    devices: Sequence[SourceDevice], links: Sequence[DeviceLink] = (), guests: Sequence[Guest] = ()
) -> Merged:
    """Merge the records of all sources into devices.

    Args:
        devices: Records of every table and inventory, in any order.
        links: Rows of `device_links`; what they tell is beyond doubt.
        guests: Virtual machines as their hosts list them; they fill `host_id`.

    Returns:
        The same for any order of the arguments' records.
    """
    records = sorted((_record(source) for source in devices), key=_order)
    told = resolve_links(records, links)
    records = [r._replace(told=told.ids[n]) if n in told.ids else r for n, r in enumerate(records)]
    united, clusters = _group(records, told.groups)
    groups = [group.records for group in united]
    ids = choose_ids(groups)
    mapping = {
        (record.device.origin.file, record.device.device_id): device_id
        for group, device_id in zip(groups, ids, strict=True) if device_id for record in group
    }  # fmt: skip
    aliases = {
        r.device.device_id: device_id for group, device_id in zip(groups, ids, strict=True)
        for r in group if r.source.table and device_id and r.device.device_id != device_id
    }  # fmt: skip
    made: list[Device] = []
    merges: list[Merge] = []
    problems = list(told.problems)
    keys: dict[str, Keys] = {}
    for group, device_id in zip(united, ids, strict=True):
        if not device_id:
            continue
        device, lost, conflicts = combine(device_id, [_renamed(r, mapping, aliases) for r in group.records])
        made.append(device)
        keys[device_id] = group.party.keys
        problems += conflicts
        if len(group.records) > 1 or group.party.keys.discarded:
            merges.append(_merge(device_id, group, lost))
    parties = Parties(groups=groups, ids=ids, keys=[g.party.keys for g in united], partings=clusters.partings)
    suggestions, asked = find_suggestions(parties)
    linked, of_guests = link_guests(made, keys, guests, mapping)
    problems += [*find_problems(parties), *asked, *of_guests]
    return Merged(
        devices=tuple(sorted(linked, key=lambda d: d.device_id)), mapping=dict(sorted(mapping.items())),
        aliases=dict(sorted(aliases.items())), merges=tuple(sorted(merges, key=lambda m: m.device_id)),
        suggestions=tuple(Suggestion(device_id=a, other_id=b, reason=why, link=row) for a, b, why, row in suggestions),
        problems=tuple(sorted(problems, key=lambda p: (p.severity.rank, p.code, p.where, p.message))),
    )  # fmt: skip


def _record(source: SourceDevice) -> Record:
    keys = keys_of(source.device)
    return Record(source, blank_placeholders(source.device, keys), keys)


def _order(record: Record) -> tuple[bool, str, str, int, str, str]:
    source, origin = record.source, record.device.origin
    return not source.table, source.source, origin.sheet, origin.record, record.device.device_id, origin.file


def _group(records: Sequence[Record], told: Sequence[Sequence[int]]) -> tuple[list["_Group"], Clusters]:
    """Join records round by round until a round joins nothing; return groups in order of precedence."""
    groups = [_Group([record], _party([record])) for record in records]
    while True:
        clusters = match([group.party for group in groups], told)
        told = ()
        roots: dict[int, list[int]] = {}
        for number in range(len(groups)):
            roots.setdefault(clusters.find(number), []).append(number)
        if len(roots) == len(groups):
            return groups, clusters
        before = [[groups[n] for n in members] for members in roots.values()]
        rules = [clusters.rules.get(root, set()) for root in roots]
        groups = [_united(parts, names) for parts, names in zip(before, rules, strict=True)]
        if not clusters.partings and all(map(_adds_nothing, before, groups)):
            return groups, clusters


def _adds_nothing(parts: Sequence["_Group"], united: "_Group") -> bool:
    """True when a joined device has the very keys of one of its records: another round can find nothing new."""
    return len(parts) == 1 or any(part.party.keys[:-1] == united.party.keys[:-1] for part in parts)


@dataclass(frozen=True, slots=True)
class _Group:
    """Records that are one device, in order of precedence, and why they were joined."""

    records: list[Record]
    party: Party
    rules: frozenset[str] = frozenset()


def _united(groups: Sequence[_Group], rules: set[str]) -> _Group:
    if len(groups) == 1:
        return groups[0]
    records = sorted((record for group in groups for record in group.records), key=precedence)
    return _Group(records, _party(records), frozenset(rules).union(*(g.rules for g in groups)))


def _party(group: Sequence[Record]) -> Party:
    return Party(
        keys=_profile(group),
        source_keys=_once((family(r.source.source_format), r.device.device_id) for r in group if not r.source.table),
        table_ids=_once((r.source.source, r.device.device_id) for r in group if r.source.table),
    )  # fmt: skip


def _once(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(pairs))


def _profile(group: Sequence[Record]) -> Keys:
    """Return the keys of the device that a group will make: of each key the first that is known."""
    if len(group) == 1:
        return group[0].keys
    first: dict[str, Any] = {name: next((k for r in group if (k := getattr(r.keys, name))), "") for name in _KEYS}
    return Keys(**first, macs=frozenset(m for r in group for m in r.keys.macs))


def _renamed(record: Record, mapping: Mapping[tuple[str, str], str], aliases: Mapping[str, str]) -> Record:
    """Return the record with the devices it points to under the ids they go by now."""
    device, file = record.device, record.device.origin.file
    changed: dict[str, Any] = {}
    for name in ("host_id", "failover_of"):
        pointed = getattr(device, name)
        if pointed:
            changed[name] = mapping.get((file, pointed)) or aliases.get(pointed, pointed)
    return record._replace(device=replace(device, **changed)) if changed else record


def _merge(device_id: str, group: _Group, lost: tuple[Lost, ...]) -> Merge:
    agreed: list[str] = []
    disagreed: list[str] = []
    for name, word in _KEYS.items():
        values = [k for r in group.records if (k := getattr(r.keys, name))]
        if len(values) > 1:
            (agreed if len(set(values)) == 1 else disagreed).append(word)
    cards = [r.keys.macs for r in group.records if r.keys.macs]
    if len(cards) > 1:
        (agreed if frozenset.intersection(*cards) else disagreed).append("mac")
    bad = dict.fromkeys(f"{name} '{v}' of {r.source.source}" for r in group.records for name, v in r.keys.discarded)
    return Merge(
        device_id=device_id, members=tuple((r.source.source, r.device.device_id) for r in group.records),
        rules=tuple(sorted(group.rules)), agreed=tuple(agreed), disagreed=tuple(disagreed),
        discarded=tuple(bad), lost=lost,
    )  # fmt: skip
