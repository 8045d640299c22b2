"""Bad input through the command: told where and why, the rest is read, and nothing ever ends in a trace."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sam.errors import ExitCode
from tests.acceptance.bad_workspaces import Case, every_case
from tests.acceptance.said import ESTATE, Said, checked, report_of

Trueup = Callable[..., Said]
Make = Callable[[Mapping[str, str | bytes | None]], Path]

UNREADABLE = "E-2,Acme,Drafter,4.0,device,ten,2025-01-10,100,EUR\n"
MARKUP = "<script>alert(1)</script>"


@pytest.mark.parametrize("case", tuple(every_case()), ids=lambda case: case.name)
def test_a_bad_workspace_is_told_with_its_place_and_ends_as_documented(
    case: Case, workspace: Make, trueup: Trueup
) -> None:
    folder = workspace(case.files)
    said = trueup("check", folder, "--format", "json", *case.arguments)
    assert said.code == case.exit, said.all
    assert case.is_told(said.all), said.all
    assert case.says in said.all, said.all
    if case.exit == ExitCode.USAGE:
        assert said.err.startswith(("trueup: ", "Usage: "))
        assert said.out == ""
        return
    sources = report_of(folder)["sources"]
    assert [f"{s['file']}:{r['line']}" for s in sources for r in s["rejected"]] == list(case.rejects)
    assert {s["file"] for s in sources} == {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.parts[len(folder.parts)] in ("inventory", "entitlements", "contracts") and path.is_file()
    }


@pytest.mark.parametrize("case", [c for c in every_case() if c.exit == ExitCode.USAGE and not c.arguments][:6])
def test_what_cannot_be_used_writes_nothing(case: Case, workspace: Make, trueup: Trueup) -> None:
    folder = workspace(case.files)
    trueup("check", folder)
    assert not (folder / "out").exists()
    assert not (folder / ".trueup").exists()


# --- the one document


@pytest.mark.parametrize(
    ("options", "code"),
    [([], ExitCode.FINE), (["--fail-on", "error"], ExitCode.FINDINGS), (["--strict"], ExitCode.REJECTED)],
)
def test_json_is_exactly_one_document_on_standard_output(options: list[str], code: int, workspace: Make) -> None:
    table = "entitlements/entitlements.csv"
    folder = workspace({table: ESTATE[table] + UNREADABLE, "inventory/notes.txt": "milk", "inventory/x.csv": "a\n1\n"})
    process = subprocess.run(
        [sys.executable, "-m", "sam.cli", "check", str(folder), "--json", *options],
        capture_output=True,
        env={**os.environ, "TERM": "xterm"},
        check=False,
    )
    assert process.returncode == code, process.stderr
    document = checked(json.loads(process.stdout))
    assert process.stdout.endswith(b"}\n")
    assert process.stdout.startswith(b"{")
    assert document == checked(json.loads((folder / "out" / "report.json").read_bytes()))
    assert b"Traceback" not in process.stderr


def test_the_printed_schema_is_the_one_documents_keep(workspace: Make, trueup: Trueup) -> None:
    import jsonschema

    printed = json.loads(trueup("schema").out)
    jsonschema.Draft202012Validator.check_schema(printed)
    jsonschema.validate(json.loads(trueup("check", workspace({}), "--json").out), printed)


# --- names that are more than names


def test_markup_in_names_stays_text_in_the_page(workspace: Make, trueup: Trueup) -> None:
    named = f"{MARKUP} Drafter"
    folder = workspace(
        {
            "inventory/devices.csv": f"device_id,hostname,kind\n{MARKUP},{MARKUP},laptop\nPC-2,b,\n",
            "inventory/software.csv": f"device_id,name\n{MARKUP},{named}\nPC-2,{MARKUP} unknown\n",
            "entitlements/entitlements.csv": f"entitlement_id,product,metric,quantity\n{MARKUP},{named},device,1\n",
            "contracts/contracts.csv": f"contract_id,vendor,title,ends_on\n{MARKUP},{MARKUP},{MARKUP},2026-07-30\n",
        }
    )
    assert trueup("check", folder).code == ExitCode.FINE
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert MARKUP not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_cells_that_begin_like_formulas_are_none_in_our_tables(sign: str, workspace: Make, trueup: Trueup) -> None:
    named = f"{sign}cmd|'/c calc'!A1"
    folder = workspace(
        {
            "inventory/devices.csv": f"device_id,hostname\n{named},{named}\n",
            "inventory/software.csv": f"device_id,name\n{named},{named}\n",
            "entitlements/entitlements.csv": f"entitlement_id,product,metric,quantity\n{named},{named},device,2\n",
        }
    )
    assert trueup("check", folder, "--format", "csv,csv-remedy,csv-findings").code == ExitCode.FINE
    tables = [path.read_text("utf-8-sig") for path in (folder / "out").iterdir()]
    tables += [trueup("-w", folder, "list", what, "--csv").out for what in ("devices", "entitlements")]
    assert any("cmd|" in table for table in tables)
    for table in tables:
        assert not re.search(rf"(^|[,\n]\"?){re.escape(sign)}cmd", table)


def test_ids_that_climb_out_of_folders_touch_nothing_there(workspace: Make, trueup: Trueup, tmp_path: Path) -> None:
    folder = workspace(
        {
            "inventory/devices.csv": "device_id,hostname\n../../x,a\n/etc/passwd,b\n",
            "inventory/software.csv": "device_id,name\n../../x,Acme Drafter\n/etc/passwd,Acme Drafter\n",
        }
    )
    beside = sorted(tmp_path.iterdir())
    assert trueup("check", folder).code == ExitCode.FINE
    assert sorted(tmp_path.iterdir()) == beside
    assert {p.name for p in folder.iterdir()} == {"trueup.toml", "inventory", "entitlements", "out", ".trueup"}
    said = trueup("-w", folder, "explain", "device", "../../x")
    assert said.code == ExitCode.FINE
    assert "inventory/devices.csv:2" in said.out


def test_marks_that_turn_or_steer_the_terminal_are_shown_as_what_they_are(workspace: Make, trueup: Trueup) -> None:
    table = "device_id,name\nPC-1,Acme Drafter\nPC-2,\x1b[2JAcme \u202exslx.exe\n"
    folder = workspace({"inventory/software.csv": table})
    said = trueup("-w", folder, "catalog", "unrecognized")
    assert "xslx.exe" in said.out
    assert not set("\x1b\u202e") & set(said.all)
    assert trueup("check", folder).code == ExitCode.FINE
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert "xslx.exe" in page
    assert not set("\x1b\u202e") & set(page)


def test_passwords_of_a_database_are_never_shown(workspace: Make, trueup: Trueup) -> None:
    folder = workspace({"trueup.toml": 'register = "postgresql+psycopg://me:s3cret@localhost:1/x"\n'})
    said = trueup("check", folder)
    assert said.code == ExitCode.USAGE
    assert "s3cret" not in said.all
