"""From the rows of a workspace folder to items (to be licensed), pools (what is owned) and offers (what is sold).

Read with the csv module and PyYAML alone, after docs/counting.md ("From rows to installations", "Versions and
editions", "Units", "What can be bought"). Nothing here knows the engine.
"""

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

HORIZON = {"once": 1, "": 1, "month": 36, "year": 3}
"""How often a price is paid within the 36 months over which prices are compared."""
UNKNOWN = 10**12
"""Cents that stand for one unit without a known price: more than all amounts of an estate together."""
USER_METRICS = frozenset({"user", "named-user", "seat"})
Row = dict[str, str]


@dataclass(frozen=True)
class Product:
    """A catalog product: editions by rank, releases by date, components if it is a suite."""

    id: str
    name: str
    ranks: dict[str, int | None]
    releases: tuple[tuple[str, date | None, tuple[str, ...]], ...]
    components: tuple[tuple[str, str, str], ...]

    def released(self, version: str) -> date | None:
        """Return the day of a release, None when unknown."""
        return next((day for name, day, _ in self.releases if name == version), None)

    def map_version(self, reported: str) -> str:
        """Return the release a reported version belongs to: by name, else by the longest dotted prefix."""
        names = [name for name, _, _ in self.releases]
        if not reported or reported in names:
            return reported
        hits = [
            (len(prefix), name)
            for name, _, internal in self.releases
            for prefix in (name, *internal)
            if reported.startswith(prefix) and reported[len(prefix) :][:1] in ("", ".", "-", " ")
        ]
        return max(hits)[1] if hits else reported

    def order(self, version: str) -> tuple[int, ...]:
        """Return a key that orders versions: the catalog's order, else number by number."""
        names = [name for name, _, _ in self.releases]
        if version in names:
            return (names.index(version),)
        if names:
            raise ValueError(f"{self.id}: the comparison is defined for catalog releases only, not {version!r}")
        return tuple(int(number) for number in re.findall(r"\d+", version))


@dataclass(frozen=True)
class Term:
    """How one product is counted under one metric, and what a bought unit may do."""

    product: str
    metric: str
    rights: frozenset[str]
    pack: int
    minimums: dict[str, int]
    devices_per_user: int | None
    slots: dict[str, int | None]
    """Host grants: edition → operating-system instances a set gives (None: any number); empty: no grants."""


@dataclass(frozen=True)
class Item:
    """One thing that must be licensed: an installation, or a seat (`device` is "")."""

    key: str
    product: str
    edition: str
    version: str
    device: str
    user: str
    place: tuple[str, tuple[str, ...]]
    """Country and path of org units of the device."""
    user_place: tuple[str, tuple[str, ...]]
    """The same for a user license: the person's, else the device's."""
    host: str = ""
    """Physical machine whose cores are counted; "" when nothing is granted by hosts, or the host is unknown."""
    cores: int = 0
    """Units that one core license of it takes (device or host), minimums applied."""


@dataclass(frozen=True)
class Source:
    """Units that can cover something: an owned line, an offer, or a purchase at an unknown price."""

    id: str
    product: str
    edition: str
    version: str
    metric: str
    rights: frozenset[str]
    scope: str = ""
    maintenance_until: date | None = None
    owned: int | None = None
    """Units owned; None for what is bought."""
    price: int | None = None
    """Cents over the horizon for one unit bought; None: unknown."""
    pack: int = 1
    minimum: int = 0

    def cost(self, units: int) -> int:
        """Return the cost in cents of an order that holds at least `units`: whole packs, at least the minimum."""
        if units == 0:
            return 0
        if self.price is None:
            return units * UNKNOWN
        packs = -(-max(units, self.minimum) // self.pack)
        return packs * self.pack * self.price


@dataclass
class Estate:
    """Everything the search needs to know, and counts for the comparison."""

    as_of: date
    products: dict[str, Product] = field(default_factory=dict)
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    pools: list[Source] = field(default_factory=list)
    offers: list[Source] = field(default_factory=list)
    prices: list[Row] = field(default_factory=list)
    raw_rows: dict[str, int] = field(default_factory=dict)
    """Evidence rows per product: software rows and seats."""

    def term(self, product: str, metric: str) -> Term:
        """Return the term of a product under a metric; the generic one gives no rights and has no minimums."""
        return self.terms.get((product, metric)) or Term(product, metric, frozenset(), 1, {}, None, {})


def fold(text: str) -> str:
    """Fold case and spaces."""
    return " ".join(text.split()).casefold()


def rows_of(folder: Path, table: str) -> list[Row]:
    """Return the rows of a table, [] when there is no such file."""
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as lines:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(lines)]


def day(text: str) -> date | None:
    """Return an ISO date, None for blank."""
    return date.fromisoformat(text) if text else None


def number(text: str) -> int | None:
    """Return a whole number, None for blank."""
    return int(text) if text else None


