"""A workspace folder to values: which files are read, as what, for which device, and what became of each."""

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam.errors import ConfigError
from sam.inventory.result import Guest
from sam.model import Problem, Record, Severity, SourceAccount
from sam.readers.formats import FORMATS, HEAD_BYTES, find_format
from sam.readers.headers import table_of_name
from sam.readers.sources import Parsed, Request, SourceSpec
from sam.readers.table_specs import TABLES
from sam.register.evidence import EvidenceStore

__all__ = ["FileRead", "Found", "SourceSpec", "discover", "headers_only_tables", "read_file"]

_NEVER: Final = frozenset({"out"})
"""Folders at the top that hold results; names that begin with a point are never read either."""
_OWN_FOLDERS: Final = ("catalog/", "terms/")
_OWN_FILES = re.compile(r"trueup\.toml|policy.*\.ya?ml|readme.*|licen[sc]e.*|.*\.md|thumbs\.db|desktop\.ini|~\$.*")
_DEVICE_FOLDER = re.compile(r"(?:^|/)inventory/devices/([^/]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to be read. `rel` is its path below the root, with slashes; `refused` says why it is not opened."""

    path: Path
    rel: str
    spec: SourceSpec
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What one file held. Its software rows are in the evidence store, under the account's sha256."""

    account: SourceAccount
    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    partial: bool = False
    has_software: bool = False
    default_device: str = ""
    """The device of rows that name none; "" leaves them unplaced."""
    guests: tuple[Guest, ...] = field(default=())
    """Virtual machines as their host's inventory lists them."""


def discover(root: Path, specs: Sequence[SourceSpec] = (), *, skip: Collection[Path] = ()) -> list[Found]:
    """List the files to be read, sorted by path; with sources, those that one of them names (the first that does).

    Args:
        root: The workspace folder.
        specs: Sources; none means every file below the folder.
        skip: Further folders never to be read, such as a configured folder for results.

    Raises:
        ConfigError: A source's glob leaves the workspace.
    """
    patterns = [(_glob(spec.glob), spec) for spec in specs]
    barred = {path.resolve() for path in skip}
    found = []
    for path, rel, refused in _walk(root, root.resolve(), barred):
        if rel.startswith(_OWN_FOLDERS) or _OWN_FILES.fullmatch(path.name.casefold()):
            continue
        spec = next((spec for pattern, spec in patterns if pattern.fullmatch(rel)), None) if specs else SourceSpec()
        if spec is not None:
            found.append(Found(path=path, rel=rel, spec=spec, refused=refused))
    return sorted(found, key=lambda entry: entry.rel)


def read_file(found: Found, store: EvidenceStore) -> FileRead:
    """Read one file: copy it into the store, tell its format, parse it. Nothing in the file raises."""
    if found.refused:
        return _unread(found, "", found.refused)
    try:
        with found.path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        form = find_format(head, found.path.name, found.spec.format)
        if form is None:
            with found.path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return _unread(found, sha256, _why_unknown(head, found), named=table_of_name(found.path.stem) is not None)
        sha256 = store.take(found.path)
    except OSError as error:
        return _unread(found, "", f"it cannot be opened ({error.strerror or error})", named=True)
    device = found.spec.device or _device_of_folder(found.rel)
    request = Request(
        path=store.copy_path(sha256),
        shown=found.rel,
        sha256=sha256,
        spec=found.spec,
        store=store,
        default_device=device,
    )
    return _finished(form.parse(request), request)


def headers_only_tables() -> dict[str, str]:
    """Return the header line of every table, by the table's name."""
    return {name: spec.header for name, spec in TABLES.items()}


def _finished(parsed: Parsed, request: Request) -> FileRead:
    account = SourceAccount(
        file=request.shown,
        sha256=request.sha256,
        format=parsed.format,
        rows=parsed.rows,
        accepted=parsed.rows - parsed.rejected_count,
        rejected=parsed.rejects,
        rejected_count=parsed.rejected_count,
        dropped=parsed.dropped,
        observed_on=request.spec.observed_on or parsed.observed_on,
    )
    return FileRead(
        account=account,
        records=parsed.records,
        problems=parsed.problems,
        partial=parsed.partial,
        has_software=parsed.has_software,
        default_device=request.default_device if parsed.placed_by_source else "",
        guests=parsed.guests,
    )


def _unread(found: Found, sha256: str, reason: str, *, named: bool = False) -> FileRead:
    problem = Problem(
        code="not-read",
        severity=Severity.ERROR if named else Severity.INFO,
        where=f"{found.rel}:1",
        message=f"not read, because {reason}",
        remedy="save it as CSV with the headers of docs/tables.md"
        if named
        else "move it elsewhere, or name its format",
    )
    account = SourceAccount(file=found.rel, sha256=sha256, format="unknown", rows=0, accepted=0)
    return FileRead(account=account, problems=(problem,))


def _why_unknown(head: bytes, found: Found) -> str:
    if not head:
        return "it is empty"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "it is an old or an encrypted Office file"
    if found.spec.format:
        known = ", ".join(form.name for form in FORMATS)
        return f"format {found.spec.format!r} is neither one of {known} nor a table, or the file is not of it"
    return "it is of no known format"


def _device_of_folder(rel: str) -> str:
    match = _DEVICE_FOLDER.search(rel)
    return match[1] if match else ""


def _walk(root: Path, real_root: Path, barred: Collection[Path]) -> Iterator[tuple[Path, str, str]]:
    """Yield (path, path below the root, why it is not opened) of every file; links are never followed."""
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = sorted(
            name
            for name in names
            if not name.startswith(".")
            and not (here == root and name in _NEVER)
            and (here / name).resolve() not in barred
            and not (here / name).is_symlink()
        )
        for name in files:
            path = here / name
            rel = path.relative_to(root).as_posix()
            if name.startswith("."):
                continue
            if path.is_symlink():
                if not path.resolve().is_relative_to(real_root):
                    yield path, rel, "it is a link that leaves the workspace"
            elif path.is_file():
                yield path, rel, ""


def _glob(pattern: str) -> re.Pattern[str]:
    """Translate a glob: `*` stays inside a folder, `**` does not."""
    parts = pattern.replace("\\", "/").removeprefix("./").split("/")
    if pattern.startswith("/") or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":"):
        raise ConfigError(
            f"glob {pattern!r} leaves the workspace",
            where="trueup.toml",
            hint="copy or mount the files below the folder",
        )
    translated = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            translated += ".*" if last else "(?:[^/]+/)*"
        else:
            piece = "".join("[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c) for c in part)
            translated += piece if last else f"{piece}/"
    return re.compile(translated)
