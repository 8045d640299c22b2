"""The software rows of an agent inventory: packages, programs, database services and the operating system."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sam.inventory.dates import read_day
from sam.inventory.sections import Item, Sections
from sam.model import Problem, Reject, Severity, SoftwareRow

PACKAGE_ORIGINS = frozenset({"deb", "rpm"})


@dataclass(slots=True)
class Faults:
    """Faults gathered while a file is read: alike ones once, with their number."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    _bad_days: Counter[tuple[str, str]] = field(default_factory=Counter)
    _first_line: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, code: str, severity: Severity, line: int, message: str, remedy: str = "") -> None:
        """Note one fault."""
        where = f"{self.path}:{line}" if line else self.path
        self.problems.append(Problem(code=code, severity=severity, where=where, message=message, remedy=remedy))

    def day(self, item: Item, line: Callable[[], int], *names: str) -> date | None:
        """Read a day; a value that is none is noted with its line and taken as unknown."""
        text = item.text(*names)
        day, sound = read_day(text)
        if not sound:
            key = (names[0], text[:40])
            self._bad_days[key] += 1
            if key not in self._first_line:
                self._first_line[key] = line()
        return day

    def all(self) -> tuple[Problem, ...]:
        """Return every problem in a fixed order."""
        for (name, text), count in self._bad_days.items():
            times = f" ({count} records)" if count > 1 else ""
            self.add(
                "bad-date", Severity.WARNING, self._first_line[name, text], f"{name} '{text}' is not a date{times}",
                "taken as unknown",
            )  # fmt: skip
        self._bad_days.clear()
        return tuple(sorted(self.problems, key=lambda p: (p.where, p.code, p.message)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSystem:
    """The device's operating system as the file names it."""

    name: str = ""
    version: str = ""
    installed_on: date | None = None


def read_system(sections: Sections, faults: Faults) -> OperatingSystem:
    """Tell name and version of the operating system.

    OSVERSION is the kernel's version in FusionInventory files of Linux: it serves only where nothing names a kernel.
    On Windows the kernel's version is the system's.
    """
    system, hardware = sections.first("OPERATINGSYSTEM"), sections.first("HARDWARE")
    name = system.text("FULL_NAME") or hardware.text("OSNAME") or system.text("NAME")
    kernel = system.text("KERNEL_VERSION")
    is_windows = "windows" in name.casefold()
    version = system.text("VERSION") or (kernel if is_windows else "")
    os_version = hardware.text("OSVERSION")
    if not version and (is_windows or os_version != kernel):
        version = os_version
    day = faults.day(system, lambda: sections.line_of("OPERATINGSYSTEM", 0), "INSTALL_DATE")
    if day is None:
        day = faults.day(hardware, lambda: sections.line_of("HARDWARE", 0), "INSTALLDATE")
    return OperatingSystem(name=name, version=version, installed_on=day)


def read_software(sections: Sections, device_id: str, faults: Faults) -> tuple[list[SoftwareRow], int]:
    """Return the software rows and how many records there were.

    Records count from 1 through SOFTWARES, then through DATABASES_SERVICES, then the operating system.
    """
    rows: list[SoftwareRow] = []
    homepages = 0
    software = sections.all("SOFTWARES")
    for index, item in enumerate(software):
        row = _program(item, index + 1, device_id, partial(sections.line_of, "SOFTWARES", index), faults)
        if row:
            homepages += _is_homepage(item.text("PUBLISHER"))
            rows.append(row)
    if homepages:
        faults.add(
            "publisher-is-address", Severity.INFO, 0, f"{homepages} software records give a web address as publisher",
            "their publisher is taken as unknown",
        )  # fmt: skip
    record = len(software)
    for index, item in enumerate(sections.all("DATABASES_SERVICES")):
        record += 1
        if name := item.text("NAME", "TYPE"):
            rows.append(SoftwareRow(
                record=record, device_id=device_id, name=name, publisher=item.text("MANUFACTURER"),
                version=item.text("VERSION"),
            ))  # fmt: skip
        else:
            line = sections.line_of("DATABASES_SERVICES", index)
            faults.rejects.append(Reject(line=line, reason="a database service without NAME and TYPE"))
    system = read_system(sections, faults)
    if system.name:
        record += 1
        rows.append(SoftwareRow(
            record=record, device_id=device_id, name=system.name, version=system.version,
            installed_on=system.installed_on, kind="operating-system",
        ))  # fmt: skip
    return rows, record


def _program(item: Item, record: int, device_id: str, line: Callable[[], int], faults: Faults) -> SoftwareRow | None:
    name = item.text("NAME", "GUID")
    if not name:
        faults.rejects.append(Reject(line=line(), reason="a software record without NAME and GUID"))
        return None
    origin = item.text("FROM").casefold()
    is_package = origin in PACKAGE_ORIGINS
    publisher = item.text("PUBLISHER")
    return SoftwareRow(
        record=record, device_id=device_id, name=name, publisher="" if _is_homepage(publisher) else publisher,
        version=item.text("VERSION"), installed_on=faults.day(item, line, "INSTALLDATE", "INSTALL_DATE"),
        kind="package" if is_package else "application", code=origin if is_package else item.text("GUID"),
    )  # fmt: skip


def _is_homepage(publisher: str) -> bool:
    return publisher.casefold().startswith(("http://", "https://", "www.", "ftp://"))