def cents(text: str, per: str) -> int:
    """Return the price of one unit over the horizon in cents, exactly."""
    amount = Fraction(text) * 100 * HORIZON[per]
    if amount.denominator != 1:
        raise ValueError(f"{text}: prices have at most two decimals")
    return int(amount)


def read_estate(folder: Path, as_of: date) -> Estate:
    """Read a workspace folder as it stood on a day."""
    estate = Estate(as_of=as_of)
    for file in sorted((folder / "catalog").glob("*.yaml")):
        _read_catalog(estate, yaml.safe_load(file.read_text(encoding="utf-8")))
    for file in sorted((folder / "terms").glob("*.yaml")):
        for raw in yaml.safe_load(file.read_text(encoding="utf-8")):
            _read_term(estate, raw)
    names = {fold(p.name): p.id for p in estate.products.values()} | {p: p for p in estate.products}
    _read_items(estate, folder, names)
    contracts = {row["contract_id"]: row for row in rows_of(folder, "contracts")}
    purchases = rows_of(folder, "entitlements")
    for row in purchases:
        row["product"] = names[fold(row["product"])]
        _read_pool(estate, row, contracts)
    _read_offers(estate, folder, names, purchases)
    return estate


def _read_catalog(estate: Estate, raw: dict[str, Any]) -> None:
    for entry in raw["products"]:
        estate.products[entry["id"]] = Product(
            id=entry["id"],
            name=entry["name"],
            ranks={e["id"]: e.get("rank") for e in entry.get("editions", [])},
            releases=tuple(
                (str(r["version"]), day(str(r.get("released", ""))), (str(r["internal"]),) if "internal" in r else ())
                for r in entry.get("releases", [])
            ),
            components=tuple(
                (c, "", "") if isinstance(c, str) else (c["product"], c.get("edition", ""), str(c.get("version", "")))
                for c in entry.get("suite", [])
            ),
        )


def _read_term(estate: Estate, raw: dict[str, Any]) -> None:
    count = raw.get("count", {})
    slots = {g["edition"]: None if g["slots"] == "unlimited" else int(g["slots"]) for g in raw.get("grants", [])}
    estate.terms[raw["product"], raw["metric"]] = Term(
        product=raw["product"],
        metric=raw["metric"],
        rights=frozenset(raw.get("rights", [])),
        pack=int(raw.get("order", {}).get("pack", 1)),
        minimums=dict(count.get("minimum", {})),
        devices_per_user=count.get("devices_per_user"),
        slots=slots,
    )


class _Places:
    """Devices, people and org units by id."""

    def __init__(self, folder: Path) -> None:
        self.devices = {row["device_id"]: row for row in rows_of(folder, "devices")}
        self.people = {row["user_id"]: row for row in rows_of(folder, "people")}
        self.parents = {row["org_unit"]: row["parent"] for row in rows_of(folder, "org_units")}

    def of(self, row: Row | None, other: Row | None = None) -> tuple[str, tuple[str, ...]]:
        """Return country and path of org units of a row, cell by cell of another where it is blank."""
        country = (row or {}).get("country", "") or (other or {}).get("country", "")
        unit = (row or {}).get("org_unit", "") or (other or {}).get("org_unit", "")
        path: list[str] = []
        while unit:
            path.insert(0, unit)
            unit = self.parents.get(unit, "")
        return country, tuple(path)


def _read_items(estate: Estate, folder: Path, names: dict[str, str]) -> None:
    places = _Places(folder)
    found: dict[tuple[str, str, str, str], str] = {}  # installation → user of its first row
    for row in rows_of(folder, "software"):
        product = estate.products.get(names.get(fold(row["name"]), ""))
        if product is None:
            continue
        estate.raw_rows[product.id] = estate.raw_rows.get(product.id, 0) + 1
        device = places.devices.get(row["device_id"], {})
        if device.get("lifecycle", "") in ("retired", "disposed", "planned", "in-stock"):
            continue
        edition = row.get("edition", "") or (next(iter(product.ranks)) if len(product.ranks) == 1 else "")
        key = (row["device_id"], product.id, edition, product.map_version(row.get("version", "")))
        found.setdefault(key, row.get("user_id", "") or device.get("primary_user_id", ""))
    for key in _consolidated(estate, set(found)):
        item = _installation(estate, places, key, found[key])
        if item:
            estate.items.append(item)
    for row in rows_of(folder, "seats"):
        product_id = names[fold(row["product"])]
        estate.raw_rows[product_id] = estate.raw_rows.get(product_id, 0) + 1
        at = places.of(places.people.get(row["user_id"]))
        seat = Item(f"seat/{row['user_id']}/{product_id}", product_id, "", "", "", row["user_id"], at, at)
        if seat not in estate.items:
            estate.items.append(seat)
    estate.items.sort(key=lambda i: i.key)


