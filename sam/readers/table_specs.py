"""Every table of the workspace: the one place where columns are named, described and given an example."""

from typing import Final

from sam.model import words
from sam.readers.columns import Column, Kind, TableSpec

_PRODUCT = "catalog id (`microsoft/sql-server`) or the product's name"
_PUBLISHER = "who publishes the product"
_COUNTRY = "country for scopes and reports"


def _id(name: str, meaning: str, example: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.ID, meaning=meaning, example=example, required=required)


def _text(name: str, meaning: str, example: str = "", *, required: bool = False) -> Column:
    return Column(name=name, meaning=meaning, example=example, required=required)


def _day(name: str, meaning: str, example: str = "2026-06-30") -> Column:
    return Column(name=name, kind=Kind.DATE, meaning=meaning, example=example, strict=True)


def _word(
    name: str, meaning: str, allowed: tuple[str, ...], example: str, *, required: bool = False, default: str = ""
) -> Column:
    return Column(
        name=name, kind=Kind.WORD, meaning=meaning, words=allowed, example=example, required=required, default=default
    )


MOST: Final = 1_000_000
"""The largest number of cores, units in a pack or months that is no typing error."""


def _count(
    name: str, meaning: str, example: str, *, strict: bool = False, minimum: int = 0, default: str = ""
) -> Column:
    return Column(
        name=name, kind=Kind.INTEGER, meaning=meaning, example=example, strict=strict, minimum=minimum,
        maximum=MOST, default=default,
    )  # fmt: skip


def _amount(name: str, meaning: str, example: str, *, required: bool = False, strict: bool = False) -> Column:
    return Column(name=name, kind=Kind.DECIMAL, meaning=meaning, example=example, required=required, strict=strict)


def _country(meaning: str = _COUNTRY) -> Column:
    return Column(name="country", kind=Kind.COUNTRY, meaning=meaning, example="DE")


def _currency(meaning: str) -> Column:
    return Column(name="currency", kind=Kind.CURRENCY, meaning=meaning, example="EUR", default="the workspace's")


def _scope(meaning: str) -> Column:
    return Column(name="scope", kind=Kind.SCOPE, meaning=meaning, example="country:DE;org:Corp/EMEA", strict=True)


_DEVICES = TableSpec(
    name="devices",
    meaning="Machines, physical and virtual.",
    key="device_id",
    columns=(
        _id("device_id", "the device's id in your register", "SRV-0001", required=True),
        _text("hostname", "host name without domain", "srv-0001"),
        _text("domain", "DNS or directory domain", "corp.example"),
        _text("manufacturer", "maker of the machine", "Dell Inc."),
        _text("model", "model of the machine", "PowerEdge R750"),
        _text("serial", "serial number of the machine", "7XK2M43"),
        _text("uuid", "hardware UUID", "4c4c4544-0058-4b10-8032-b7c04f4d3433"),
        _word("kind", "what the device is", words.DEVICE_KINDS, "server"),
        _text("os", "operating system as reported", "Microsoft Windows Server 2022 Standard"),
        _text("cpu_model", "processor as reported", "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz"),
        _count("sockets", "sockets that hold a processor", "2", minimum=1),
        _count("socket_capacity", "sockets the model takes, empty ones included", "2", minimum=1),
        _count("cores", "physical cores of the whole machine (all processors together)", "32", minimum=1),
        _count("threads", "hardware threads of the whole machine", "64", minimum=1),
        Column(name="smt", kind=Kind.BOOLEAN, meaning="simultaneous multithreading is on", example="yes"),
        _count("vcpus", "virtual cores given to a virtual machine", "8", minimum=1),
        _id("host_id", "device_id of the host a virtual machine runs on", "HOST-01"),
        _word("host_role", "whether a host does more than run virtual machines", words.HOST_ROLES, "other"),
        _id("cluster_id", "cluster the host belongs to", "CL-01"),
        _id("vcenter_id", "management server of the cluster", "VC-01"),
        _word("partition", "how the machine is divided", words.PARTITIONS, "none"),
        _count("partition_capacity", "cores the partition can use at most", "16", minimum=1),
        _text("cloud", "provider, when the machine is rented", "aws"),
        _word("environment", "what the machine is used for", words.ENVIRONMENTS, "production"),
        _id("failover_of", "device_id of the machine it stands in for", "SRV-0002"),
        _word("failover_kind", "high availability or disaster recovery", words.FAILOVER_KINDS, "ha"),
        _word("lifecycle", "where the device stands in its life", words.LIFECYCLES, "in-use", default="in-use"),
        _id("primary_user_id", "user_id of the person who mostly uses it", "u1001"),
        _id("org_unit", "org_unit that owns it", "EMEA"),
        _country(),
        _text("location", "site or room", "Berlin"),
        _day("last_seen", "last day an inventory saw it"),
        _day("purchased_on", "day of purchase", "2024-03-01"),
        _amount("cost", "what the machine cost", "8200.00"),
        _currency("currency of `cost`"),
    ),
)

