"""What every test may use: real files where they are, and a fair account of tests that need other programs.

A test marked `external` needs a program from outside Python: `@pytest.mark.external` stands for Chromium,
`@pytest.mark.external("name")` for another one of `PROGRAMS`. Where the program is missing the test is not run,
and the summary says which tests those are and how to get what they need. With `TRUEUP_EXTERNAL=required`
(continuous integration) a test so marked that did not run is a failure.
"""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent


class Program(NamedTuple):
    """A program that tests may need: the names it goes by, and how to get it."""

    names: tuple[str, ...]
    how: str


PROGRAMS: Final = {
    "chromium": Program(("chromium", "chromium-browser", "google-chrome"), "apt-get install chromium"),
}
NOT_RUN: Final = "external program missing: "


def find_program(name: str) -> str | None:
    """Return the path of a program by the name of its marker, None where it is not installed."""
    return next((path for each in PROGRAMS[name].names if (path := shutil.which(each))), None)


def needed_by(item: pytest.Item) -> str | None:
    """Return the program that a test is marked to need, None when it needs none."""
    marker = item.get_closest_marker("external")
    if marker is None:
        return None
    return str(marker.args[0]) if marker.args else "chromium"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"external(program): needs a program from outside Python ({', '.join(PROGRAMS)})"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    program = needed_by(item)
    if program is not None and find_program(program) is None:
        pytest.skip(NOT_RUN + program)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and needed_by(item) and os.environ.get("TRUEUP_EXTERNAL") == "required":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} must run where TRUEUP_EXTERNAL=required, but did not: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    missing: dict[str, list[str]] = {}
    for report in terminalreporter.getreports("skipped"):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if NOT_RUN in reason:
            missing.setdefault(reason.split(NOT_RUN)[1], []).append(report.nodeid)
    for program, tests in sorted(missing.items()):
        terminalreporter.section(f"not run: {len(tests)} tests that need {program}")
        for test in sorted(tests):
            terminalreporter.line(test)
        terminalreporter.line(f"To run them too: {PROGRAMS[program].how}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; for tests marked `external`."""
    path = find_program("chromium")
    if path is None:
        pytest.skip(NOT_RUN + "chromium")
    return path


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files from other projects: `$TRUEUP_CORPUS`, else `../shared/corpus` beside the project."""
    folder = Path(os.environ.get("TRUEUP_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not folder.is_dir():
        pytest.skip("the corpus of real files is not on this machine (set TRUEUP_CORPUS)")
    return folder
