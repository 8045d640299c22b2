"""The evidence store: discovered software as Parquet, and the input files themselves, both named by their SHA-256.

Contract for the SQL stages, one pair of files for each input file:

- `<sha256>.parquet`: record INTEGER, device VARCHAR ('' when the source names none), user_id VARCHAR, title INTEGER,
  installed_on DATE, last_used DATE; ordered by record.
- `<sha256>.titles.parquet`: title INTEGER (from 1, only meaningful inside this file), name, publisher, version,
  edition, kind, code VARCHAR, rows BIGINT.

No row passes through Python: DuckDB reads delimited text, and every distinct title, device and date is looked at once.
Files appear under their final name only when they are complete.
"""

import csv
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam.errors import RegisterError
from sam.model import SoftwareRow

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TITLE_FIELDS: Final = ("name", "publisher", "version", "edition", "kind", "code")
ROW_FIELDS: Final = ("device_id", "user_id", *TITLE_FIELDS, "installed_on", "last_used")
REJECTS_SHOWN: Final = 1000
LONGEST_RECORD: Final = 1 << 20
"""Bytes of the longest record that a file may hold; a longer one is a fault of the file."""
LONGEST_CELL: Final = 1 << 13
"""Characters kept of a cell that an agent's parser hands over."""
SPACES: Final = " \t\n\v\f\r\x85\xa0\ufeff"
"""What is dropped at both ends of a cell."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TITLE_COLUMNS: Final = {"title": "INTEGER", **dict.fromkeys(TITLE_FIELDS, "VARCHAR"), "rows": "BIGINT"}
_ROW_COLUMNS: Final = {
    "record": "INTEGER", "device": "VARCHAR", "user_id": "VARCHAR", "title": "INTEGER", "installed_on": "DATE",
    "last_used": "DATE",
}  # fmt: skip
_CHUNK = 1 << 20
_LARGE = 256 << 20
_STALE_SECONDS = 24 * 3600
_SPACES = " || ".join(f"chr({ord(space)})" for space in SPACES)
_ISO_DAY = (
    r"'(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})-\d\d-\d\d"
    r"([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLayout:
    """Delimited UTF-8 text with a header in its first line, and which of its columns is which field.

    `fields` maps names of `ROW_FIELDS` to column positions from 0. `lines` is the number of physical lines, header and
    last line included; it proves that no record was lost. Text written by this program numbers its records itself
    (`record` and `line` are column positions) and needs no such proof.
    """

    path: Path
    delimiter: str
    width: int
    fields: Mapping[str, int]
    lines: int = 0
    quoted: bool = True
    device_required: bool = False
    record: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReject:
    """A record that could not be used. `line` is 0 where only the record number is known."""

    record: int
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRead:
    """What became of the records of one file: rows = accepted + rejected_count."""

    rows: int
    accepted: int
    rejected_count: int = 0
    rejects: tuple[BulkReject, ...] = ()
    """The first 1,000 by record number."""


class EvidenceStore:
    """A folder of evidence and of copies of the files it was read from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._db: DuckDBPyConnection | None = None

    def has(self, sha256: str) -> bool:
        """True when the evidence of that file is complete."""
        return all(path.is_file() for path in self.paths(sha256))

    def paths(self, sha256: str) -> tuple[Path, Path]:
        """Return where the rows and the titles of that file are (or would be)."""
        name = _checked(sha256)
        return self.folder / f"{name}.parquet", self.folder / f"{name}.titles.parquet"

    def write_rows(self, sha256: str, rows: Iterable[SoftwareRow]) -> BulkRead:
        """Store rows that an agent's parser made, replacing what was there for that file."""
        usable, rejects, titles = _coded(rows)
        with self.scratch() as folder:
            _write_text(folder / "titles.csv", ((number, *title, count) for title, (number, count) in titles.items()))
            _write_text(folder / "rows.csv", usable)
            db = self._connection()
            _copy_text(db, folder / "titles.csv", _TITLE_COLUMNS, folder / "titles.parquet")
            _copy_text(db, folder / "rows.csv", _ROW_COLUMNS, folder / "rows.parquet")
            self._publish(sha256, folder)
        return BulkRead(
            rows=len(usable) + len(rejects),
            accepted=len(usable),
            rejected_count=len(rejects),
            rejects=tuple(rejects[:REJECTS_SHOWN]),
        )

    def write_csv(self, sha256: str, layout: CsvLayout) -> BulkRead | None:
        """Store the rows of delimited text, replacing what was there for that file.

        The text must lie inside the store's folder: nothing else is opened.

        Returns:
            None, with nothing stored, when a record does not have the form that the header promises or a line is
            missing from the count: the caller then splits the text itself and says which record it is.
        """
        db = self._connection()
        with self.scratch() as folder, _staging(db, layout.path, folder):
            if not _stage(db, layout):
                return None
            read = _check(db, device_required=layout.device_required)
            _write(db, folder / "rows.parquet", folder / "titles.parquet")
            self._publish(sha256, folder)
        return read

    def take(self, path: Path) -> str:
        """Copy a file into the store and return its SHA-256: what is hashed is what is kept."""
        digest = hashlib.sha256()
        with self.scratch() as folder:
            copy = folder / "copy"
            with path.open("rb") as source, copy.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
            sha256 = digest.hexdigest()
            kept = self.copy_path(sha256)
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                _publish(copy, kept)
        return sha256

    def keep_copy(self, path: Path, sha256: str) -> Path:
        """Keep a copy of a file whose SHA-256 is known.

        A copy, not a hard link: a file edited in place would change under its own name.

        Raises:
            RegisterError: The file has changed since it was hashed.
        """
        kept = self.copy_path(sha256)
        if not kept.exists() and self.take(path) != sha256:
            raise RegisterError("the file changed while it was read", where=str(path), hint="run the command again")
        return kept

    def copy_path(self, sha256: str) -> Path:
        """Return where the copy of that file is (or would be)."""
        return self.folder / "files" / _checked(sha256)

    def prune(self, keep: Collection[str]) -> int:
        """Delete evidence and copies of all other files and what broken runs left; return how many files went."""
        gone = 0
        for path in sorted([*self.folder.glob("*.parquet"), *self.folder.glob("files/*")]):
            if path.name.split(".")[0] not in keep:
                path.unlink(missing_ok=True)
                gone += 1
        for folder in self.folder.glob(".new-*"):
            if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        return gone

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Lend a folder for files in the making, on the same disk, and delete it afterwards."""
        _make_private(self.folder)
        folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Give the memory of the database back; it opens again when it is needed."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connection(self) -> "DuckDBPyConnection":
        """Return the store's own DuckDB: in memory, no extensions, no files outside the folder, flat memory."""
        if self._db is None:
            self._db = _connect(self.folder)
        return self._db

    def _publish(self, sha256: str, folder: Path) -> None:
        rows, titles = self.paths(sha256)
        # rows go first and come last: whoever finds both finds two that belong together
        rows.unlink(missing_ok=True)
        _publish(folder / "titles.parquet", titles)
        _publish(folder / "rows.parquet", rows)


