"""Records to rows and back: one plan per record type, column by column, without an object-relational layer.

Whole estates pass here on every run, so a row is a tuple and a record is built by its constructor alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import SQLModel

from sam.errors import RegisterError
from sam.model import (
    Access,
    AllocationRow,
    Contract,
    Device,
    DeviceLink,
    Entitlement,
    Measure,
    OrgUnit,
    Origin,
    Person,
    Price,
    Problem,
    Record,
    Seat,
    Session,
    Severity,
)
from sam.register import record_tables
from sam.register.tables import SourceProblemRow

ID_CHUNK = 5000
"""Versions asked for in one statement; databases bound the parameters of one (SQLite: 32,766)."""
_PLACE = ("source_version_id", "ordinal", "record", "sheet")


def table_of(row_class: type[SQLModel]) -> Table:
    """Return the SQLAlchemy table behind a SQLModel class."""
    return SQLModel.metadata.tables[str(row_class.__tablename__)]


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """How records of one type are stored."""

    kind: type[Record]
    table: Table
    names: tuple[str, ...]
    """The dataclass's fields but `origin`, which are the table's columns after the place."""

    def row(self, record: Record, version_id: int, ordinal: int) -> dict[str, Any]:
        """Return the record as a row of its table."""
        row: dict[str, Any] = dict(zip(self.names, attrgetter(*self.names)(record), strict=True))
        row.update(
            source_version_id=version_id, ordinal=ordinal, record=record.origin.record, sheet=record.origin.sheet
        )
        return row


def _plan(kind: type[Record], row_class: type[SQLModel]) -> RecordPlan:
    names = tuple(field.name for field in fields(kind) if field.name != "origin")
    return RecordPlan(kind, table_of(row_class), names)


PLANS: Mapping[type[Record], RecordPlan] = {
    plan.kind: plan
    for plan in (
        _plan(Device, record_tables.DeviceRow),
        _plan(Person, record_tables.PersonRow),
        _plan(OrgUnit, record_tables.OrgUnitRow),
        _plan(DeviceLink, record_tables.DeviceLinkRow),
        _plan(Access, record_tables.AccessRow),
        _plan(Seat, record_tables.SeatRow),
        _plan(Session, record_tables.SessionRow),
        _plan(Measure, record_tables.MeasureRow),
        _plan(Contract, record_tables.ContractRow),
        _plan(Entitlement, record_tables.EntitlementRow),
        _plan(AllocationRow, record_tables.AllocationRow),
        _plan(Price, record_tables.PriceRow),
    )
}


@dataclass(frozen=True, slots=True)
class Place:
    """The source that rows of one version come from."""

    path: str
    sha256: str


def check_origin(origin: Origin, place: Place) -> None:
    """Refuse a record of another file: its origin is kept by the version alone.

    Raises:
        RegisterError: the origin names another path or other bytes than the source being put.
    """
    if origin.path != place.path or origin.file != place.sha256:
        raise RegisterError(
            f"a record names the origin {origin.path!r} ({origin.file[:12]}), expected this source",
            where=place.path,
            hint="put every file as a source of its own",
        )


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split ids into as many as one statement may ask for."""
    return (ids[start : start + ID_CHUNK] for start in range(0, len(ids), ID_CHUNK))


def read_records(connection: Connection, places: Mapping[int, Place]) -> list[Record]:
    """Return the records of the versions, ordered by path, sheet, record and order as read."""
    found: list[tuple[str, str, int, int, int, Record]] = []
    for plan in PLANS.values():
        found.extend(_read_plan(connection, plan, places))
    found.sort()  # version and ordinal end the key, so that records are never compared
    return [entry[-1] for entry in found]


def _read_plan(
    connection: Connection, plan: RecordPlan, places: Mapping[int, Place]
) -> Iterator[tuple[str, str, int, int, int, Record]]:
    columns = plan.table.columns
    wanted = select(*(columns[name] for name in (*_PLACE, *plan.names)))
    kind: Any = plan.kind
    names = plan.names
    for ids in chunks(sorted(places)):
        rows = connection.execute(wanted.where(columns["source_version_id"].in_(ids)))
        for version_id, ordinal, record, sheet, *values in rows:
            place = places[version_id]
            origin = Origin(file=place.sha256, path=place.path, record=record, sheet=sheet)
            built = kind(origin=origin, **dict(zip(names, values, strict=True)))
            yield place.path, sheet, record, version_id, ordinal, built


def problem_rows(problems: Iterable[Problem], version_id: int) -> list[dict[str, Any]]:
    """Return problems as rows, in the order given."""
    return [
        {
            "source_version_id": version_id,
            "ordinal": ordinal,
            "code": problem.code,
            "severity": problem.severity.value,
            "place": problem.where,
            "message": problem.message,
            "remedy": problem.remedy,
            "origin_file": problem.origin.file if problem.origin else None,
            "origin_path": problem.origin.path if problem.origin else None,
            "origin_record": problem.origin.record if problem.origin else None,
            "origin_sheet": problem.origin.sheet if problem.origin else None,
        }
        for ordinal, problem in enumerate(problems)
    ]


def read_problems(connection: Connection, places: Mapping[int, Place]) -> list[Problem]:
    """Return the problems of the versions, ordered by path and order as found."""
    table = table_of(SourceProblemRow)
    found: list[tuple[str, int, int, Problem]] = []
    for ids in chunks(sorted(places)):
        rows = connection.execute(select(table).where(table.c.source_version_id.in_(ids)))
        found.extend(
            (places[row.source_version_id].path, row.source_version_id, row.ordinal, _problem(row)) for row in rows
        )
    found.sort()
    return [entry[-1] for entry in found]


def _problem(row: Any) -> Problem:  # noqa: ANN401  (a row of source_problems)
    origin = None
    if row.origin_file is not None:
        origin = Origin(file=row.origin_file, path=row.origin_path, record=row.origin_record, sheet=row.origin_sheet)
    return Problem(
        code=row.code,
        severity=Severity(row.severity),
        where=row.place,
        message=row.message,
        remedy=row.remedy,
        origin=origin,
    )
