"""Runs of the example estate, as it is and with a change that its README proposes."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sam.engine import check, load_workspace
from sam.model import Run
from tests.example.tables import ESTATE

Change = Callable[[Path], None]
DAY = date(2026, 6, 30)


def run_copy(folder: Path, change: Change | None = None) -> Run:
    """Copy the estate, change it and run it."""
    copy = folder / "estate"
    shutil.copytree(ESTATE, copy, ignore=shutil.ignore_patterns("out", ".trueup"))
    if change:
        change(copy)
    return check(load_workspace(copy), as_of=DAY, write=False, names=True)


def replaced(file: str, pattern: str, text: str) -> Change:
    """Return a change of one place in one file."""

    def change(folder: Path) -> None:
        path = folder / file
        changed, count = re.subn(pattern, text, path.read_text("utf-8"), flags=re.MULTILINE)
        assert count == 1, (file, pattern)
        path.write_text(changed, "utf-8")

    return change


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The estate as it is."""
    return run_copy(tmp_path_factory.mktemp("example"))