def _installation(estate: Estate, places: _Places, key: tuple[str, str, str, str], user: str) -> Item | None:
    device_id, product, edition, version = key
    device = places.devices.get(device_id, {})
    term = estate.term(product, "core")
    host, cores = "", 0
    if term.slots:
        if device.get("host_role", "") == "virtualization-only":
            return None  # the host's own operating system does nothing but host
        virtual = device.get("kind", "") == "virtual-machine"
        host = device.get("host_id", "") if virtual else device_id
        host = host if host in places.devices or not virtual else ""
        cores = host_cores(places.devices.get(host, {}), term)
    elif (product, "core") in estate.terms:
        cores = own_cores(device, term)
    at = places.of(places.devices.get(host or device_id))
    at_user = places.of(places.people.get(user), device)
    return Item("/".join(key), product, edition, version, device_id, user, at, at_user, host, cores)


def _consolidated(estate: Estate, keys: set[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Drop installations that a later or higher one on the device contains, and components of an installed suite."""

    def dominates(a: tuple[str, str, str, str], b: tuple[str, str, str, str]) -> bool:
        if a == b or a[:2] != b[:2]:
            return False
        product = estate.products[a[1]]
        high, low = product.ranks.get(a[2]), product.ranks.get(b[2])
        edition = a[2] == b[2] or (high is not None and low is not None and high >= low)
        version = a[3] == b[3] or (bool(a[3]) and bool(b[3]) and product.order(a[3]) >= product.order(b[3]))
        return edition and version

    def in_suite(key: tuple[str, str, str, str]) -> bool:
        return any(
            other[0] == key[0] and any(component[0] == key[1] for component in estate.products[other[1]].components)
            for other in keys
        )

    return sorted(k for k in keys if not in_suite(k) and not any(dominates(other, k) for other in keys))


def host_cores(host: Row, term: Term) -> int:
    """Return the licensable cores of a physical machine; where cores are unknown, the least they can be."""
    sockets = number(host.get("sockets", "")) or 1
    cores = number(host.get("cores", "")) or 0
    spread = [cores // sockets + (1 if n < cores % sockets else 0) for n in range(sockets)]
    return max(sum(max(n, term.minimums.get("processor", 0)) for n in spread), term.minimums.get("server", 0))


def own_cores(device: Row, term: Term) -> int:
    """Return the licensable cores of a device by itself: virtual ones of a virtual machine, else physical ones."""
    if device.get("kind", "") == "virtual-machine":
        return max(number(device.get("vcpus", "")) or 0, term.minimums.get("vm", 0))
    return host_cores(device, term)


def _read_pool(estate: Estate, row: Row, contracts: dict[str, Row]) -> None:
    ends = day(row.get("ends_on", ""))
    if ends is None and row.get("transaction", "") == "subscription":
        ends = day(contracts.get(row.get("contract_id", ""), {}).get("ends_on", ""))
    starts = day(row.get("starts_on", ""))
    if (starts and starts > estate.as_of) or (ends and ends < estate.as_of):
        return
    rights = frozenset(r.strip() for r in row.get("rights", "").split(";") if r.strip())
    estate.pools.append(
        Source(
            id=row["entitlement_id"],
            product=row["product"],
            edition=row.get("edition", ""),
            version=row.get("version", ""),
            metric=row["metric"],
            rights=rights | estate.term(row["product"], row["metric"]).rights,
            scope=row.get("scope", ""),
            maintenance_until=day(row.get("maintenance_until", "")),
            owned=int(row["quantity"]) * (number(row.get("pack_size", "")) or 1),
        )
    )


def _read_offers(estate: Estate, folder: Path, names: dict[str, str], purchases: list[Row]) -> None:
    """Offers: price rows on sale on the day; without the table, the newest priced purchase of each thing."""
    rows = rows_of(folder, "prices")
    if not (folder / "prices.csv").exists():
        newest: dict[tuple[str, ...], Row] = {}
        for row in sorted(purchases, key=lambda r: r.get("purchased_on", "")):
            if row.get("unit_price", ""):
                newest[row["product"], row.get("edition", ""), row.get("version", ""), row["metric"]] = row
        rows = list(newest.values())
    for n, row in enumerate(rows, 1):
        row["product"] = names[fold(row["product"])]
        starts, ends = day(row.get("sold_from", "")), day(row.get("sold_to", ""))
        if (starts and starts > estate.as_of) or (ends and ends < estate.as_of):
            continue
        estate.prices.append(row)
        term = estate.term(row["product"], row["metric"])
        estate.offers.append(
            Source(
                id=f"offer-{n}",
                product=row["product"],
                edition=row.get("edition", ""),
                version=row.get("version", ""),
                metric=row["metric"],
                rights=term.rights,
                price=cents(row["unit_price"], row.get("per", "")),
                pack=number(row.get("pack", "")) or term.pack,
                minimum=number(row.get("minimum_order", "")) or 0,
            )
        )