@contextmanager
def _staging(db: "DuckDBPyConnection", text: Path, folder: Path) -> Iterator[None]:
    """Give the staged tables a place: memory, or for a large text a file, which is faster than memory that spills."""
    large = text.exists() and text.stat().st_size > _LARGE
    if large:
        db.execute(f"ATTACH {_quoted(str(folder.resolve() / 'stage.duckdb'))} AS stage")
        db.execute("USE stage")
    try:
        yield
    finally:
        for table in ("raw", "days", "bad", "coded"):
            db.execute(f"DROP TABLE IF EXISTS {table}")
        if large:
            db.execute("USE memory")
            db.execute("DETACH stage")


def _stage(db: "DuckDBPyConnection", layout: CsvLayout) -> bool:
    """Read the text into table `raw`; False when it is not even."""
    import duckdb

    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(layout.width))
    own = layout.record is not None
    picked = [
        f"c{layout.record}::INTEGER AS record" if own else "(row_number() OVER ())::INTEGER AS record",
        f"c{layout.line}::INTEGER AS line" if layout.line is not None else "0 AS line",
        *(f"{_cell(layout.fields.get(name))} AS {name}" for name in ROW_FIELDS),
        f"{_blank(layout)} AS blank",
        f"length({_every(layout.width)}) - length(replace({_every(layout.width)}, chr(10), '')) AS breaks"
        if layout.quoted and not own
        else "0 AS breaks",
    ]
    # one thread reads faster than two here, keeps the order and may pad short records
    source = (
        "read_csv($path, auto_detect = false, header = false, skip = 1, delim = $delimiter, quote = '\"', "
        f"escape = '\"', columns = {{{columns}}}, null_padding = true, parallel = false, "
        f"max_line_size = {(4 if own else 1) * LONGEST_RECORD})"
    )
    try:
        db.execute(
            f"CREATE TABLE raw AS SELECT {', '.join(picked)} FROM {source}",  # noqa: S608 - built from numbers and constants
            {"path": str(layout.path), "delimiter": layout.delimiter},
        )
    except duckdb.Error:
        return False
    if own:
        return True
    rows, blank, breaks = _one(db, "SELECT count(*), count(*) FILTER (blank), coalesce(sum(breaks), 0) FROM raw")
    return not blank and layout.lines == 1 + rows + breaks


