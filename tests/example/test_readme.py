"""What the example's README promises is what a run shows."""

import re
from decimal import Decimal

import pytest

from sam.model import Finding, Run
from tests.example.tables import ESTATE, bought, rows

README = (ESTATE / "README.md").read_text("utf-8")
WALK = (ESTATE.parents[1] / "docs" / "example.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


POSITIONS = table("What was planted, and what Trueup says")


@pytest.mark.parametrize("row", POSITIONS, ids=[row[0] for row in POSITIONS])
def test_a_line_of_the_position_table_holds(run: Run, row: list[str]) -> None:
    product, edition = re.fullmatch(r"`(.+)`(?: (\w+))?", row[0]).groups()  # type: ignore[union-attr]
    found = [
        t for t in run.totals if t.product == product and (not edition or t.edition == edition) and t.metric == row[1]
    ]
    sums = [sum(getattr(t, name) for t in found) for name in ("solved", "entitled", "shortfall", "surplus")]
    assert found
    assert sums == [int(cell) for cell in row[2:6]]


def test_the_position_table_leaves_out_nothing_that_is_short_free_or_owned(run: Run) -> None:
    named = {re.match(r"`(.+)`", row[0]).group(1) for row in POSITIONS}  # type: ignore[union-attr]
    assert {t.product for t in run.totals if t.shortfall or t.surplus} <= named
    assert {t.product for t in run.totals if t.entitled} <= named | {"adobe/creative-cloud"}


def test_the_four_figures_hold(run: Run) -> None:
    told = {name: Decimal(amount.replace(",", "")) for name, amount in table("The four figures")}
    summary = run.summary
    assert told == {
        "true-up cost": summary.true_up_cost,
        "exposure": summary.exposure,
        "priority order": summary.priority_order_cost,
        "overspend": summary.overspend,
    }


def about(run: Run, finding: Finding) -> str:
    """Return what a finding is about, as the README names it: a product for a position, else the id."""
    kind, _, ident = finding.subject.partition(":")
    if kind == "position":
        return next(p.product for p in run.positions if p.id == ident)
    return ident.partition(":")[0] if kind == "product" else ident


def test_the_findings_it_names_are_found_and_no_error_is_left_out(run: Run) -> None:
    told = {(code, name) for code, names, _ in table("Findings") for name in re.findall(r"`([^`]+)`", names)}
    found = {(f.rule, about(run, f)) for f in run.findings}
    errors = {(f.rule, about(run, f)) for f in run.findings if f.severity == "error"}
    assert told - found == set()
    assert errors - told == set()


def test_one_finding_is_waived_by_name_until_a_day(run: Run) -> None:
    (waived,) = [f for f in run.findings if f.waived_by]
    assert (waived.rule, about(run, waived)) == ("POS001", "docker/desktop")
    assert "2026-12-31" in (waived.waived_by or "")


def test_sizes_it_tells_are_those_of_the_tables() -> None:
    devices = rows("devices")
    kinds = [d["kind"] for d in devices]
    assert [len(devices), kinds.count("host"), kinds.count("virtual-machine"), kinds.count("laptop")] == [60, 2, 20, 29]
    assert [len(rows("entitlements")), len(rows("allocations")), len(rows("contracts")), len(rows("prices"))] == [
        22,
        1,
        3,
        21,
    ]
    assert bought("E-110") == 2 * 32


def test_the_walk_through_quotes_the_figures_of_the_run(run: Run) -> None:
    s = run.summary
    (block,) = re.findall(r"```\n(60 devices.*?)```", WALK, re.DOTALL)
    counts = (s.devices, s.people, s.installations, s.products, s.entitlements, s.contracts)
    amounts = (s.true_up_cost, s.priority_order_cost - s.true_up_cost, s.exposure)
    assert [int(n) for n in re.findall(r"\d+", block.splitlines()[0])] == list(counts)
    assert re.findall(r"[\d,]+\.\d\d", block) == [f"{amount:,}" for amount in amounts]
    units = (s.true_up_unpriced_units, s.exposure_unpriced_units)
    assert re.findall(r"(\d+) units", block) == [str(n) for n in units]
