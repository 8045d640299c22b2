"""`init` and `import`: a workspace begins, and files come into it."""

from pathlib import Path
from typing import Annotated

import typer

from sam.cli.options import HERE, command, day, named_folder, workspace
from sam.cli.screen import note, progress, say, table


def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder, created if need be.")] = None,
    example: Annotated[bool, typer.Option("--example", help="Fill it with the example estate.")] = False,
) -> None:
    """Create a workspace: settings, a policy and empty tables.

    Nothing is asked, and files that exist are kept as they are.
    """
    from sam.engine.init import init_workspace

    target = folder or named_folder(context) or HERE
    written = init_workspace(target, example=example)
    for path in written:
        say(str(path))
    note("Everything was there already." if not written else f"{len(written)} files written; none was overwritten.")
    first = "" if example else "fill the tables, then "
    note(f"Next: {first}run\n  {command(target.resolve(), 'check')}")


def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables or inventory files.")],
    save_map: Annotated[
        bool, typer.Option("--save-map", help="Keep the proposed meaning of unknown headers in trueup.toml.")
    ] = False,
) -> None:
    """Read files into the register and tell what became of them."""
    from sam import engine
    from sam.engine.mapping import propose_maps, save_maps

    settings = workspace(context)
    proposed = propose_maps(settings, files)
    if save_map and proposed:
        save_maps(settings, proposed)
        settings = workspace(context)
    with progress("reading") as step:
        accounts = engine.import_files(settings, files, as_of=day(None, settings), progress=step)
    columns = ("file", "format", "rows", "accepted", "rejected", "since last time")
    same = {True: "unchanged", False: "read"}
    table(columns, [(a.file, a.format, a.rows, a.accepted, a.rejected_count, same[a.unchanged]) for a in accounts])
    for account in accounts:
        for reject in account.rejected:
            note(f"{account.file}:{reject.line}: {reject.reason}")
    for each in proposed:
        note(f"{each.file}: {'kept' if save_map else 'proposed, kept with --save-map'}: {each}")