SOFTWARE: Final = TableSpec(
    name="software",
    meaning="Software found on devices, one row for each title on each device.",
    columns=(
        _id("device_id", "the device as this source names it", "SRV-0001", required=True),
        _text("publisher", "publisher as reported", "Microsoft Corporation"),
        _text("name", "title as reported", "Microsoft SQL Server 2022 (64-bit)", required=True),
        _text("version", "version as reported", "16.0.1000.6"),
        _text("edition", "edition, where the source knows it", "Standard"),
        _day("installed_on", "day of installation", "2025-02-11"),
        _day("last_used", "last day it was used"),
        _id("user_id", "person it is installed for", "u1001"),
    ),
)

_PEOPLE = TableSpec(
    name="people",
    meaning="Persons who use software.",
    key="user_id",
    columns=(
        _id("user_id", "the person's id", "u1001", required=True),
        _text("name", "full name", "Ada Example"),
        _text("email", "mail address", "ada@corp.example"),
        _word("status", "whether the person is still there", words.PERSON_STATUSES, "active", default="active"),
        _id("org_unit", "org_unit the person belongs to", "EMEA"),
        _country(),
        _day("left_on", "last day with the organisation", ""),
    ),
)

_ORG_UNITS = TableSpec(
    name="org_units",
    meaning="The tree of the organisation.",
    key="org_unit",
    columns=(
        _id("org_unit", "the unit's id", "EMEA", required=True),
        _id("parent", "org_unit it belongs to; blank for the top", "Corp"),
        _country(),
    ),
)

_DEVICE_LINKS = TableSpec(
    name="device_links",
    meaning="Records of other sources that are told to be a device of yours.",
    columns=(
        _id("device_id", "the device in your register", "SRV-0001", required=True),
        _text("source", "file or system that names it differently", "glpi", required=True),
        _text("source_key", "its name there", "srv-0001-2024-05-17-10-11-12", required=True),
    ),
)

_ACCESS = TableSpec(
    name="access",
    meaning="Who reaches which server or product, for client access licenses.",
    any_of=("server_id", "product"),
    columns=(
        _id("user_id", "person who reaches it", "u1001"),
        _id("device_id", "device that reaches it", "PC-0001"),
        _id("server_id", "device_id of the server; this or `product` is needed", "SRV-0001"),
        _text("product", f"{_PRODUCT}; this or `server_id` is needed", "microsoft/sql-server"),
        _day("last_used", "last day of access"),
    ),
)

_SEATS = TableSpec(
    name="seats",
    meaning="Seats of online services assigned to persons.",
    columns=(
        _id("user_id", "person who holds the seat", "u1001", required=True),
        _text("publisher", _PUBLISHER, "Microsoft"),
        _text("product", _PRODUCT, "Microsoft 365 E3", required=True),
        _text("sku", "the service's own code", "SPE_E3"),
        _day("assigned_on", "day of assignment", "2025-01-07"),
        _day("last_active", "last day of activity"),
    ),
)

_SESSIONS = TableSpec(
    name="sessions",
    meaning="Licenses checked out, from the log of a license server.",
    columns=(
        _text("product", _PRODUCT, "acme/solver", required=True),
        _id("user_id", "person who checked it out", "u1001"),
        _id("device_id", "device it was checked out on", "PC-0001"),
        Column(
            name="started_at", kind=Kind.DATETIME, meaning="moment of check-out, included",
            example="2026-06-30T08:15:00Z", required=True, strict=True,
        ),
        Column(
            name="ended_at", kind=Kind.DATETIME, meaning="moment of return, not included; blank: still out",
            example="2026-06-30T09:00:00Z", strict=True,
        ),
    ),
)  # fmt: skip

_MEASURES = TableSpec(
    name="measures",
    meaning="Measured quantities, such as documents created or virtual processor cores reported by a vendor's tool.",
    columns=(
        _text("product", _PRODUCT, "sap/s4hana", required=True),
        Column(
            name="metric", kind=Kind.WORD, meaning="what was measured: a metric or an input of a term",
            example="material documents", required=True, words=words.METRICS, open_words=True,
        ),
        _scope("part of the organisation it was measured for; blank: all"),
        _amount("quantity", "how much", "12000", required=True, strict=True),
        _day("measured_at", "day of the measurement"),
    ),
)  # fmt: skip

_CONTRACTS = TableSpec(
    name="contracts",
    meaning="Agreements with vendors.",
    key="contract_id",
    columns=(
        _id("contract_id", "the contract's id", "C-2024-07", required=True),
        _text("vendor", "the other party", "Microsoft"),
        _text("title", "what it is called", "Enterprise Agreement"),
        _day("starts_on", "first day", "2024-07-01"),
        _day("ends_on", "last day, included", "2027-06-30"),
        _count("notice_days", "days before the end by which notice must be given", "60"),
        Column(name="auto_renews", kind=Kind.BOOLEAN, meaning="renews itself unless notice is given", example="yes"),
        _count("term_months", "months of one term", "36"),
        _amount("uplift_cap_percent", "most the price may rise at renewal, in percent", "3"),
        _currency("currency of `value`"),
        _amount("value", "total value of the term", "120000.00"),
        _text("owner", "who answers for it", "procurement"),
        _id("parent_id", "contract_id of the agreement above it", "C-2021-01"),
    ),
)

