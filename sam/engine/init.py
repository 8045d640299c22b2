"""A new workspace: settings, a policy and empty tables, or the example estate. Nothing that exists is overwritten."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sam.engine.workspace import SETTINGS
from sam.errors import UsageError
from sam.readers.folders import headers_only_tables
from sam.rules.policyfile import TEMPLATE

NEVER_COPIED: Final = frozenset({"out", ".trueup"})

FOLDERS: Final = {
    "allocations": "entitlements",
    "contracts": "contracts",
    "entitlements": "entitlements",
    "prices": "contracts",
}
"""Where tables are put by habit, when it is not `inventory`."""

SETTINGS_TEXT: Final = """\
# Settings of this workspace. Every line may be left out; what is commented out shows the form.

# The day to compute for; blank means the day of the run.
as_of = ""

# The currency of every amount in the reports.
currency = "EUR"

# Where the register is kept: a file, or the URL of a database.
# register = ".trueup/register.sqlite"

# What your organisation decides for itself: severities, thresholds, waivers.
# policy = "policy.yaml"

# Where the reports are written. This folder is never read.
# out = "out"

# What one unit of another currency is worth, and on which day.
# [rates]
# USD = {rate = "0.92", date = 2026-06-30}

# Without any [[source]], every table and known format under this folder is read. With them, what they name.
# [[source]]
# glob = "exports/agents/*.xml"
# format = "fusioninventory"     # blank: found out from the content
# device = "WEB-1"               # the device that files without one belong to
# observed_on = 2026-06-30       # the day the source speaks of
# map = {name = "Produkt"}       # column of the table = header in the file
"""


def init_workspace(folder: Path, *, example: bool = False) -> tuple[Path, ...]:
    """Create a workspace and return the files written; files that exist are kept.

    Args:
        folder: Created if need be, parents included.
        example: Fill it with the example estate instead of empty tables.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = list(_copy(example_folder(), folder)) if example else []
        texts = {SETTINGS: SETTINGS_TEXT, "policy.yaml": TEMPLATE, **({} if example else _tables())}
        written += [path for name, text in texts.items() if _write(path := folder / name, text)]
    except OSError as error:
        raise UsageError(
            f"cannot create the workspace: {error.strerror or error}",
            where=str(error.filename or folder),
            hint="name another folder",
        ) from error
    return tuple(sorted(written))


def example_folder() -> Path:
    """Return the example estate: inside the installed package, or in the project's own folder."""
    packaged = Path(__file__).parent / "example"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "examples" / "estate"


def _tables() -> dict[str, str]:
    return {
        f"{FOLDERS.get(table, 'inventory')}/{table}.csv": f"{header}\n"
        for table, header in headers_only_tables().items()
    }


def _copy(source: Path, target: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        copy = target / inside
        if path.is_file() and not NEVER_COPIED.intersection(inside.parts) and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            yield copy


def _write(path: Path, text: str) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
