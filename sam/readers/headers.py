"""Headers to columns: which table a header line belongs to, and a proposed map for headers nobody knows."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam.readers.columns import TableSpec, fold_header
from sam.readers.table_specs import TABLES

NO_MAP: Final[Mapping[str, str]] = {}

_MOST_HEADERS: Final = 500
"""Unknown headers that a guess looks at."""
_MANY_COLUMNS: Final = 5
"""Columns that make a guess credible however many headers there are."""

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "device_id": ("computer", "computername", "device", "devicename", "machine", "machinename", "assetname", "asset",
                  "assetid", "assettag", "resourceid", "netbiosname", "servername", "hostname", "host", "vm"),
    "hostname": ("host", "dnsname", "fqdn", "computername", "name"),
    "manufacturer": ("vendor", "make"),
    "serial": ("serialnumber", "servicetag"),
    "os": ("operatingsystem", "osname"),
    "cpu_model": ("cpu", "processor", "processorname", "cpumodel"),
    "sockets": ("cpus", "#cpu", "numcpu", "processors", "cpucount", "physicalprocessors"),
    "cores": ("#cores", "numcores", "cpucores", "corecount", "physicalcores"),
    "threads": ("logicalprocessors", "logicalcores"),
    "vcpus": ("vcpu", "#vcpus", "cpus"),
    "host_id": ("host", "hypervisor", "esxhost"),
    "cluster_id": ("cluster", "clustername"),
    "location": ("site", "office"),
    "last_seen": ("lastscan", "lastcontact", "lastinventory", "lasthwscan", "lastsync", "lastcheckin"),
    "name": ("softwarename", "software", "displayname", "displayname0", "arpdisplayname", "productname", "product",
             "application", "applicationname", "title", "fullname", "unit"),
    "publisher": ("vendor", "manufacturer", "company", "softwarepublisher", "publisher0", "producer", "maker"),
    "version": ("displayversion", "productversion", "softwareversion", "version0", "release"),
    "installed_on": ("installdate", "installationdate", "installedon", "installdate0", "dateinstalled"),
    "last_used": ("lastusage", "lastuseddate", "lastopened", "lastaccess", "lastrun"),
    "user_id": ("user", "username", "login", "loginname", "upn", "userprincipalname", "samaccountname", "account",
                "employeeid", "personid"),
    "email": ("mail", "emailaddress", "e-mail"),
    "org_unit": ("department", "costcenter", "ou", "unit", "division"),
    "country": ("usagelocation", "countrycode"),
    "product": ("productname", "software", "softwarename", "item", "itemname", "productdisplayname", "license", "name"),
    "sku": ("skuid", "skupartnumber"),
    "assigned_on": ("assigned", "assigneddate", "dateassigned"),
    "last_active": ("lastactivity", "lastactivitydate", "lastlogin", "lastsignin"),
    "quantity": ("qty", "amount", "count", "licenses", "licences", "seats", "units", "purchased"),
    "metric": ("licensemetric", "licensetype", "unitofmeasure", "metricname"),
    "contract_id": ("contract", "agreement", "agreementnumber", "contractnumber"),
    "vendor": ("supplier", "reseller", "publisher", "seller"),
    "starts_on": ("startdate", "start", "validfrom", "from"),
    "ends_on": ("enddate", "end", "expirationdate", "expires", "validto", "expirydate", "until"),
    "entitlement_id": ("id", "licenseid", "lineid", "orderline", "purchaseid"),
    "purchased_on": ("purchasedate", "orderdate", "invoicedate"),
    "unit_price": ("price", "unitcost", "listprice", "netprice", "cost"),
    "part_number": ("sku", "partno", "mpn", "productcode", "materialnumber"),
    "maintenance_until": ("maintenanceend", "supportend", "maintenanceexpires"),
    "started_at": ("start", "checkout", "starttime"),
    "ended_at": ("end", "checkin", "endtime"),
    "measured_at": ("date", "measuredon", "peakdate"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which position of the header line holds which column of a table."""

    spec: TableSpec
    positions: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    """Headers that no column of the table has, as written."""
    doubled: tuple[str, ...] = ()
    """Headers that stand for a column already found further left."""
    unmapped: tuple[str, ...] = ()
    """Headers that a map names and the file does not have."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Bold columns that the header line lacks."""
        lacking = [name for name in self.spec.required if name not in self.positions]
        if self.spec.any_of and not any(name in self.positions for name in self.spec.any_of):
            lacking.append(" or ".join(self.spec.any_of))
        return tuple(lacking)


