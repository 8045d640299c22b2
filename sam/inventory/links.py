"""Apply the rows of `device_links`: what they tell is beyond doubt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sam.inventory.combine import Record
from sam.model import DeviceLink, Problem, Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What the links say."""

    groups: tuple[tuple[int, ...], ...]
    """Record numbers that are one device."""
    ids: dict[int, str]
    """Record number → the device id it is told to be."""
    problems: tuple[Problem, ...]


def resolve_links(records: Sequence[Record], links: Sequence[DeviceLink]) -> Told:
    """Find the records that each link names.

    `source` is a file path as shown, its name with or without ending, or a format; `source_key` is the id that source
    uses. A device id that no record has yet is a new name for the records linked to it.
    """
    by_key: dict[tuple[str, str], list[int]] = {}
    by_id: dict[str, list[int]] = {}
    if links:
        for number, record in enumerate(records):
            by_id.setdefault(record.device.device_id, []).append(number)
            for source in _names(record):
                by_key.setdefault((source, record.device.device_id.casefold()), []).append(number)
    told: dict[int, str] = {}
    members: dict[str, list[int]] = {}
    problems: list[Problem] = []
    for link in sorted(links, key=lambda k: (k.device_id, k.source, k.source_key, k.origin.path, k.origin.record)):
        found = by_key.get((link.source.strip().casefold(), link.source_key.strip().casefold()), [])
        problems += _faults(link, found, told)
        for number in found:
            if told.setdefault(number, link.device_id) == link.device_id:
                members.setdefault(link.device_id, []).append(number)
    groups = []
    for device_id, numbers in members.items():
        home = _home(by_id.get(device_id, ()), records)
        groups.append(tuple(dict.fromkeys([*home, *numbers])))
    return Told(tuple(groups), told, tuple(problems))


def _names(record: Record) -> Iterable[str]:
    path = PurePosixPath(record.source.source)
    names = (record.source.source, path.name, path.stem, record.source.source_format)
    return dict.fromkeys(name.casefold() for name in names)


def _home(numbers: Iterable[int], records: Sequence[Record]) -> list[int]:
    """Records that already have the device id; tables only, where any does."""
    numbers = list(numbers)
    return [n for n in numbers if records[n].source.table] or numbers


def _faults(link: DeviceLink, found: Sequence[int], told: dict[int, str]) -> list[Problem]:
    if not found:
        return [Problem(
            code="unused-device-link", severity=Severity.WARNING, where=link.origin.path, origin=link.origin,
            message=f"no record of '{link.source}' has the key '{link.source_key}': nothing is joined to "
            f"'{link.device_id}'",
            remedy="source is a file as shown in the report of sources; source_key is the id that file uses",
        )]  # fmt: skip
    others = sorted({told[n] for n in found if told.get(n, link.device_id) != link.device_id})
    return [Problem(
        code="conflicting-device-links", severity=Severity.ERROR, where=link.origin.path, origin=link.origin,
        message=f"the record '{link.source_key}' of '{link.source}' is told to be '{link.device_id}' and '{other}'",
        remedy=f"keep one of the rows; '{other}' is used",
    ) for other in others]  # fmt: skip
