"""From evidence to demand classes: load the small tables, run the relational stages, read the classes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import networkx as nx

from sam.catalog.loaded import LoadedCatalog
from sam.catalog.recognize import recognize
from sam.engine.demandclasses import ClassReader, Demand, Kind, codes, fact_key, facts, place_key
from sam.engine.estate import NOWHERE, Estate, Scopes, exempt_bucket, is_virtual
from sam.engine.families import Family
from sam.engine.relational import Relations
from sam.entitlements.classes import Item
from sam.entitlements.covers import Covering
from sam.inventory.identity import Merged
from sam.model import Device, Problem, Recognition, Severity, State, Title
from sam.model.versions import version_key


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
        self._versioned = {e.product for e in estate.entitlements if e.version}
        self._versioned |= {p.product for p in estate.prices if p.version}

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
        if self._unversioned(recognition.product):
            version = ""
        return recognition.product, edition, version

    def _unversioned(self, product_id: str) -> bool:
        """True where neither the catalog nor a purchase or price tells versions: build numbers are no positions."""
        product = self.covering.product(product_id)
        return product.in_catalog and not product.releases and product_id not in self._versioned

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
        ClassReader(self.demand, self.estate, scopes).read()
        return self.demand

    def _load_devices(self, scopes: Scopes) -> None:
        devices = self.demand.devices
        index = {d.device_id: n for n, d in enumerate(devices)}
        users = {u: n for n, u in enumerate(self.demand.users)}
        self.scopes = scopes
        places = [scopes.of_device(d) for d in devices]
        cores = [facts(d) for d in devices]
        place_keys = [place_key(p) for p in places]
        scope_codes = codes(place_keys)
        fact_codes = codes([(p, fact_key(c)) for p, c in zip(place_keys, cores, strict=True)])
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
        numbers = codes([place_key(p) for p in places])
        self.demand.user_places = dict(zip(numbers, places, strict=True))
        self.relations.load(
            "user_profiles", {"usr": ("INTEGER", list(range(len(numbers)))), "profile": ("INTEGER", numbers)}
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
        by_product: dict[str, list[int]] = {}
        for n, kind in enumerate(self.demand.kinds):
            by_product.setdefault(kind[0], []).append(n)
        pairs = []
        for n, (suite, _, version) in enumerate(self.demand.kinds):
            for product in sorted(self.covering.component_products(suite, version) - {suite}):
                pairs += [
                    (n, m)
                    for m in by_product.get(product, ())
                    if self.covering.suite_holds(suite, version, Item(*self.demand.kinds[m]))
                ]
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
