"""Every table, from CSV and from a spreadsheet, gives the records a person would write down from it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sam.model import (
    Access,
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
    Record,
    Seat,
    Session,
)
from sam.readers.folders import FileRead, headers_only_tables
from sam.readers.table_specs import TABLES
from tests.readers.looking import told

Reader = Callable[..., FileRead]

HERE = Origin(file="", path="", record=1)


def at(*clock: int) -> datetime:
    """A moment as a spreadsheet holds it: without a zone."""
    return datetime(2026, 6, 30, *clock)  # noqa: DTZ001


# table → a full row (as text, as a spreadsheet holds it) and the record it means
ROWS: dict[str, tuple[dict[str, Any], Record]] = {
    "devices": (
        {
            "device_id": "SRV-1", "hostname": "srv-1", "domain": "corp.example", "manufacturer": "Dell Inc.",
            "model": "R750", "serial": "007", "uuid": "4c4c4544", "kind": "Virtual Machine", "os": "Windows",
            "cpu_model": "Xeon", "sockets": 2, "socket_capacity": 4, "cores": 32, "threads": 64, "smt": True,
            "vcpus": 8, "host_id": "H-1", "host_role": "virtualization only", "cluster_id": "CL", "vcenter_id": "VC",
            "partition": "soft", "partition_capacity": 16, "cloud": "aws", "environment": "Disaster Recovery",
            "failover_of": "SRV-2", "failover_kind": "HA", "lifecycle": "In Repair", "primary_user_id": "u1",
            "org_unit": "EMEA", "country": "de", "location": "Berlin", "last_seen": date(2026, 6, 30),
            "purchased_on": date(2024, 3, 1), "cost": 8200.5, "currency": "eur",
        },
        Device(
            origin=HERE, device_id="SRV-1", hostname="srv-1", domain="corp.example", manufacturer="Dell Inc.",
            model="R750", serial="007", uuid="4c4c4544", kind="virtual-machine", os="Windows", cpu_model="Xeon",
            sockets=2, socket_capacity=4, cores=32, threads=64, smt=True, vcpus=8, host_id="H-1",
            host_role="virtualization-only", cluster_id="CL", vcenter_id="VC", partition="soft", partition_capacity=16,
            cloud="aws", environment="disaster-recovery", failover_of="SRV-2", failover_kind="ha",
            lifecycle="in-repair", primary_user_id="u1", org_unit="EMEA", country="DE", location="Berlin",
            last_seen=date(2026, 6, 30), purchased_on=date(2024, 3, 1), cost=Decimal("8200.5"), currency="EUR",
        ),
    ),
    "people": (
        {
            "user_id": "u1", "name": "Ada Example", "email": "ada@corp.example", "status": "LEAVER", "org_unit": "EMEA",
            "country": "DE", "left_on": date(2026, 5, 31),
        },
        Person(
            origin=HERE, user_id="u1", name="Ada Example", email="ada@corp.example", status="leaver", org_unit="EMEA",
            country="DE", left_on=date(2026, 5, 31),
        ),
    ),
    "org_units": (
        {"org_unit": "EMEA", "parent": "Corp", "country": "DE"},
        OrgUnit(origin=HERE, org_unit="EMEA", parent="Corp", country="DE"),
    ),
    "device_links": (
        {"device_id": "SRV-1", "source": "glpi", "source_key": "srv-1-2024"},
        DeviceLink(origin=HERE, device_id="SRV-1", source="glpi", source_key="srv-1-2024"),
    ),
    "access": (
        {"user_id": "u1", "device_id": "PC-1", "server_id": "SRV-1", "product": "a/b", "last_used": date(2026, 6, 1)},
        Access(
            origin=HERE, user_id="u1", device_id="PC-1", server_id="SRV-1", product="a/b", last_used=date(2026, 6, 1)
        ),
    ),
    "seats": (
        {
            "user_id": "u1", "publisher": "Acme", "product": "Acme Draw", "sku": "AD-1",
            "assigned_on": date(2025, 1, 7), "last_active": date(2026, 6, 2),
        },
        Seat(
            origin=HERE, user_id="u1", publisher="Acme", product="Acme Draw", sku="AD-1",
            assigned_on=date(2025, 1, 7), last_active=date(2026, 6, 2),
        ),
    ),
    "sessions": (
        {
            "product": "acme/solver", "user_id": "u1", "device_id": "PC-1", "started_at": at(8, 15),
            "ended_at": at(9, 0, 30),
        },
        Session(
            origin=HERE, product="acme/solver", user_id="u1", device_id="PC-1",
            started_at=datetime(2026, 6, 30, 8, 15, tzinfo=UTC), ended_at=datetime(2026, 6, 30, 9, 0, 30, tzinfo=UTC),
        ),
    ),
    "measures": (
        {
            "product": "sap/s4", "metric": "Document", "scope": "org:Corp", "quantity": 12000.5,
            "measured_at": date(2026, 3, 31),
        },
        Measure(
            origin=HERE, product="sap/s4", metric="document", scope="org:Corp", quantity=Decimal("12000.5"),
            measured_at=date(2026, 3, 31),
        ),
    ),
    "contracts": (
        {
            "contract_id": "C-1", "vendor": "Acme", "title": "EA", "starts_on": date(2024, 7, 1),
            "ends_on": date(2027, 6, 30), "notice_days": 60, "auto_renews": False, "term_months": 36,
            "uplift_cap_percent": 2.5, "currency": "USD", "value": 120000, "owner": "buyers", "parent_id": "C-0",
        },
        Contract(
            origin=HERE, contract_id="C-1", vendor="Acme", title="EA", starts_on=date(2024, 7, 1),
            ends_on=date(2027, 6, 30), notice_days=60, auto_renews=False, term_months=36,
            uplift_cap_percent=Decimal("2.5"), currency="USD", value=Decimal(120000), owner="buyers", parent_id="C-0",
        ),
    ),
    "entitlements": (
        {
            "entitlement_id": "E-1", "contract_id": "C-1", "publisher": "Acme", "product": "acme/draw",
            "edition": "pro", "version": 2022, "metric": "Named User", "quantity": 16, "transaction": "True Up",
            "base_id": "E-0", "replaces_id": "E-9", "purchased_on": date(2024, 7, 1), "starts_on": date(2024, 7, 2),
            "ends_on": date(2027, 6, 30), "maintenance_until": date(2026, 12, 31), "unit_price": 12.25,
            "currency": "EUR", "pack_size": 5, "scope": "country:DE;org:Corp/EMEA", "rights": "upgrade;downgrade",
            "part_number": "7NQ", "description": "five pack", "proof": "invoice 1",
        },
        Entitlement(
            origin=HERE, entitlement_id="E-1", contract_id="C-1", publisher="Acme", product="acme/draw", edition="pro",
            version="2022", metric="named-user", quantity=Decimal(16), transaction="true-up", base_id="E-0",
            replaces_id="E-9", purchased_on=date(2024, 7, 1), starts_on=date(2024, 7, 2), ends_on=date(2027, 6, 30),
            maintenance_until=date(2026, 12, 31), unit_price=Decimal("12.25"), currency="EUR", pack_size=5,
            scope="country:DE;org:Corp/EMEA", rights=("downgrade", "upgrade"), part_number="7NQ",
            description="five pack", proof="invoice 1",
        ),
    ),
    "allocations": (
        {
            "entitlement_id": "E-1", "device_id": "SRV-1", "user_id": "u1", "org_unit": "EMEA", "kind": "Reserved",
            "quantity": 4, "assigned_on": date(2025, 1, 7),
        },
        AllocationRow(
            origin=HERE, entitlement_id="E-1", device_id="SRV-1", user_id="u1", org_unit="EMEA", kind="reserved",
            quantity=Decimal(4), assigned_on=date(2025, 1, 7),
        ),
    ),
    "prices": (
        {
            "publisher": "Acme", "product": "acme/draw", "edition": "pro", "version": "2022", "metric": "device",
            "part_number": "7NQ", "basis": "Contract", "unit_price": 99.99, "currency": "EUR", "per": "Year",
            "pack": 2, "minimum_order": 8, "tier_from": 10, "tier_mode": "all units", "sold_from": date(2026, 1, 1),
            "sold_to": date(2026, 12, 31), "source": "list 2026",
        },
        Price(
            origin=HERE, publisher="Acme", product="acme/draw", edition="pro", version="2022", metric="device",
            part_number="7NQ", basis="contract", unit_price=Decimal("99.99"), currency="EUR", per="year", pack=2,
            minimum_order=8, tier_from=10, tier_mode="all-units", sold_from=date(2026, 1, 1),
            sold_to=date(2026, 12, 31), source="list 2026",
        ),
    ),
}  # fmt: skip


def as_text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([as_text(value) for value in row.values()] for row in rows)
    return out.getvalue()


def without_origin(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__ if name != "origin"}


def test_every_table_but_software_is_tried_with_all_its_columns() -> None:
    assert set(ROWS) == set(TABLES) - {"software"}
    for name, (row, _) in ROWS.items():
        assert list(row) == [column.name for column in TABLES[name].columns]


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv(table: str, delimiter: str, read: Reader) -> None:
    row, record = ROWS[table]
    result = read(f"{table}.csv", as_csv([row], delimiter))
    assert not result.problems
    assert without_origin(result.records[0]) == without_origin(record)
    assert result.records[0].origin == Origin(file=result.account.sha256, path=f"{table}.csv", record=1)
    assert (result.account.format, result.account.rows, result.account.accepted) == (f"table:{table}", 1, 1)


@pytest.mark.parametrize("table", ROWS)
def test_workbook(table: str, read_sheets: Reader) -> None:
    row, record = ROWS[table]
    result = read_sheets("book.xlsx", {table.replace("_", " ").title(): [[], list(row), [], list(row.values())]})
    assert not result.problems
    assert without_origin(result.records[0]) == without_origin(record)
    assert (result.account.format, result.account.rows, result.account.accepted) == (f"table:{table}", 1, 1)


@pytest.mark.parametrize("table", ROWS)
def test_a_row_of_bold_columns_alone_takes_the_defaults_of_the_record(table: str, read: Reader) -> None:
    row, record = ROWS[table]
    spec = TABLES[table]
    needed = {name: row[name] for name in (*spec.required, *spec.any_of[:1])}
    result = read(f"{table}.csv", as_csv([needed]))
    assert not result.account.rejected
    expected = type(record)(origin=HERE, **{name: getattr(record, name) for name in needed})
    assert without_origin(result.records[0]) == without_origin(expected)


@pytest.mark.parametrize("table", [name for name in ROWS if TABLES[name].required])
def test_a_row_without_a_bold_cell_is_rejected_by_name(table: str, read: Reader) -> None:
    row, _ = ROWS[table]
    for name in TABLES[table].required:
        result = read(f"{table}.csv", as_csv([row, {**row, name: " "}]))
        assert [(r.line, r.reason) for r in result.account.rejected] == [(3, f"{name} is blank")]
        assert result.account.rows == 2
        assert result.account.accepted == 1


def test_header_only_files_are_fine(read: Reader) -> None:
    for name, header in headers_only_tables().items():
        result = read(f"{name}.csv", f"{header}\n")
        assert not result.problems, name
        assert result.account.format == f"table:{name}"
        assert result.account.rows == 0


def test_headers_fold_and_come_in_any_order(read: Reader) -> None:
    result = read("Devices-HQ.csv", "Cores,DEVICE ID,last-seen\n8,PC-1,2026-06-30\n")
    assert without_origin(result.records[0]) == without_origin(
        Device(origin=HERE, device_id="PC-1", cores=8, last_seen=date(2026, 6, 30))
    )


def test_short_rows_are_blank_at_the_end(read: Reader) -> None:
    result = read("devices.csv", "device_id,hostname,kind\nPC-1\nPC-2,host\n")
    assert [(d.device_id, d.hostname, d.kind) for d in result.records] == [("PC-1", "", ""), ("PC-2", "host", "")]


def test_access_needs_a_server_or_a_product(read: Reader) -> None:
    result = read("access.csv", "user_id,server_id,product\nu1,S1,\nu2,,P\nu3,,\n")
    assert [r.line for r in result.account.rejected] == [4]
    assert "server_id and product are blank" in result.account.rejected[0].reason
    result = read("access.csv", "user_id\nu1\n")
    assert "server_id or product is missing" in told(result, "missing-column")[0]


@pytest.mark.parametrize(
    ("cells", "transaction"),
    [
        (",,", "license"),
        (",Subscription,", "subscription"),
        (",monthly subscription plan,", "subscription"),
        (",,X-SUBSCRIPTION-1", "subscription"),
        (",no subscriptionless word,", "license"),
        ("maintenance,Subscription,", "maintenance"),
    ],
)
def test_a_blank_transaction_is_a_license_unless_the_line_says_subscription(
    cells: str, transaction: str, read: Reader
) -> None:
    head = "entitlement_id,product,metric,quantity,transaction,description,part_number"
    result = read("entitlements.csv", f"{head}\nE1,P,device,1,{cells}\n")
    assert result.records[0].transaction == transaction


def test_only_returns_may_be_below_zero(read: Reader) -> None:
    head = "entitlement_id,product,metric,quantity,transaction"
    result = read("entitlements.csv", f"{head}\nE1,P,device,-1,return\nE2,P,device,-1,transfer out\nE3,P,device,-1,\n")
    assert [e.quantity for e in result.records] == [Decimal(-1), Decimal(-1)]
    assert [r.line for r in result.account.rejected] == [4]


def test_several_sheets_are_several_tables_with_their_own_lines(read_sheets: Reader, software: Any) -> None:
    result = read_sheets(
        "estate.xlsx",
        {
            "Devices": [["device_id"], ["PC-1"], [None], ["PC-1"]],
            "Software HQ": [["device_id", "name", "version"], ["PC-1", "Acme Draw", 11.0]],
            "Notes": [["written by hand"], ["see below"]],
        },
    )
    assert result.account.format == "table:devices+software"
    assert (result.account.rows, result.account.accepted, result.account.rejected_count) == (3, 2, 1)
    assert told(result, "rows-rejected")[0].startswith("estate.xlsx#Devices:4: ")
    assert told(result, "unknown-table")[0].startswith("estate.xlsx#Notes:1: ")
    assert software(result) == [(1, "PC-1", "", "Acme Draw", "", "11", "", None, None)]


def test_a_table_is_known_by_its_headers(read: Reader) -> None:
    result = read("export 2026.csv", "Entitlement ID,Product,Metric,Quantity\nE1,Acme Draw,Device,5\n")
    assert result.account.format == "table:entitlements"


def test_a_name_that_begins_like_one_table_does_not_hide_another(read: Reader) -> None:
    result = read("devices-software.csv", "device_id,name,publisher\nPC-1,Acme Draw,Acme\n")
    assert result.account.format == "table:software"
