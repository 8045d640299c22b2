"""The example estate comes to what its rows say when counted by hand."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from sam.engine import explain, load_workspace
from sam.model import Position, Run
from tests.example.conftest import DAY, replaced, run_copy
from tests.example.tables import (
    ESTATE,
    adobe_needs,
    adobe_plans,
    adobe_priority,
    bought,
    cores_of_a_set,
    holding,
    in_use,
    price,
    rows,
    running,
    users,
    windows_guests,
)

WINDOWS = r"(?:Microsoft )?Windows 1[01] Pro(?: 64-bit)?"
AUTOCAD = r"(?:Autodesk )?AutoCAD 20\d\d - English"


def total(run: Run, product: str, edition: str | None = None) -> Position:
    """Return the one total of a product and edition."""
    (found,) = [
        t for t in run.totals if t.product == product and t.edition == edition and (t.entitled or t.solved or t.expired)
    ]
    return found


def numbers(position: Position) -> tuple[int, int, int, int]:
    """Return needed, owned, short and free."""
    return position.solved, position.entitled, position.shortfall, position.surplus


def simple(needed: int, owned: int) -> tuple[int, int, int, int]:
    """Return the same for one product whose licenses are used for nothing else."""
    return needed, owned, max(0, needed - owned), max(0, owned - needed)


def bucket(run: Run, product: str, name: str) -> int:
    return sum(p.buckets.get(name, 0) for p in run.positions if p.product == product)


def test_every_row_of_every_file_is_read_and_nothing_is_wrong_with_the_data(run: Run) -> None:
    assert {s.file for s in run.sources if s.rejected_count or s.rows != s.accepted or not s.rows} == set()
    assert [str(p) for p in run.problems] == []
    assert (run.summary.devices, run.summary.people) == (60, 30)


def test_books_balance_in_every_line(run: Run) -> None:
    for p in (*run.positions, *run.totals):
        cover = (p.covered_own, p.covered_suite, p.covered_downgrade, p.covered_edition_above, p.covered_other)
        assert p.solved == p.covered + p.shortfall, p.id
        assert p.covered == sum(cover), p.id
        assert p.entitled == p.used_here + p.used_for_others + p.reserved + p.non_transferable + p.surplus, p.id


def test_each_host_takes_the_edition_that_is_cheaper_for_it(run: Run) -> None:
    standard, datacenter = (
        price("microsoft/windows-server", "standard"),
        price("microsoft/windows-server", "datacenter"),
    )
    stacked, units = {}, {}
    for name in ("HOST-01", "HOST-02"):
        host = in_use()[name]
        units[name] = cores_of_a_set(host)
        stacked[name] = units[name] * -(-windows_guests(name) // 2)
    assert (windows_guests("HOST-01"), windows_guests("HOST-02")) == (14, 5)
    assert stacked["HOST-01"] * standard > units["HOST-01"] * datacenter
    assert stacked["HOST-02"] * standard < units["HOST-02"] * datacenter
    owned = bought("E-110")
    low = total(run, "microsoft/windows-server", "standard")
    high = total(run, "microsoft/windows-server", "datacenter")
    assert numbers(low) == simple(stacked["HOST-02"], owned) == (48, 64, 0, 16)
    assert numbers(high) == simple(units["HOST-01"], 0) == (32, 0, 32, 0)
    assert high.exposure == stacked["HOST-01"] * standard == 13440


def test_sql_server_counts_engines_that_need_a_license_and_says_what_it_does_not_know(run: Run) -> None:
    engines = [
        r for r in rows("software") if r["name"].endswith("Database Engine Services") and r["edition"] == "Standard"
    ]
    cores = [in_use()[r["device_id"]]["vcpus"] for r in engines]
    needed = sum(max(4, int(c or 0)) for c in cores)
    position = total(run, "microsoft/sql-server", "standard")
    assert cores.count("") == 1
    assert numbers(position) == simple(needed, bought("E-120")) == (16, 12, 4, 0)
    assert (position.demand.low, position.demand.high, position.status) == (16, None, "unknown")
    assert position.covered_downgrade == 4
    assert bucket(run, "microsoft/sql-server", "free-edition") == 2


def test_vsphere_counts_sixteen_cores_a_processor_at_least(run: Run) -> None:
    hosts = [in_use()[d] for d in running(r"VMware ESXi .*")]
    needed = sum(int(h["sockets"]) * max(16, int(h["cores"]) // int(h["sockets"])) for h in hosts)
    assert sum(int(h["cores"]) for h in hosts) == bought("E-500") == 48
    lines = [t for t in run.totals if t.product == "vmware/vsphere"]
    assert (sum(t.solved for t in lines), sum(t.shortfall for t in lines)) == (needed, needed - 48) == (64, 16)


def test_seats_count_whoever_holds_them_and_cover_what_their_holders_installed(run: Run) -> None:
    seats = {s["user_id"] for s in rows("seats") if s["product"] == "Microsoft 365 E3"}
    people = users(holding(r"Microsoft 365 Apps for enterprise - .*"))
    assert people < seats
    assert {"u29", "u30"} < seats
    assert numbers(total(run, "microsoft/m365-e3")) == simple(len(seats), bought("E-100")) == (30, 33, 0, 3)
    apps = total(run, "microsoft/m365-apps", "enterprise")
    assert (apps.solved, apps.covered_suite, apps.shortfall) == (len(people), len(people), 0)
    assert numbers(total(run, "Figma Professional")) == simple(4, bought("E-700"))


@pytest.mark.parametrize(
    ("product", "edition", "titles", "line", "expected"),
    [
        ("microsoft/office-standard", None, r"Microsoft Office LTSC Standard 2021 - .*", "E-160", (5, 4, 1, 0)),
        (
            "microsoft/office-professional-plus",
            None,
            r"Microsoft Office Professional Plus 2016",
            "E-170",
            (2, 10, 0, 8),
        ),
        ("microsoft/project", "standard", r"Microsoft Project Standard 20\d\d.*", "E-150", (3, 3, 0, 0)),
        ("vmware/workstation", "pro", r"VMware Workstation", "E-510", (1, 1, 0, 0)),
        ("oracle/java-se", None, r"Java 8 Update 381 \(64-bit\)", "", (6, 0, 6, 0)),
    ],
)
def test_licenses_for_devices(
    run: Run, product: str, edition: str | None, titles: str, line: str, expected: tuple[int, int, int, int]
) -> None:
    free = {r["device_id"] for r in rows("software") if (r["name"], r["version"]) == ("VMware Workstation", "25.0.0")}
    needed = len(holding(titles) - (free if "Workstation" in titles else set()))
    assert numbers(total(run, product, edition)) == simple(needed, bought(line)) == expected


@pytest.mark.parametrize(
    ("product", "edition", "titles", "line", "expected"),
    [
        ("autodesk/autocad", None, AUTOCAD, "E-300", (5, 4, 1, 0)),
        ("autodesk/autocad-lt", None, r"AutoCAD LT \d+ - English", "E-301", (2, 2, 0, 0)),
        ("autodesk/revit", None, r"Autodesk Revit \d+", "", (2, 0, 2, 0)),
        ("docker/desktop", None, r"Docker Desktop", "", (3, 0, 3, 0)),
        ("microsoft/visual-studio", "professional", r"Visual Studio Professional \d+", "E-180", (2, 2, 0, 0)),
    ],
)
def test_licenses_for_people(
    run: Run, product: str, edition: str | None, titles: str, line: str, expected: tuple[int, int, int, int]
) -> None:
    needed = len(users(holding(titles)))
    assert numbers(total(run, product, edition)) == simple(needed, bought(line)) == expected


def test_one_person_on_two_devices_needs_one_autocad(run: Run) -> None:
    assert len(holding(AUTOCAD)) == len(users(holding(AUTOCAD))) + 1
    assert total(run, "autodesk/autocad").solved == len(users(holding(AUTOCAD)))


def test_a_right_that_ended_covers_nothing(run: Run) -> None:
    position = total(run, "autodesk/revit")
    assert (position.expired, position.covered) == (bought("E-310"), 0)


def test_windows_of_the_computers_is_bought_with_them_and_may_be_an_earlier_one(run: Run) -> None:
    position = total(run, "microsoft/windows", "pro")
    assert numbers(position) == simple(len(running(WINDOWS)), bought("E-130")) == (36, 38, 0, 2)
    assert position.covered_downgrade == len(running("Microsoft Windows 10 Pro")) == 3


def test_maintenance_reaches_later_versions_and_a_retired_laptop_keeps_what_it_was_given(run: Run) -> None:
    position = total(run, "microsoft/visio", "professional")
    needed = len(holding(r"Microsoft Visio LTSC Professional 20\d\d - .*"))
    given = sum(int(r["quantity"]) for r in rows("allocations") if r["device_id"] == "LAP-90")
    assert (position.solved, position.covered_other, position.shortfall) == (needed, needed, 0)
    assert (position.entitled, position.reserved, position.surplus) == (bought("E-140"), given, 0) == (6, 1, 0)
    assert bucket(run, "microsoft/visio", "retired-device") == 1
    assert bucket(run, "microsoft/m365-apps", "not-deployed-device") == 1


def test_an_earlier_project_runs_under_a_later_license(run: Run) -> None:
    position = total(run, "microsoft/project", "standard")
    assert position.covered_downgrade == len(holding("Microsoft Project Standard 2016")) == 2


def test_a_license_for_germany_stays_free_while_graz_is_short(run: Run) -> None:
    devices = holding(r"Sonderling Lab 5 Professional(?: \(x64\))?")
    germany = {d for d in devices if in_use()[d]["country"] == "DE"}
    position = total(run, "sonderling/lab", "professional")
    assert numbers(position) == (len(devices), bought("E-600"), len(devices - germany), bought("E-600") - len(germany))
    assert numbers(position) == (8, 6, 3, 1)


def test_of_three_tags_one_is_an_installation_and_it_is_the_one_the_table_names(run: Run) -> None:
    professional = [p for p in run.positions if (p.product, p.edition) == ("sonderling/lab", "professional")]
    assert sum(p.buckets.get("counted", 0) for p in professional) == 8
    assert sum(p.buckets.get("same-installation", 0) for p in professional) == 1


def test_the_medium_and_the_patch_among_the_tags_are_kept_apart_by_name(tmp_path: Path) -> None:
    shutil.copytree(ESTATE, tmp_path / "estate", ignore=shutil.ignore_patterns("out", ".trueup"))
    lines = explain(load_workspace(tmp_path / "estate"), "device", "LAP-07", as_of=DAY)
    ends = {
        name: line.rpartition("→")[2].strip()
        for line in lines
        for name in ("media", "patch")
        if f"{name}.swidtag" in line
    }
    assert ends == {"media": "media", "patch": "patch"}


def test_a_pack_leaves_the_single_licenses_of_its_users_idle(run: Run) -> None:
    pack = users(holding("PyCharm 2024.*") | holding("WebStorm .*") | holding("DataGrip .*"))
    ideas = users(holding(r"IntelliJ IDEA 20\S+"))
    position = total(run, "jetbrains/intellij-idea", "ultimate")
    assert len(pack) == bought("E-400") == total(run, "jetbrains/all-products-pack").used_for_others
    assert (position.solved, position.covered_suite, position.covered_own) == (len(ideas), len(ideas & pack), 1)
    assert position.surplus == bought("E-401") - len(ideas - pack) == 2


def test_suites_go_where_they_do_most_and_beat_the_priority_order(run: Run) -> None:
    least = min(adobe_plans())
    lines = [r for r in run.remedy if r.product.startswith("adobe/")]
    assert sum((r.cost or Decimal(0) for r in lines), Decimal(0)) == least == 3276
    assert {r.product: r.units for r in lines} == {"adobe/creative-cloud": 1, "adobe/illustrator": 1}
    assert least < adobe_priority() == 5328
    assert sum(t.shortfall for t in run.totals if t.product.startswith("adobe/")) == 4
    assert sum(t.solved for t in run.totals if t.product.startswith("adobe/")) == sum(map(len, adobe_needs().values()))


def test_the_bill_is_the_sum_of_its_parts(run: Run) -> None:
    same = (
        price("autodesk/autocad") + 2 * price("autodesk/revit") + 3 * price("docker/desktop")
        + price("microsoft/office-standard") + 4 * price("microsoft/sql-server", "standard")
        + 3 * price("sonderling/lab", "professional") + 16 * price("vmware/vsphere", "standard")
    )  # fmt: skip
    datacenter = 32 * price("microsoft/windows-server", "datacenter")
    standard = 7 * 32 * price("microsoft/windows-server", "standard")
    adobe = 4 * price("adobe/illustrator")
    summary = run.summary
    assert summary.true_up_cost == same + datacenter + min(adobe_plans()) == Decimal("55276.40")
    assert summary.exposure == same + standard + adobe == Decimal("57984.40")
    assert summary.priority_order_cost == same + standard + adobe_priority() == Decimal("59568.40")
    assert (summary.true_up_unpriced_units, summary.exposure_unpriced_units) == (6, 6)


def test_packages_of_the_linux_machine_need_nothing_and_it_is_one_of_the_sixty(run: Run) -> None:
    (source,) = [s for s in run.sources if s.format == "fusioninventory"]
    assert source.rows == 1 + 849 + 1
    assert not [p for p in run.positions if p.shortfall and "build-01.xml" in str(p.sources)]
    assert run.summary.rows["free"] > 849


def test_what_nobody_recognises_is_told_by_the_number_of_devices(run: Run) -> None:
    titles = {t.name: t.devices for t in run.unknown_titles}
    assert titles["Adobe Acrobat (64-bit)"] == len(holding(r"Adobe Acrobat \(64-bit\)")) == 12
    assert titles["O&O DiskImage Workstation"] == len(holding("O&O DiskImage Workstation")) == 9


def test_renewals_name_the_day_of_notice_and_what_to_keep(run: Run) -> None:
    found = {r.contract_id: (str(r.notice_by), r.quantity, r.recommended) for r in run.renewals}
    assert found == {
        "C-MS": ("2026-07-01", 33, 30),
        "C-ADBE": ("2026-08-31", 3, 4),
        "C-JB": ("2026-11-16", 5, 3),
    }


def test_filling_in_the_missing_cores_ends_the_doubt(tmp_path: Path) -> None:
    run = run_copy(tmp_path, replaced("inventory/devices.csv", r"^(VM-112,.*2022 Standard(?:,){5}),", r"\g<1>8,"))
    position = total(run, "microsoft/sql-server", "standard")
    assert (position.demand.low, position.demand.high, position.shortfall) == (20, 20, 8)
    assert "POS003" not in {f.rule for f in run.findings}


def test_without_its_scope_the_free_license_goes_to_graz(tmp_path: Path) -> None:
    run = run_copy(tmp_path, replaced("entitlements/entitlements.csv", r"country:DE", ""))
    assert numbers(total(run, "sonderling/lab", "professional")) == (8, 6, 2, 0)


def test_the_file_of_the_walk_through_makes_an_unknown_title_a_position(tmp_path: Path) -> None:
    page = (ESTATE.parents[1] / "docs" / "example.md").read_text("utf-8")
    (snippet,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)

    def tell(folder: Path) -> None:
        (folder / "catalog" / "oo.yaml").write_text(snippet, "utf-8")

    run = run_copy(tmp_path, tell)
    assert numbers(total(run, "oo/diskimage")) == (9, 0, 9, 0)
    assert "O&O DiskImage Workstation" not in {t.name for t in run.unknown_titles}


def test_a_notice_date_that_is_over_is_told(tmp_path: Path) -> None:
    run = run_copy(tmp_path, replaced("contracts/contracts.csv", r"^(C-ADBE,.*?),30,yes", r"\g<1>,100,yes"))
    assert {f.subject for f in run.findings if f.rule == "REN002"} == {"contract:C-ADBE"}
