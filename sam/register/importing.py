"""One import: the versions of many sources, written in one database transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.exc import DataError

from sam.errors import RegisterError
from sam.model import Problem, Record, SourceAccount
from sam.register.column_types import storable
from sam.register.json_values import dump
from sam.register.rows import PLANS, Place, check_origin, problem_rows, table_of
from sam.register.tables import SourceProblemRow, SourceVersionRow

VERSIONS = table_of(SourceVersionRow)
PROBLEMS = table_of(SourceProblemRow)
FLUSH_ROWS = 20_000
"""Rows held back until they are written in bulk."""
LARGEST = 2**63 - 1
"""The largest whole number that both databases hold."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that makes two readings of a source the same version."""

    sha256: str
    account: str
    partial: bool
    has_software: bool
    default_device: str
    reading: str

    def is_complete(self, sha256: str, reading: str) -> bool:
        """True when these bytes, read in this way, need not be read again."""
        return self.sha256 == sha256 and self.reading == reading and not self.partial


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """The current version of one source."""

    id: int
    content: Content


class ImportTransaction:
    """Puts and retires sources; nothing is seen by others before the transaction ends without an exception.

    Args:
        connection: Inside a transaction that holds the register's write lock.
        known_at: When the import takes place, in UTC; where versions change hands.
    """

    def __init__(self, connection: Connection, known_at: datetime) -> None:
        self._connection = connection
        self._known_at = known_at
        self._open = _open_versions(connection)
        # the write lock is held, so nobody else gives out ids
        self._next_id: int = (connection.scalar(select(func.max(VERSIONS.c.id))) or 0) + 1
        self._paths: dict[int, str] = {}
        self._closed: list[int] = []
        self._versions: list[dict[str, Any]] = []
        self._rows: defaultdict[Table, list[dict[str, Any]]] = defaultdict(list)
        self._held = 0
        self._ended = False

    def known(self, path: str, sha256: str, *, reading: str = "") -> bool:
        """True when the current version of the source has these bytes, read in this way, completely."""
        version = self._open.get(storable(path))
        return version is not None and version.content.is_complete(sha256, reading)

    def put(
        self,
        path: str,
        account: SourceAccount,
        records: Sequence[Record] = (),
        problems: Iterable[Problem] = (),
        *,
        partial: bool = False,
        has_software: bool = False,
        default_device: str = "",
        reading: str = "",
    ) -> bool:
        """Make this content the current version of the source.

        Args:
            path: The source, as shown in messages.
            account: What became of every row; `account.file` is the path.
            records: Every record taken from the file, each with this path and these bytes as origin.
            problems: Faults found while reading.
            partial: True when the file has to be read again next time.
            has_software: True when software rows are kept beside the register under the sha256.
            default_device: The device of rows that name none.
            reading: How it was read (format, mapping, reader), in words that change when the result would.

        Returns:
            False when the current version already has this content: nothing is written.

        Raises:
            RegisterError: a record, or the account, is of another file; the transaction has ended.
        """
        self._check_open(path)
        if account.file != path:
            raise RegisterError(f"the account is of {account.file!r}", where=path, hint="put each file with its own")
        # every field is told, so that the comparison with a stored row is one of equal things
        content = Content(
            sha256=account.sha256,
            account=dump(replace(account, unchanged=False)),
            partial=partial,
            has_software=has_software,
            default_device=storable(default_device),
            reading=storable(reading),
        )
        current = self._open.get(storable(path))
        if current is not None and current.content == content:
            return False
        place = Place(path, account.sha256)
        for record in records:
            check_origin(record.origin, place)
        self._close(storable(path))
        self._add(path, account, content, records, problems)
        return True

    def retire_missing(self, present_paths: Collection[str]) -> tuple[str, ...]:
        """Close every source whose file is gone; its versions stay, for a look at what was known then.

        Returns:
            The paths retired, sorted.
        """
        self._check_open("register")
        present = {storable(path) for path in present_paths}
        gone = sorted(self._open.keys() - present)
        for path in gone:
            self._close(path)
        return tuple(gone)

    def finish(self) -> None:
        """Write what is still held back; nothing can be put afterwards."""
        self._check_open("register")
        self._flush()
        self._ended = True

    def _check_open(self, where: str) -> None:
        if self._ended:
            raise RegisterError("the import has ended", where=where, hint="put inside the `with` block")

    def _close(self, path: str) -> None:
        version = self._open.pop(path, None)
        if version is None:
            return
        if version.id in self._paths:
            self._flush()  # put earlier in this import: it has to be there before it can be closed
        self._closed.append(version.id)

    def _add(
        self,
        path: str,
        account: SourceAccount,
        content: Content,
        records: Sequence[Record],
        problems: Iterable[Problem],
    ) -> None:
        version_id = self._next_id
        self._next_id += 1
        self._open[storable(path)] = OpenVersion(version_id, content)
        self._paths[version_id] = path
        self._versions.append(
            {
                "id": version_id,
                "path": path,
                "sha256": account.sha256,
                "format": account.format,
                "observed_on": account.observed_on,
                "known_from": self._known_at,
                "known_to": None,
                "account": content.account,
                "partial": content.partial,
                "has_software": content.has_software,
                "default_device": content.default_device,
                "reading": content.reading,
            }
        )
        for ordinal, record in enumerate(records):
            plan = PLANS[type(record)]
            self._rows[plan.table].append(plan.row(record, version_id, ordinal))
        faults = problem_rows(problems, version_id)
        self._rows[PROBLEMS].extend(faults)
        self._held += len(records) + len(faults)
        if self._held >= FLUSH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._closed:
            closing = update(VERSIONS).where(VERSIONS.c.id == bindparam("closed")).values(known_to=self._known_at)
            self._connection.execute(closing, [{"closed": version_id} for version_id in self._closed])
        if self._versions:
            self._connection.execute(insert(VERSIONS), self._versions)
        for table, rows in self._rows.items():
            if rows:
                self._insert(table, rows)
        self._closed, self._versions, self._held = [], [], 0
        self._rows.clear()

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        try:
            self._connection.execute(insert(table), rows)
        except (OverflowError, DataError) as error:
            for row in rows:
                for name, value in row.items():
                    if isinstance(value, int) and abs(value) > LARGEST:
                        raise self._too_large(row, name) from error
            raise

    def _too_large(self, row: dict[str, Any], name: str) -> RegisterError:
        where = f"{self._paths[row['source_version_id']]}#{row.get('record', 0)}"
        return RegisterError(f"{name} is larger than any database holds", where=where, hint="correct the number")


def _open_versions(connection: Connection) -> dict[str, OpenVersion]:
    columns = VERSIONS.c
    wanted = select(
        columns.id,
        columns.path,
        columns.sha256,
        columns.account,
        columns.partial,
        columns.has_software,
        columns.default_device,
        columns.reading,
    ).where(columns.known_to.is_(None))
    return {
        path: OpenVersion(version_id, Content(*content)) for version_id, path, *content in connection.execute(wanted)
    }
