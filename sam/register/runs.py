"""Finished runs in the register: written once, read back for comparison and trend."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sam.model import Finding, Position, Run, Summary
from sam.register.json_values import dump, load
from sam.register.rows import table_of
from sam.register.tables import RunRow
from sam.register.values import RunHeader, StoredRun

RUNS = table_of(RunRow)
_HEADER = ("id", "as_of", "started_at", "version", "workspace", "currency", "inputs", "summary")


def add_run(connection: Connection, run: Run, started_at: datetime) -> int:
    """Write the run and return its id, which grows with every run."""
    run_id: int = (connection.scalar(select(func.max(RUNS.c.id))) or 0) + 1
    row = {
        "id": run_id,
        "as_of": run.as_of,
        "started_at": started_at,
        "version": run.version,
        "workspace": run.workspace,
        "currency": run.currency,
        "inputs": dump(run.inputs),
        "summary": dump(run.summary),
        "positions": dump(run.positions),
        "findings": dump(run.findings),
    }
    connection.execute(insert(RUNS), row)
    return run_id


def read_headers(connection: Connection) -> list[RunHeader]:
    """Return every run without its lines, oldest first."""
    wanted = select(*(RUNS.c[name] for name in _HEADER)).order_by(RUNS.c.id)
    return [RunHeader(**_header(row)) for row in connection.execute(wanted)]


def read_last(connection: Connection, before: int | None) -> StoredRun | None:
    """Return the newest run, or the newest one before the run of that id."""
    wanted = select(RUNS).order_by(RUNS.c.id.desc()).limit(1)
    return _stored(connection.execute(wanted if before is None else wanted.where(RUNS.c.id < before)).first())


def read_run(connection: Connection, run_id: int) -> StoredRun | None:
    """Return the run of that id."""
    return _stored(connection.execute(select(RUNS).where(RUNS.c.id == run_id)).first())


def _header(row: Any) -> dict[str, Any]:  # noqa: ANN401  (a row of runs)
    plain = {name: getattr(row, name) for name in _HEADER}
    return plain | {"inputs": load(Mapping[str, str], row.inputs), "summary": load(Summary, row.summary)}


def _stored(row: Any) -> StoredRun | None:  # noqa: ANN401
    if row is None:
        return None
    return StoredRun(
        **_header(row),
        positions=load(tuple[Position, ...], row.positions),
        findings=load(tuple[Finding, ...], row.findings),
    )
