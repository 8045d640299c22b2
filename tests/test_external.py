"""Tests that need a program from outside are named where they are not run, and must run where all are required."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.mark.external
def test_page():
    pass

def test_plain():
    pass
"""


@pytest.fixture
def outcome(tmp_path: Path, request: pytest.FixtureRequest) -> subprocess.CompletedProcess[str]:
    """The run of two tests, one of them external, on a machine without any program."""
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_two.py").write_text(TESTS)
    environment = {**os.environ, "PATH": str(tmp_path), "TRUEUP_EXTERNAL": request.param}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("outcome", [""], indirect=True)
def test_a_missing_program_leaves_its_tests_out_and_says_which(outcome: subprocess.CompletedProcess[str]) -> None:
    assert outcome.returncode == 0
    assert "not run: 1 tests that need chromium" in outcome.stdout
    assert "test_two.py::test_page\nTo run them too: apt-get install chromium\n" in outcome.stdout
    assert outcome.stdout.splitlines()[-1].startswith("1 passed, 1 skipped")


@pytest.mark.parametrize("outcome", ["required"], indirect=True)
def test_where_all_are_required_a_missing_program_is_a_failure(outcome: subprocess.CompletedProcess[str]) -> None:
    assert outcome.returncode == 1
    assert "test_page must run where TRUEUP_EXTERNAL=required" in outcome.stdout
