"""The register's side of a run: records by kind, merged devices, people and what scopes hold for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sam.entitlements.scopes import OrgTree, Scope, in_scope, org_paths, parse_scope
from sam.inventory.identity import Merged
from sam.model import (
    AllocationRow,
    Contract,
    Device,
    DeviceLink,
    Entitlement,
    Measure,
    OrgUnit,
    Origin,
    Person,
    Price,
    Problem,
    Record,
    Seat,
    Severity,
)

_T = TypeVar("_T")
NOT_DEPLOYED = ("planned", "in-stock")
RETIRED = ("retired", "disposed")
NOWHERE = Origin(file="", path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What is known on the day, apart from software rows."""

    devices: tuple[Device, ...]
    """Merged; those named by software only come last."""
    people: Mapping[str, Person]
    org: OrgTree
    seats: tuple[Seat, ...]
    measures: tuple[Measure, ...]
    contracts: tuple[Contract, ...]
    entitlements: tuple[Entitlement, ...]
    allocations: tuple[AllocationRow, ...]
    prices: tuple[Price, ...]
    problems: tuple[Problem, ...] = ()


def of_kind(records: Iterable[Record], kind: type[_T]) -> tuple[_T, ...]:
    """Return the records of one kind, in order."""
    return tuple(r for r in records if isinstance(r, kind))


def first_of(records: Sequence[_T], key: str) -> dict[str, _T]:
    """Return the first record of every id: a second file cannot replace what the first one says."""
    found: dict[str, _T] = {}
    for record in records:
        found.setdefault(str(getattr(record, key)), record)
    return found


def gather(records: Sequence[Record], merged: Merged) -> Estate:
    """Put the records of a run together; ids given twice keep the first record and are told."""
    problems: list[Problem] = []
    units = of_kind(records, OrgUnit)
    org = org_paths(units)
    problems += org.problems
    people = of_kind(records, Person)
    contracts = of_kind(records, Contract)
    entitlements = of_kind(records, Entitlement)
    problems += _repeated(people, "user_id") + _repeated(contracts, "contract_id")
    problems += _repeated(entitlements, "entitlement_id")
    return Estate(
        devices=tuple(normal(d) for d in merged.devices),
        people=first_of(people, "user_id"),
        org=org,
        seats=of_kind(records, Seat),
        measures=of_kind(records, Measure),
        contracts=tuple(first_of(contracts, "contract_id").values()),
        entitlements=tuple(first_of(entitlements, "entitlement_id").values()),
        allocations=tuple(
            replace(row, device_id=merged.aliases.get(row.device_id, row.device_id))
            for row in of_kind(records, AllocationRow)
        ),
        prices=of_kind(records, Price),
        problems=tuple(problems),
    )


def _repeated(records: Sequence[Person | Contract | Entitlement], key: str) -> list[Problem]:
    first: dict[str, Person | Contract | Entitlement] = {}
    found = []
    for record in records:
        name = str(getattr(record, key))
        if name in first:
            found.append(
                Problem(
                    code="duplicate-id",
                    severity=Severity.ERROR,
                    where=_place(record.origin),
                    message=f"{key} '{name}' stands already at {_place(first[name].origin)}: not used",
                    remedy="keep one of the two rows",
                    origin=record.origin,
                )
            )
        first.setdefault(name, record)
    return found


def _place(origin: Origin) -> str:
    return f"{origin.path}#{origin.record}"


def normal(device: Device) -> Device:
    """Fill in a blank kind where the other cells leave no doubt: a machine with a host is a virtual one."""
    if device.kind:
        return device
    if device.host_id or (device.vcpus is not None and device.cores is None):
        return replace(device, kind="virtual-machine")
    return device


def is_virtual(device: Device) -> bool:
    """True for a virtual machine or container."""
    return device.kind in ("virtual-machine", "container")


def exempt_bucket(device: Device, stale_before: date | None) -> str:
    """Return the bucket of everything on a device that does not count, "" for one that does."""
    if device.lifecycle in RETIRED:
        return "retired-device"
    if device.lifecycle in NOT_DEPLOYED:
        return "not-deployed-device"
    if stale_before is not None and device.last_seen is not None and device.last_seen < stale_before:
        return "stale-device"
    return ""


@dataclass(frozen=True, slots=True)
class Place:
    """Which scopes fit where somebody or something is: by country, by org unit, by whom they are set apart for.

    None: not known, so that a person's device may speak for it.
    """

    countries: frozenset[str] | None
    units: frozenset[str] | None
    holders: frozenset[str]


class Scopes:
    """Answers which scopes of entitlements hold for a device or a person."""

    def __init__(self, scopes: Iterable[str], org: OrgTree) -> None:
        self.org = org
        self.parsed = {s: _parts(s) for s in sorted(set(scopes)) if s}
        self._anywhere = Place(self._countries(""), self._units(""), frozenset())

    def of_device(self, device: Device) -> Place:
        """Return the place of a device."""
        holders = self._holders(f"device:{device.device_id}")
        return Place(self._countries(device.country), self._units(device.org_unit), holders)

    def of_user(self, user_id: str, person: Person | None) -> Place:
        """Return the place of a person; what is not known of it is None."""
        country, unit = (person.country, person.org_unit) if person else ("", "")
        return Place(
            self._countries(country) if country else None,
            self._units(unit) if unit else None,
            self._holders(f"user:{user_id}"),
        )

    def nobody(self) -> Place:
        """Return the place of a user who is not known."""
        return Place(None, None, self._holders(""))

    def holding(self, place: Place, other: Place | None = None) -> frozenset[str]:
        """Return the scopes that hold at a place, what it does not know being told by the other."""
        countries, units = place.countries, place.units
        spare = other or self._anywhere
        if countries is None:
            countries = spare.countries if spare.countries is not None else self._anywhere.countries
        if units is None:
            units = spare.units if spare.units is not None else self._anywhere.units
        return (countries or frozenset()) & (units or frozenset()) & place.holders

    def _countries(self, country: str) -> frozenset[str]:
        return frozenset(t for t, (s, _) in self.parsed.items() if s and in_scope(replace(s, orgs=()), country, ()))

    def _units(self, unit: str) -> frozenset[str]:
        path = self.org.paths.get(unit) or tuple(p for p in unit.split("/") if p)
        return frozenset(t for t, (s, _) in self.parsed.items() if s and in_scope(replace(s, country=""), "", path))

    def _holders(self, holder: str) -> frozenset[str]:
        return frozenset(t for t, (_, holders) in self.parsed.items() if all(h == holder for h in holders))


def _parts(text: str) -> tuple[Scope | None, tuple[str, ...]]:
    """Split a pool's scope into what parse_scope reads and the device or user it is set apart for."""
    holders = tuple(p for p in text.split(";") if p.startswith(("device:", "user:")))
    rest = ";".join(p for p in text.split(";") if p not in holders)
    parsed = parse_scope(rest)
    return (parsed if isinstance(parsed, Scope) else None), holders


def links_of(records: Sequence[Record]) -> tuple[DeviceLink, ...]:
    """Return the rows that tell two records to be one device."""
    return of_kind(records, DeviceLink)
