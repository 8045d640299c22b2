"""Say what identity could not settle: suspected clones, rows named twice, and devices that may be one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sam.inventory.combine import Record
from sam.inventory.keys import Keys
from sam.inventory.matching import SHARED, Parting, apart, differ
from sam.model import Problem, Severity

_MANY = 10
"""Devices of one name beyond which pairs are no longer listed one by one."""

Suggested = tuple[str, str, str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Parties:
    """Groups of records after the last round, their device ids ("" for none), their keys and who was kept apart."""

    groups: Sequence[Sequence[Record]]
    ids: Sequence[str]
    keys: Sequence[Keys]
    partings: Iterable[Parting]


def find_problems(parties: Parties) -> list[Problem]:
    """Return a problem for every device that was kept apart from an earlier one, and for partial inventories alone."""
    found: dict[tuple[int, str], Parting] = {}
    for parting in sorted(parties.partings, key=lambda p: (p.left, p.right, p.rule)):
        if parties.ids[parting.left] and parties.ids[parting.right]:
            found.setdefault((parting.right, parting.reason), parting)
    problems = [_kept_apart(parties, parting) for parting in found.values()]
    for group, device_id in zip(parties.groups, parties.ids, strict=True):
        if not device_id:
            first = group[0]
            problems.append(Problem(
                code="partial-without-device", severity=Severity.WARNING, where=first.source.source,
                origin=first.device.origin,
                message=f"the partial inventory of '{first.device.device_id}' fits no known device, so it adds nothing",
                remedy="add a full inventory of the device, or a row for it to the table devices",
            ))  # fmt: skip
    return problems


def _kept_apart(parties: Parties, parting: Parting) -> Problem:
    left, right = parties.groups[parting.left][0], parties.groups[parting.right][0]
    one, other = parties.ids[parting.left], parties.ids[parting.right]
    if parting.reason == "shared":
        return Problem(
            code="shared-identifier", severity=Severity.WARNING,
            where=right.source.source, origin=right.device.origin,
            message=f"more than {SHARED} machines carry what should identify one ({parting.rule}), among them '{one}'",
            remedy="the value identifies nothing and is not used; correct it where it comes from",
        )  # fmt: skip
    if parting.reason == "table":
        return Problem(
            code="same-machine-twice", severity=Severity.WARNING,
            where=right.source.source, origin=right.device.origin,
            message=f"the rows '{one}' and '{other}' of one table name the same machine ({parting.rule})",
            remedy="both count as devices: remove one, or correct its serial number or UUID",
        )  # fmt: skip
    source, key = _member(parties.groups[parting.right])
    return Problem(
        code="suspected-clone", severity=Severity.WARNING, where=right.source.source, origin=right.device.origin,
        message=f"'{one}' ({left.source.source}) and '{other}' agree in {parting.rule}, but not in host name and "
        "hardware: kept apart as a suspected copy",
        remedy=f"give the copy its own identity; if they are one, add to device_links: {one},{source},{key}",
    )  # fmt: skip


def find_suggestions(parties: Parties) -> tuple[list[Suggested], list[Problem]]:
    """Return devices that may be one by host name or serial number alone, each with the row that would join them."""
    buckets: dict[tuple[str, str], list[int]] = {}
    for number, (keys, device_id) in enumerate(zip(parties.keys, parties.ids, strict=True)):
        if not device_id:
            continue
        name = keys.name or (device_id.casefold() if parties.groups[number][0].source.table else "")
        for kind, value in (("host name", name), ("serial number", keys.serial)):
            if value:
                buckets.setdefault((kind, value), []).append(number)
    kept = {(p.left, p.right) for p in parties.partings}
    suggestions: dict[tuple[int, int], Suggested] = {}
    problems: list[Problem] = []
    for (kind, value), bucket in buckets.items():
        if len(bucket) > _MANY:
            problems.append(_many(parties, kind, value, bucket))
            continue
        for place, number in enumerate(bucket):
            pairs = ((other, number) for other in bucket[:place])
            pair = next((p for p in pairs if p not in kept and _may_be_one(parties, *p)), None)
            if pair and pair not in suggestions:
                suggestions[pair] = _suggest(parties, kind, value, *pair)
    problems += [_question(parties, pair, suggestion) for pair, suggestion in suggestions.items()]
    return sorted(suggestions.values()), problems


def _may_be_one(parties: Parties, left: int, right: int) -> bool:
    a, b = parties.keys[left], parties.keys[right]
    hardware = differ(a.serial, b.serial) or differ(a.uuid, b.uuid)
    tables = {r.source.source for r in parties.groups[left] if r.source.table}
    twice = any(r.source.table and r.source.source in tables for r in parties.groups[right])
    strangers = apart((a.name, a.serial, a.uuid), (b.name, b.serial, b.uuid)) or differ(a.domain, b.domain)
    return not (hardware or twice or strangers)


def _suggest(parties: Parties, kind: str, value: str, left: int, right: int) -> Suggested:
    a, b = parties.keys[left], parties.keys[right]
    also = " and share a network card" if a.macs & b.macs else ""
    source, key = _member(parties.groups[right])
    reason = f"have the same {kind} '{value}'{also}"
    return parties.ids[left], parties.ids[right], reason, (parties.ids[left], source, key)


def _question(parties: Parties, pair: tuple[int, int], suggestion: Suggested) -> Problem:
    one, other, reason, link = suggestion
    first = parties.groups[pair[1]][0]
    return Problem(
        code="maybe-one-device", severity=Severity.INFO, where=first.source.source, origin=first.device.origin,
        message=f"'{one}' and '{other}' {reason}, which is not enough to take them for one device",
        remedy=f"if they are one, add to device_links: {','.join(link)}",
    )  # fmt: skip


def _many(parties: Parties, kind: str, value: str, bucket: Sequence[int]) -> Problem:
    first = parties.groups[bucket[0]][0]
    return Problem(
        code="maybe-one-device", severity=Severity.INFO, where=first.source.source, origin=first.device.origin,
        message=f"{len(bucket)} devices have the same {kind} '{value}', first '{parties.ids[bucket[0]]}'",
        remedy="name those that are one device in device_links",
    )  # fmt: skip


def _member(group: Sequence[Record]) -> tuple[str, str]:
    return group[0].source.source, group[0].device.device_id
