"""`report`, which writes reports, and `schema`, which describes the one for machines."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sam.cli.options import AsOf, Names, NoOpen, workspace
from sam.cli.running import compute
from sam.cli.screen import say
from sam.errors import UsageError

if TYPE_CHECKING:
    from sam.model import Run

STANDARD: Final = ("html", "json", "csv")
"""What `check` writes when no `--format` says otherwise."""


def report(
    context: typer.Context,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="html, json, csv, csv-remedy or csv-findings; again for several (default: html, json, csv).",
        ),
    ] = None,
    as_of: AsOf = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder to write to; `-` for standard output.")
    ] = None,
    no_open: NoOpen = False,
    names: Names = False,
) -> None:
    """Write the reports asked for, on a run computed anew.

    The register stays as it is.
    """
    settings = workspace(context)
    wanted = known_formats(formats)
    if str(output) == "-" and len(wanted) != 1:
        raise UsageError("standard output takes one report", where="--output", hint="name one --format")
    run = compute(settings, as_of, write=False, names=names)
    if str(output) == "-":
        import reports

        sys.stdout.buffer.write(reports.render(run, wanted[0]))
        return
    written = write_reports(run, output or settings.out, wanted)
    for path in written:
        say(str(path))
    pages = [path for path in written if path.suffix == ".html"]
    if pages and not no_open and sys.stdout.isatty():
        typer.launch(pages[0].resolve().as_uri())


def schema() -> None:
    """Print the JSON Schema of `check --json`."""
    import json

    import reports

    say(json.dumps(reports.schema(), indent=2, ensure_ascii=False))


def known_formats(formats: Sequence[str] | None) -> list[str]:
    """Return the formats to write, each once, in the order given.

    Raises:
        UsageError: one of them does not exist; told before anything is computed.
    """
    import reports

    wanted = list(dict.fromkeys(name for each in formats or STANDARD for name in each.split(",") if name))
    unknown = [name for name in wanted if name not in reports.FORMATS]
    if unknown:
        raise UsageError(
            f"unknown report format {unknown[0]!r}", where="--format", hint=f"one of: {', '.join(reports.FORMATS)}"
        )
    return wanted


def write_reports(run: "Run", folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write reports into a folder, each whole or not at all, and return their paths."""
    import reports

    written: list[Path] = []
    if not formats:
        return written
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in formats:
            path = folder / reports.FORMATS[name]
            part = path.with_name(path.name + ".part")
            part.write_bytes(reports.render(run, name))
            part.replace(path)
            written.append(path)
    except OSError as error:
        raise UsageError(
            f"cannot write the report: {error.strerror or error}",
            where=str(error.filename or folder),
            hint="free the place, or name another folder with `out` in trueup.toml",
        ) from error
    return written