_ENTITLEMENTS = TableSpec(
    name="entitlements",
    meaning="What was bought: one row for each purchase line. Units = quantity × pack_size.",
    key="entitlement_id",
    columns=(
        _id("entitlement_id", "the purchase line's id", "E-100", required=True),
        _id("contract_id", "contract it was bought under", "C-2024-07"),
        _text("publisher", _PUBLISHER, "Microsoft"),
        _text("product", _PRODUCT, "microsoft/sql-server", required=True),
        _text("edition", "edition bought; blank covers every edition", "standard"),
        _text("version", "version bought; blank covers every version", "2022"),
        _word("metric", "what one unit counts", words.METRICS, "core", required=True),
        Column(
            name="quantity", kind=Kind.DECIMAL, example="16", required=True, strict=True, minimum=None,
            meaning="how many were ordered; below zero only for `return` and `transfer-out`",
        ),
        _word(
            "transaction", "what the line does", words.TRANSACTIONS, "license",
            default="license, or subscription when the description or part number says so",
        ),
        _id("base_id", "entitlement_id that maintenance, an upgrade or a step-up builds on", ""),
        _id("replaces_id", "entitlement_id that ends the day before `starts_on`", ""),
        _day("purchased_on", "day of purchase", "2024-07-01"),
        _day("starts_on", "first day of the right; blank: open", "2024-07-01"),
        _day("ends_on", "last day of the right, included; blank: open, a subscription ends with its contract", ""),
        _day("maintenance_until", "last day of maintenance, included", "2027-06-30"),
        _amount("unit_price", "price of one unit as bought", "1793.00", strict=True),
        _currency("currency of `unit_price`"),
        _count("pack_size", "units in one of what was ordered", "1", strict=True, minimum=1, default="1"),
        _scope("where it may be used; blank: everywhere"),
        Column(
            name="rights", kind=Kind.RIGHTS, meaning="rights beyond those of the term", example="downgrade;mobility",
            strict=True, words=words.RIGHTS,
        ),
        _text("part_number", "the seller's part number", "7NQ-00302"),
        _text("description", "the line as the seller prints it", "SQL Server Standard Core 2-pack"),
        _text("proof", "where the proof lies", "invoice 4711"),
    ),
)  # fmt: skip

_ALLOCATIONS = TableSpec(
    name="allocations",
    meaning="Units given to or held for somebody.",
    columns=(
        _id("entitlement_id", "purchase line they come from", "E-100", required=True),
        _id("device_id", "device that has them", "SRV-0001"),
        _id("user_id", "person who has them", "u1001"),
        _id("org_unit", "org unit that has them", "EMEA"),
        _word("kind", "how firmly they are given", words.ALLOCATION_KINDS, "allocated", required=True),
        Column(
            name="quantity", kind=Kind.DECIMAL, meaning="how many units", example="16", strict=True, default="1",
        ),
        _day("assigned_on", "since when", "2025-01-07"),
    ),
)  # fmt: skip

_PRICES = TableSpec(
    name="prices",
    meaning="What one unit costs, and when it is on sale.",
    columns=(
        _text("publisher", _PUBLISHER, "Microsoft"),
        _text("product", _PRODUCT, "microsoft/sql-server", required=True),
        _text("edition", "edition; blank: any", "standard"),
        _text("version", "version; blank: the one on sale", "2022"),
        _word("metric", "what one unit counts", words.METRICS, "core"),
        _text("part_number", "the seller's part number", "7NQ-00302"),
        _word("basis", "list price or the price of your contract", words.PRICE_BASES, "list", default="list"),
        _amount("unit_price", "price of one unit, never of a pack", "1793.00", required=True, strict=True),
        _currency("currency of `unit_price`"),
        _word("per", "how often it is paid", words.PRICE_PERIODS, "once", default="once"),
        _count("pack", "units sold together; blank: as the term says, else 1", "2", strict=True, minimum=1),
        _count("minimum_order", "fewest units in one order", "8", strict=True, default="0"),
        _count("tier_from", "smallest order, in units, that gets this price", "1", strict=True),
        _word("tier_mode", "whether a tier prices its own units or all", words.TIER_MODES, "all-units"),
        _day("sold_from", "first day on sale", "2026-01-01"),
        _day("sold_to", "last day on sale, included", ""),
        _text("source", "where the price was read", "price list 2026-01"),
    ),
)

TABLES: Final = {
    spec.name: spec
    for spec in (
        _DEVICES, SOFTWARE, _PEOPLE, _ORG_UNITS, _DEVICE_LINKS, _ACCESS, _SEATS, _SESSIONS, _MEASURES, _CONTRACTS,
        _ENTITLEMENTS, _ALLOCATIONS, _PRICES,
    )
}  # fmt: skip
"""Every table by name, in the order of the documentation."""
