"""Spreadsheets (XLSX) to records, by way of calamine: values only, formulas as their stored results.

What would take too much memory is refused before it is opened.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

from sam.readers.delimited import LONGEST_RECORD, RawRecord
from sam.register.evidence import SPACES

MOST_BYTES: Final = 512 << 20
"""Bytes of all parts together, unpacked."""
MOST_RATIO: Final = 200
"""Unpacked to packed bytes; real workbooks stay below 30."""
MOST_CELLS: Final = 40_000_000
"""Cells of the rectangle that a sheet spans; it is held in memory as a whole."""
MOST_TEXT: Final = 2 << 30
"""Bytes of all text cells of a sheet; one shared text may stand in many cells."""

_RATIO_FLOOR = 1 << 20
_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_TEXT_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="s"')
_TEXT_INDEX = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="s"[^>]*><(?:\w+:)?v>(\d{1,9})<')
_SHARED = re.compile(rb"<(?:\w+:)?si\b")
_BLOCK = 1 << 20
_OVERLAP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet with its header (the first row that is not blank) and the rows behind it."""

    name: str
    header: tuple[str, ...]
    header_line: int
    rows: Iterator[Sequence[object]]

    def records(self) -> Iterator[RawRecord]:
        """Yield the rows behind the header as records, once; a row's number is its line."""
        record, width = 0, len(self.header)
        for line, row in enumerate(self.rows, self.header_line + 1):
            cells = tuple(cell_text(value) for value in row)
            if not any(cells):
                continue
            record += 1
            yield RawRecord(record=record, line=line, cells=cells, fault=_fault(cells, width))


def is_workbook(head: bytes) -> bool:
    """True for a ZIP archive, which is what an XLSX file is outside."""
    return head.startswith(b"PK\x03\x04")


def refuse_workbook(path: Path) -> str:
    """Return why a workbook will not be opened, or "" when it may be."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _refuse(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        return f"it is a damaged or encrypted workbook ({error})"


def read_sheets(path: Path) -> Iterator[Sheet | tuple[str, str]]:
    """Yield the sheets that hold anything, or (sheet name, reason) where one cannot be read.

    Call `refuse_workbook` first.
    """
    import python_calamine

    try:
        book = python_calamine.load_workbook(str(path))
        names = list(book.sheet_names)
    except Exception as error:  # noqa: BLE001 - whatever a foreign parser raises on a broken file is a fault of the file
        yield "", f"it cannot be opened as a workbook ({error})"
        return
    for name in names:
        try:
            rows: Iterator[Sequence[object]] = iter(book.get_sheet_by_name(name).iter_rows())
        except Exception as error:  # noqa: BLE001 - as above
            yield name, f"the sheet cannot be read ({error})"
            continue
        except BaseException as error:
            # the parser's panics do not derive from Exception
            if type(error).__name__ != "PanicException":
                raise
            yield name, "the sheet is damaged"
            continue
        sheet = _sheet(name, rows)
        if sheet is not None:
            yield sheet


def cell_text(value: object) -> str:
    """Write a cell as it would stand in a CSV file."""
    if isinstance(value, str):
        return value.strip(SPACES)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else str(value).strip(SPACES)


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - the test for NaN
        return str(value)
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


def _sheet(name: str, rows: Iterator[Sequence[object]]) -> Sheet | None:
    for number, row in enumerate(rows, 1):
        header = [cell_text(value) for value in row]
        if any(header):
            while not header[-1]:
                header.pop()
            return Sheet(name=name, header=tuple(header), header_line=number, rows=rows)
    return None


def _fault(cells: tuple[str, ...], width: int) -> str:
    if any(cells[width:]):
        return f"cells behind the last of {width} headers: give them a header or clear them"
    if any("\0" in cell for cell in cells):
        return "a cell holds a NUL character"
    if sum(map(len, cells)) > LONGEST_RECORD:
        return f"the record is longer than {LONGEST_RECORD} characters"
    return ""


def _refuse(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MOST_BYTES:
        return f"it unpacks to {unpacked >> 20} MiB, more than {MOST_BYTES >> 20}"
    if unpacked > _RATIO_FLOOR and unpacked > MOST_RATIO * max(packed, 1):
        return f"it unpacks to more than {MOST_RATIO} times its size"
    if "xl/workbook.xml" not in {part.filename.casefold() for part in parts}:
        return "it is an archive, but no XLSX workbook"
    lengths: list[int] = []
    for part in parts:
        with archive.open(part) as file:
            lengths.extend(_shared_lengths(file))
    # a part may have any name, so every one is looked at
    for part in parts:
        with archive.open(part) as file:
            cells, texts = _span(file)
        if cells > MOST_CELLS:
            return f"the sheet in {part.filename} spans {cells} cells, more than {MOST_CELLS}"
        if texts * max(lengths, default=0) > MOST_TEXT:
            with archive.open(part) as file:
                text = _text_size(file, lengths)
            if text > MOST_TEXT:
                return f"the text of {part.filename} unpacks to {text >> 20} MiB, more than {MOST_TEXT >> 20}"
    return ""


def _span(file: IO[bytes]) -> tuple[int, int]:
    """Return the cells of the rectangle a sheet spans, and how many cells refer to shared text."""
    last_row = last_column = texts = 0
    for block in _blocks(file):
        texts += len(_TEXT_CELL.findall(block))
        for letters, digits in _corners(block):
            last_row, last_column = max(last_row, digits), max(last_column, letters)
    return last_row * last_column, texts


def _corners(block: bytes) -> Iterator[tuple[int, int]]:
    """Yield (column, last row of the block) for each column that the block uses."""
    columns: set[bytes] = set()
    rows = 0
    for letters, digits in _REFERENCE.findall(block):
        columns.add(letters)
        rows = max(rows, int(digits))
    for letters in columns:
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        yield number, rows


def _shared_lengths(file: IO[bytes]) -> Iterator[int]:
    """Yield the bytes from each shared text to the next: the text is not longer."""
    since: int | None = None
    for block in _blocks(file, overlap=0):
        previous = 0
        for match in _SHARED.finditer(block):
            if since is not None:
                yield since + match.start() - previous
            since, previous = 0, match.start()
        since = None if since is None else since + len(block) - previous
    if since is not None:
        yield since


def _text_size(file: IO[bytes], lengths: list[int]) -> int:
    """Return the bytes of all text cells, each at the length of the shared text it refers to."""
    known = len(lengths)
    return sum(
        lengths[int(index)] if int(index) < known else 0
        for block in _blocks(file)
        for index in _TEXT_INDEX.findall(block)
    )


def _blocks(file: IO[bytes], overlap: int = _OVERLAP) -> Iterator[bytes]:
    """Yield the unpacked bytes in blocks that overlap a little, so that no cell is cut in two unseen."""
    tail = b""
    while block := file.read(_BLOCK):
        yield tail + block
        tail = block[-overlap:] if overlap else b""
