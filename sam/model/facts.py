"""What the rules look at: one frozen view of a run before its findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sam.model.origin import Problem, SourceAccount
from sam.model.products import Catalog
from sam.model.records import Contract, Device, Entitlement, Person, Price, Seat
from sam.model.results import DoubleCoverage, Position, ProductUsage, RemedyLine, Renewal, UnknownTitle


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Inputs and results a rule may read. Rules are pure: nothing else is asked for."""

    as_of: date
    currency: str
    catalog: Catalog = field(default_factory=Catalog)
    positions: tuple[Position, ...] = ()
    totals: tuple[Position, ...] = ()
    remedy: tuple[RemedyLine, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    devices: tuple[Device, ...] = ()
    """After merging."""
    people: tuple[Person, ...] = ()
    seats: tuple[Seat, ...] = ()
    contracts: tuple[Contract, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    """Purchase lines as read, products resolved to ids."""
    prices: tuple[Price, ...] = ()
    usage: tuple[ProductUsage, ...] = ()
    double_coverage: tuple[DoubleCoverage, ...] = ()
    retired_with_software: Mapping[str, int] = field(default_factory=dict)
    """Retired or disposed device id → licensable installations still reported on it."""
    retired_allocated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Retired or disposed device id → entitlement ids still allocated to it."""
    unknown_titles: tuple[UnknownTitle, ...] = ()
    sources: tuple[SourceAccount, ...] = ()
    problems: tuple[Problem, ...] = ()
    product_prices: Mapping[str, Decimal] = field(default_factory=dict)
    """Product id → list price of one unit over the horizon, in the workspace currency."""
    rates: Mapping[str, str] | None = None
    """Currencies that have a rate, as `Run.rates` prints them; None where it is not told."""
    core_gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Device id → products of which it is not known how many units they need there: cores or host are missing."""
