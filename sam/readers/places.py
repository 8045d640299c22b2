"""From a record number back to the line of the file: what `explain` shows behind a number."""

from dataclasses import dataclass
from pathlib import Path

from sam.readers.delimited import RawRecord, examine, looks_like_text, read_layout, read_records
from sam.readers.workbook import Sheet, is_workbook, read_sheets, refuse_workbook

_HEAD = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A record as it stands in the file: its line (row of the sheet), and its cells under the headers of the file."""

    line: int
    cells: tuple[tuple[str, str], ...]


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
