"""The words of README.md and docs/commands.md, done one after the other by somebody who has never seen Trueup."""

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam.cli.exits import run
from sam.errors import ExitCode
from tests.acceptance.said import Said, checked, report_of

Trueup = Callable[..., Said]
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example estate, checked once."""
    folder = tmp_path_factory.mktemp("first") / "example"
    assert run(["init", str(folder), "--example"]) == ExitCode.FINE
    assert run(["check", str(folder)]) == ExitCode.FINE
    return folder


@pytest.fixture(scope="module")
def document(example: Path) -> Any:
    return report_of(example)


# --- the first workspace


def test_init_then_check_says_what_to_add_and_is_no_failure(tmp_path: Path, trueup: Trueup) -> None:
    folder = tmp_path / "estate"
    made = trueup("init", folder)
    assert made.code == ExitCode.FINE
    assert {line for line in made.out.splitlines() if line.endswith(("trueup.toml", "policy.yaml"))}
    assert f"trueup -w {folder} check" in made.err
    said = trueup("-w", folder, "check")
    assert said.code == ExitCode.FINE
    for table in ("inventory/devices.csv", "inventory/software.csv", "entitlements/entitlements.csv"):
        assert table in said.out
        assert (folder / table).read_text().count("\n") == 1


def test_what_init_writes_is_read_again_without_a_fault(tmp_path: Path, trueup: Trueup) -> None:
    folder = tmp_path / "estate"
    trueup("init", folder)
    document = checked(json.loads(trueup("check", folder, "--json").out))
    assert document["problems"] == []
    assert {source["rows"] for source in document["sources"]} == {0}


def test_init_overwrites_nothing(tmp_path: Path, trueup: Trueup) -> None:
    folder = tmp_path / "estate"
    trueup("init", folder)
    (folder / "policy.yaml").write_text("fail_on: error\n")
    assert trueup("init", folder).code == ExitCode.FINE
    assert (folder / "policy.yaml").read_text() == "fail_on: error\n"


def test_the_readmes_first_steps_make_a_position(tmp_path: Path, trueup: Trueup) -> None:
    folder = tmp_path / "estate"
    trueup("init", folder)
    for table, cells in (
        ("inventory/devices.csv", {"device_id": "PC-1", "kind": "laptop"}),
        ("inventory/software.csv", {"device_id": "PC-1", "publisher": "Acme", "name": "Acme Drafter 5"}),
        ("entitlements/entitlements.csv", {"entitlement_id": "E-1", "product": "Acme Drafter 5", "metric": "device",
                                           "quantity": "3"}),
        ("contracts/prices.csv", {"product": "Acme Drafter 5", "unit_price": "80", "currency": "EUR"}),
    ):  # fmt: skip
        header = (folder / table).read_text().strip().split(",")
        assert set(cells) <= set(header)
        with (folder / table).open("a", newline="") as file:
            csv.DictWriter(file, header).writerow(cells)
    document = checked(json.loads(trueup("-w", folder, "check", "--json").out))
    (position,) = document["positions"]
    assert (position["demand"], position["entitled"], position["surplus"]) == ({"low": 1, "high": 1}, 3, 2)
    told = trueup("-w", folder, "explain", "position", position["id"])
    assert told.code == ExitCode.FINE
    assert "inventory/software.csv:2" in told.out
    assert "entitlements/entitlements.csv:2" in told.out


# --- the example


def test_the_example_says_what_is_owed_what_is_overpaid_and_what_to_type_next(example: Path, trueup: Trueup) -> None:
    said = trueup("check", example, "--no-report")
    assert said.code == ExitCode.FINE
    for words in ("True-up cost", "Exposure", "Overspend", "Costliest positions", "Largest savings", "Not known"):
        assert words in said.out
    commands = re.findall(r"^ +(trueup .*)$", said.out, re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        pasted = trueup(*shlex.split(command)[1:])
        assert pasted.code == ExitCode.FINE, command
        assert pasted.out.strip(), command


def test_a_second_run_says_that_nothing_changed(example: Path, trueup: Trueup, document: Any) -> None:
    said = trueup("check", example)
    files = len(document["sources"])
    assert f"{files} of {files} files unchanged" in said.out
    assert "no position, purchase or finding changed" in said.out
    again = report_of(example)
    assert again["changes"] == []
    for part in ("summary", "positions", "totals", "remedy", "findings", "renewals", "problems"):
        assert again[part] == document[part], part


def test_the_numbers_of_the_example_hold_together(document: Any) -> None:
    for position in document["positions"]:
        covered = sum(position[f"covered_{how}"] for how in ("own", "suite", "downgrade", "edition_above", "other"))
        assert covered == position["covered"], position["id"]
        assert position["demand"]["low"] <= covered + position["shortfall"], position["id"]
        if position["demand"]["low"] == position["demand"]["high"]:
            assert covered + position["shortfall"] == position["demand"]["low"], position["id"]
    priced = [line["cost"] for line in document["remedy"] if line["cost"] is not None]
    assert sum(map(_cents, priced)) == _cents(document["summary"]["true_up_cost"])
    short = [position["exposure"] for position in document["positions"] if position["exposure"] is not None]
    assert sum(map(_cents, short)) == _cents(document["summary"]["exposure"])


def _cents(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "devices"], "device_id"),
        (["list", "people"], "user_id"),
        (["list", "vendors"], "vendor"),
        (["list", "contracts"], "contract_id"),
        (["list", "entitlements"], "entitlement_id"),
        (["list", "prices"], "unit_price"),
        (["rules"], "POS001"),
        (["rule", "POS001"], "Why it matters"),
        (["terms", "list"], "microsoft/windows-server/core-2016"),
        (["terms", "show", "generic/core"], "Source:"),
        (["catalog", "search", "sql server"], "microsoft/sql-server"),
        (["catalog", "unrecognized"], "devices"),
        (["schema"], "$schema"),
        (["report", "--format", "csv-findings", "-o", "-"], "severity"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_every_command_of_the_example_says_something_useful(
    arguments: list[str], says: str, example: Path, trueup: Trueup
) -> None:
    said = trueup("-w", example, *arguments)
    assert said.code == ExitCode.FINE, said.err
    assert says in said.out
    assert len(said.out.splitlines()) > 2 or arguments[:2] == ["terms", "show"]


@pytest.mark.parametrize("what", ["devices", "people", "vendors", "contracts", "entitlements", "prices"])
def test_lists_hold_the_same_rows_in_every_form(what: str, example: Path, trueup: Trueup) -> None:
    as_json = json.loads(trueup("-w", example, "list", what, "--json").out)
    as_csv = list(csv.DictReader(io.StringIO(trueup("-w", example, "list", what, "--csv").out)))
    assert len(as_json) == len(as_csv) > 0
    assert [list(row) for row in as_json] == [list(row) for row in as_csv]


def test_every_position_finding_and_product_of_the_report_can_be_explained(
    example: Path, document: Any, trueup: Trueup
) -> None:
    short = [p["id"] for p in document["positions"] if p["shortfall"]][:3]
    rules = {finding["rule"]: finding["id"] for finding in document["findings"]}
    product = next(p["product"] for p in document["positions"] if p["shortfall"])
    for kind, names in (("position", short), ("finding", sorted(rules.values())), ("product", [product])):
        assert names
        for name in names:
            said = trueup("-w", example, "explain", kind, name)
            assert said.code == ExitCode.FINE, (kind, name, said.err)
            assert name.split(":")[0] in said.out


def test_every_finding_names_a_rule_that_can_be_read_about(document: Any, trueup: Trueup) -> None:
    for code in sorted({finding["rule"] for finding in document["findings"]}):
        said = trueup("rule", code)
        assert said.code == ExitCode.FINE
        assert said.out.startswith(code)


@pytest.mark.parametrize(("limit", "code"), [("error", 1), ("warning", 1), ("info", 1), ("none", 0)])
def test_fail_on_decides_the_exit_code(limit: str, code: int, example: Path, trueup: Trueup) -> None:
    said = trueup("check", example, "--no-report", "--fail-on", limit)
    assert said.code == code
    assert ("findings of severity" in said.err) == bool(code)


def test_strict_has_nothing_against_the_example_until_a_record_is_rejected(tmp_path: Path, trueup: Trueup) -> None:
    trueup("init", tmp_path, "--example")
    assert trueup("check", tmp_path, "--strict", "--no-report").code == ExitCode.FINE
    with (tmp_path / "entitlements/entitlements.csv").open("a") as file:
        file.write("E-999,,Visio,,,device,many\n")
    said = trueup("check", tmp_path, "--strict", "--no-report")
    assert said.code == ExitCode.REJECTED
    assert "entitlements/entitlements.csv:" in said.out


def test_another_day_is_another_answer(example: Path, trueup: Trueup, document: Any) -> None:
    before = checked(json.loads(trueup("-w", example, "check", "--json", "--as-of", "2019-01-01", "--no-report").out))
    assert before["run"]["as_of"] == "2019-01-01"
    assert sum(p["entitled"] for p in before["positions"]) < sum(p["entitled"] for p in document["positions"])


def test_the_command_is_a_program_that_pipes_understand(example: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "sam.cli", "-w", str(example), "check", "--no-report"],
        capture_output=True,
        env={**os.environ, "COLUMNS": "60", "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert process.returncode == ExitCode.FINE, process.stderr
    assert process.stderr == b""
    assert b"\x1b" not in process.stdout
    assert process.stdout.isascii()


def test_the_readme_names_only_commands_that_exist(trueup: Trueup) -> None:
    named = set(re.findall(r"`(?:trueup|make demo)(?: -w \w+)? ([a-z]+)", README.read_text("utf-8")))
    listed = trueup("--help").out
    assert {"init", "check", "explain", "catalog"} <= named
    for name in named:
        assert re.search(rf"^  {name}\b", listed, re.MULTILINE), name
