"""What reading one inventory file gives: devices, software, guests, and what was wrong or left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sam.model import Device, Origin, Problem, Reject, SoftwareRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A virtual machine as its host lists it; the guest itself does not know its host."""

    origin: Origin
    host_id: str
    """The host, as its own source names it."""
    name: str = ""
    uuid: str = ""
    serial: str = ""
    vcpus: int | None = None
    macs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryResult:
    """One inventory file as values: `rows` = devices + software + rejects."""

    devices: tuple[Device, ...] = ()
    software: tuple[SoftwareRow, ...] = ()
    guests: tuple[Guest, ...] = ()
    problems: tuple[Problem, ...] = ()
    rejects: tuple[Reject, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Sections and fields left out for privacy, by the name the file gives them."""
    rows: int = 0
    """Software records, the operating system and the device record."""
    observed_on: date | None = None
    partial: bool = False
    """True when the file holds some sections only: what it does not name is not gone."""
    refused: str = ""
    """Why a well-formed file of this kind holds nothing to count; "" when it was read."""


def rejected(line: int, reason: str) -> InventoryResult:
    """Return the result of a file of which nothing could be read."""
    return InventoryResult(rejects=(Reject(line=line, reason=reason),), rows=1)
