"""Where a value came from, and what was wrong on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem or finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return (Severity.ERROR, Severity.WARNING, Severity.INFO).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The place of one record: file id (sha256), its shown path and the record number.

    `record` counts from 1 over the data records of the file or sheet (the header is not counted);
    0 means the file as a whole. The physical line is found by `explain` in the stored copy.
    """

    file: str
    path: str
    record: int = 0
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A fault in the data, as a value.

    `code` is a stable kebab-case word (`unknown-column`, `bad-date`), `where` begins every message
    (`inventory/devices.csv:17`), `remedy` says what to do.
    """

    code: str
    severity: Severity
    where: str
    message: str
    remedy: str = ""
    origin: Origin | None = None

    def __str__(self) -> str:
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.where}: {self.message}{remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One record that could not be used: its physical line and the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccount:
    """What became of every record of one file: rows = accepted + rejected."""

    file: str
    """Path as shown, relative to the workspace."""
    sha256: str
    format: str
    """`table:devices`, `fusioninventory`, `glpi`, `swid`, … or `unknown`."""
    rows: int
    accepted: int
    rejected: tuple[Reject, ...] = ()
    """At most the first 1,000; `rejected_count` is the true number."""
    rejected_count: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Fields dropped for privacy, by name."""
    observed_on: date | None = None
    unchanged: bool = False
    """True when the same bytes were imported before and nothing was read again."""
