"""What can cover a demand: pools of owned units and offers on sale, with their rights and term."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sam.model import LicenseTerms, Price

DEVICE_SUBJECT = frozenset({"device", "core", "processor", "server", "instance"})
"""Metrics whose subject is one device."""
USER_SUBJECT = frozenset({"user", "named-user", "seat"})
"""Metrics whose subject is one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """The covering side of a match: what kind of unit it is and what it may be used for."""

    id: str
    product: str
    edition: str
    version: str
    metric: str
    scope: str = ""
    rights: frozenset[str] = frozenset()
    """Rights of the line and of its term."""
    maintenance_until: date | None = None
    term: LicenseTerms

    @property
    def owned(self) -> bool:
        """True for pools, false for offers."""
        return isinstance(self, Pool)

    @property
    def countable(self) -> bool:
        """True when the metric has a subject that can be counted from devices, users or seats."""
        return self.metric in DEVICE_SUBJECT or self.metric in USER_SUBJECT

    @property
    def per_user(self) -> bool:
        """True when one unit is for one person."""
        return self.metric in USER_SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(License):
    """Owned, valid units that are interchangeable when allocating."""

    units: int
    lots: Mapping[str, int] = field(default_factory=dict)
    """Entitlement id → units, in canonical order."""
    value: Fraction | None = None
    """Worth of one unit over the horizon (list price of the day, else the line's own price)."""
    paid: Fraction | None = None
    """What one unit was bought at, over the horizon: the renewal price until another is known."""
    contract_id: str = ""
    ends_on: date | None = None
    """Last valid day of a term; None: the right has no end, whatever becomes of its contract."""
    reserved: bool = False
    """True for units set apart for one org unit, device or user: what is left of them is not surplus."""
    blocked: bool = False
    """True for units held by something that no longer needs them: never allocated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(License):
    """Units that can be bought on the day: pack × whole number, at least `minimum` when any."""

    pack: int = 1
    minimum: int = 0
    unit_cost: Fraction | None = None
    """Cost of one unit over the horizon in the workspace currency; None: no price is known."""
    first_cost: Fraction | None = None
    """Cash of one unit in the first order, in the workspace currency."""
    price: Price | None = None
    source: str = ""
