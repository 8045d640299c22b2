"""What the register hands out: versions of sources and stored runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sam.model import Finding, Position, SourceAccount, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVersion:
    """The content of one source (one file path as shown) between two imports."""

    id: int
    """Grows with every version: of two versions, the higher id was known later."""
    path: str
    sha256: str
    format: str
    observed_on: date | None
    """The day the content describes; None when the source does not say."""
    known_from: datetime
    """When it was imported (UTC)."""
    known_to: datetime | None
    """When other bytes replaced it or the file was gone (UTC); None while it is the current version."""
    account: SourceAccount
    """Rows, accepted, rejected and dropped, as counted when the bytes were read."""
    partial: bool = False
    """True when not everything in the file could be taken, so that it is read again next time."""
    has_software: bool = False
    """True when software rows of this content are kept beside the register, under `sha256`."""
    default_device: str = ""
    """The device of rows that name none."""
    reading: str = ""
    """How it was read, in the importer's own words; other words for the same bytes mean: read again."""
    later: bool = False
    """Selected for a day before `observed_on`, since nothing older is known."""
    undated: bool = False
    """Selected without `observed_on`, so that it counts as observed on the as-of day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """A stored run without its lines: enough for a trend."""

    id: int
    as_of: date
    started_at: datetime
    """UTC."""
    version: str
    workspace: str
    currency: str
    """The currency of every amount of the run."""
    inputs: Mapping[str, str]
    """File → sha256."""
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun(RunHeader):
    """A stored run with what a comparison of two runs needs."""

    positions: tuple[Position, ...] = field(default=())
    findings: tuple[Finding, ...] = field(default=())
