"""Read the demand classes back from the stages: one class a signature, one a bundle of several users."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby

from sam.engine.estate import NOWHERE, Estate, Place, Scopes
from sam.engine.relational import Relations
from sam.entitlements.classes import DemandClass, Item, Slot
from sam.model import Device, Problem, Recognition, Title

Kind = tuple[str, str, str]
"""Product, edition and version: what one installation is."""


@dataclass(slots=True)
class Demand:
    """Demand classes with what is needed to explain them: codes of kinds, devices, users and titles."""

    relations: Relations
    kinds: list[Kind] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    titles: list[tuple[int, Title, Recognition]] = field(default_factory=list)
    classes: list[DemandClass] = field(default_factory=list)
    signatures: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    """Class id → family, bundle kind and signature of its bundles: what differs in no way that matters is one class."""
    problems: list[Problem] = field(default_factory=list)
    slots: dict[int, tuple[Device, Place]] = field(default_factory=dict)
    facts: dict[int, tuple[Device, Place]] = field(default_factory=dict)
    user_places: dict[int, Place] = field(default_factory=dict)


class ClassReader:
    """Turns signatures and mixed bundles into demand classes."""

    def __init__(self, demand: Demand, estate: Estate, scopes: Scopes) -> None:
        self.demand = demand
        self.estate = estate
        self.scopes = scopes
        self.relations = demand.relations
        self.classes: dict[str, DemandClass] = {}

    def _read_mixed(self, by_cores: Mapping[int, int]) -> None:
        """Read the bundles of several users one by one: each is a class of its own."""
        rows = self.relations.fetch(
            "SELECT family, bundle, dev, pev, usr, profile FROM items WHERE bundle_kind = 'm'"
            " ORDER BY family, bundle, dev, pev, usr"
        )
        for (family, bundle), group in groupby(rows, key=lambda r: (r[0], r[1])):
            mixed = MixedBundle.of([(dev, pev, usr, profile) for _, _, dev, pev, usr, profile in group])
            known = self.demand.facts if by_cores[family] else self.demand.slots
            self._keep(self._mixed_class(mixed, known), (family, "m", str(bundle)))

    def _mixed_class(self, mixed: "MixedBundle", known: Mapping[int, tuple[Device, Place]]) -> DemandClass:
        places = [known[profile] for profile in mixed.profiles]
        users = [self._user_place(u) for u in mixed.users]
        items, scopes = [], []
        for slot, pev, user in mixed.items:
            items.append(Item(*self.demand.kinds[pev], slot, user))
            scopes.append(self.scopes.holding(users[user], places[slot][1] if slot >= 0 else None))
        return DemandClass(
            id="",
            kind="user",
            count=1,
            slots=tuple(Slot(device=d, scopes=self.scopes.holding(p)) for d, p in places),
            items=tuple(items),
            user_scopes=tuple(scopes),
            users=tuple(u >= 0 for u in mixed.users),
        )

    def _user_place(self, number: int) -> Place:
        """Return the place of a user, of nobody for one who is not known."""
        if number < 0:
            return self.scopes.nobody()
        user = self.demand.users[number]
        return self.scopes.of_user(user, self.estate.people.get(user))

    def _keep(self, found: DemandClass, signature: tuple[int, str, str]) -> None:
        """Give a class its id; alike bundles of several users stay apart by their number."""
        apart = signature[2] if signature[1] == "m" else ""
        name = f"{found.kind}-{sha256(repr((_plain(found), apart)).encode()).hexdigest()[:16]}"
        known = self.classes.get(name)
        count = found.count + (known.count if known else 0)
        self.classes[name] = replace(found, id=name, count=count)
        self.demand.signatures.setdefault(name, []).append(signature)

    def read(self) -> None:
        """Read every class into the demand, in a fixed order."""
        by_cores = dict(self.relations.fetch("SELECT family, by_cores FROM families"))
        rows = self.relations.fetch(
            "SELECT family, bundle_kind, signature, bundle_count FROM classes ORDER BY family, bundle_kind, signature"
        )
        for family, bundle_kind, signature, count in rows:
            found = self._class(bundle_kind, signature, count, by_cores=bool(by_cores[family]))
            self._keep(found, (family, bundle_kind, signature))
        self._read_mixed(by_cores)
        self.demand.classes += self.classes.values()

    def _class(self, bundle_kind: str, signature: str, count: int, *, by_cores: bool) -> DemandClass:
        profile, _, rest = signature.partition("|")
        user = self.demand.user_places[int(profile)] if bundle_kind == "u" else self.scopes.nobody()
        slots: list[Slot] = []
        places: list[Place | None] = []
        items: list[Item] = []
        instances: list[tuple[Item, int]] = []
        for part in rest.split(";"):
            code, _, listed = part.partition(":")
            place = -1 if code == "S" else len(slots)
            if place >= 0:
                known = self.demand.facts if by_cores or bundle_kind in "hv" else self.demand.slots
                device, at = known[int(code)]
                places.append(at)
                slots.append(Slot(device=device, scopes=self.scopes.holding(at)))
            for entry in listed.split(","):
                number, _, times = entry.partition("*")
                item = Item(*self.demand.kinds[int(number)], place)
                if bundle_kind in "hv":
                    instances.append((item, int(times)))
                else:
                    items.append(item)
        return DemandClass(
            id="",
            kind={"u": "user", "d": "device"}.get(bundle_kind, "host"),
            count=count,
            slots=tuple(slots),
            items=tuple(items),
            instances=tuple(instances),
            user_scopes=tuple(self.scopes.holding(user, places[i.slot] if i.slot >= 0 else None) for i in items),
            users=(bundle_kind == "u",),
            known_host=bundle_kind != "v",
        )


def _plain(found: DemandClass) -> tuple[object, ...]:
    """Return what makes a class, in a form that does not depend on the numbers of a run."""
    slots = [(tuple(sorted(s.scopes)), fact_key(s.device)) for s in found.slots]
    scopes = [tuple(sorted(s)) for s in found.user_scopes]
    return (found.kind, slots, found.items, found.instances, scopes, found.users, found.known_host)


@dataclass(frozen=True, slots=True)
class MixedBundle:
    """A bundle of several users: devices as slots, users in order, an unknown user apart for each device."""

    profiles: tuple[int, ...]
    devices: tuple[int, ...]
    users: tuple[int, ...]
    """Numbers of users; below 0 an unknown one, of the device -1 - n."""
    items: tuple[tuple[int, int, int], ...]
    """Slot (-1 a seat), kind and place of the user."""

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int]]) -> "MixedBundle":
        """Build it from rows of device (-1: seat), kind, user (-1: unknown) and profile."""
        devices = tuple(sorted({dev for dev, _, _, _ in rows if dev >= 0}))
        profile_of = {dev: profile for dev, _, _, profile in rows if dev >= 0}
        named = [usr if usr >= 0 else -1 - dev for dev, _, usr, _ in rows]
        users = tuple(sorted(set(named)))
        items = tuple(
            (devices.index(dev) if dev >= 0 else -1, pev, users.index(name))
            for (dev, pev, _, _), name in zip(rows, named, strict=True)
        )
        return cls(tuple(profile_of[d] for d in devices), devices, users, items)


def facts(device: Device) -> Device:
    """Keep what counting reads of a device."""
    return Device(
        origin=NOWHERE, device_id="", kind=device.kind, sockets=device.sockets, cores=device.cores, vcpus=device.vcpus,
        threads=device.threads, socket_capacity=device.socket_capacity,
    )  # fmt: skip


def place_key(place: Place) -> tuple[tuple[str, ...] | None, ...]:
    """Return what makes a place, in a form that sorts."""
    parts = (place.countries, place.units, place.holders)
    return tuple(None if p is None else tuple(sorted(p)) for p in parts)


def fact_key(device: Device) -> tuple[str, int, int, int, int]:
    """Return the facts that counting reads of a device; -1 for one that is not known."""
    numbers = (device.sockets, device.cores, device.vcpus, device.socket_capacity)
    a, b, c, d = (-1 if n is None else n for n in numbers)
    return device.kind, a, b, c, d


def codes(keys: Sequence[object]) -> list[int]:
    """Number keys by their sorted text, so that numbers do not depend on the order of rows."""
    numbers = {text: n for n, text in enumerate(sorted({repr(k) for k in keys}))}
    return [numbers[repr(k)] for k in keys]
