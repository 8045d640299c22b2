"""Make one device of several records: which value wins, which lost, and where sources contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sam.inventory.keys import Keys
from sam.model import Device, Problem, Severity

_FIELDS: Final = tuple(
    f.name for f in fields(Device) if f.name not in {"origin", "device_id", "last_seen", "lifecycle", "macs"}
)
_VALUES: Final = attrgetter(*_FIELDS)
_BLANK: Final = ("", None)
_COUNTED: Final = ("sockets", "cores")
_VIRTUAL: Final = "virtual-machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDevice:
    """One record of a device as a source gives it."""

    source: str
    """File path as shown."""
    source_format: str
    """`table:devices`, `fusioninventory`, `glpi`, …"""
    table: bool
    """True for a row of the organisation's own tables: its device_id and values win."""
    device: Device
    partial: bool = False
    """True for a partial inventory: it adds to a known device and never makes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A value that another source's value was preferred to."""

    attribute: str
    kept: str
    kept_source: str
    lost: str
    lost_source: str


class Record(NamedTuple):
    """A source's record with its keys; placeholders are blank in `device`."""

    source: SourceDevice
    device: Device
    keys: Keys
    told: str = ""
    """The device id that a `device_links` row gives it."""


def precedence(record: Record) -> tuple[int, int, str, int]:
    """Order in which values win: tables, full inventories, partial ones; the newest inventory first, then by source."""
    source = record.source
    rank = 0 if source.table else 2 if source.partial else 1
    seen = record.device.last_seen
    age = 0 if source.table or seen is None else -seen.toordinal()
    return rank, age, source.source, record.device.origin.record


def blank_placeholders(device: Device, keys: Keys) -> Device:
    """Return the device without the values that identify nothing."""
    if not keys.discarded:
        return device
    names = {name for name, _ in keys.discarded}
    blank: dict[str, Any] = dict.fromkeys(names - {"mac", "hostname"}, "")
    if "mac" in names:
        blank["macs"] = tuple(sorted(keys.macs))
    return replace(device, **blank)


def combine(device_id: str, records: Sequence[Record]) -> tuple[Device, tuple[Lost, ...], tuple[Problem, ...]]:
    """Return one device, the values that lost, and contradictions that no table settles.

    Args:
        device_id: The id that the device goes by.
        records: Of this device, in order of precedence.
    """
    first = records[0]
    if len(records) == 1:
        device = first.device if first.device.device_id == device_id else replace(first.device, device_id=device_id)
        return device, (), ()
    values: dict[str, Any] = {
        "last_seen": _newest(records), "macs": tuple(sorted({m for r in records for m in r.device.macs})),
        "lifecycle": next((r.device.lifecycle for r in records if r.source.table), "in-use"),
    }  # fmt: skip
    if not any(r.device.uuid for r in records):
        values["uuid"] = next((_dashed(r.keys.uuid) for r in records if r.keys.uuid), "")
    lost: list[Lost] = []
    for name, column in zip(_FIELDS, zip(*(_VALUES(r.device) for r in records), strict=True), strict=True):
        if column.count(column[0]) == len(column):
            continue
        given = [(value, number) for number, value in enumerate(column) if value not in _BLANK]
        if given:
            values[name] = given[0][0]
            lost += _losers(name, given, records)
    device = replace(first.device, device_id=device_id, **values)
    return _as_virtual(device, records), tuple(lost), _conflicts(device_id, records, lost)


def _losers(name: str, given: Sequence[tuple[Any, int]], records: Sequence[Record]) -> list[Lost]:
    kept, keeper = given[0]
    found = {}
    for value, number in given[1:]:
        if value != kept and _plain(name, value) != _plain(name, kept):
            source = records[number].source.source
            found[_plain(name, value), source] = Lost(
                attribute=name, kept=str(kept), kept_source=records[keeper].source.source, lost=str(value),
                lost_source=source,
            )  # fmt: skip
    return list(found.values())


def _plain(name: str, value: object) -> str:
    text = str(value).strip().casefold()
    return text.replace("-", "") if name == "uuid" else text


def _newest(records: Sequence[Record]) -> date | None:
    return max((r.device.last_seen for r in records if r.device.last_seen), default=None)


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _as_virtual(device: Device, records: Sequence[Record]) -> Device:
    """Take processors that an agent saw inside a virtual machine as virtual cores, unless a table says otherwise."""
    agents = any(not r.source.table and r.device.kind != _VIRTUAL for r in records)
    tables = [r.device for r in records if r.source.table]
    return as_virtual(device, tables) if device.kind == _VIRTUAL and agents else device


def as_virtual(device: Device, tables: Sequence[Device] = ()) -> Device:
    """Return a virtual machine with its processors as virtual cores; physical counts only from a table."""
    seen = device.threads or device.cores
    told: dict[str, Any] = {
        name: next((value for t in tables if (value := getattr(t, name)) is not None), None)
        for name in ("sockets", "cores", "threads", "smt")
    }  # fmt: skip
    return replace(device, vcpus=device.vcpus if device.vcpus is not None else seen, **told)


def _conflicts(device_id: str, records: Sequence[Record], lost: Sequence[Lost]) -> tuple[Problem, ...]:
    told = {name for name in _COUNTED for r in records if r.source.table and getattr(r.device, name) is not None}
    return tuple(
        Problem(
            code="conflict", severity=Severity.WARNING, where=loser.lost_source, origin=records[0].device.origin,
            message=f"device '{device_id}': {loser.attribute} is {loser.lost} here and {loser.kept} in "
            f"{loser.kept_source}",
            remedy=f"the value {loser.kept} is used; give {loser.attribute} in the table devices to settle it",
        )
        for loser in lost if loser.attribute in _COUNTED and loser.attribute not in told
    )  # fmt: skip
