"""Delimited text to records: encoding, delimiter, quoted line breaks, and lines that are not even.

Whatever is wrong with one record, the next line is read. Blank records are no records: they are neither counted nor
numbered.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from sam.register.evidence import SPACES

LONGEST_RECORD: Final = 1 << 20
"""Characters of the longest record that is read."""
MOST_LINES: Final = 200
"""Physical lines that one record may take; more are taken for a forgotten quote."""
DELIMITERS: Final = (",", ";", "\t", "|")

_CHUNK = 1 << 20
_HEAD = 1 << 16
_SEP_LINE = re.compile(r"\ufeff?sep=(.)\s*", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextForm:
    """What the bytes of a text file are like, found in one pass."""

    encoding: str
    """`utf-8`, `utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be`, or `cp1252` where nothing else fits."""
    size: int
    newlines: int = 0
    lone_returns: int = 0
    """Carriage returns without a line feed behind: another program's line ends."""
    quotes: int = 0
    nuls: int = 0
    ends_with_newline: bool = False

    @property
    def plain(self) -> bool:
        """True for UTF-8 without NUL and lone CR: fit to be read in bulk, if it proves even."""
        return self.encoding in ("utf-8", "utf-8-sig") and not self.nuls and not self.lone_returns

    @property
    def lines(self) -> int:
        """Physical lines that end in LF, the last one included whether it ends or not."""
        return self.newlines + (0 if self.ends_with_newline else 1)


class RawRecord(NamedTuple):
    """One record as it stands in the file; `fault` tells why it cannot be used. A tuple: files hold millions."""

    record: int
    line: int
    cells: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Header line and delimiter of a text file."""

    delimiter: str
    header: tuple[str, ...]
    header_line: int = 1
    lines_before_records: int = 1
    """Physical lines up to the end of the header."""


def examine(path: Path) -> TextForm:
    """Find the encoding of a file and count what decides how it can be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        encoding = _by_head(head)
        file.seek(0)
        form = _count(file, encoding or "utf-8")
    if encoding is None and form is None:
        encoding = "cp1252"
        with path.open("rb") as file:
            form = _count(file, encoding)
    return form or TextForm(encoding=encoding or "utf-8", size=path.stat().st_size)


def open_text(path: Path, form: TextForm) -> IO[str]:
    """Open a file for reading as text, line ends made alike; what cannot be decoded shows as U+FFFD."""
    return path.open(encoding=form.encoding, errors="replace", newline=None)


def read_layout(path: Path, form: TextForm) -> Layout | None:
    """Find delimiter and header: the first line that is not blank. None when there is none."""
    with open_text(path, form) as text:
        feed = _Feed(text)
        delimiter = ""
        while True:
            line = feed.peek()
            if line is None:
                return None
            sep = _SEP_LINE.fullmatch(line) if feed.line == 0 else None
            if sep:
                delimiter = sep[1]
            elif line.strip(SPACES + "".join(DELIMITERS) + '"'):
                break
            feed.skip()
        delimiter = delimiter or sniff_delimiter(line)
        start = feed.line + 1
        for raw in _split(feed, delimiter, 0):
            if raw.fault:
                return None
            cells = tuple(cell.strip(SPACES) for cell in raw.cells)
            return Layout(delimiter=delimiter, header=cells, header_line=start, lines_before_records=feed.line)
    return None


def read_records(path: Path, form: TextForm, layout: Layout) -> Iterator[RawRecord]:
    """Read the records behind the header."""
    with open_text(path, form) as text:
        feed = _Feed(text)
        for _ in range(layout.lines_before_records):
            feed.skip()
        yield from _split(feed, layout.delimiter, len(layout.header))


def sniff_delimiter(line: str) -> str:
    """Return the delimiter that a header line uses most, outside quotes; a comma where there is none."""
    bare = re.sub(r'"[^"]*"', "", line)
    best = max(DELIMITERS, key=lambda d: (bare.count(d), -DELIMITERS.index(d)))
    return best if best in bare else ","


