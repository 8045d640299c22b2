"""The benchmark on a small estate, by counted work: nothing here depends on how fast the machine is."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
import pytest

from benchmarks.estate import Estate, Size, installed, make_estate
from benchmarks.measuring import fresh, medians
from sam.engine import load_workspace
from sam.engine.run import solve
from sam.engine.solved import Solved
from sam.entitlements.allocation import BATCH

ROOT: Final = Path(__file__).resolve().parents[2]
ROWS: Final = 5000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "estate"


@pytest.fixture(scope="module")
def estate(folder: Path) -> Estate:
    return make_estate(folder, Size(rows=ROWS))


@pytest.fixture(scope="module")
def solved(folder: Path, estate: Estate) -> Iterator[Solved]:
    assert estate.size.rows == ROWS
    with solve(load_workspace(folder)) as run:
        yield run


@pytest.fixture(scope="module")
def staged(folder: Path, solved: Solved) -> dict[str, Any]:
    """What one check did, stage by stage; `solved` has left its register open to others by then."""
    return worker("check-by-stages", folder)


def worker(name: str, *words: object) -> dict[str, Any]:
    """Run a worker of the benchmark in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.workers", name, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_the_same_seed_makes_the_same_files_and_another_one_others(
    folder: Path, estate: Estate, tmp_path: Path
) -> None:
    again = make_estate(tmp_path / "again", estate.size)
    make_estate(tmp_path / "other", Size(rows=ROWS, seed=1))
    names = sorted(p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*.*"))
    assert {"software.csv", "devices.csv", "bench.yaml", "prices.csv"} <= {name.name for name in names}
    assert all((folder / n).read_bytes() == (tmp_path / "again" / n).read_bytes() for n in names)
    assert installed(again)[0].sum() > 0
    software = Path("inventory") / "software.csv"
    assert (folder / software).read_bytes() != (tmp_path / "other" / software).read_bytes()


def test_every_row_is_read_and_three_tenths_are_of_no_known_product(solved: Solved) -> None:
    rows = dict(solved.relations.fetch("SELECT state, COUNT(*) FROM coded GROUP BY state"))
    systems = solved.relations.fetch("SELECT COUNT(*) FROM spoken_rows")[0][0]
    assert sum(rows.values()) == ROWS + systems
    assert rows["unknown"] == pytest.approx(0.30 * ROWS, rel=0.02)
    assert rows["licensable"] - systems == pytest.approx(0.25 * ROWS, rel=0.05)
    assert not solved.problems


def test_machines_known_to_two_tools_are_one(solved: Solved, estate: Estate) -> None:
    assert estate.machines.twice.sum() == pytest.approx(0.08 * estate.size.devices, abs=1)
    assert len(solved.licensed.demand.devices) == estate.size.devices
    both = solved.relations.fetch(
        "SELECT COUNT(*) FROM (SELECT dev FROM coded WHERE dev >= 0 GROUP BY dev HAVING COUNT(DISTINCT source) > 2)"
    )
    assert both[0][0] == estate.machines.twice.sum(), "rows of both tools, and the table that tells the system"


def test_what_the_stages_tell_apart_occurs(solved: Solved) -> None:
    fetch = solved.relations.fetch
    assert {"d", "u", "h"} == {kind for (kind,) in fetch("SELECT DISTINCT bundle_kind FROM items")}
    assert fetch("SELECT COUNT(*) FROM items WHERE dev = -1")[0][0] == len(solved.estate.seats) > 0
    assert {bucket for (bucket,) in fetch("SELECT DISTINCT bucket FROM buckets")} >= {
        "counted", "same-installation", "suite-component", "older-version-beside", "component", "free-edition",
        "retired-device", "guest-of-licensed-host", "host-only-os",
    }  # fmt: skip


def test_suites_tie_the_linked_products_into_one_component(solved: Solved, estate: Estate) -> None:
    graph = solved.licensed.matcher.graph
    whole = max(nx.weakly_connected_components(graph), key=len)
    products = {graph.nodes[n]["license"].product for n in whole if n[0] in ("pool", "offer")}
    assert products == {p.id for p in estate.market.products if p.linked or p.suite}


def test_each_distinct_title_is_recognised_once(solved: Solved, estate: Estate, staged: dict[str, Any]) -> None:
    reported = len({estate.titles.cells()[t] for t in np.unique(estate.title)})
    systems = solved.relations.fetch("SELECT COUNT(DISTINCT name) FROM spoken_titles")[0][0]
    assert staged["counts"]["recognised"] == [reported + systems]
    assert len(solved.licensed.demand.titles) == reported + systems


def test_each_sql_stage_runs_once(staged: dict[str, Any]) -> None:
    stages = {path.stem for path in (ROOT / "sam" / "engine" / "sql").glob("*.sql")}
    ran = staged["counts"]["sql_stages"]
    assert len(ran) == len(set(ran))
    assert set(ran) == stages


def test_small_components_are_solved_together(solved: Solved, staged: dict[str, Any]) -> None:
    """One program for each component that is large or has whole columns, and one for each full batch of the rest."""
    graph = solved.licensed.matcher.graph
    alone = batches = waiting = 0
    for part in sorted(nx.weakly_connected_components(graph), key=min):
        hosts = any(n[0] == "class" and graph.nodes[n]["kind"] == "host" for n in part)
        offers = [graph.nodes[n]["license"] for n in part if n[0] == "offer"]
        if hosts or len(part) > BATCH or any(o.pack > 1 or o.minimum > 1 for o in offers):
            alone += 1
            continue
        waiting += len(part)
        if waiting > BATCH * 10:
            batches, waiting = batches + 1, 0
    assert staged["status"] == "optimal"
    assert staged["counts"]["programs"][0] == alone + batches + bool(waiting)
    assert alone + batches + bool(waiting) < staged["components"]


def test_pandas_counts_the_same(folder: Path, solved: Solved, tmp_path: Path) -> None:
    from benchmarks.run import COMPARED

    worker("export", folder, tmp_path / "tables")
    ours = worker("relational-engine", folder, tmp_path / "tables")
    theirs = worker("relational-pandas", folder, tmp_path / "tables")
    assert {name: ours[name] for name in COMPARED} == {name: theirs[name] for name in COMPARED}
    assert sum(rows for _, _, rows in theirs["buckets"]) == sum(
        rows for (rows,) in solved.relations.fetch("SELECT row_count FROM installed")
    )
    assert ours["classes"] == len(solved.licensed.demand.classes)


def test_memory_of_children_counts(tmp_path: Path) -> None:
    """A parent that holds nothing, with a child that holds 200 MB, is measured as 200 MB and more."""
    holding = "import time; b = bytearray(200 << 20); time.sleep(0.3)"
    script = tmp_path / "parent.py"
    script.write_text(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {holding!r}])\nprint('{{}}')\n")
    measured = fresh([str(script)])
    assert measured.peak_mb > 200
    assert medians([measured]).peak_mb == measured.peak_mb


def test_a_worker_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        fresh(["-c", "raise SystemExit(3)"])
