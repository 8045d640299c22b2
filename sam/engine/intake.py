"""Take the files of a workspace into the register and the evidence store, in one transaction."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sam import __version__
from sam.engine.sidecar import Sidecar, read_sidecar, write_sidecar
from sam.engine.workspace import SETTINGS, Workspace
from sam.model import Problem, Record, Severity, SourceAccount
from sam.readers.folders import Found, discover, read_file
from sam.register import Register, SourceVersion, open_register
from sam.register.evidence import EvidenceStore

Progress = Callable[[str], None]
STORE = ".trueup"
_SECRETIVE = frozenset({"fusioninventory", "glpi"})
"""Agents' files hold keys, environments and command lines: no copy of them is kept, the file itself is opened again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a run reads: the versions that speak for the day, their records and problems."""

    versions: tuple[SourceVersion, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    accounts: tuple[SourceAccount, ...]
    store: EvidenceStore
    register: Register
    sidecars: Mapping[str, Sidecar]


def silent(_message: str) -> None:
    """Report no progress."""


def store_of(workspace: Workspace) -> EvidenceStore:
    """Return the evidence store of a workspace."""
    return EvidenceStore(workspace.root / STORE / "evidence")


def take_in(workspace: Workspace, as_of: date, progress: Progress = silent, only: Sequence[Path] = ()) -> Intake:
    """Read what is new or changed, keep it, and select what speaks for the day.

    Args:
        workspace: Its folder and settings.
        as_of: The day of the run.
        progress: Told what is being read.
        only: Read only these files, and retire none.

    Raises:
        RegisterError: The register cannot be opened or another run holds it.
    """
    register = open_register(workspace.register)
    store = store_of(workspace)
    found = discover(workspace.root, workspace.sources, skip=(workspace.out,))
    chosen = [f for f in found if not only or f.path.resolve() in {p.resolve() for p in only}]
    unchanged = _import(register, store, chosen, progress, whole=not only)
    versions = register.select(as_of)
    progress("selecting what speaks for the day")
    return Intake(
        versions=tuple(versions),
        records=tuple(register.records(versions)),
        problems=(*register.problems(versions), *(() if only else _idle_sources(workspace, found))),
        accounts=tuple(_account(v, unchanged) for v in versions),
        store=store,
        register=register,
        sidecars={v.sha256: read_sidecar(store.folder, v.sha256) for v in versions if not is_own_table(v)},
    )


def _idle_sources(workspace: Workspace, found: Sequence[Found]) -> Iterator[Problem]:
    """Tell sources of `trueup.toml` that name no file, or only files that an earlier one names."""
    used = {item.spec for item in found}
    for spec, line in zip(workspace.sources, workspace.source_lines, strict=True):
        if spec not in used:
            yield Problem(
                code="idle-source",
                severity=Severity.WARNING,
                where=f"{SETTINGS}:{line}",
                message=f"the source '{spec.glob}' names no file that no source before it names",
                remedy="correct its glob, or remove the source",
            )


def is_own_table(version: SourceVersion) -> bool:
    """True for a table of the workspace, which has no sidecar."""
    return version.format.startswith("table:")


def _import(
    register: Register, store: EvidenceStore, found: Sequence[Found], progress: Progress, *, whole: bool
) -> frozenset[str]:
    """Import changed files in one transaction; return the paths that were unchanged."""
    unchanged = set()
    with_software = {(v.path, v.sha256) for v in register.select(date.max) if v.has_software}
    with register.begin_import(datetime.now(UTC)) as transaction:
        for item in found:
            sha256 = "" if item.refused else _digest(item.path)
            reading = _reading(item)
            kept = store.has(sha256) or (item.rel, sha256) not in with_software
            if sha256 and transaction.known(item.rel, sha256, reading=reading) and kept:
                unchanged.add(item.rel)
                continue
            progress(f"reading {item.rel}")
            read = read_file(item, store)
            write_sidecar(store.folder, read.account.sha256, Sidecar(partial=read.partial, guests=read.guests))
            transaction.put(
                item.rel,
                read.account,
                read.records,
                read.problems,
                has_software=read.has_software,
                default_device=read.default_device,
                reading=reading,
            )
            if read.account.format in _SECRETIVE:
                store.copy_path(read.account.sha256).unlink(missing_ok=True)
        if whole:
            transaction.retire_missing([f.rel for f in found])
    return frozenset(unchanged)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, "" where it cannot be read: the reader says why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _reading(found: Found) -> str:
    """Say how a file is read: other words for the same bytes mean that it is read again."""
    spec = found.spec
    return "|".join(
        (__version__, spec.format, spec.device, repr(sorted(dict(spec.map).items())), str(spec.observed_on or ""))
    )


def _account(version: SourceVersion, unchanged: frozenset[str]) -> SourceAccount:
    return replace(version.account, unchanged=version.path in unchanged)
