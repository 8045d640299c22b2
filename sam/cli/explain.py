"""`explain`: how one number came to be, down to the source lines."""

from enum import StrEnum
from typing import Annotated

import typer

from sam.cli.options import AsOf, Names, day, workspace
from sam.cli.screen import progress, say


class Kind(StrEnum):
    """What can be explained."""

    DEVICE = "device"
    PRODUCT = "product"
    POSITION = "position"
    FINDING = "finding"


def explain(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What it is.")],
    ident: Annotated[str, typer.Argument(metavar="ID", help="Its id, as reports and `list` show it.")],
    as_of: AsOf = None,
    names: Names = False,
) -> None:
    """Explain one number, down to the source lines."""
    from sam import engine

    settings = workspace(context)
    when = day(as_of, settings)
    with progress("computing"):
        lines = engine.explain(settings, kind.value, ident, as_of=when, names=names)
    for line in lines:
        say(line)