def _check(db: "DuckDBPyConnection", *, device_required: bool) -> BulkRead:
    """Look at every distinct date, device and title once; table `bad` gets the records that cannot be used."""
    db.execute(
        f"CREATE TABLE days AS SELECT cell, CASE WHEN regexp_full_match(text, {_ISO_DAY}) "  # noqa: S608 - constants only
        "THEN try_cast(left(text, 10) AS DATE) END AS day, text FROM "
        f"(SELECT cell, trim(cell, {_SPACES}) AS text FROM (SELECT installed_on AS cell FROM raw UNION "
        "SELECT last_used FROM raw) WHERE cell <> '')"
    )
    for name in ("device_id", "user_id"):
        db.execute(
            f"UPDATE raw SET {name} = trim({name}, {_SPACES}) WHERE {name} IN "  # noqa: S608 - constants only
            f"(SELECT {name} FROM (SELECT DISTINCT {name} FROM raw) WHERE {name} <> trim({name}, {_SPACES}))"
        )
    device = "WHEN raw.device_id = '' THEN 'device_id is blank'" if device_required else ""
    db.execute(
        "CREATE TABLE bad AS SELECT record, line, reason FROM (SELECT record, line, CASE "  # noqa: S608 - constants only
        f"{device} WHEN trim(raw.name, {_SPACES}) = '' THEN 'name is blank' "
        f"{_bad_day('installed_on', 'i')} {_bad_day('last_used', 'u')} END AS reason FROM raw "
        "LEFT JOIN days i ON i.cell = raw.installed_on LEFT JOIN days u ON u.cell = raw.last_used) "
        "WHERE reason IS NOT NULL"
    )
    rows, bad = _one(db, "SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM bad)")
    shown = db.execute(f"SELECT record, line, reason FROM bad ORDER BY record LIMIT {REJECTS_SHOWN}").fetchall()  # noqa: S608
    rejects = tuple(BulkReject(record=record, line=line, reason=reason) for record, line, reason in shown)
    return BulkRead(rows=rows, accepted=rows - bad, rejected_count=bad, rejects=rejects)


def _write(db: "DuckDBPyConnection", rows: Path, titles: Path) -> None:
    """Number the distinct titles by name and write both files."""
    cells = ", ".join(TITLE_FIELDS)
    line_ends = "replace(replace({}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
    clean = ", ".join(
        f"coalesce(nullif(trim({line_ends.format(name)}, {_SPACES}), ''), "
        f"'{'application' if name == 'kind' else ''}') AS clean_{name}"
        for name in TITLE_FIELDS
    )
    order = ", ".join(f"clean_{name}" for name in TITLE_FIELDS)
    db.execute(
        f"CREATE TABLE coded AS SELECT *, (dense_rank() OVER (ORDER BY {order}))::INTEGER AS title FROM "  # noqa: S608
        f"(SELECT *, {clean} FROM (SELECT {cells}, count(*) AS n FROM raw ANTI JOIN bad USING (record) GROUP BY ALL))"
    )
    named = ", ".join(f"clean_{name} AS {name}" for name in TITLE_FIELDS)
    db.execute(
        f"COPY (SELECT title, {named}, sum(n)::BIGINT AS rows FROM coded GROUP BY ALL ORDER BY title) "  # noqa: S608
        "TO $path (FORMAT parquet, COMPRESSION zstd)",
        {"path": str(titles)},
    )
    db.execute(
        "COPY (SELECT raw.record, raw.device_id AS device, raw.user_id, coded.title, i.day AS installed_on, "  # noqa: S608
        f"u.day AS last_used FROM raw ANTI JOIN bad USING (record) JOIN coded USING ({cells}) "
        "LEFT JOIN days i ON i.cell = raw.installed_on LEFT JOIN days u ON u.cell = raw.last_used ORDER BY raw.record) "
        "TO $path (FORMAT parquet, COMPRESSION zstd)",
        {"path": str(rows)},
    )


