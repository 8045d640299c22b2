"""From evidence to demand classes: load the small tables, run the relational stages, read the classes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import networkx as nx

from sam.catalog.loaded import LoadedCatalog
from sam.catalog.recognize import recognize
from sam.engine.estate import NOWHERE, Estate, Place, Scopes, exempt_bucket, is_virtual
from sam.engine.families import Family
from sam.engine.relational import Relations
from sam.entitlements.classes import DemandClass, Item, Slot
from sam.entitlements.covers import Covering
from sam.inventory.identity import Merged
from sam.model import Device, Problem, Recognition, Severity, State, Title
from sam.model.versions import version_key

Kind = tuple[str, str, str]
"""Product, edition and version: what one installation is."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file's evidence as the stages read it."""

    source: int
    path: str
    sha256: str
    rows: Path
    titles: Path
    default_device: str = ""
    has_software: bool = True


@dataclass(slots=True)
class Demand:
    """Demand classes with what is needed to explain them: codes of kinds, devices, users and titles."""

    relations: Relations
    kinds: list[Kind] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    titles: list[tuple[int, Title, Recognition]] = field(default_factory=list)
    classes: list[DemandClass] = field(default_factory=list)
    signatures: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Class id → family, bundle kind and signature, to find its bundles again."""
    problems: list[Problem] = field(default_factory=list)
    slots: dict[int, tuple[Device, Place]] = field(default_factory=dict)
    facts: dict[int, tuple[Device, Place]] = field(default_factory=dict)
    user_places: dict[int, Place] = field(default_factory=dict)


def code_titles(relations: Relations, loaded: LoadedCatalog) -> list[tuple[int, Title, Recognition]]:
    """Give each distinct title a number, recognise it once, and load `titles`."""
    relations.make(
        "title_codes",
        "SELECT ROW_NUMBER() OVER (ORDER BY name, publisher, version, edition, kind, code) - 1 AS code_no, * FROM "
        "(SELECT DISTINCT name, publisher, version, edition, kind, code FROM raw_titles)",
    )
    relations.make(
        "titles",
        "SELECT r.source, r.title, c.code_no AS code FROM raw_titles r INNER JOIN title_codes c USING "
        "(name, publisher, version, edition, kind, code)",
    )
    rows = relations.fetch("SELECT name, publisher, version, edition, kind, code FROM title_codes ORDER BY code_no")
    titles = [Title(*row) for row in rows]
    return [(n, t, r) for n, (t, r) in enumerate(zip(titles, recognize(loaded, titles), strict=True))]


def title_bucket(recognition: Recognition, title: Title) -> str:
    """Return the bucket a title alone decides, "" for a candidate."""
    if title.kind == "swid-media":
        return "media"
    if recognition.state is State.LICENSABLE:
        return {"trial": "trial", "free": "free-edition"}.get(recognition.license_class, "")
    return {
        State.FREE: "free-edition", State.COMPONENT: "component", State.PATCH: "patch", State.DRIVER: "driver",
    }.get(recognition.state, "unrecognised")  # fmt: skip


class DemandBuilder:
    """Loads the tables of a run and runs its stages."""

    def __init__(self, relations: Relations, estate: Estate, loaded: LoadedCatalog, covering: Covering) -> None:
        self.relations = relations
        self.estate = estate
        self.loaded = loaded
        self.covering = covering
        self.demand = Demand(relations)
        self._kind_codes: dict[Kind, int] = {}

    def recognise(self) -> None:
        """Recognise titles and load `recognised`; a kind is a product, edition and version."""
        self.demand.titles = code_titles(self.relations, self.loaded)
        seats = {(s.product, "", "") for s in self.estate.seats}
        kinds = {self._kind(r) for _, _, r in self.demand.titles if r.product} | seats
        self.demand.kinds = sorted(kinds)
        self._kind_codes = {kind: n for n, kind in enumerate(self.demand.kinds)}
        rows = [
            (n, str(r.state), self._kind_codes[self._kind(r)] if r.product else -1, title_bucket(r, t))
            for n, t, r in self.demand.titles
        ]
        self.relations.load(
            "recognised",
            {
                "code": ("INTEGER", [r[0] for r in rows]),
                "state": ("VARCHAR", [r[1] for r in rows]),
                "pev": ("INTEGER", [r[2] for r in rows]),
                "bucket": ("VARCHAR", [r[3] for r in rows]),
            },
        )
        self._load_limited()

    def _kind(self, recognition: Recognition) -> Kind:
        """An installation of a product with one edition only is of that edition."""
        edition = recognition.edition
        if not edition:
            paid = [e.id for e in self.covering.product(recognition.product).editions]
            edition = paid[0] if len(paid) == 1 and self.covering.product(recognition.product).in_catalog else ""
        version = self.loaded.resolve_version(recognition.product, recognition.version)
        return recognition.product, edition, version

    def _load_limited(self) -> None:
        """Load the editions that are free only in some environments."""
        rows = [
            (n, environment)
            for n, (product, edition, _) in enumerate(self.demand.kinds)
            if (found := self.covering.product(product).edition(edition)) and found.license_class == "free"
            for environment in found.environments
        ]
        self.relations.load(
            "limited", {"pev": ("INTEGER", [r[0] for r in rows]), "environment": ("VARCHAR", [r[1] for r in rows])}
        )

    def place(self, files: Sequence[EvidenceFile], merged: Merged, stale_before: date | None) -> None:
        """Load devices and users, and say which device each source's name means; run `coded`."""
        self.demand.devices = list(self.estate.devices)
        index = {d.device_id: n for n, d in enumerate(self.demand.devices)}
        hashes = {f.source: f for f in files}
        sources, names, numbers = [], [], []
        for source, name in self.relations.fetch(
            "SELECT DISTINCT source, device FROM evidence ORDER BY source, device"
        ):
            if name:
                file = hashes.get(source)
                known = merged.mapping.get((file.sha256, name)) if file else None
                number = index.get(known or merged.aliases.get(name, name))
                if number is None:
                    number = index[name] = self._unknown_device(name, file.path if file else "")
                sources.append(source)
                names.append(name)
                numbers.append(number)
        self.relations.load(
            "device_map",
            {"source": ("INTEGER", sources), "device": ("VARCHAR", names), "dev": ("INTEGER", numbers)},
        )
        self._load_users()
        self._stale_before = stale_before
        self.relations.run("coded")

    def _unknown_device(self, name: str, path: str) -> int:
        self.demand.devices.append(Device(origin=replace(NOWHERE, path=path), device_id=name))
        self.demand.problems.append(
            Problem(
                code="unknown-device-id",
                severity=Severity.WARNING,
                where=path or "software",
                message=f"the device '{name}' has software and no row in devices: it counts, with every fact unknown",
                remedy="add it to devices, or join it to another record in device_links",
            )
        )
        return len(self.demand.devices) - 1

    def _load_users(self) -> None:
        named = {r[0] for r in self.relations.fetch("SELECT DISTINCT user_id FROM evidence WHERE user_id <> ''")}
        named |= {d.primary_user_id for d in self.demand.devices if d.primary_user_id}
        named |= {s.user_id for s in self.estate.seats}
        self.demand.users = sorted(named)
        self.relations.load(
            "users",
            {"user_id": ("VARCHAR", self.demand.users), "usr": ("INTEGER", list(range(len(self.demand.users))))},
        )

    def settle(self, families: Mapping[str, Family], scopes: Scopes) -> Demand:
        """Load what the families decide, run the remaining stages and read the classes."""
        self._load_devices(scopes)
        self.relations.run("installed")
        self._load_kinds(families)
        self.relations.run("settled")
        self._load_seats()
        self._load_mixed()
        for stage in ("items", "parts", "bundles", "classes", "buckets", "source_rows", "unknown_titles"):
            self.relations.run(stage)
        self._read_classes()
        return self.demand

    def _load_devices(self, scopes: Scopes) -> None:
        devices = self.demand.devices
        index = {d.device_id: n for n, d in enumerate(devices)}
        users = {u: n for n, u in enumerate(self.demand.users)}
        self.scopes = scopes
        places = [scopes.of_device(d) for d in devices]
        cores = [_facts(d) for d in devices]
        place_keys = [_place_key(p) for p in places]
        scope_codes = _codes(place_keys)
        fact_codes = _codes([(p, _fact_key(c)) for p, c in zip(place_keys, cores, strict=True)])
        blank = Device(origin=NOWHERE, device_id="")
        for n in range(len(devices)):
            self.demand.slots.setdefault(scope_codes[n], (blank, places[n]))
            self.demand.facts.setdefault(fact_codes[n], (cores[n], places[n]))
        self.relations.load(
            "devices",
            {
                "dev": ("INTEGER", list(range(len(devices)))),
                "exempt": ("VARCHAR", [exempt_bucket(d, self._stale_before) for d in devices]),
                "environment": ("VARCHAR", [d.environment for d in devices]),
                "usr": ("INTEGER", [users.get(d.primary_user_id, -1) for d in devices]),
                "host": ("INTEGER", [index.get(d.host_id, -1) if d.host_id else -1 for d in devices]),
                "virtual": ("INTEGER", [int(is_virtual(d)) for d in devices]),
                "hosting": ("INTEGER", [int(d.host_role == "virtualization-only") for d in devices]),
                "scope_code": ("INTEGER", scope_codes),
                "facts_code": ("INTEGER", fact_codes),
            },
        )
        self.relations.load(
            "host_profiles", {"dev": ("INTEGER", list(range(len(devices)))), "profile": ("INTEGER", fact_codes)}
        )
        self._load_user_profiles(scopes)

    def _load_user_profiles(self, scopes: Scopes) -> None:
        places = [scopes.of_user(u, self.estate.people.get(u)) for u in self.demand.users]
        codes = _codes([_place_key(p) for p in places])
        self.demand.user_places = dict(zip(codes, places, strict=True))
        self.relations.load(
            "user_profiles", {"usr": ("INTEGER", list(range(len(codes)))), "profile": ("INTEGER", codes)}
        )

    def _load_kinds(self, families: Mapping[str, Family]) -> None:
        kinds = self.demand.kinds
        numbers = {f.number: f for f in families.values()}
        nothing = len(numbers)
        products = {p: n for n, p in enumerate(sorted({k[0] for k in kinds}))}
        groups, ranks, orders = [], [], []
        version_orders = self._version_orders()
        for kind in kinds:
            group, rank = self._edition_order(kind)
            groups.append(group)
            ranks.append(rank)
            orders.append(version_orders[kind])
        self.relations.load(
            "pevs",
            {
                "pev": ("INTEGER", list(range(len(kinds)))),
                "product": ("INTEGER", [products[k[0]] for k in kinds]),
                "edition": ("VARCHAR", [k[1] for k in kinds]),
                "product_id": ("VARCHAR", [k[0] for k in kinds]),
                "edition_group": ("INTEGER", groups),
                "edition_rank": ("INTEGER", ranks),
                "version_order": ("INTEGER", orders),
                "family": ("INTEGER", [families[k[0]].number if k[0] in families else nothing for k in kinds]),
            },
        )
        self.relations.load(
            "families",
            {
                "family": ("INTEGER", [*numbers, nothing]),
                "bundling": ("VARCHAR", [*(f.bundling for f in numbers.values()), "device"]),
                "by_cores": ("INTEGER", [*(int(f.by_cores) for f in numbers.values()), 0]),
            },
        )
        self._load_suites()

    def _edition_order(self, kind: Kind) -> tuple[int, int]:
        """Return group and rank: ranked editions compare, others stand alone, unknown is below everything."""
        product, edition, _ = kind
        if not edition:
            return -1, -1
        found = self.covering.product(product).edition(edition)
        if found is not None and found.rank is not None:
            return 0, found.rank
        names = sorted({k[1] for k in self.demand.kinds if k[0] == product})
        return 1 + names.index(edition), 0

    def _version_orders(self) -> dict[Kind, int]:
        by_product: dict[str, list[Kind]] = {}
        for kind in self.demand.kinds:
            by_product.setdefault(kind[0], []).append(kind)
        orders = {}
        for product, kinds in by_product.items():
            places = {r.version: n for n, r in enumerate(self.covering.product(product).releases)}
            keys = {k[2]: (1, places[k[2]], ()) if k[2] in places else (0, 0, version_key(k[2])) for k in kinds if k[2]}
            ranked = {v: n for n, v in enumerate(sorted(keys, key=lambda v: (keys[v], v)))}
            for kind in kinds:
                orders[kind] = ranked.get(kind[2], -1)
        return orders

    def _load_suites(self) -> None:
        pairs = []
        for n, (suite, _, version) in enumerate(self.demand.kinds):
            if not self.covering.has_components(suite):
                continue
            for m, (product, edition, component_version) in enumerate(self.demand.kinds):
                item = Item(product, edition, component_version)
                if product != suite and self.covering.suite_holds(suite, version, item):
                    pairs.append((n, m))
        self.relations.load(
            "suite_pairs",
            {"suite": ("INTEGER", [p[0] for p in pairs]), "component": ("INTEGER", [p[1] for p in pairs])},
        )

    def _load_seats(self) -> None:
        users = {u: n for n, u in enumerate(self.demand.users)}
        rows = sorted({(users[s.user_id], self._kind_codes[(s.product, "", "")]) for s in self.estate.seats})
        self.relations.load(
            "seats", {"usr": ("INTEGER", [r[0] for r in rows]), "pev": ("INTEGER", [r[1] for r in rows])}
        )

    def _load_mixed(self) -> None:
        """Load which users and devices are one bundle because a device is used by somebody else than its user too."""
        pairs = self.relations.fetch(
            "SELECT DISTINCT s.dev, s.usr FROM settled s INNER JOIN devices d ON d.dev = s.dev"
            " WHERE s.bucket = 'counted' AND s.usr >= 0 AND s.usr <> d.usr ORDER BY s.dev, s.usr"
        )
        links: nx.Graph[tuple[str, int]] = nx.Graph()
        links.add_edges_from((("dev", dev), ("usr", usr)) for dev, usr in pairs)
        own = self.relations.fetch("SELECT dev, usr FROM devices WHERE usr >= 0") if pairs else []
        links.add_edges_from((("dev", dev), ("usr", usr)) for dev, usr in own)
        odd = {("dev", dev) for dev, _ in pairs}
        roots: dict[str, list[tuple[int, int]]] = {"dev": [], "usr": []}
        for group in nx.connected_components(links) if pairs else ():
            if group & odd:
                root = min(number for kind, number in group if kind == "usr")
                for kind, number in sorted(group):
                    roots[kind].append((number, root))
        for kind, name in (("dev", "mixed_devices"), ("usr", "mixed_users")):
            columns = {kind: [n for n, _ in roots[kind]], "root": [r for _, r in roots[kind]]}
            self.relations.load(name, {column: ("INTEGER", values) for column, values in columns.items()})

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
        self.demand.classes.append(replace(found, id=name))
        self.demand.signatures[name] = signature

    def _read_classes(self) -> None:
        by_cores = dict(self.relations.fetch("SELECT family, by_cores FROM families"))
        rows = self.relations.fetch(
            "SELECT family, bundle_kind, signature, bundle_count FROM classes ORDER BY family, bundle_kind, signature"
        )
        for family, bundle_kind, signature, count in rows:
            found = self._class(bundle_kind, signature, count, by_cores=bool(by_cores[family]))
            self._keep(found, (family, bundle_kind, signature))
        self._read_mixed(by_cores)

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
    slots = [(tuple(sorted(s.scopes)), _fact_key(s.device)) for s in found.slots]
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


def _facts(device: Device) -> Device:
    """Keep what counting reads of a device."""
    return Device(
        origin=NOWHERE, device_id="", kind=device.kind, sockets=device.sockets, cores=device.cores, vcpus=device.vcpus,
        threads=device.threads, socket_capacity=device.socket_capacity,
    )  # fmt: skip


def _place_key(place: Place) -> tuple[tuple[str, ...] | None, ...]:
    parts = (place.countries, place.units, place.holders)
    return tuple(None if p is None else tuple(sorted(p)) for p in parts)


def _fact_key(device: Device) -> tuple[str, int, int, int, int]:
    numbers = (device.sockets, device.cores, device.vcpus, device.socket_capacity)
    a, b, c, d = (-1 if n is None else n for n in numbers)
    return device.kind, a, b, c, d


def _codes(keys: Sequence[object]) -> list[int]:
    """Number keys by their sorted text, so that numbers do not depend on the order of rows."""
    numbers = {text: n for n, text in enumerate(sorted({repr(k) for k in keys}))}
    return [numbers[repr(k)] for k in keys]
