"""From a record number back to the line of the file: what `explain` shows behind a number."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sam.inventory.hardened import XmlFault, line_of, read_xml
from sam.inventory.json_lines import member_lines
from sam.readers.delimited import RawRecord, examine, looks_like_text, read_layout, read_records
from sam.readers.headers import table_of_headers, table_of_name
from sam.readers.table_specs import SOFTWARE
from sam.readers.workbook import Sheet, is_workbook, read_sheets, refuse_workbook
from sam.swid.parse import ROOT, parse_tags

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEAD = 1 << 16
_NUMBERED: Final = ("SOFTWARES", "DATABASES_SERVICES")
"""Sections whose records an agent's file numbers through; the operating system comes behind them."""
_SYSTEM_NAMES: Final = (("OPERATINGSYSTEM", "FULL_NAME"), ("HARDWARE", "OSNAME"), ("OPERATINGSYSTEM", "NAME"))

_OPENING = re.compile(rf"<(?:[\w.-]+:)?{ROOT}\b")

SectionLines = dict[str, list[tuple[int, frozenset[str]]]]
"""Section in capitals → for each of its records the line, and the fields that are not blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A record as it stands in the file: its line (row of the sheet), and its cells under the headers of the file."""

    line: int
    cells: tuple[tuple[str, str], ...]


def locate(copy: Path, format: str, records: Iterable[int], sheet: str = "") -> dict[int, int]:  # noqa: A002
    """Return the physical lines on which records of a file begin, in one pass over it.

    Args:
        copy: The file, as it was read.
        format: As its account names it: `table:devices`, `fusioninventory`, `glpi`, `swid`.
        records: Numbers as origins and evidence carry them, from 1; 0 is the device of an agent's file.
        sheet: Sheet of a workbook; "" for the one that holds software.

    Returns:
        Record number → line (row of the sheet); a record that the file does not hold is left out.
    """
    wanted = frozenset(records)
    if not wanted:
        return {}
    if format == "swid":
        return _picked(wanted, _tag_lines(copy.read_bytes()))
    if format in ("fusioninventory", "glpi"):
        sections = section_lines(copy, format)
        lines = [line for name in _NUMBERED for line, _ in sections.get(name, ())]
        system = _system_line(sections)
        return {0: 1, **_picked(wanted - {0}, [*lines, *([system] if system else [])])}
    return {raw.record: raw.line for raw in _last_wanted(_records(copy, sheet), wanted) if raw.record in wanted}


def section_lines(copy: Path, format: str) -> SectionLines:  # noqa: A002
    """Return where the sections of an agent's inventory begin, record by record; nothing for another file."""
    data = copy.read_bytes()
    if format == "glpi":
        return _json_sections(data)
    return _xml_sections(data) if format == "fusioninventory" else {}


def find_record(path: Path, record: int, *, sheet: str = "") -> SourceLine | None:
    """Return the line of a record of a table.

    Args:
        path: The stored copy of the file.
        record: Number of the record, from 1.
        sheet: Sheet of a workbook; "" for its first table with so many records.

    Returns:
        None when the file is no table, or has no such record.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if is_workbook(head):
        return _in_workbook(path, record, sheet)
    if not looks_like_text(head):
        return None
    form = examine(path)
    layout = read_layout(path, form)
    if layout is None:
        return None
    found = next((raw for raw in read_records(path, form, layout) if raw.record == record), None)
    return _shown(found, layout.header) if found else None


def _tag_lines(data: bytes) -> list[int]:
    """Return where tags begin. The parser tells where the opening of one ends, which may be lines below."""
    lines = data.decode("utf-8", errors="replace").splitlines()
    found = []
    for tag in parse_tags(data, path=""):
        opening = range(min(tag.line, len(lines)), 0, -1)
        found.append(next((n for n in opening if _OPENING.search(lines[n - 1])), tag.line))
    return found


def _picked(wanted: frozenset[int], lines: Sequence[int]) -> dict[int, int]:
    return {record: lines[record - 1] for record in sorted(wanted) if 0 < record <= len(lines)}


def _last_wanted(records: Iterator[RawRecord], wanted: frozenset[int]) -> Iterator[RawRecord]:
    """Read no further than the last record that is wanted."""
    last = max(wanted)
    for raw in records:
        if raw.record > last:
            return
        yield raw


def _records(copy: Path, sheet: str) -> Iterator[RawRecord]:
    with copy.open("rb") as file:
        head = file.read(_HEAD)
    if is_workbook(head):
        found = _sheet(copy, sheet)
        return found.records() if found else iter(())
    form = examine(copy)
    layout = read_layout(copy, form)
    return read_records(copy, form, layout) if layout else iter(())


def _sheet(copy: Path, name: str) -> Sheet | None:
    """Return the sheet of that name; without one, the sheet of software by name or headers, else the first."""
    if refuse_workbook(copy):
        return None
    first = None
    for sheet in read_sheets(copy):
        if not isinstance(sheet, Sheet):
            continue
        software = table_of_name(sheet.name) is SOFTWARE or table_of_headers(sheet.header) is SOFTWARE
        if sheet.name == name or (not name and software):
            return sheet
        first = first or sheet
    return None if name else first


def _system_line(sections: SectionLines) -> int:
    """Return the line of the section that names the operating system, 0 where none does."""
    for section, field in _SYSTEM_NAMES:
        line, fields = sections.get(section, [(0, frozenset[str]())])[0]
        if field in fields:
            return line
    return 0


def _xml_sections(data: bytes) -> SectionLines:
    tree = read_xml(data)
    content = None if isinstance(tree, XmlFault) else tree.root.find("CONTENT")
    sections: SectionLines = {}
    for element in () if content is None else content.iterchildren("{*}*"):
        sections.setdefault(str(element.tag).upper(), []).append((line_of(element), frozenset(_filled(element))))
    return sections


def _filled(element: "_Element") -> Iterator[str]:
    return (str(child.tag).upper() for child in element.iterchildren("{*}*") if (child.text or "").strip())


def _json_sections(data: bytes) -> SectionLines:
    text = data.decode(json.detect_encoding(data), errors="replace").removeprefix("\ufeff")
    content: dict[str, Any] = json.loads(text)["content"]
    sections: SectionLines = {}
    for name, value in content.items():
        entries = value if isinstance(value, list) else [value]
        for line, entry in zip(member_lines(text, "content", name), entries, strict=False):
            if isinstance(entry, dict):
                fields = frozenset(key.upper() for key, cell in entry.items() if str(cell or "").strip())
                sections.setdefault(name.upper(), []).append((line, fields))
    return sections


def _in_workbook(path: Path, record: int, name: str) -> SourceLine | None:
    if refuse_workbook(path):
        return None
    for sheet in read_sheets(path):
        if isinstance(sheet, Sheet) and name in ("", sheet.name):
            found = next((raw for raw in sheet.records() if raw.record == record), None)
            if found:
                return _shown(found, sheet.header)
    return None


def _shown(raw: RawRecord, header: tuple[str, ...]) -> SourceLine:
    return SourceLine(line=raw.line, cells=tuple(zip(header, raw.cells, strict=False)))
