"""What a run computes: positions, remedy, findings, renewals and the run itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sam.model.interval import Interval
from sam.model.origin import Problem, Severity, SourceAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLow:
    """The same position where unknown facts take their low value."""

    demand: int
    covered: int
    shortfall: int
    surplus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """An ELP line at publisher, product, edition, version, metric and scope; units of `metric`.

    demand.solved = covered + shortfall, and
    entitled = used_here + used_for_others + reserved + non_transferable + surplus, in every run.
    """

    id: str
    publisher: str
    product: str
    product_name: str
    edition: str | None = None
    version: str | None = None
    metric: str
    term: str | None = None
    scope: str | None = None
    entitled: int = 0
    """Units owned and valid on the day."""
    expired: int = 0
    """Units whose right had ended before the day; not part of `entitled`."""
    demand: Interval = Interval(0, 0)
    solved: int = 0
    """The demand that was solved: `demand.high` where finite, else `demand.low`."""
    covered: int = 0
    covered_own: int = 0
    covered_suite: int = 0
    covered_downgrade: int = 0
    covered_edition_above: int = 0
    covered_other: int = 0
    used_here: int = 0
    used_for_others: int = 0
    reserved: int = 0
    non_transferable: int = 0
    shortfall: int = 0
    surplus: int = 0
    order_quantity: int = 0
    unit_price: Decimal | None = None
    """List price of the installed product over the horizon, in the workspace currency."""
    price_source: str | None = None
    exposure: Decimal | None = None
    """None where a short product has no price."""
    status: str = "optimal"
    """`optimal`, `gap`, `unknown`, `ineligible` or `disputed`."""
    confidence: tuple[str, ...] = ()
    """Reasons to trust the line less."""
    at_low: PositionLow | None = None
    buckets: Mapping[str, int] = field(default_factory=dict)
    """Evidence rows by bucket; their sum is the raw count of the line."""
    sources: Mapping[str, int] = field(default_factory=dict)
    """Evidence rows by source file."""
    entitlements: tuple[str, ...] = ()
    """Ids of the purchase lines behind `entitled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationLine:
    """How one subject is licensed under one position: for drill-down and explain."""

    position: str
    subject_kind: str
    """`device`, `user` or `host`."""
    subject: str
    units: int
    covered_by: Mapping[str, int]
    """Entitlement id → units; the key `(short)` holds units not owned."""
    how: str
    """`own`, `suite`, `downgrade`, `edition-above`, `other`, `short`."""
    evidence: int = 0
    """Evidence rows behind it."""
    last_used: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyLine:
    """One thing to buy, at the pool bought."""

    publisher: str = ""
    product: str
    product_name: str
    edition: str | None = None
    version: str | None = None
    metric: str
    units: int
    packs: int
    pack: int = 1
    unit_price: Decimal | None = None
    """Price of one unit per `per`, in `currency` (None: no price known)."""
    per: str = "once"
    cost: Decimal | None = None
    """Cost of the order over the horizon, in the workspace currency."""
    first_order: Decimal | None = None
    """Cash of the first order."""
    currency: str = ""
    price_source: str = ""
    covers: tuple[str, ...] = ()
    """Ids of the positions whose shortfall it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found. `id` is stable between runs: rule and subject, not row numbers."""

    id: str
    rule: str
    family: str
    """`compliance`, `overspend`, `renewal`, `lifecycle` or `data-quality`."""
    severity: Severity
    subject: str
    """`position:<id>`, `contract:<id>`, `device:<id>`, `entitlement:<id>`, `title:<name>` …"""
    message: str
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    """The numbers of the message; amounts as decimal strings."""
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    """Places (`file:line` or `file#record`) of the first rows behind it."""
    waived_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPoint:
    """What renewing `quantity` units costs in all, other purchases included."""

    quantity: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A contract with an end."""

    contract_id: str
    vendor: str = ""
    title: str = ""
    ends_on: date | None = None
    notice_by: date | None = None
    auto_renews: bool | None = None
    owner: str = ""
    quantity: int = 0
    """Units of the contract's lines valid on the day."""
    recommended: int | None = None
    """Units a re-solve with these lines taken away would keep; None where it could not be priced."""
    bill: tuple[BillPoint, ...] = ()
    value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTitle:
    """A title that no rule recognises, with how many devices hold it."""

    name: str
    publisher: str
    devices: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUsage:
    """Installations of one product and edition, by what is known of their use."""

    product: str
    edition: str
    installed: int
    measured: int
    """Installations with a last-used day."""
    unused: int
    """Measured, and not used within the policy's days before the as-of day."""
    unused_devices: tuple[str, ...] = ()
    """The first 50 of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleCoverage:
    """Devices or users that hold a suite license and a license of one of its components."""

    suite: str
    component: str
    units: int
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The run in numbers; amounts in the workspace currency."""

    devices: int = 0
    people: int = 0
    installations: int = 0
    products: int = 0
    entitlements: int = 0
    contracts: int = 0
    true_up_cost: Decimal = Decimal(0)
    true_up_unpriced_units: int = 0
    exposure: Decimal = Decimal(0)
    exposure_unpriced_units: int = 0
    overspend: Decimal = Decimal(0)
    priority_order_cost: Decimal = Decimal(0)
    priority_order_unpriced_units: int = 0
    """Units the priority order leaves without a price; not in its cost."""
    priority_orders: Mapping[str, Decimal] = field(default_factory=dict)
    coverage: Mapping[str, str] = field(default_factory=dict)
    """Shares as decimal strings 0..1: `rows` (recognised rows), `titles`, `spend` (matched purchases)."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Evidence rows by recognition state."""
    findings: Mapping[str, int] = field(default_factory=dict)
    """Open findings by severity."""
    status: str = "optimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished run: everything a presenter needs; nothing below the engine asks for the day."""

    as_of: date
    version: str
    workspace: str
    """Folder name, for headings."""
    currency: str
    inputs: Mapping[str, str]
    """File → sha256, catalog and terms included."""
    summary: Summary
    sources: tuple[SourceAccount, ...] = ()
    positions: tuple[Position, ...] = ()
    totals: tuple[Position, ...] = ()
    lines: tuple[AllocationLine, ...] = ()
    """The first 50 subjects of each position."""
    remedy: tuple[RemedyLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown_titles: tuple[UnknownTitle, ...] = ()
    rates: Mapping[str, str] = field(default_factory=dict)
    """Currency → `0.92 (2026-06-30)`, the dated rates used."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """Term id → its rule in words with source, for the terms in force."""
    changes: tuple[str, ...] = ()
    """What changed against the previous run; empty when nothing did."""
    previous: bool = False
    """True when there was a previous run to compare with."""
