"""Lots: what was bought, after maintenance, upgrades, step-ups, transfers and returns are applied to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sam.model import Origin, Problem


class LotState(StrEnum):
    """Whether a lot may be used on the as-of day."""

    VALID = "valid"
    EXPIRED = "expired"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Units of one purchase that are alike in every respect; never negative, never zero."""

    id: str
    """Stable between runs: the ids of its lines joined by `+`."""
    entitlement_ids: tuple[str, ...]
    """The line that gave the units first, then the lines that changed them, in the order they took effect."""
    publisher: str = ""
    product: str
    edition: str = ""
    version: str = ""
    """"" is not version-bound."""
    metric: str
    units: int
    state: LotState = LotState.VALID
    scope: str = ""
    """As `parse_scope` writes it; "" is everywhere. A scope that cannot be read is kept as written: nobody is in it."""
    rights: tuple[str, ...] = ()
    """Rights of its lines only; the term adds its own."""
    maintenance_until: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    """Last valid day, the contract's for a subscription without its own; None: no end."""
    subscription: bool = False
    purchased_on: date | None = None
    unit_price: Decimal | None = None
    currency: str = ""
    contract_id: str = ""
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAccount:
    """What became of one purchase line: `units` = `applied` + `left`."""

    entitlement_id: str
    transaction: str
    units: int
    """Whole units of the line, without sign."""
    applied: int
    """Granted (base lines), moved (upgrade, step-up), maintained, or taken away (return, transfer-out)."""

    @property
    def left(self) -> int:
        """Units that found nothing to apply to; each is named by a problem unless the line is not in effect yet."""
        return self.units - self.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is owned on a day: lots, what did not fit, and an account of every line."""

    lots: tuple[Lot, ...] = ()
    """In the order of product, edition, version, metric, scope and id."""
    exceptions: tuple[Problem, ...] = ()
    lines: Mapping[str, LineAccount] = field(default_factory=dict)
    """By entitlement id."""
