"""One run of the engine on behalf of a command."""

from typing import TYPE_CHECKING

from sam.cli.options import day
from sam.cli.screen import progress

if TYPE_CHECKING:
    from sam.engine.workspace import Workspace
    from sam.model import Run


def compute(settings: "Workspace", as_of: str | None, *, write: bool = True, names: bool = False) -> "Run":
    """Run the engine on a workspace, with its steps shown.

    `write` keeps the run in the register; `names` shows people by their ids.
    """
    from sam import engine

    when = day(as_of, settings)
    with progress("reading") as step:
        return engine.check(settings, as_of=when, progress=step, write=write, names=names)
