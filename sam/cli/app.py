"""The command line: the global options, and the commands in the order in which help lists them."""

from pathlib import Path
from typing import Annotated

import typer

from sam import __version__
from sam.cli import check, explain, library, records, reporting, rulebook, start

app = typer.Typer(
    name="trueup",
    help="Compute what you owe your software vendors and what you overpay them, and prove every number.",
    epilog="Begin with `trueup demo`, or `trueup init DIR` for a workspace of your own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"trueup {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("-w", "--workspace", metavar="DIR", help="The workspace (default: this folder).")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Keep the options that stand before the command."""
    context.obj = folder


app.command("demo")(check.demo)
app.command("init")(start.init)
app.command("check")(check.check)
app.command("import")(start.import_files)
app.command("list")(records.list_records)
app.command("report")(reporting.report)
app.command("explain")(explain.explain)
app.command("rules")(rulebook.rules)
app.command("rule")(rulebook.rule)
app.add_typer(library.catalog, name="catalog")
app.add_typer(library.terms, name="terms")
app.command("schema")(reporting.schema)
