"""The smaller questions: import without a run, list records, rank what is not recognised."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

from sam.engine.facts import unknown_titles
from sam.engine.identify import merged_devices
from sam.engine.intake import Progress, silent, take_in
from sam.engine.run import solve
from sam.engine.workspace import Workspace
from sam.errors import UsageError
from sam.model import Contract, Entitlement, Person, Price, SourceAccount, UnknownTitle

KINDS = {"people": Person, "contracts": Contract, "entitlements": Entitlement, "prices": Price}
LISTABLE = ("devices", "people", "vendors", "contracts", "entitlements", "prices")


def import_files(
    workspace: Workspace, paths: Sequence[Path] = (), *, as_of: date | None = None, progress: Progress = silent
) -> tuple[SourceAccount, ...]:
    """Read files into the register without a run; without paths, every file of the workspace.

    Raises:
        UsageError: A path is not a file of the workspace.
    """
    root = workspace.root.resolve()
    for path in paths:
        if not path.resolve().is_relative_to(root) or not path.is_file():
            raise UsageError("not a file of this workspace", where=str(path), hint=f"copy it below {root.name}/ first")
    intake = take_in(workspace, as_of or workspace.as_of or date.max, progress, only=paths)
    intake.register.close()
    wanted = {p.resolve().relative_to(root).as_posix() for p in paths}
    return tuple(a for a in intake.accounts if not wanted or a.file in wanted)


def list_records(workspace: Workspace, what: str, *, as_of: date | None = None) -> list[dict[str, object]]:
    """Return devices, people, vendors, contracts, entitlements or prices as plain rows.

    Raises:
        UsageError: `what` is none of these.
    """
    if what not in LISTABLE:
        raise UsageError(f"'{what}' cannot be listed", hint=f"one of: {', '.join(LISTABLE)}")
    intake = take_in(workspace, as_of or workspace.as_of or date.max)
    intake.register.close()
    if what == "vendors":
        return _vendors([r for r in intake.records if isinstance(r, Contract | Entitlement)])
    if what == "devices":
        merged = merged_devices(intake.versions, intake.records, intake.sidecars)
        return [_plain(d) for d in merged.devices]
    return [_plain(r) for r in intake.records if isinstance(r, KINDS[what])]


def _vendors(records: Sequence[Contract | Entitlement]) -> list[dict[str, object]]:
    names: dict[str, list[int]] = {}
    for record in records:
        name = record.vendor if isinstance(record, Contract) else record.publisher
        if name:
            names.setdefault(name, [0, 0])[isinstance(record, Entitlement)] += 1
    return [{"vendor": n, "contracts": c, "entitlements": e} for n, (c, e) in sorted(names.items())]


def _plain(record: object) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, column.name)
        if column.name == "origin":
            row["row"] = f"{value.path}#{value.record}"
        elif isinstance(value, Decimal) and column.name == "quantity":
            row[column.name] = int(value) if value == value.to_integral_value() else float(value)
        elif isinstance(value, Decimal | Enum):
            row[column.name] = str(value)
        elif isinstance(value, date | datetime):
            row[column.name] = value.isoformat()
        elif isinstance(value, tuple):
            row[column.name] = ";".join(str(v) for v in value)
        else:
            row[column.name] = value
    return row


def unrecognized(workspace: Workspace, *, as_of: date | None = None, shown: int = 10_000) -> tuple[UnknownTitle, ...]:
    """Return the titles that no rule recognises, those on most devices first."""
    with solve(workspace, as_of=as_of or workspace.as_of or date.max) as solved:
        return unknown_titles(solved, shown)