def bind(spec: TableSpec, header: Sequence[str], column_map: Mapping[str, str] = NO_MAP) -> Binding:
    """Match a header line to the columns of a table; a map (column → header) goes before the names."""
    folded = [fold_header(cell) for cell in header]
    names = {fold_header(column.name): column.name for column in spec.columns}
    mapped: dict[str, str] = {}
    unmapped = []
    for column, wanted in column_map.items():
        name = names.get(fold_header(column))
        if name and fold_header(wanted) in folded:
            mapped[fold_header(wanted)] = name
        elif name:
            unmapped.append(wanted)
    positions: dict[str, int] = {}
    unknown, doubled = [], []
    taken = set(mapped.values())
    for position, key in enumerate(folded):
        # a column given by the map is not also taken from a header of its own name
        own = names.get(key)
        name = mapped.get(key) or (own if own not in taken else None)
        if name is None:
            if key:
                unknown.append(header[position].strip())
        elif name in positions:
            doubled.append(header[position].strip())
        else:
            positions[name] = position
    return Binding(
        spec=spec, positions=positions, unknown=tuple(unknown), doubled=tuple(doubled), unmapped=tuple(unmapped)
    )


def table_of_name(name: str) -> TableSpec | None:
    """Return the table that a file stem or sheet name tells: `devices`, `Devices`, `devices-hq`, `org units`."""
    folded = fold_header(name)
    for spec in sorted(TABLES.values(), key=lambda s: -len(s.name)):
        if folded == fold_header(spec.name) or _starts_with(name.strip().casefold(), spec.name):
            return spec
    return None


def table_of_headers(header: Sequence[str], column_map: Mapping[str, str] = NO_MAP) -> TableSpec | None:
    """Return the table whose bold columns are all there and that knows most of the headers; None when two tie."""
    scored = []
    for spec in TABLES.values():
        binding = bind(spec, header, column_map)
        if not binding.missing and 2 * len(binding.positions) > len(binding.unknown):
            scored.append((len(binding.positions), len(spec.required), spec))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    if not scored or (len(scored) > 1 and scored[0][:2] == scored[1][:2]):
        return None
    return scored[0][2]


def propose_map(spec: TableSpec, header: Sequence[str]) -> dict[str, str]:
    """Guess which unknown header is which missing column: known names of exports first, then spelling."""
    binding = bind(spec, header)
    free = {fold_header(text): text for text in binding.unknown[:_MOST_HEADERS]}
    proposed: dict[str, str] = {}
    for column in sorted(spec.columns, key=lambda c: not c.required):
        if column.name in binding.positions:
            continue
        wanted = [fold_header(word) for word in _SYNONYMS.get(column.name, ())]
        found = next((word for word in wanted if word in free), None)
        if found is None:
            near = difflib.get_close_matches(fold_header(column.name), free, n=1, cutoff=0.88)
            found = near[0] if near else None
        if found is not None:
            proposed[column.name] = free.pop(found)
    return proposed


def likely_table(header: Sequence[str]) -> tuple[TableSpec, dict[str, str]] | None:
    """Return the table whose bold columns a proposed map would complete, with that map; None when little fits."""
    best: tuple[int, TableSpec, dict[str, str]] | None = None
    for spec in TABLES.values():
        proposed = propose_map(spec, header)
        binding = bind(spec, header, proposed)
        known = len(binding.positions)
        fits = known >= _MANY_COLUMNS or (known > 1 and 4 * known >= len(header))
        if fits and not binding.missing and (best is None or known > best[0]):
            best = (known, spec, proposed)
    return (best[1], best[2]) if best else None


def show_map(proposed: Mapping[str, str]) -> str:
    """Write a map as it stands in `trueup.toml`."""
    pairs = ", ".join(f'{column} = "{_toml(header)}"' for column, header in proposed.items())
    return f"map = {{{pairs}}}"


def _starts_with(name: str, table: str) -> bool:
    """True for `devices-hq` and `org units 2026`, false for `devicesold`."""
    plain = name.replace(" ", "_").replace("-", "_")
    return plain.startswith((f"{table}_", f"{table}."))


def _toml(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).replace("\\", "\\\\").replace('"', '\\"')
