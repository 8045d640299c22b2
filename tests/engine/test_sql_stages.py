"""The relational stages keep to a portable subset of SQL and give the same rows on another engine."""

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from sam.engine.relational import STAGES, Relations, stage_sql
from sam.engine.run import solve
from sam.engine.workspace import load_workspace
from tests.engine.small import write_small

PORTABLE = {
    "Add", "Alias", "And", "CTE", "Case", "Cast", "Coalesce", "Column", "Count", "DPipe", "DataType", "Distinct", "EQ",
    "From", "GT", "GTE", "Group", "GroupConcat", "Identifier", "If", "In", "Is", "Join", "LT", "Literal", "Max", "Min",
    "Mul", "NEQ", "Neg", "Not", "Null", "Or", "Order", "Ordered", "Paren", "Select", "Star", "Sub", "Subquery", "Sum",
    "Table", "TableAlias", "Union", "Where", "With",
}  # fmt: skip
TYPES = {"BIGINT", "TEXT"}
DAY = date(2026, 6, 30)
# SQLite of Debian 12 cannot order inside an aggregate; the other stages can be compared there.
ORDERED_AGGREGATES = {"parts", "bundles"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_uses_only_the_portable_subset(stage: str) -> None:
    tree = sqlglot.parse_one(stage_sql(stage), dialect="duckdb")

    assert {type(node).__name__ for node in tree.walk()} <= PORTABLE
    assert {kind.sql() for kind in tree.find_all(exp.DataType)} <= TYPES


@pytest.mark.parametrize("stage", STAGES)
def test_every_order_says_where_nulls_go(stage: str) -> None:
    tree = sqlglot.parse_one(stage_sql(stage), dialect="duckdb")

    orders = stage_sql(stage).upper().count("NULLS LAST")
    assert orders == len(list(tree.find_all(exp.Ordered)))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("engine", ["spark", "postgres"])
def test_a_stage_translates_without_loss(stage: str, engine: str) -> None:
    (text,) = sqlglot.transpile(
        stage_sql(stage), read="duckdb", write=engine, unsupported_level=sqlglot.ErrorLevel.RAISE
    )

    assert sqlglot.parse_one(text, dialect=engine).find(exp.Select)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_says_what_comes_in_and_what_goes_out(stage: str) -> None:
    header = [line for line in stage_sql(stage).splitlines() if line.startswith("--")]

    assert any(line.startswith("-- in:") for line in header)
    assert any(line.startswith(f"-- out: {stage}(") for line in header)


def copied(relations: Relations, other: sqlite3.Connection, table: str) -> None:
    """Copy a table to the other engine, dates as text."""
    columns = [row[0] for row in relations.fetch(f"DESCRIBE {table}")]
    other.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
    rows = [tuple(str(c) if isinstance(c, date) else c for c in row) for row in relations.fetch(f"FROM {table}")]
    other.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)


def test_the_stages_give_the_same_rows_on_sqlite(tmp_path: Path) -> None:
    with solve(load_workspace(write_small(tmp_path)), as_of=DAY) as solved:
        relations = solved.relations
        relations.load("cutoff", {"day": ("DATE", [DAY])})
        relations.run("usage")
        other = sqlite3.connect(":memory:")
        tables = [row[0] for row in relations.fetch("SHOW TABLES")]
        for table in set(tables) - {*STAGES, "files"}:
            copied(relations, other, table)
        for stage in STAGES:
            if stage in ORDERED_AGGREGATES:
                copied(relations, other, stage)
                continue
            (text,) = sqlglot.transpile(stage_sql(stage), read="duckdb", write="sqlite")
            other.execute(f"CREATE TABLE {stage} AS {text}")
            here = sorted(map(repr, relations.fetch(f"FROM {stage}")))
            there = sorted(map(repr, other.execute(f"SELECT * FROM {stage}")))
            assert [re.sub(r"datetime\.date\((\d+), (\d+), (\d+)\)", _iso, row) for row in here] == there, stage
            assert here, f"{stage} is empty: nothing was compared"


def _iso(found: "re.Match[str]") -> str:
    year, month, day = (int(n) for n in found.groups())
    return repr(f"{year:04d}-{month:02d}-{day:02d}")
