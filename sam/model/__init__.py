"""The nouns of license compliance: frozen values, standard library only, no I/O."""

from sam.model.facts import RunFacts
from sam.model.interval import Interval
from sam.model.origin import Origin, Problem, Reject, Severity, SourceAccount
from sam.model.policy import Policy, Waiver
from sam.model.products import (
    Catalog,
    Edition,
    Product,
    Recognition,
    Release,
    State,
    SuiteComponent,
    Title,
)
from sam.model.records import (
    Access,
    AllocationRow,
    Contract,
    Device,
    DeviceLink,
    Entitlement,
    Measure,
    OrgUnit,
    Person,
    Price,
    Record,
    Seat,
    Session,
    SoftwareRow,
)
from sam.model.results import (
    AllocationLine,
    BillPoint,
    DoubleCoverage,
    Finding,
    Position,
    PositionLow,
    ProductUsage,
    RemedyLine,
    Renewal,
    Run,
    Summary,
    UnknownTitle,
)
from sam.model.terms import CountRule, GrantRule, LicenseTerms, TermSource

__all__ = [
    "Access", "AllocationLine", "AllocationRow", "BillPoint", "Catalog", "Contract", "CountRule", "Device",
    "DeviceLink", "DoubleCoverage", "Edition", "Entitlement", "Finding", "GrantRule", "Interval", "LicenseTerms",
    "Measure", "OrgUnit", "Origin", "Person", "Policy", "Position", "PositionLow", "Price", "Problem", "Product",
    "ProductUsage", "Recognition", "Record", "Reject", "Release", "RemedyLine", "Renewal", "Run", "RunFacts", "Seat",
    "Session", "Severity", "SoftwareRow", "SourceAccount", "State", "SuiteComponent", "Summary", "TermSource", "Title",
    "UnknownTitle", "Waiver",
]  # fmt: skip
