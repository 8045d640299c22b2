"""The JSON document against its published schema, checked by an independent validator."""

import dataclasses
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import reports
from reports import jsonkeys as published
from sam.model import Run
from sam.model.origin import Problem, Reject, SourceAccount
from sam.model.results import BillPoint, Finding, Position, PositionLow, RemedyLine, Renewal, Summary, UnknownTitle
from tests.reports import golden
from tests.reports.fixture import OFFICE, RUN, empty, hostile

DOCS = Path(__file__).parents[2] / "docs" / "json.md"


def _faults(document: dict[str, Any]) -> list[str]:
    checker = jsonschema.Draft202012Validator(reports.schema(), format_checker=jsonschema.FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(document)]


@pytest.mark.parametrize("run", [RUN, empty(), hostile()], ids=["rich", "empty", "hostile"])
def test_documents_keep_the_schema(run: Run) -> None:
    assert _faults(json.loads(reports.render(run, "json"))) == []


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(reports.schema())


def test_every_object_is_closed_so_that_drift_fails() -> None:
    schema = reports.schema()
    for name, definition in {"document": schema, **schema["$defs"]}.items():
        assert definition["additionalProperties"] is False, name
        assert definition["required"] == list(definition["properties"]), name


@pytest.mark.parametrize(
    ("place", "key"), [("run", "hostname"), ("summary", "cost"), ("positions", "owner"), ("findings", "line")]
)
def test_a_key_too_many_or_too_few_is_a_fault(place: str, key: str) -> None:
    document = reports.document(RUN)
    part = document[place][0] if isinstance(document[place], list) else document[place]
    part[key] = "x"
    assert len(_faults(document)) == 1
    del part[key], part[next(iter(part))]
    assert len(_faults(document)) == 1


@pytest.mark.parametrize(
    ("kind", "part", "elsewhere"),
    [
        (BillPoint, "bill", set()),
        (Finding, "finding", set()),
        (Position, "position", set()),
        (PositionLow, "at_low", set()),
        (Problem, "problem", {"origin"}),
        (Reject, "reject", set()),
        (RemedyLine, "remedy", set()),
        (Renewal, "renewal", set()),
        (SourceAccount, "source", set()),
        (Summary, "summary", set()),
        (UnknownTitle, "title", set()),
    ],
)
def test_no_field_of_the_model_is_left_out(kind: type, part: str, elsewhere: set[str]) -> None:
    fields = {field.name for field in dataclasses.fields(kind)}
    assert set(published.PARTS[part]) == fields - elsewhere


def test_no_part_of_the_run_is_left_out() -> None:
    head = {"as_of", "version", "workspace", "currency", "inputs"}
    elsewhere = head | {"lines", "previous"}
    fields = {field.name for field in dataclasses.fields(Run)}
    assert set(published.DOCUMENT) - {"run"} == fields - elsewhere
    assert set(published.RUN) == head | {"schema_version"}


def test_words_of_the_contract() -> None:
    document = json.loads(reports.render(RUN, "json"))
    line = next(p for p in document["positions"] if p["id"] == "sql-server-enterprise-2022-core")
    assert line["demand"] == {"low": 136, "high": 152}
    assert line["at_low"] == {"demand": 136, "covered": 96, "shortfall": 40, "surplus": 0}
    assert line["confidence"]["reasons"][0].startswith("cores of virtual machine")
    assert line["exposure"] == "384944.00"
    assert line["scope"] is None
    java = next(p for p in document["positions"] if p["id"] == "java-se-employee")
    assert java["demand"]["high"] is None
    assert java["exposure"] is None
    assert document["sources"][2]["rejected"][0]["line"] == 77
    assert document["summary"]["findings"] == {"error": 1, "warning": 3, "info": 2}
    assert document["run"]["inputs"][0] == {"file": "catalog/microsoft.yaml", "sha256": "e0" * 32}
    assert [r["contract_id"] for r in document["renewals"]] == ["OLD-9", "M-112", "C-2024-018", "EA-7781", "LONG-1"]


def test_absent_text_is_null_and_no_previous_run_is_not_no_change() -> None:
    document = reports.document(replace(RUN, previous=False, changes=()))
    assert document["remedy"][0]["publisher"] is None
    assert document["changes"] is None
    assert reports.document(replace(RUN, changes=()))["changes"] == []


def test_amounts_are_plain_decimal_strings_whatever_their_exponent() -> None:
    run = replace(RUN, positions=(replace(OFFICE, unit_price=Decimal("1E+5"), exposure=Decimal("1E-7")),))
    line = reports.document(run)["positions"][0]
    assert (line["unit_price"], line["exposure"]) == ("100000", "0.0000001")


def test_a_file_name_that_is_not_utf8_survives() -> None:
    data = reports.render(hostile(), "json")
    assert json.loads(data)["sources"][0]["file"] == "bad-\udcff-name.csv"
    data.decode("utf-8")


def test_the_published_schema_changes_only_with_its_version() -> None:
    text = (golden.FOLDER / "schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == reports.schema()
    assert published.SCHEMA_VERSION in reports.schema()["$id"]


def test_every_key_is_explained_in_the_docs() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name, keys in {"document": published.DOCUMENT, **published.PARTS}.items():
        section = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
        assert section, f"docs/json.md has no section for {name}"
        rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", section[1], re.MULTILINE))
        assert rows == {key: kind["description"] for key, kind in keys.items()}
