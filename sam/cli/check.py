"""`check`, the main job, and `demo`, the same on the example estate."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sam.cli.options import AsJson, AsOf, FailOn, Formats, Names, NoOpen, named_folder, workspace
from sam.cli.reporting import STANDARD, known_formats, write_reports
from sam.cli.running import compute
from sam.cli.screen import note
from sam.errors import ExitCode

if TYPE_CHECKING:
    from sam.engine.workspace import Workspace
    from sam.model import Run

DEMO: Final = Path("trueup-demo")


def check(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The workspace, instead of `-w`.")] = None,
    as_of: AsOf = None,
    formats: Formats = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit 1 on an unwaived finding this grave or graver (default: the policy's)."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 when any record was rejected.")] = False,
    as_json: AsJson = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report files.")] = False,
    names: Names = False,
) -> None:
    """Read, match and report: the main job.

    Reads the workspace, matches what is installed to what is owned, writes the reports and updates the register.
    """
    settings = workspace(context, folder)
    wanted = [] if no_report else known_formats(formats)
    run = compute(settings, as_of, names=names)
    written = write_reports(run, settings.out, wanted)
    if as_json:
        _write_json(run)
    else:
        from sam.cli.summary import show

        show(run, settings.root, written)
    raise typer.Exit(verdict(run, settings, fail_on=fail_on, strict=strict))


def demo(context: typer.Context, as_of: AsOf = None, no_open: NoOpen = False) -> None:
    """Run the example estate and open its report.

    The estate is copied to `-w DIR` (default: trueup-demo); a copy that is there already is used as it is.
    """
    from sam.cli.summary import show
    from sam.engine.init import init_workspace
    from sam.engine.workspace import load_workspace

    folder = named_folder(context) or DEMO
    if not folder.is_dir() or not any(folder.iterdir()):
        init_workspace(folder, example=True)
        note(f"The example estate is now in {folder}; its tables are yours to change.")
    settings = load_workspace(folder)
    run = compute(settings, as_of)
    written = write_reports(run, settings.out, STANDARD)
    show(run, settings.root, written)
    page = next((path for path in written if path.suffix == ".html"), None)
    if page and not no_open and sys.stdout.isatty():
        typer.launch(page.as_uri())


def verdict(run: "Run", settings: "Workspace", *, fail_on: FailOn | None, strict: bool) -> ExitCode:
    """Return the exit code of a run: inputs that cannot be relied on come before findings."""
    if strict and any(source.rejected_count for source in run.sources):
        count = sum(source.rejected_count for source in run.sources)
        note(f"trueup: {count:,} records were rejected (--strict)")
        return ExitCode.REJECTED
    if nothing_recognised(run):
        note("trueup: no title was recognised, so no number here says anything about your licenses")
        return ExitCode.REJECTED
    limit = fail_on.value if fail_on else _policy_limit(settings)
    grave = 0 if limit == "none" else _as_grave(run, limit)
    if grave:
        note(f"trueup: {grave:,} findings of severity {limit} or graver")
        return ExitCode.FINDINGS
    return ExitCode.FINE


def nothing_recognised(run: "Run") -> bool:
    """True when there were titles and not one of them is known."""
    titles = sum(run.summary.rows.values())
    return titles > 0 and titles == run.summary.rows.get("unknown", 0)


def _as_grave(run: "Run", limit: str) -> int:
    from sam.model import Severity

    return sum(f.waived_by is None and f.severity.rank <= Severity(limit).rank for f in run.findings)


def _policy_limit(settings: "Workspace") -> str:
    from sam.rules import load_policy

    return load_policy(settings.policy)[0].fail_on


def _write_json(run: "Run") -> None:
    import reports

    sys.stdout.buffer.write(reports.render(run, "json"))
