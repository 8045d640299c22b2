"""The engine against the oracle, estate by estate; `TRUEUP_ORACLE_CASES` says how many (150; 1,000 by hand).

What is compared and what the estates are like is told in docs/oracle.md.
"""

import os
import random
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from . import oracle
from .engine_run import EngineAnswer, broken_identities, run_engine, without_places
from .estate import read_estate
from .generator import estate
from .oracle import Answer
from .priority import priority_cost

CASES = int(os.environ.get("TRUEUP_ORACLE_CASES", "150"))
SEEDS = [(seed, seed % 3 != 0) for seed in range(CASES)]
"""Two in three estates have suites."""
FOUND = [(181, False)]
"""Estates beyond these that once were answered wrongly: two datacenter sets of different versions on one host."""
SEEDS += [found for found in FOUND if found not in SEEDS]
SEATS = "acme/board"
FEW = [seed for seed, suites in SEEDS if suites][: max(CASES // 10, 5)]


@dataclass(frozen=True)
class Case:
    """One estate answered twice."""

    engine: EngineAnswer
    oracle: Answer


@cache
def answered(seed: int, suites: bool) -> Case:
    """Answer one estate by the engine and by exhaustive search."""
    with TemporaryDirectory() as folder:
        workspace = estate(seed, suites=suites).write(Path(folder))
        return Case(run_engine(workspace), oracle.solve(workspace))


@pytest.fixture(params=SEEDS, ids=lambda p: f"{p[0]}{'-suites' if p[1] else ''}")
def case(request: pytest.FixtureRequest) -> Case:
    return answered(*request.param)


def test_the_engine_buys_what_the_exhaustive_search_buys(case: Case) -> None:
    assert case.engine.bill == (case.oracle.unpriced, case.oracle.cost)


def test_nearly_all_runs_are_proven_by_the_engine_itself() -> None:
    """The word optimal is printed only with a proof; without one the run says gap, and its cost may still be least."""
    statuses = [answered(*seed).engine.run.summary.status for seed in SEEDS]
    assert statuses.count("optimal") >= 0.97 * len(statuses), {s: statuses.count(s) for s in sorted(set(statuses))}


def test_the_engine_exposes_as_little_as_the_exhaustive_search(case: Case) -> None:
    for products, exposure in case.oracle.exposures.items():
        assert case.engine.exposure(products) == exposure, sorted(products)
    if case.oracle.exposure is not None:
        assert Fraction(case.engine.run.summary.exposure) == case.oracle.exposure


def test_both_identities_hold_on_every_position(case: Case) -> None:
    run = case.engine.run
    assert [fault for p in (*run.positions, *run.totals) for fault in broken_identities(p)] == []


def test_every_software_row_is_in_one_bucket(case: Case) -> None:
    found, rows = case.engine.evidence(), case.oracle.raw_rows
    assert {p: n for p, n in found.items() if p != SEATS} == {p: n for p, n in rows.items() if p != SEATS}


def test_every_row_of_a_product_with_seats_is_in_one_bucket(case: Case) -> None:
    """A seat is a row of evidence, as an inventory line is."""
    assert case.engine.evidence().get(SEATS, 0) == case.oracle.raw_rows.get(SEATS, 0)


def test_owned_units_and_demand_are_those_of_the_rows(case: Case) -> None:
    assert case.engine.owned() == {key: units for key, units in case.oracle.owned.items() if units}
    for product, demand in case.oracle.demand.items():
        assert sum(p.solved for p in case.engine.run.positions if p.product == product) == demand, product


@pytest.mark.parametrize("suites", [True, False], ids=["suites", "no suites"])
def test_the_order_of_assignment_matters_in_these_estates(suites: bool, tmp_path: Path) -> None:
    """In at least a quarter of the estates with suites, the priority order buys more than it must."""
    seeds = [seed for seed, with_suites in SEEDS if with_suites is suites][:120]
    worse = 0
    for seed in seeds:
        found = read_estate(estate(seed, suites=suites).write(tmp_path / str(seed)), oracle.AS_OF)
        best, priority = oracle.solve_estate(found), priority_cost(found)
        assert (best.unpriced, best.cost) <= (priority.unpriced, priority.cost)
        worse += (best.unpriced, best.cost) < (priority.unpriced, priority.cost)
    kind = "with" if suites else "without"
    sys.stdout.write(
        f"\nthe optimum is cheaper than the priority order in {worse} of {len(seeds)} estates {kind} suites\n"
    )
    assert not suites or worse * 4 >= len(seeds)


@pytest.mark.parametrize("seed", FEW)
def test_one_more_license_never_raises_the_bill(seed: int, tmp_path: Path) -> None:
    tables = estate(seed)
    before = run_engine(tables.write(tmp_path / "before")).bill
    line = dict(random.Random(seed).choice(tables.rows["entitlements"]))
    tables.add(
        "entitlements", **{**line, "entitlement_id": "E99", "starts_on": "", "ends_on": "", "contract_id": "C-1"}
    )
    after = tables.write(tmp_path / "after")
    assert run_engine(after).bill <= before
    answer = oracle.solve(after)
    assert run_engine(after).bill == (answer.unpriced, answer.cost)


@pytest.mark.parametrize("seed", FEW)
def test_the_order_of_rows_changes_no_position(seed: int, tmp_path: Path) -> None:
    tables = estate(seed)
    before = run_engine(tables.write(tmp_path / "before")).run
    for rows in tables.rows.values():
        random.Random(seed).shuffle(rows)
    after = run_engine(tables.write(tmp_path / "after")).run
    assert without_places(after) == without_places(before)


@pytest.mark.parametrize("seed", FEW)
def test_taking_a_line_away_costs_what_the_oracle_says_of_its_covers(seed: int, tmp_path: Path) -> None:
    """All edges of one line are deleted: for the engine as a row, for the oracle cover by cover."""
    tables = estate(seed)
    whole = tables.write(tmp_path / "whole")
    line = random.Random(seed).choice(tables.rows["entitlements"])
    edges = {
        (line["entitlement_id"], item.device or item.user, item.product)
        for item in read_estate(whole, oracle.AS_OF).items
    }
    expected = oracle.solve(whole, forbid=edges)
    line["ends_on"] = "2020-01-01"  # the row stays, ended long ago
    without = run_engine(tables.write(tmp_path / "without"))
    assert without.bill == (expected.unpriced, expected.cost)
