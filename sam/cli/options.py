"""Options and arguments that several commands share, and what they turn into."""

import shlex
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sam.errors import UsageError

if TYPE_CHECKING:
    from sam.engine.workspace import Workspace

HERE: Final = Path()


class FailOn(StrEnum):
    """The gravity of a finding from which `check` exits 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="The day to compute for (default: trueup.toml, else today)."),
]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", metavar="NAME", help="Report to write; again for several (see `report`)."),
]
Names = Annotated[bool, typer.Option("--names", help="Show people by their ids, not by pseudonyms.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON document to standard output.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write CSV to standard output.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="TEST", help="Keep rows with COLUMN=VALUE, != or ~ (contains); repeatable."),
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open the report.")]


def today() -> date:
    """Return the current day where the user is. The only place that asks for it."""
    return datetime.now().astimezone().date()


def named_folder(context: typer.Context) -> Path | None:
    """Return the folder that `-w` named, None when it was not given."""
    folder = context.find_root().obj
    return folder if isinstance(folder, Path) else None


def workspace(context: typer.Context, folder: Path | None = None) -> "Workspace":
    """Load the workspace an argument names, else `-w`, else this folder."""
    from sam.engine.workspace import load_workspace

    return load_workspace(folder or named_folder(context) or HERE)


def day(text: str | None, settings: "Workspace") -> date:
    """Return the as-of day: the option's, else the workspace's, else today."""
    from sam.engine.workspace import EARLIEST, LATEST

    if not text:
        return settings.as_of or today()
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"not a date: {text!r}", where="--as-of", hint="write it as 2026-06-30") from error
    if not EARLIEST <= found <= LATEST:
        raise UsageError(f"not a day to compute for: {found}", where="--as-of", hint=f"from {EARLIEST} to {LATEST}")
    return found


def command(folder: Path, *words: str) -> str:
    """Return a command line for this workspace, ready to paste."""
    shown = short(folder)
    return shlex.join(["trueup", *([] if shown == "." else ["-w", shown]), *words])


def short(folder: Path) -> str:
    """Return a path as seen from the current folder where it lies below it."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
