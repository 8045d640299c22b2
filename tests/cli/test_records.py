"""`init`, `import`, `list`, `catalog`, `terms`, `rules`: what a workspace holds and what Trueup knows."""

import csv
import io
import json
from pathlib import Path

import pytest

from sam.cli.exits import run
from sam.engine.init import example_folder
from sam.engine.workspace import load_workspace
from sam.errors import ExitCode


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "estate"
    folder.mkdir()
    (folder / "devices.csv").write_text("device_id,hostname,country,cores\nPC-1,=cmd(),DE,4\nSRV-1,srv,FR,64\n")
    return folder


def test_init_creates_a_workspace_that_check_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "estate"
    assert run(["init", str(folder)]) == ExitCode.FINE
    assert {"trueup.toml", "policy.yaml"} <= {path.name for path in folder.iterdir()}
    tables = list(folder.rglob("*.csv"))
    assert {"devices", "software", "entitlements", "prices"} <= {path.stem for path in tables}
    assert all(len(path.read_text("utf-8").splitlines()) == 1 for path in tables)
    assert load_workspace(folder).policy == folder.resolve() / "policy.yaml"
    capsys.readouterr()
    assert run(["check", str(folder)]) == ExitCode.FINE
    assert "There is nothing to check" in capsys.readouterr().out


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trueup.toml").write_text('currency = "CHF"\n')
    assert run(["init", str(tmp_path)]) == ExitCode.FINE
    assert load_workspace(tmp_path).currency == "CHF"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert run(["init", str(tmp_path)]) == ExitCode.FINE
    assert capsys.readouterr().out == ""
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_init_fills_a_workspace_with_the_example(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path), "--example"]) == ExitCode.FINE
    for path in example_folder().rglob("*.csv"):
        if not {"out", ".trueup"} & set(path.parts):
            assert (tmp_path / path.relative_to(example_folder())).read_bytes() == path.read_bytes()


def test_import_accounts_for_every_record(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = estate / "people.csv"
    table.write_text("user_id,name\nu1,Ann\n,Nobody\n")
    assert run(["-w", str(estate), "import", str(table)]) == ExitCode.FINE
    said = capsys.readouterr()
    assert said.out.splitlines()[1].split()[:5] == ["people.csv", "table:people", "2", "1", "1"]
    assert "people.csv:3:" in said.err


def test_importing_again_changes_nothing(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["-w", str(estate), "import", str(estate / "devices.csv")]
    assert run(arguments) == ExitCode.FINE
    capsys.readouterr()
    assert run(arguments) == ExitCode.FINE
    assert "unchanged" in capsys.readouterr().out


def test_records_are_listed_and_filtered(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "list", "devices", "--json", "--where", "country=fr"]) == ExitCode.FINE
    (device,) = json.loads(capsys.readouterr().out)
    assert (device["device_id"], device["cores"]) == ("SRV-1", 64)


def test_listed_csv_is_safe_to_open_in_a_spreadsheet(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "list", "devices", "--csv"]) == ExitCode.FINE
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["hostname"] for row in rows] == ["'=cmd()", "srv"]


def test_titles_nobody_knows_are_listed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "software.csv").write_text("device_id,name\nPC-1,Zorblax Frobnicator\nSRV-1,Zorblax Frobnicator\n")
    assert run(["-w", str(estate), "catalog", "unrecognized", "--json"]) == ExitCode.FINE
    assert json.loads(capsys.readouterr().out) == [
        {"name": "Zorblax Frobnicator", "publisher": "", "devices": 2, "rows": 2}
    ]


def test_the_catalog_is_searched_and_a_raw_title_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["catalog", "search", "sql server"]) == ExitCode.FINE
    assert "\nmicrosoft/sql-server " in capsys.readouterr().out
    assert run(["catalog", "search", "SQL Server 2019 Database Engine Services"]) == ExitCode.FINE
    assert "licensable microsoft/sql-server 2019 (rule microsoft/sql-server#title" in capsys.readouterr().out


def test_the_workspaces_own_terms_are_listed_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(tmp_path), "terms", "list"]) == ExitCode.FINE
    listed = capsys.readouterr().out
    assert "\ngeneric/device " in listed
    assert run(["-w", str(tmp_path), "terms", "show", "generic/device"]) == ExitCode.FINE
    assert "device" in capsys.readouterr().out


def test_every_rule_is_listed_and_has_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == ExitCode.FINE
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert codes
    for code in codes:
        assert run(["rule", code.lower()]) == ExitCode.FINE
        page = capsys.readouterr().out
        assert page.startswith(code)
        assert "How to fix" in page
