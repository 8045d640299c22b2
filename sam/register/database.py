"""The database under the register: connections, the one-writer lock, and its errors told as `RegisterError`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from sam.errors import RegisterError

_ADVISORY_LOCK = 7_248_311
"""PostgreSQL's advisory locks are numbers; this one is the register's."""
_HOLDER = """
    SELECT activity.pid, activity.xact_start FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objid = :lock
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_BUSY, _LOCKED = 5, 6
_LOCK_TIMEOUT = "55P03"
"""PostgreSQL's error code lock_not_available."""
_REASONS = {
    3: ("may not be accessed", "check its permissions and those of its folder"),
    8: ("is read-only, and this run has to write", "check its permissions and those of its folder"),
    10: ("could not be read or written: the disk reports an error", "check the disk, then restore a backup if needed"),
    11: ("is damaged", "restore a backup, or move the file away and import the sources again"),
    13: ("could not be written: the disk is full", "free some space and run again; nothing was changed"),
    14: ("cannot be opened", "check that its folder exists and may be written, and that it names a file"),
    26: ("is not a register", "name another file, or move this one away"),
}
"""SQLite's primary result codes (sqlite.org, Result and Error Codes) → what is wrong, what to do."""


class Database:
    """Connections to one SQLite file or PostgreSQL database.

    Args:
        location: Path of a file, or a database URL.
        wait_seconds: How long a writer waits for another one.
    """

    def __init__(self, location: str | Path, *, wait_seconds: float) -> None:
        self._url = _url(location)
        self._wait_seconds = wait_seconds
        self.file = Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None
        self.place = str(self.file) if self.file else self._url.render_as_string(hide_password=True)
        self._engine = self._create_engine()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads one consistent state."""
        with self._told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one transaction that may write; it is undone when the block raises, or the process dies.

        Raises:
            RegisterError: another writer did not end in time.
        """
        with self._told(), self._engine.connect().execution_options(trueup_writes=True) as connection:
            transaction = connection.begin()
            try:
                with self._writer_note():
                    yield connection
            except BaseException:
                transaction.rollback()
                raise
            transaction.commit()

    def _create_engine(self) -> Engine:
        sqlite = self.file is not None
        try:
            engine = create_engine(self._url, connect_args={"timeout": self._wait_seconds} if sqlite else {})
        except ModuleNotFoundError as error:
            raise RegisterError(
                f"the database driver {error.name!r} is not installed",
                where=self.place,
                hint=f"install it beside trueup: pip install {error.name}",
            ) from error
        except (ArgumentError, NoSuchModuleError) as error:
            raise _unknown_location(self.place) from error
        if sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            event.listen(engine, "begin", self._begin_postgresql)
        return engine

    def _begin_postgresql(self, connection: Connection) -> None:
        """Readers see the state of their first statement; writers come one after the other."""
        if not connection.get_execution_options().get("trueup_writes"):
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            return
        connection.execute(text(f"SET LOCAL lock_timeout = {int(self._wait_seconds * 1000)}"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))

    @contextmanager
    def _writer_note(self) -> Iterator[None]:
        """Leave word of who writes, for the message of one who waits.

        The note is not the lock: that is SQLite's own, which ends with its process. A note left by a killed process
        means nothing, and the next writer replaces it.
        """
        if self.file is None:
            yield
            return
        note = _note_path(self.file)
        with suppress(OSError):
            note.write_text(f"{os.getpid()}\n", encoding="ascii")
        try:
            yield
        finally:
            with suppress(OSError):
                note.unlink()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the database's errors with place and remedy; a broken constraint is a bug and passes through."""
        try:
            yield
        except (OperationalError, DatabaseError) as error:
            if type(error) not in {OperationalError, DatabaseError}:
                raise
            raise self._explain(error) from error

    def _explain(self, error: DBAPIError) -> RegisterError:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in {_BUSY, _LOCKED} or getattr(error.orig, "sqlstate", "") == _LOCK_TIMEOUT:
            return self._held()
        reason, hint = _REASONS.get(code, (f"cannot be used: {error.orig}", "check that it is reachable and whole"))
        return RegisterError(f"the register {reason}", where=self.place, hint=hint)

    def _held(self) -> RegisterError:
        holder = self._note_of_writer() if self.file else self._session_of_writer()
        since, process = "", "the other run"
        if holder is not None:
            process = f"{'' if self.file else 'server '}process {holder[0]}"
            since = f" since {holder[1]:%Y-%m-%d %H:%M:%S} UTC ({process})"
        return RegisterError(
            f"another run holds the register{since}",
            where=self.place,
            hint=f"wait until it has finished and run again, or end {process}; its lock goes with it",
        )

    def _note_of_writer(self) -> tuple[int, datetime] | None:
        """Return process and time from the writer's note, None when it left none."""
        try:
            note = _note_path(self.file) if self.file else Path(os.devnull)
            return int(note.read_text(encoding="ascii")), datetime.fromtimestamp(note.stat().st_mtime, UTC)
        except (OSError, ValueError):
            return None

    def _session_of_writer(self) -> tuple[int, datetime] | None:
        """Return the server process that holds PostgreSQL's lock and since when, None when it has just ended."""
        with self._engine.connect() as connection:
            row = connection.execute(text(_HOLDER), {"lock": _ADVISORY_LOCK}).first()
        return None if row is None else (row.pid, row.xact_start.astimezone(UTC))


def _note_path(file: Path) -> Path:
    return file.with_name(f"{file.name}.writer")


def _url(location: str | Path) -> URL:
    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite", database=str(location))
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise _unknown_location("register") from error
    backend = url.get_backend_name()
    in_memory = backend == "sqlite" and url.database in {None, "", ":memory:"}
    if backend not in {"sqlite", "postgresql"} or in_memory:
        raise _unknown_location(url.render_as_string(hide_password=True))
    return url


def _unknown_location(place: str) -> RegisterError:
    return RegisterError(
        "this is no place for a register",
        where=place,
        hint="give the path of a file, sqlite:///path/of/file or postgresql+psycopg://user@host/database",
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  (a connection of the driver)
    # the driver must not begin by itself: it would not take the write lock first, and would leave DDL outside
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # a large import stays in memory until its commit, so that readers are not shut out meanwhile
    connection.execute("PRAGMA cache_size = -65536")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("trueup_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