def looks_like_text(head: bytes) -> bool:
    """False for pictures, archives and other binary data."""
    if any(head.startswith(bom) for bom, _ in _BOMS) or _by_head(head) is not None:
        return True
    control = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in head)  # noqa: PLR2004 - ASCII control characters
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return control * 20 <= len(head)
    # what decodes is text, unless most of it cannot be seen
    return control * 2 <= len(head)


class _OverlongError(csv.Error):
    """A record that is longer than any honest one."""


class _Feed:
    """Physical lines with a way back: `taken` are those of the record being read."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0
        self._size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if not line:
            raise StopIteration
        self.line += 1
        self.taken.append(line)
        self._size += len(line)
        if self._size > LONGEST_RECORD or len(self.taken) > MOST_LINES:
            raise _OverlongError
        return line

    def _read(self) -> str:
        line = self._text.readline(LONGEST_RECORD + 1)
        if len(line) > LONGEST_RECORD:
            # the rest of the line is read past, a piece at a time
            while (more := self._text.readline(LONGEST_RECORD)) and not more.endswith("\n"):
                pass
        return line

    def begin(self) -> None:
        """Forget the lines of the record before."""
        self.taken.clear()
        self._size = 0

    def give_back(self) -> None:
        """Put all lines of this record but the first back."""
        self._back.extendleft(reversed(self.taken[1:]))
        self.line -= len(self.taken) - 1

    def peek(self) -> str | None:
        """Return the next line without taking it."""
        if not self._back and (line := self._read()):
            self._back.append(line)
        return self._back[0] if self._back else None

    def skip(self) -> None:
        """Pass over one physical line."""
        if self.peek() is not None:
            self._back.popleft()
            self.line += 1


def _split(feed: _Feed, delimiter: str, width: int) -> Iterator[RawRecord]:
    """Split lines into records; `width` is the number of header cells, 0 for the header itself."""
    reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t")
    record = 0
    while True:
        feed.begin()
        start = feed.line + 1
        fault = ""
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = _fault(error, feed)
            feed.give_back()
        text = "".join(cells)
        if not fault and not text.strip(SPACES):
            continue
        record += 1
        if "\0" in text:
            fault = "a cell holds a NUL character"
        elif width and len(cells) > width and "".join(cells[width:]).strip(SPACES):
            fault = f"{len(cells)} cells where the header has {width}: is a delimiter inside a cell not quoted?"
        yield RawRecord(record, start, () if fault else tuple(cells), fault)


def _fault(error: csv.Error, feed: _Feed) -> str:
    if isinstance(error, _OverlongError) and len(feed.taken) == 1:
        return f"the record is longer than {LONGEST_RECORD} characters"
    if "larger than field limit" in str(error):
        return f"a cell is longer than {csv.field_size_limit()} characters"
    return "a quoted cell does not end as it should: write a quote inside a cell twice"


def _by_head(head: bytes) -> str | None:
    """Tell the encoding by byte order mark, or UTF-16 by where its zero bytes are."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    pairs = len(head) // 2
    if pairs and 10 * head[1::2].count(0) > 4 * pairs and 10 * head[0::2].count(0) < pairs:
        return "utf-16-le"
    if pairs and 10 * head[0::2].count(0) > 4 * pairs and 10 * head[1::2].count(0) < pairs:
        return "utf-16-be"
    return None


def _count(file: IO[bytes], encoding: str) -> TextForm | None:
    """Count line ends, quotes and NULs; None when the bytes are not UTF-8 and nothing said so."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict" if encoding == "utf-8" else "replace")
    wide = encoding.startswith("utf-16")
    newlines = returns = quotes = nuls = size = 0
    last = b""
    while chunk := file.read(_CHUNK):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            return None
        size += len(chunk)
        newlines += chunk.count(b"\n")
        returns += chunk.count(b"\r") - chunk.count(b"\r\n") - (last == b"\r" and chunk.startswith(b"\n"))
        quotes += chunk.count(b'"')
        nuls += text.count("\0") if wide else chunk.count(b"\0")
        last = chunk[-1:]
    return TextForm(
        encoding=encoding, size=size, newlines=newlines, lone_returns=returns, quotes=quotes, nuls=nuls,
        ends_with_newline=last == b"\n",
    )  # fmt: skip


# the limit of the standard library's reader is one for the whole process and smaller than ours
csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
