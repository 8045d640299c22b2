"""A run killed at any moment of an import leaves the state before it or after it, and the next import succeeds."""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from sam.register import open_register
from tests.register.killed_import import PATHS, import_rows
from tests.register.make import MORNING, account, device, dump

ROOT = Path(__file__).resolve().parents[2]


class Prepared(NamedTuple):
    """A register with older content, and what a whole import makes of it."""

    file: Path
    before: Sequence[str]
    after: Sequence[str]
    statements: int
    """Statements of a whole import."""
    seconds: float
    """From the first statement to the end of a whole import."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("durability")
    file = folder / "register.sqlite"
    with open_register(file) as register, register.begin_import(MORNING) as transaction:
        for path in [*PATHS[:3], "inventory/gone.csv"]:
            rows = [device(path, "before", f"before-{n}", n) for n in range(1, 1001)]
            transaction.put(path, account(path, "before", rows=1000), rows)
    whole = shutil.copy(file, folder / "whole.sqlite")
    with _run(whole) as run:
        assert run.stdout is not None
        run.stdout.readline()
        start = time.monotonic()
        statements = int(run.stdout.readline())
        seconds = time.monotonic() - start
    return Prepared(file, dump(file), dump(whole), statements, seconds)


def _run(file: Path, fatal: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.register.killed_import", str(file), str(fatal)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _check(file: Path, prepared: Prepared, *, only_before: bool) -> None:
    left = dump(file)  # opens the file as the next run does, and so undoes what was not finished
    assert left == prepared.before or (left == prepared.after and not only_before)
    with open_register(file, create=False) as register:
        import_rows(register, "after")
    assert dump(file) == prepared.after


def test_the_two_states_differ(prepared: Prepared) -> None:
    assert prepared.before != prepared.after
    assert sum('INSERT INTO "devices"' in line for line in prepared.after) == 9_000


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_a_statement(prepared: Prepared, tmp_path: Path, seed: int) -> None:
    file = shutil.copy(prepared.file, tmp_path / "register.sqlite")
    with _run(file, Random(seed).randint(2, prepared.statements)) as run:
        assert run.wait() == -9
    _check(file, prepared, only_before=True)


def test_killed_at_the_last_statement_with_the_file_half_changed(prepared: Prepared, tmp_path: Path) -> None:
    file = shutil.copy(prepared.file, tmp_path / "register.sqlite")
    with _run(file, prepared.statements) as run:
        assert run.wait() == -9
    assert file.read_bytes() != prepared.file.read_bytes()
    assert file.with_name("register.sqlite-journal").stat().st_size > 0
    _check(file, prepared, only_before=True)


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_time(prepared: Prepared, tmp_path: Path, seed: int) -> None:
    file = shutil.copy(prepared.file, tmp_path / "register.sqlite")
    with _run(file) as run:
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(prepared.seconds * Random(seed).random())
        run.kill()
        run.wait()
    _check(file, prepared, only_before=False)
