"""How commands end: exit codes, messages, and no trace of the inside unless asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from sam.cli import running
from sam.cli.exits import INTERRUPTED, run
from sam.errors import ExitCode


@pytest.fixture
def failing_run(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    def fail(*_: object, **__: object) -> None:
        raise request.param

    monkeypatch.setattr(running, "progress", fail)


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check", "--no-such-option"],
        ["check", "--fail-on", "sometimes"],
        ["check", "--as-of", "30.06.2026"],
        ["check", "--format", "pdf"],
        ["-w", "no/such/folder", "check"],
        ["list"],
        ["list", "unicorns"],
        ["rule", "XXX999"],
        ["terms", "show", "no/such/term"],
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err) > 20


def test_wrong_settings_exit_2_with_file_line_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trueup.toml").write_text('currency = "EUR"\nasof = 2026-06-30\n')
    assert run(["check", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err == "trueup: trueup.toml:2: unknown key 'asof' (did you mean 'as_of'?)\n"


@pytest.mark.usefixtures("failing_run")
@pytest.mark.parametrize("failing_run", [KeyError("boom")], indirect=True)
def test_a_fault_of_the_program_exits_4_and_says_what_to_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUEUP_DEBUG", raising=False)
    assert run(["check", str(tmp_path)]) == ExitCode.INTERNAL
    said = capsys.readouterr().err
    assert "internal error: KeyError: 'boom'" in said
    assert "KeyError at test_exits.py:" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("failing_run")
@pytest.mark.parametrize("failing_run", [KeyError("boom")], indirect=True)
def test_the_trace_is_there_for_who_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_DEBUG", "1")
    assert run(["check", str(tmp_path)]) == ExitCode.INTERNAL
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("failing_run")
@pytest.mark.parametrize("failing_run", [KeyboardInterrupt()], indirect=True)
def test_an_interrupted_command_is_told_from_a_failed_one(tmp_path: Path) -> None:
    assert run(["check", str(tmp_path)]) == INTERRUPTED


def test_a_reader_that_stops_early_is_no_failure() -> None:
    program = f"{sys.executable} -m sam.cli schema | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0"
    assert result.stderr == ""


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == ExitCode.FINE
    assert capsys.readouterr().out.startswith("trueup 0.")
