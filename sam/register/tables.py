"""The tables that tell what was read and what was computed; the records themselves are in `record_tables`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, column
from sqlmodel import Field, SQLModel

from sam.register.column_types import IsoMoment, PlainText


def key(**more: Any) -> Any:  # noqa: ANN401  (SQLModel's fields are typed by their annotation)
    """A whole number of the primary key; the register gives it, the database does not count."""
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}, **more)


def text(default: str | None = "") -> Any:  # noqa: ANN401
    """A text column; None as default makes it optional."""
    return Field(default=default, sa_type=PlainText)


def number() -> Any:  # noqa: ANN401
    """A whole number; optional when its annotation is."""
    return Field(default=None, sa_type=BigInteger)


def moment() -> Any:  # noqa: ANN401
    """A moment; optional when its annotation is."""
    return Field(default=None, sa_type=IsoMoment)


class SourceVersionRow(SQLModel, table=True):
    """One content of one source. A source is retired when none of its versions is open (`known_to` is null)."""

    __tablename__ = "source_versions"
    __table_args__ = (
        Index("ix_source_versions_path", "path"),
        # two open versions of one path would count its records twice
        Index(
            "uq_source_versions_open",
            "path",
            unique=True,
            sqlite_where=column("known_to").is_(None),
            postgresql_where=column("known_to").is_(None),
        ),
    )

    id: int = key()
    path: str = text()
    sha256: str = text()
    format: str = text()
    observed_on: date | None = None
    known_from: datetime = moment()
    known_to: datetime | None = moment()
    account: str = text()
    partial: bool = False
    has_software: bool = False
    default_device: str = text()
    reading: str = text()


class SourceProblemRow(SQLModel, table=True):
    """A fault found when a version was read, so that a run which does not read it again still tells it."""

    __tablename__ = "source_problems"

    source_version_id: int = key(foreign_key="source_versions.id")
    ordinal: int = key()
    code: str = text()
    severity: str = text()
    place: str = text()
    message: str = text()
    remedy: str = text()
    origin_file: str | None = text(None)
    """Null when the problem has no origin."""
    origin_path: str | None = text(None)
    origin_record: int | None = number()
    origin_sheet: str | None = text(None)


class RunRow(SQLModel, table=True):
    """One finished run; summary, positions and findings as JSON (see `json_values`)."""

    __tablename__ = "runs"

    id: int = key()
    as_of: date
    started_at: datetime = moment()
    version: str = text()
    workspace: str = text()
    currency: str = text()
    inputs: str = text()
    summary: str = text()
    positions: str = text()
    findings: str = text()
