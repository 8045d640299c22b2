"""Units set apart for somebody: reservations, and what a retired device still holds."""

import csv
from datetime import date
from pathlib import Path

from sam.engine import check, load_workspace
from sam.model import Position, Run

DAY = date(2026, 6, 30)


def run_of(folder: Path, **tables: list[dict[str, object]]) -> Run:
    """Write tables and run them."""
    for name, rows in tables.items():
        columns = sorted({c for row in rows for c in row})
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return check(load_workspace(folder), as_of=DAY, write=False)


def total(run: Run, product: str) -> Position:
    """Return the only total of a product."""
    (found,) = [p for p in run.totals if p.product == product]
    return found


def devices(unit: str, count: int) -> list[dict[str, object]]:
    return [{"device_id": f"{unit}{n}", "org_unit": unit, "lifecycle": "in-use"} for n in range(count)]


def installs(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{"device_id": row["device_id"], "name": "App"} for row in rows]


def test_a_reservation_keeps_units_from_others_and_what_is_left_of_it_is_not_surplus(tmp_path: Path) -> None:
    # 100 rights, HR reserves 50; HR uses 30, Sales wants 80: Sales gets 50 and is 30 short, 20 lie reserved.
    machines = devices("HR", 30) + devices("Sales", 80)
    line = {"entitlement_id": "E1", "product": "App", "metric": "device", "quantity": 100}

    run = run_of(
        tmp_path,
        devices=machines,
        software=installs(machines),
        org_units=[{"org_unit": "HR"}, {"org_unit": "Sales"}],
        entitlements=[line],
        allocations=[{"entitlement_id": "E1", "kind": "reserved", "org_unit": "HR", "quantity": 50}],
    )

    app = total(run, "App")
    assert (app.entitled, app.solved, app.covered, app.shortfall) == (100, 110, 80, 30)
    assert (app.reserved, app.surplus) == (20, 0)


def test_without_the_reservation_the_same_estate_is_ten_short(tmp_path: Path) -> None:
    machines = devices("HR", 30) + devices("Sales", 80)

    run = run_of(
        tmp_path,
        devices=machines,
        software=installs(machines),
        entitlements=[{"entitlement_id": "E1", "product": "App", "metric": "device", "quantity": 100}],
    )

    assert (total(run, "App").shortfall, total(run, "App").reserved) == (10, 0)


def test_a_retired_device_keeps_the_unit_allocated_to_it(tmp_path: Path) -> None:
    machines = [{"device_id": "A", "lifecycle": "in-use"}, {"device_id": "B", "lifecycle": "retired"}]

    run = run_of(
        tmp_path,
        devices=machines,
        software=installs(machines),
        entitlements=[{"entitlement_id": "E1", "product": "App", "metric": "device", "quantity": 2}],
        allocations=[{"entitlement_id": "E1", "kind": "allocated", "device_id": "B"}],
    )

    app = total(run, "App")
    assert (app.entitled, app.used_here, app.reserved, app.surplus) == (2, 1, 1, 0)
    assert app.buckets == {"counted": 1, "retired-device": 1}


def test_a_reservation_is_applied_once_where_maintenance_split_the_purchase_in_two_lots(tmp_path: Path) -> None:
    app: dict[str, object] = {"product": "App", "metric": "device", "purchased_on": "2026-01-01"}
    bought = {**app, "entitlement_id": "E1", "quantity": 10}
    cover = {
        **app, "entitlement_id": "M1", "quantity": 4, "transaction": "maintenance", "base_id": "E1",
        "starts_on": "2026-01-01", "ends_on": "2026-12-31",
    }  # fmt: skip

    run = run_of(
        tmp_path,
        devices=devices("HR", 1),
        org_units=[{"org_unit": "HR"}],
        entitlements=[bought, cover],
        allocations=[{"entitlement_id": "E1", "kind": "reserved", "org_unit": "HR", "quantity": 3}],
    )

    assert (total(run, "App").entitled, total(run, "App").reserved) == (10, 3)
