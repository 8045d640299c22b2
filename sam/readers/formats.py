"""The one table of formats: which files there are, how each is told, and who parses it.

The first format whose pattern fits the name and whose `sniff` knows the first bytes is taken.
"""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sam.inventory import fusioninventory, glpi
from sam.model import Problem, Reject, Severity, SoftwareRow
from sam.readers.delimited import looks_like_text
from sam.readers.headers import table_of_name
from sam.readers.sources import Parsed, Request
from sam.readers.table_files import parse_text, parse_workbook
from sam.readers.table_specs import TABLES
from sam.readers.workbook import is_workbook
from sam.swid import is_software_tag, parse_software_tag

HEAD_BYTES: Final = 1 << 16
"""How much of a file `sniff` sees."""

_TABLE_SUFFIXES = ("*.csv", "*.tsv", "*.tab", "*.psv", "*.txt", "*.xlsx", "*.xlsm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file."""

    name: str
    globs: tuple[str, ...]
    """Patterns of the file name, in lower case."""
    sniff: Callable[[bytes, str], bool]
    """True when the first bytes, with the name, are of this format."""
    parse: Callable[[Request], Parsed]


class Discovered(Protocol):
    """What the parsers of inventories and tags return; see `sam.inventory.result.InventoryResult`."""

    @property
    def software(self) -> Sequence[SoftwareRow]: ...  # noqa: D102 - as in InventoryResult
    @property
    def problems(self) -> Sequence[Problem]: ...  # noqa: D102
    @property
    def rejects(self) -> Sequence[Reject]: ...  # noqa: D102
    @property
    def dropped(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def rows(self) -> int: ...  # noqa: D102


def find_format(head: bytes, name: str, told: str = "") -> Format | None:
    """Return the format of a file by its first bytes and its name, or the one a source tells."""
    if told.removeprefix("table:") in TABLES:
        return (
            _named("workbook" if is_workbook(head) else "table") if is_workbook(head) or looks_like_text(head) else None
        )
    if told:
        return _named(told)
    low = name.casefold()
    for form in FORMATS:
        if any(fnmatch.fnmatchcase(low, glob) for glob in form.globs) and form.sniff(head, name):
            return form
    return None


def _named(name: str) -> Format | None:
    return next((form for form in FORMATS if form.name == name), None)


def _fusioninventory(request: Request) -> Parsed:
    result = fusioninventory.parse(request.path.read_bytes(), path=request.shown, file=request.sha256)
    return _stored(result, "fusioninventory", request)


def _glpi(request: Request) -> Parsed:
    result = glpi.parse(request.path.read_bytes(), path=request.shown, file=request.sha256)
    return _stored(result, "glpi", request)


def _swid(request: Request) -> Parsed:
    result = parse_software_tag(request.path.read_bytes(), path=request.shown, file=request.sha256)
    return _stored(result, "swid", request)


def _is_text_table(head: bytes, name: str) -> bool:
    if not looks_like_text(head) or head.lstrip().startswith((b"<", b"{", b"[")):
        return False
    # other texts than tables end in .txt too
    return not name.casefold().endswith(".txt") or table_of_name(name.rsplit(".", 1)[0]) is not None


def _is_workbook(head: bytes, name: str) -> bool:
    del name
    return is_workbook(head)


def _stored(result: Discovered, name: str, request: Request) -> Parsed:
    """Put the software of an agent's file or tag into the store and carry the rest over."""
    refused: str = getattr(result, "refused", "")
    problems = list(result.problems)
    if refused:
        problems.append(
            Problem(
                code="refused",
                severity=Severity.INFO,
                where=f"{request.shown}:1",
                message=f"not read, because {refused}",
            )
        )
    devices = tuple(getattr(result, "devices", ()))
    software = tuple(result.software)
    if request.default_device and not devices:
        # the place of a file goes before what a tag says about itself
        software = tuple(replace(row, device_id="") for row in software)
    rejects = tuple(result.rejects)
    if software:
        read = request.store.write_rows(request.sha256, software)
        rejects += tuple(Reject(line=max(1, r.line), reason=f"record {r.record}: {r.reason}") for r in read.rejects)
    return Parsed(
        format=name,
        rows=result.rows,
        records=devices,
        guests=tuple(getattr(result, "guests", ())),
        problems=tuple(problems),
        rejects=rejects,
        rejected_count=len(rejects),
        dropped=dict(sorted(result.dropped.items())),
        observed_on=getattr(result, "observed_on", None),
        partial=getattr(result, "partial", False),
        has_software=bool(software),
        placed_by_source=not devices,
    )


FORMATS: Final = (
    Format(name="workbook", globs=_TABLE_SUFFIXES, sniff=_is_workbook, parse=parse_workbook),
    Format(name="swid", globs=("*.swidtag", "*.xml", "*.coswid"), sniff=is_software_tag, parse=_swid),
    Format(
        name="fusioninventory", globs=("*.xml", "*.ocs"), sniff=fusioninventory.is_inventory, parse=_fusioninventory
    ),
    Format(name="glpi", globs=("*.json", "*.inventory"), sniff=glpi.is_inventory, parse=_glpi),
    Format(name="table", globs=_TABLE_SUFFIXES, sniff=_is_text_table, parse=parse_text),
)
