"""What `check` says at its end: the numbers that matter, and what to type next."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sam.cli.check import nothing_recognised, verdict
from sam.cli.options import FailOn
from sam.cli.summary import show
from sam.engine.workspace import Workspace
from sam.errors import ExitCode
from sam.model import Finding, Interval, Position, Problem, Reject, Run, Severity, SourceAccount, Summary

FOLDER = Path("/estate")


def source(*, rows: int = 10, rejected: int = 0, unchanged: bool = False) -> SourceAccount:
    return SourceAccount(
        file="software.csv",
        sha256="0" * 64,
        format="table:software",
        rows=rows,
        accepted=rows - rejected,
        rejected=tuple(Reject(line=n + 2, reason="no name") for n in range(rejected)),
        rejected_count=rejected,
        unchanged=unchanged,
    )


def position(ident: str, *, short: int, exposure: str | None) -> Position:
    return Position(
        id=ident,
        publisher="acme",
        product="acme/rrd",
        product_name="Acme RRD",
        edition="standard",
        metric="core",
        demand=Interval.exact(short),
        solved=short,
        shortfall=short,
        exposure=None if exposure is None else Decimal(exposure),
    )


def finding(
    ident: str, *, severity: Severity = Severity.WARNING, waived_by: str | None = None, **more: object
) -> Finding:
    numbers = {key: str(value) for key, value in more.items()}
    return Finding(
        id=ident,
        rule="OVR001",
        family="overspend" if numbers else "compliance",
        severity=severity,
        subject=f"position:{ident}",
        message=f"{ident} is not used",
        numbers=numbers,
        waived_by=waived_by,
    )


def a_run(rows: Mapping[str, int] | None = None, **more: object) -> Run:
    values: dict[str, object] = {
        "as_of": date(2026, 6, 30),
        "version": "0.1.0",
        "workspace": "estate",
        "currency": "EUR",
        "inputs": {},
        "summary": Summary(rows=rows or {"licensable": 1}, coverage={"rows": "0.968", "titles": "1"}),
        "sources": (source(),),
    }
    return Run(**(values | more))  # type: ignore[arg-type]


def settings(tmp_path: Path) -> Workspace:
    return Workspace(root=tmp_path, register=":memory:", out=tmp_path / "out")


def shown(run: Run, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show(run, FOLDER)
    return capsys.readouterr().out.splitlines()


def test_the_three_costliest_positions_come_first_each_with_the_next_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    positions = (
        position("cheap", short=1, exposure="5"),
        position("dear", short=1, exposure="900"),
        position("unpriced", short=99, exposure=None),
        position("middle", short=2, exposure="80.5"),
        position("fine", short=0, exposure="0"),
    )
    lines = shown(a_run(positions=positions), capsys)
    begin = lines.index("Costliest positions")
    assert lines[begin + 1 : begin + 7] == [
        "  Acme RRD standard (core): short of 1, 900.00 EUR",
        "    trueup -w /estate explain position dear",
        "  Acme RRD standard (core): short of 2, 80.50 EUR",
        "    trueup -w /estate explain position middle",
        "  Acme RRD standard (core): short of 1, 5.00 EUR",
        "    trueup -w /estate explain position cheap",
    ]


def test_the_largest_savings_leave_out_what_is_waived(capsys: pytest.CaptureFixture[str]) -> None:
    findings = (
        finding("small", amount="10"),
        finding("waived", amount="5000", waived_by="cfo"),
        finding("large", amount="700.25"),
        finding("short"),
    )
    lines = shown(a_run(findings=findings), capsys)
    begin = lines.index("Largest savings")
    assert lines[begin + 1 : begin + 5] == [
        "  700.25 EUR: large is not used",
        "    trueup -w /estate explain finding large",
        "  10.00 EUR: small is not used",
        "    trueup -w /estate explain finding small",
    ]


def test_the_share_not_known_is_told_with_the_way_to_lessen_it(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(a_run(), capsys)
    begin = lines.index("Not known")
    assert lines[begin + 1 :] == [
        "  3.2 % of the software rows: nobody knows yet what product that is",
        "    trueup -w /estate catalog unrecognized",
    ]


def test_commands_can_be_pasted_whatever_the_folder_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    show(a_run(), Path("/my estate; rm -rf"))
    assert "    trueup -w '/my estate; rm -rf' catalog unrecognized" in capsys.readouterr().out


def test_faults_in_the_data_are_counted_and_the_gravest_shown(capsys: pytest.CaptureFixture[str]) -> None:
    problems = tuple(
        Problem(code="odd", severity=severity, where=f"{where}.csv:2", message="odd cell")
        for where, severity in (
            ("d", Severity.INFO),
            ("c", Severity.WARNING),
            ("b", Severity.ERROR),
            ("a", Severity.INFO),
        )
    )
    lines = shown(a_run(sources=(source(rejected=2),), problems=problems), capsys)
    begin = lines.index("Problems in the data")
    assert lines[begin + 1 :] == [
        "  2 records rejected; the report lists each with its line and reason",
        "    software.csv:2: no name",
        "    software.csv:3: no name",
        "  b.csv:2: odd cell",
        "  c.csv:2: odd cell",
        "  a.csv:2: odd cell",
        "  and 1 more problem in the report",
    ]


def test_a_second_run_says_what_did_not_change(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(a_run(previous=True, sources=(source(unchanged=True), source())), capsys)
    begin = lines.index("Since the previous run")
    assert lines[begin + 1 :] == ["  1 of 2 files unchanged", "  no position, purchase or finding changed"]


def test_a_second_run_says_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(previous=True, changes=tuple(f"change {n}" for n in range(12)))
    lines = shown(run, capsys)
    assert lines[-2:] == ["  change 9", "  and 2 more in the report"]


def test_an_empty_workspace_is_told_what_to_add(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(a_run(sources=(source(rows=0),)), capsys)
    assert "inventory/devices.csv" in lines[1]
    assert "  trueup init /estate" in lines


def test_an_empty_workspace_is_told_why_its_files_hold_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    refused = Problem(code="not-read", severity=Severity.INFO, where="a.pdf:1", message="not read")
    lines = shown(a_run(sources=(source(rows=0),), problems=(refused,)), capsys)
    assert lines[-2:] == ["Problems in the data", "  a.pdf:1: not read"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (FailOn.ERROR, ExitCode.FINE),
        (FailOn.WARNING, ExitCode.FINDINGS),
        (FailOn.INFO, ExitCode.FINDINGS),
        (FailOn.NONE, ExitCode.FINE),
        (None, ExitCode.FINE),
    ],
)
def test_findings_decide_the_exit_code_from_the_gravity_asked_for(
    tmp_path: Path, limit: FailOn | None, code: ExitCode
) -> None:
    findings = (finding("waived", severity=Severity.ERROR, waived_by="cfo"), finding("open"))
    assert verdict(a_run(findings=findings), settings(tmp_path), fail_on=limit, strict=False) == code


def test_rejected_records_matter_under_strict_only(tmp_path: Path) -> None:
    run = a_run(sources=(source(rejected=1),))
    assert verdict(run, settings(tmp_path), fail_on=None, strict=False) == ExitCode.FINE
    assert verdict(run, settings(tmp_path), fail_on=None, strict=True) == ExitCode.REJECTED


def test_inputs_that_cannot_be_relied_on_come_before_findings(tmp_path: Path) -> None:
    run = a_run({"unknown": 7}, findings=(finding("open", severity=Severity.ERROR),))
    assert verdict(run, settings(tmp_path), fail_on=FailOn.ERROR, strict=False) == ExitCode.REJECTED


@pytest.mark.parametrize(
    ("rows", "nothing"), [({}, False), ({"unknown": 3}, True), ({"unknown": 3, "patch": 1}, False)]
)
def test_nothing_recognised_needs_titles(rows: dict[str, int], nothing: bool) -> None:
    run = a_run(summary=Summary(rows=rows))
    assert nothing_recognised(run) is nothing
