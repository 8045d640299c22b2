"""Every number in the explanation of a position is the position's own, and the parts it lists add up to it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from sam.engine import load_workspace
from sam.engine.explain_desk import Desk
from sam.engine.explain_position import explain_positions
from sam.engine.run import solve
from sam.model import Position
from tests.engine.small import write_small
from tests.explain.estate import DAY, write_estate

WAYS: Final = {
    "own": "covered_own", "downgrade": "covered_downgrade", "edition above": "covered_edition_above",
    "suite": "covered_suite", "other right": "covered_other",
}  # fmt: skip


@pytest.fixture(scope="module", params=["small", "seeded", "another seed"])
def solved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("numbers")
    write = {"small": write_small, "seeded": write_estate, "another seed": lambda path: write_estate(path, seed=99)}
    with solve(load_workspace(write[request.param](folder)), as_of=DAY) as found:
        yield Desk(found)


def sections(lines: list[str]) -> dict[str, tuple[str, list[str]]]:
    """Return what stands behind each heading, and the lines below it."""
    found: dict[str, tuple[str, list[str]]] = {}
    below: list[str] = []
    for line in lines:
        match = re.fullmatch(r"(Demand|Entitled|Covered|Shortfall): (.*)", line)
        if match:
            below = []
            found[match[1]] = (match[2], below)
        else:
            below.append(line)
    return found


def leading(lines: list[str], indent: str) -> int:
    """Add up the numbers that begin the lines of one indentation."""
    return sum(int(m[1]) for line in lines if (m := re.match(rf"{indent}(\d+) (?:by|for|at|from) ", line)))


def number(lines: list[str], words: str) -> int | None:
    return next((int(m[1]) for line in lines if (m := re.match(rf"  {words}: (\d+)$", line))), None)


def told(desk: Desk, position: Position) -> dict[str, tuple[str, list[str]]]:
    return sections(desk.finish(explain_positions(desk, [position])))


def test_headings_are_the_fields_and_their_parts_add_up(solved: Desk) -> None:
    assert len(solved.positions) >= 5
    for position in solved.positions.values():
        found = told(solved, position)
        assert int(found["Demand"][0].split(",")[0]) == position.solved
        assert leading(found["Demand"][1], "  ") == position.solved
        assert int(found["Entitled"][0]) == position.entitled
        assert leading(found["Entitled"][1], "  ") == position.entitled
        assert int(found["Covered"][0].split(" ")[0]) == position.covered
        assert leading(found["Covered"][1], "  ") == position.covered
        assert int(found["Shortfall"][0]) == position.shortfall


def test_what_entitlements_are_used_for_is_told_as_the_position_has_it(solved: Desk) -> None:
    for position in solved.positions.values():
        below = told(solved, position)["Entitled"][1]
        for words in ("used here", "used for others", "reserved", "surplus"):
            assert number(below, words) == getattr(position, words.replace(" ", "_"))
        lent = [line for line in below if re.match(r"    \d+ at ", line)]
        assert leading(lent, "    ") == position.used_for_others


def test_ways_of_covering_and_buckets_are_the_positions(solved: Desk) -> None:
    for position in solved.positions.values():
        found = told(solved, position)
        ways = {
            words: int(n)
            for n, words in re.findall(r"(\d+) ([a-z ]+?)(?: \+|$)", found["Covered"][0].partition("= ")[2])
        }
        assert ways == {words: getattr(position, name) for words, name in WAYS.items() if getattr(position, name)}
        raw = next(line for line in found["Demand"][1] if line.startswith("  raw rows: "))
        buckets = {bucket: int(n) for n, bucket in re.findall(r"(\d+) ([a-z-]+)", raw.partition("= ")[2])}
        assert buckets == dict(position.buckets)
        assert int(raw.split()[2]) == sum(position.buckets.values())


def test_prices_exposure_and_remedy_are_the_positions(solved: Desk) -> None:
    short = 0
    for position in solved.positions.values():
        below = "\n".join(told(solved, position)["Shortfall"][1])
        price = re.search(r"list price of one unit over the horizon: (\S+) EUR", below)
        assert (price[1] if price else None) == (None if position.unit_price is None else str(position.unit_price))
        if not position.shortfall:
            continue
        short += 1
        exposure = re.search(r"exposure: (?:\d+ × \S+ = )?(\S+) EUR", below)
        assert (exposure[1] if exposure else None) == (None if position.exposure is None else str(position.exposure))
        bought = [int(n) for n in re.findall(r"remedy: buy (\d+) ", below)]
        assert bought == [r.units for r in solved.solved.licensed.remedy if position.id in r.covers]
    assert short


def test_a_row_shown_under_a_bucket_is_of_that_bucket_and_of_the_positions_rows(solved: Desk) -> None:
    for position in solved.positions.values():
        rows = [
            line
            for line in told(solved, position)["Demand"][1]
            if " → " in line and line.startswith("    ") and '"' in line
        ]
        shown: dict[str, int] = {}
        for row in rows:
            bucket = row.rpartition(" → ")[2].split(" ")[0]
            shown[bucket] = shown.get(bucket, 0) + 1
        assert all(count <= position.buckets[bucket] for bucket, count in shown.items())
        assert set(shown) == set(position.buckets)


def test_the_unknown_size_of_a_host_is_told_as_an_interval(tmp_path: Path) -> None:
    with solve(load_workspace(write_small(tmp_path)), as_of=date(2026, 6, 30)) as found:
        desk = Desk(found)
        (position,) = [p for p in desk.positions.values() if p.status == "unknown"]
        demand, below = told(desk, position)["Demand"]

    # H1: one set of 32; S1: 24; VM3 on a host of unknown size: at least the 16 of any server
    assert demand == "72, from 72 to no known bound"
    assert sum("at least 16, no upper bound is known; 16 counted" in line for line in below) == 1
    assert any(line.strip().startswith("1 set × 32 = 32 for 2 instances") for line in below)
