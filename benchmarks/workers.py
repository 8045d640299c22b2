"""What is measured, each in its own process: `python -m benchmarks.workers NAME FOLDER …` prints one line of JSON."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.measuring import Stopwatch, timed

REST: Final = "hand-back, summary, register"
RELATIONAL: Final = "relational stages (SQL)"
STAGES: Final = ("coded", "installed", "settled", "items", "parts", "bundles", "classes", "buckets", "source_rows",
                 "unknown_titles")  # fmt: skip
"""The stages both sides do; the engine's `usage` is left out, since a rule's threshold goes into it."""


def import_software(folder: Path) -> dict[str, Any]:
    """Read the software tables into a new evidence store: copy, hash, check, number titles, write Parquet."""
    from sam.readers.folders import discover, read_file
    from sam.register.evidence import EvidenceStore

    store = EvidenceStore(folder / ".trueup" / "evidence")
    found = [f for f in discover(folder) if Path(f.rel).name.startswith("software")]
    result: dict[str, Any] = {}
    with timed(result):
        accounts = [read_file(f, store).account for f in found]
    store.close()
    return {**result, "rows": sum(a.accepted for a in accounts)}


def import_pandas(folder: Path) -> dict[str, Any]:
    """Read the software tables and write Parquet, with two columns as dates, by pandas."""
    import pandas as pd  # type: ignore[import-untyped]  # the package brings no types

    result: dict[str, Any] = {"rows": 0}
    with timed(result):
        for path in sorted((folder / "inventory").glob("software*.csv")):
            frame = pd.read_csv(path, dtype="str", keep_default_na=False)
            for name in ("installed_on", "last_used"):
                frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
            for name in ("device_id", "publisher", "name", "version"):
                frame[name] = frame[name].astype("category")
            frame.to_parquet(folder / f"{path.stem}.pandas.parquet", compression="zstd")
            result["rows"] += len(frame)
    return result


def export(folder: Path, tables: str) -> dict[str, Any]:
    """Run up to the positions and write the small tables."""
    from benchmarks.tables import export_tables
    from sam.engine.run import solve
    from sam.engine.workspace import load_workspace

    with solve(load_workspace(folder)) as solved:
        export_tables(solved.relations, Path(tables))
    return {}


def relational_engine(folder: Path, tables: str) -> dict[str, Any]:
    """Run the SQL stages over evidence that is there, from small tables of a run."""
    from benchmarks.tables import load_tables
    from sam.engine.relational import Relations

    with Relations(folder / ".trueup" / "evidence", Path(tables)) as relations:
        load_tables(relations, Path(tables))
        spoken = relations.fetch(
            "SELECT r.source, r.record, r.device, t.name, t.kind FROM spoken_rows r"
            " INNER JOIN spoken_titles t ON t.source = r.source AND t.title = r.title ORDER BY r.title DESC"
        )
        listed = relations.fetch("SELECT source, path, titles_path, default_device FROM files ORDER BY source")
        result: dict[str, Any] = {}
        with timed(result):
            relations.load_evidence([(s, Path(p), Path(t), d) for s, p, t, d in listed], spoken)
            for stage in STAGES:
                relations.run(stage)
        return {**result, **engine_counts(relations.fetch)}


def engine_counts(fetch: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, Any]:
    """Return the counts that the pandas script returns too."""
    return {
        "rows": fetch("SELECT COUNT(*) FROM coded")[0][0],
        "installed": fetch("SELECT COUNT(*) FROM installed")[0][0],
        "installations": fetch("SELECT COUNT(*) FROM settled WHERE bucket = 'counted'")[0][0],
        "buckets": [list(r) for r in fetch("SELECT pev, bucket, row_count FROM buckets ORDER BY pev, bucket")],
        "classes": fetch("SELECT COUNT(*) FROM classes")[0][0],
        "class_sizes": [r[0] for r in fetch("SELECT bundle_count FROM classes ORDER BY bundle_count")],
        "source_rows": fetch("SELECT COUNT(*) FROM source_rows")[0][0],
        "unknown_titles": fetch("SELECT COUNT(*) FROM unknown_titles")[0][0],
    }


def relational_pandas(_folder: Path, tables: str) -> dict[str, Any]:
    """Do the same work in pandas."""
    from benchmarks.pandas_peer import read_tables, relational

    frames = read_tables(Path(tables))
    result: dict[str, Any] = {}
    with timed(result):
        counts = relational(frames)
    return {**result, **counts}


def check_by_stages(folder: Path) -> dict[str, Any]:
    """Run a whole check in this process, stage by stage."""
    from sam.engine import run
    from sam.engine.workspace import load_workspace

    watch, counts = watched()
    kept: dict[str, Any] = {}
    solve = run.solve

    def keep(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the engine passes
        kept["solved"] = solve(*args, **kwargs)
        return kept["solved"]

    run.solve = keep
    done = run.check(load_workspace(folder))
    watch.turn()
    laps = {name: [lap.seconds, lap.cpu, lap.peak_kb // 1024] for name, lap in watch.laps.items()}
    return {"laps": laps, "counts": counts, **outcome(kept["solved"], done)}


def outcome(solved: Any, done: Any) -> dict[str, Any]:  # noqa: ANN401 - a Solved and its Run
    """Return what was solved, so that a measurement is of something."""
    allocation = solved.licensed.allocation
    return {
        "devices": done.summary.devices,
        "installations": done.summary.installations,
        "positions": len(done.positions),
        "classes": len(solved.licensed.demand.classes),
        "pools": len(solved.licensed.market.pools),
        "columns": allocation.columns,
        "components": allocation.components,
        "nodes": allocation.nodes,
        "status": done.summary.status,
        "true_up_cost": str(done.summary.true_up_cost),
        "priority_order_cost": str(done.summary.priority_order_cost),
        "coverage": dict(done.summary.coverage),
    }


def watched() -> tuple[Stopwatch, dict[str, Any]]:
    """Wrap the stages of the engine; return the watch, and counts of work that do not depend on the machine.

    Counted are the SQL stages run, the titles of each recognition, and the programs of each allocation: the first is
    the run's own, a second one takes unknown facts at their low value, and each renewal has one more.
    """
    from sam.engine import demand, licensing, relational, renewals, run
    from sam.entitlements import allocation
    from sam.entitlements.graph import GraphBuilder

    watch = Stopwatch(REST, whole=("priority order beside it", "renewals: solved again"))
    counts: dict[str, Any] = {"sql_stages": [], "recognised": [], "programs": []}
    _count(relational.Relations, "run", lambda args: counts["sql_stages"].append(args[1]))
    _count(demand, "recognize", lambda args: counts["recognised"].append(len(args[1])))
    for module in (licensing, renewals):
        _count(module, "allocate", lambda _: counts["programs"].append(0))
    _count(allocation, "solve", lambda _: counts["programs"].append(counts["programs"].pop() + 1))
    stages: tuple[tuple[Any, str, str], ...] = (
        (run, "take_in", "import: register, unchanged files"),
        (run, "merged_devices", "device identity"),
        (run, "load_catalog load_terms gather resolve", "catalog, terms, purchases by name"),
        (demand.DemandBuilder, "recognise", "recognition of distinct titles"),
        (demand.DemandBuilder, "place settle", "small tables in, classes out"),
        (relational.Relations, "load_evidence make run", RELATIONAL),
        (run, "open_market", "pools and offers"),
        (GraphBuilder, "build", "matcher graph"),
        (licensing, "allocate", "allocation: programs and solver"),
        (licensing, "book close remedies", "ledger, positions, remedy"),
        (run, "priority_bill", "priority order beside it"),
        (run, "find_renewals", "renewals: solved again"),
        (run, "facts_of run_rules", "rules"),
    )
    for owner, names, label in stages:
        for name in names.split():
            watch.watch(owner, name, label)
    return watch, counts


def _count(owner: Any, name: str, note: Callable[[tuple[Any, ...]], object]) -> None:  # noqa: ANN401 - module or class
    original = getattr(owner, name)

    def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function takes
        note(args)
        return original(*args, **kwargs)

    setattr(owner, name, counted)


WORKERS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    each.__name__.replace("_", "-"): each
    for each in (import_software, import_pandas, export, relational_engine, relational_pandas, check_by_stages)
}


def main() -> None:
    """Do one of the pieces of work named on the command line."""
    name, folder, *rest = sys.argv[1:]
    sys.stdout.write(json.dumps(WORKERS[name](Path(folder), *rest)) + "\n")


if __name__ == "__main__":
    main()