def _connect(folder: Path) -> "DuckDBPyConnection":
    import duckdb

    _make_private(folder)
    inside = folder.resolve()
    db = duckdb.connect(":memory:", config={"threads": 2})
    for setting in (
        f"temp_directory = {_quoted(str(inside / f'.new-spill-{os.getpid()}'))}",
        "memory_limit = '400MB'",
        "preserve_insertion_order = true",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "enable_progress_bar = false",
        f"allowed_directories = [{_quoted(f'{inside}{os.sep}')}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        db.execute(f"SET {setting}")
    return db


def _coded(
    rows: Iterable[SoftwareRow],
) -> tuple[list[tuple[object, ...]], list[BulkReject], dict[tuple[str, ...], tuple[int, int]]]:
    """Number the titles of an agent's rows by name, as the bulk way does, and set aside rows without a name."""
    named: list[tuple[SoftwareRow, tuple[str, ...]]] = []
    rejects = []
    counts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        title = (*(_clean(getattr(row, name)) for name in TITLE_FIELDS),)
        if title[0]:
            named.append((row, title))
            counts[title] += 1
        else:
            rejects.append(BulkReject(record=row.record, line=0, reason="name is blank"))
    titles = {title: (number, counts[title]) for number, title in enumerate(sorted(counts), 1)}
    coded: list[tuple[object, ...]] = [
        (r.record, _clean(r.device_id), _clean(r.user_id), titles[title][0], r.installed_on or "", r.last_used or "")
        for r, title in named
    ]
    return coded, rejects, titles


def _clean(text: str) -> str:
    return text[:LONGEST_CELL].replace("\r\n", "\n").replace("\r", "\n").strip(SPACES)


def _write_text(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        # the writer's own line end, CR LF, makes it quote both
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)


def _copy_text(db: "DuckDBPyConnection", text: Path, columns: Mapping[str, str], target: Path) -> None:
    """Write Parquet from text of our own, typed and in its own order."""
    typed = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in columns.items())
    cells = ", ".join(
        f"coalesce({name}, '') AS {name}" if kind == "VARCHAR" else name for name, kind in columns.items()
    )
    db.execute(
        f"COPY (SELECT {cells} FROM read_csv($text, auto_detect = false, header = false, new_line = '\\r\\n', "  # noqa: S608
        f"quote = '\"', escape = '\"', columns = {{{typed}}}, parallel = false, max_line_size = {LONGEST_RECORD})) "
        "TO $target (FORMAT parquet, COMPRESSION zstd)",
        {"text": str(text), "target": str(target)},
    )


def _cell(column: int | None) -> str:
    return "''" if column is None else f"coalesce(trim(c{column}), '')"


def _blank(layout: CsvLayout) -> str:
    """Say whether a row is blank; the costly look at every cell is taken only where the name looks blank."""
    name = _cell(layout.fields.get("name"))
    spaces = ", ".join(f"chr({ord(space)})" for space in SPACES)
    return (
        f"CASE WHEN left({name}, 1) IN ('', {spaces}) THEN trim({_every(layout.width)}, {_SPACES}) = '' ELSE false END"
    )


def _every(width: int) -> str:
    return f"concat({', '.join(f'c{n}' for n in range(width))})"


def _bad_day(column: str, days: str) -> str:
    return (
        f"WHEN {days}.cell IS NOT NULL AND {days}.day IS NULL THEN "
        f"'{column}: ''' || left({days}.text, 40) || ''' is not a date like 2026-06-30'"
    )


def _one(db: "DuckDBPyConnection", sql: str) -> tuple[int, ...]:
    row: tuple[int, ...] | None = db.execute(sql).fetchone()
    assert row is not None, "an aggregate always returns a row"
    return row


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _make_private(folder: Path) -> None:
    """Make a folder that only its owner can read: it holds names of persons and copies of what was read."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise RegisterError(f"{sha256[:80]!r} is not a SHA-256", hint="64 hexadecimal digits, lower case")
    return sha256


def _publish(new: Path, final: Path) -> None:
    """Give a complete file its name, once its bytes are on the disk."""
    with new.open("rb+") as handle:
        os.fsync(handle.fileno())
    new.replace(final)
