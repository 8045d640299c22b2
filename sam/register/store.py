"""Open the register and ask it: versions for a day, their records and problems, and past runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, select

from sam.errors import RegisterError
from sam.model import Problem, Record, Run, SourceAccount
from sam.register.column_types import storable, utc
from sam.register.database import Database
from sam.register.importing import VERSIONS, ImportTransaction
from sam.register.json_values import load
from sam.register.rows import Place, chunks, read_problems, read_records
from sam.register.runs import add_run, read_headers, read_last, read_run
from sam.register.schema import ensure_schema
from sam.register.selection import Candidate, Choice, choose
from sam.register.values import RunHeader, SourceVersion, StoredRun

WAIT_SECONDS = 5.0


def open_register(url_or_path: str | Path, *, create: bool = True, wait_seconds: float = WAIT_SECONDS) -> "Register":
    """Open the register and bring its schema up to date.

    Args:
        url_or_path: Path of the SQLite file, or a database URL (`postgresql+psycopg://…`).
        create: Make the file, and its folder, where there is none.
        wait_seconds: How long to wait for another run that writes.

    Raises:
        RegisterError: it is absent (and not to be created), damaged, held by another run, written by a newer
            Trueup, no register at all, or cannot be reached.
    """
    database = Database(url_or_path, wait_seconds=wait_seconds)
    if database.file is not None and not database.file.exists():
        _make_room(database.file, create=create)
    try:
        ensure_schema(database)
    except BaseException:
        database.close()
        raise
    return Register(database)


def _make_room(file: Path, *, create: bool) -> None:
    if not create:
        raise RegisterError("there is no register", where=str(file), hint="run `trueup check` first")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RegisterError(
            f"the folder of the register cannot be made: {error.strerror}", where=str(file), hint="name another place"
        ) from error


class Register:
    """An open register; close it, or use it in a `with` block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def place(self) -> str:
        """The file, or the URL without its password: for messages."""
        return self._database.place

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def known(self, path: str, sha256: str, *, reading: str = "") -> bool:
        """True when the current version of the source has these bytes, read in this way, completely."""
        wanted = select(VERSIONS.c.id).where(
            VERSIONS.c.path == storable(path),
            VERSIONS.c.sha256 == sha256,
            VERSIONS.c.reading == storable(reading),
            VERSIONS.c.partial.is_(False),
            VERSIONS.c.known_to.is_(None),
        )
        with self._database.reading() as connection:
            return connection.scalar(wanted) is not None

    @contextmanager
    def begin_import(self, known_at: datetime) -> Iterator[ImportTransaction]:
        """Open an import; all of it is kept when the block ends, none of it when the block raises.

        Args:
            known_at: The time of the import, with a time zone.

        Raises:
            RegisterError: another run holds the register.
        """
        moment = utc(known_at)
        with self._database.writing() as connection:
            transaction = ImportTransaction(connection, moment)
            yield transaction
            transaction.finish()

    def select(self, as_of: date, *, known_at: datetime | None = None) -> list[SourceVersion]:
        """Return the version of each source that speaks for the day, ordered by path.

        Per source that is not retired: the newest version observed on or before the day; where there is none, the
        oldest later one (`later`). A version without `observed_on` counts as observed on the day (`undated`), and of
        it and a dated one the later known wins.

        Args:
            as_of: The day to speak for.
            known_at: Answer with what was known at that time (sources retired since included); None: now.
        """
        columns = VERSIONS.c
        times = select(columns.id, columns.path, columns.observed_on, columns.known_from, columns.known_to)
        with self._database.reading() as connection:
            candidates = [Candidate(*row) for row in connection.execute(times)]
            chosen = choose(candidates, as_of, None if known_at is None else utc(known_at))
            return _read_versions(connection, chosen)

    def history(self, path: str) -> list[SourceVersion]:
        """Return every version of a source, oldest known first; empty when it was never imported."""
        with self._database.reading() as connection:
            ids = connection.scalars(select(VERSIONS.c.id).where(VERSIONS.c.path == storable(path)))
            return sorted(_read_versions(connection, [Choice(number) for number in ids]), key=lambda v: v.id)

    def records(self, versions: Iterable[SourceVersion]) -> list[Record]:
        """Return the records of the versions as they were put, ordered by path, sheet and record."""
        with self._database.reading() as connection:
            return read_records(connection, _places(versions))

    def problems(self, versions: Iterable[SourceVersion]) -> list[Problem]:
        """Return the problems of the versions, ordered by path and as they were put."""
        with self._database.reading() as connection:
            return read_problems(connection, _places(versions))

    def save_run(self, run: Run, *, started_at: datetime) -> int:
        """Keep a finished run; return its id.

        Args:
            run: Its summary, inputs, positions and findings are kept.
            started_at: When it began, with a time zone.

        Raises:
            RegisterError: another run holds the register.
        """
        moment = utc(started_at)
        with self._database.writing() as connection:
            return add_run(connection, run, moment)

    def runs(self) -> list[RunHeader]:
        """Return every run without its lines, oldest first."""
        with self._database.reading() as connection:
            return read_headers(connection)

    def last_run(self, before: int | None = None) -> StoredRun | None:
        """Return the newest run, or the newest one before the run of that id; None when there is none."""
        with self._database.reading() as connection:
            return read_last(connection, before)

    def run(self, run_id: int) -> StoredRun | None:
        """Return the run of that id, None when there is none."""
        with self._database.reading() as connection:
            return read_run(connection, run_id)


def _places(versions: Iterable[SourceVersion]) -> dict[int, Place]:
    return {version.id: Place(version.path, version.sha256) for version in versions}


def _read_versions(connection: Connection, choices: list[Choice]) -> list[SourceVersion]:
    """Read the versions in full, ordered by path and id."""
    by_id = {choice.id: choice for choice in choices}
    found = [
        _version(row, by_id[row.id])
        for ids in chunks(sorted(by_id))
        for row in connection.execute(select(VERSIONS).where(VERSIONS.c.id.in_(ids)))
    ]
    return sorted(found, key=lambda version: (version.path, version.id))


def _version(row: Any, choice: Choice) -> SourceVersion:  # noqa: ANN401  (a row of source_versions)
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row's columns)
    values["account"] = load(SourceAccount, row.account)
    return SourceVersion(**values, later=choice.later, undated=choice.undated)
