"""What a reader is asked to read and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sam.inventory.result import Guest
from sam.model import Problem, Record, Reject
from sam.register.evidence import EvidenceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One `[[source]]` of trueup.toml, or the habit where there is none.

    `format` is a name of the table of formats, or a table's name. `map` holds (column, header) pairs.
    """

    glob: str = "**"
    format: str = ""
    device: str = ""
    map: tuple[tuple[str, str], ...] = ()
    observed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One file to be parsed. `path` is what is read (the stored copy), `shown` is what messages say."""

    path: Path
    shown: str
    sha256: str
    spec: SourceSpec
    store: EvidenceStore
    default_device: str = ""

    @property
    def column_map(self) -> dict[str, str]:
        """Column → header, as the source tells."""
        return dict(self.spec.map)

    @property
    def name(self) -> str:
        """File name as shown."""
        return self.shown.rsplit("/", 1)[-1]

    @property
    def stem(self) -> str:
        """File name without its last extension."""
        return self.name.rsplit(".", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one file held; software rows are in the store already."""

    format: str
    rows: int = 0
    records: tuple[Record, ...] = ()
    guests: tuple[Guest, ...] = ()
    problems: tuple[Problem, ...] = ()
    rejects: tuple[Reject, ...] = ()
    rejected_count: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    observed_on: date | None = None
    partial: bool = False
    has_software: bool = False
    placed_by_source: bool = False
    """True when rows may lack a device, so that the default device of the file holds for them."""
