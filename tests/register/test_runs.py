"""Stored runs: what a diff or a trend reads later is what was found then."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from sam.errors import RegisterError
from sam.model import Finding, Interval, Position, Run, Severity, Summary
from sam.register import Register
from sam.register.json_values import dump, load
from tests.register.make import EVENING, MORNING, NOON, values_of

RUN = Run(
    as_of=date(2026, 6, 30),
    version="1.0.0",
    workspace="acme",
    currency="EUR",
    inputs={"inventory/devices.csv": "a" * 64},
    summary=Summary(devices=3, exposure=Decimal("1200.50"), priority_orders={"device-order": Decimal("7.10")}),
    positions=(
        Position(
            id="acme/rrd|core",
            publisher="acme",
            product="acme/rrd",
            product_name="RRD",
            metric="core",
            demand=Interval(16, None),
            shortfall=1,
            exposure=Decimal("1200.50"),
            buckets={"counted": 1},
        ),
    ),
    findings=(
        Finding(
            id="POS001:acme/rrd",
            rule="POS001",
            family="compliance",
            severity=Severity.ERROR,
            subject="position:acme/rrd|core",
            message="short of 1 core",
            numbers={"short": 1, "exposure": "1200.50"},
        ),
    ),
)


def test_a_run_comes_back_with_its_lines(register: Register) -> None:
    run_id = register.save_run(RUN, started_at=NOON)
    stored = register.run(run_id)
    assert stored is not None
    assert stored == register.last_run()
    assert (stored.id, stored.as_of, stored.started_at, stored.version) == (run_id, RUN.as_of, NOON, "1.0.0")
    assert (stored.workspace, stored.currency, stored.inputs) == ("acme", "EUR", RUN.inputs)
    assert (stored.summary, stored.positions, stored.findings) == (RUN.summary, RUN.positions, RUN.findings)


def test_runs_are_told_oldest_first_and_the_last_one_before_another_is_found(register: Register) -> None:
    assert register.last_run() is None
    assert register.run(1) is None
    # a run for an earlier day may be made later: the order is that of the runs
    days = [date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1)]
    moments = [MORNING, NOON, EVENING]
    ids = [
        register.save_run(replace(RUN, as_of=day), started_at=moment) for day, moment in zip(days, moments, strict=True)
    ]
    assert [(run.id, run.as_of, run.started_at) for run in register.runs()] == list(
        zip(ids, days, moments, strict=True)
    )
    before = register.last_run(before=ids[2])
    assert before is not None
    assert before.as_of == days[1]
    assert register.last_run(before=ids[0]) is None


def test_a_run_of_an_older_trueup_is_read_with_defaults_for_what_it_did_not_know(
    register: Register, file: Path
) -> None:
    run_id = register.save_run(RUN, started_at=NOON)
    with closing(sqlite3.connect(file)) as connection, connection:
        (line,) = json.loads(connection.execute("SELECT positions FROM runs").fetchone()[0])
        del line["confidence"], line["demand"]
        line["a_field_given_up"] = 7
        connection.execute("UPDATE runs SET positions = ?", (json.dumps([line]),))
    stored = register.run(run_id)
    assert stored is not None
    assert stored.positions == (replace(RUN.positions[0], demand=Interval(0, 0)),)


def test_a_start_without_time_zone_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="time zone"):
        register.save_run(RUN, started_at=datetime(2026, 6, 30, tzinfo=UTC).replace(tzinfo=None))
    assert register.runs() == []


@pytest.mark.parametrize("kind", [Position, Finding, Summary], ids=lambda kind: kind.__name__)
def test_values_survive_json(kind: type[object]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(value=values_of(kind))
    def check(value: object) -> None:
        text = dump(value)
        assert text.isascii()
        assert load(kind, text) == value
        assert dump(load(kind, text)) == text

    check()


def test_a_value_without_json_form_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="complex has no JSON form"):
        dump({"a": 1j})
