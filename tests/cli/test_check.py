"""`check` on small workspaces, from the files to the exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import reports
from sam.cli.exits import run
from sam.errors import ExitCode

DEVICES = "device_id,hostname,kind\nPC-1,pc-1,workstation\nPC-2,pc-2,laptop\nPC-3,pc-3,laptop\n"
SOFTWARE = (
    "device_id,publisher,name,version\n"
    "PC-1,Acme,Acme Drafter,4.0\nPC-2,Acme,Acme Drafter,4.0\nPC-3,Acme,Acme Drafter,4.0\n"
)
ENTITLEMENTS = (
    "entitlement_id,publisher,product,version,metric,quantity,purchased_on,unit_price,currency\n"
    "E-1,Acme,Drafter,4.0,device,2,2025-01-10,100,EUR\n"
)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Three installations, two licenses at 100 EUR."""
    folder = tmp_path / "estate"
    folder.mkdir()
    (folder / "trueup.toml").write_text("as_of = 2026-06-30\n")
    (folder / "devices.csv").write_text(DEVICES)
    (folder / "software.csv").write_text(SOFTWARE)
    (folder / "entitlements.csv").write_text(ENTITLEMENTS)
    return folder


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the one JSON document that standard output holds."""
    loaded = json.loads(capsys.readouterr().out)
    jsonschema.validate(loaded, reports.schema())
    return loaded


def test_check_counts_reports_and_exits_0(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(estate)]) == ExitCode.FINE
    said = capsys.readouterr().out
    assert "True-up cost  100.00 EUR" in said
    assert "short of 1, 100.00 EUR" in said
    assert "explain position" in said
    assert {path.name for path in (estate / "out").iterdir()} >= {"report.html", "report.json", "positions.csv"}


def test_json_is_one_document_at_exit_0(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(estate), "--json"]) == ExitCode.FINE
    (position,) = document(capsys)["positions"]
    assert (position["demand"], position["entitled"], position["shortfall"]) == ({"low": 3, "high": 3}, 2, 1)


def test_json_is_one_document_at_exit_1(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(estate), "--json", "--fail-on", "error"]) == ExitCode.FINDINGS
    assert document(capsys)["summary"]["true_up_cost"] == "100.00"


def test_json_is_one_document_at_exit_3(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (estate / "entitlements.csv").open("a") as file:
        file.write("E-2,Acme,Drafter,4.0,device,many,2025-01-10,100,EUR\n")
    assert run(["check", str(estate), "--json", "--strict"]) == ExitCode.REJECTED
    (table,) = (source for source in document(capsys)["sources"] if source["file"] == "entitlements.csv")
    assert [reject["line"] for reject in table["rejected"]] == [3]


def test_rejected_records_are_told_and_without_strict_no_failure(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (estate / "entitlements.csv").open("a") as file:
        file.write("E-2,Acme,Drafter,4.0,device,many,2025-01-10,100,EUR\n")
    assert run(["check", str(estate)]) == ExitCode.FINE
    assert "1 record rejected" in capsys.readouterr().out


def test_the_policy_says_when_to_fail(estate: Path) -> None:
    (estate / "policy.yaml").write_text("fail_on: error\n")
    assert run(["check", str(estate)]) == ExitCode.FINDINGS
    assert run(["check", str(estate), "--fail-on", "none"]) == ExitCode.FINE


def test_an_estate_in_which_nothing_is_recognised_never_exits_0(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (estate / "entitlements.csv").unlink()
    assert run(["check", str(estate)]) == ExitCode.REJECTED
    assert "no title was recognised" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["--json", "--no-report"])
def test_a_file_name_that_is_no_text_is_no_obstacle(estate: Path, form: str) -> None:
    (estate / os.fsdecode(b"software-\xff.csv")).write_text("device_id,name\nPC-1,Caf\u00e9\n,nowhere\n", "utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "sam.cli", "check", str(estate), form],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert result.returncode == ExitCode.FINE, result.stderr


def test_an_empty_workspace_is_told_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path)]) == ExitCode.FINE
    assert "inventory/devices.csv" in capsys.readouterr().out


def test_no_report_writes_none(estate: Path) -> None:
    assert run(["check", str(estate), "--no-report"]) == ExitCode.FINE
    assert not (estate / "out").exists()


def test_only_the_reports_asked_for_are_written(estate: Path) -> None:
    assert run(["check", str(estate), "--format", "csv-remedy,json"]) == ExitCode.FINE
    assert sorted(path.name for path in (estate / "out").iterdir()) == ["remedy.csv", "report.json"]


def test_a_second_run_changes_nothing_and_says_so(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(estate)]) == ExitCode.FINE
    first = (estate / "out" / "positions.csv").read_bytes()
    capsys.readouterr()
    assert run(["check", str(estate)]) == ExitCode.FINE
    assert "no position, purchase or finding changed" in capsys.readouterr().out
    assert (estate / "out" / "positions.csv").read_bytes() == first


def test_a_run_after_a_purchase_says_what_changed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(estate)]) == ExitCode.FINE
    with (estate / "entitlements.csv").open("a") as file:
        file.write("E-2,Acme,Drafter,4.0,device,1,2026-01-10,100,EUR\n")
    capsys.readouterr()
    assert run(["check", str(estate)]) == ExitCode.FINE
    said = capsys.readouterr().out
    assert "True-up cost  0.00 EUR" in said
    assert "no position, purchase or finding changed" not in said
    assert "Since the previous run" in said


def test_the_day_can_be_named(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "check", "--json", "--as-of", "2024-12-31"]) == ExitCode.FINE
    assert document(capsys)["run"]["as_of"] == "2024-12-31"


def test_explain_follows_the_costliest_position_to_its_source_lines(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(estate), "--json"]) == ExitCode.FINE
    (position,) = document(capsys)["positions"]
    assert run(["-w", str(estate), "explain", "position", position["id"]]) == ExitCode.FINE
    said = capsys.readouterr().out
    assert "software.csv" in said
    assert "entitlements.csv" in said


def test_what_cannot_be_explained_is_wrong_usage(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "explain", "position", "nowhere"]) == ExitCode.USAGE
    assert "nowhere" in capsys.readouterr().err


def test_report_writes_one_to_standard_output(estate: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["-w", str(estate), "report", "--format", "json", "-o", "-"]) == ExitCode.FINE
    assert json.loads(capsysbinary.readouterr().out)["run"]["as_of"] == "2026-06-30"
    assert not (estate / "out").exists()


def test_report_leaves_no_trace_in_the_register(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "report", "--no-open"]) == ExitCode.FINE
    capsys.readouterr()
    assert run(["check", str(estate), "--no-report"]) == ExitCode.FINE
    assert "Since the previous run" not in capsys.readouterr().out


def test_people_are_pseudonyms_unless_names_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people.csv").write_text("user_id,status\nann.smith,leaver\n", encoding="utf-8")
    (tmp_path / "seats.csv").write_text("user_id,product\nann.smith,Board\n", encoding="utf-8")
    asked = ["check", str(tmp_path), "--as-of", "2026-06-30", "--json", "--no-report"]

    run(asked)
    hidden = capsys.readouterr().out
    run([*asked, "--names"])

    assert "ann.smith" not in hidden
    assert "ann.smith" in capsys.readouterr().out
