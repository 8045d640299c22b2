"""Ids and near matches, identity, alike devices, people under pseudonyms, findings, workbooks, and speed."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from sam import engine
from sam.cli.exits import run
from sam.engine import check, load_workspace
from sam.engine.explain_desk import Desk
from sam.engine.explain_device import explain_device
from sam.engine.explain_finding import explain_finding, find
from sam.engine.explain_position import explain_positions
from sam.engine.handback import pseudonym
from sam.engine.run import solve
from sam.errors import ExitCode, UsageError
from tests.engine.small import write_small
from tests.explain.estate import DAY, told, write_estate


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("small"))


@pytest.mark.parametrize(
    ("kind", "ident", "near"),
    [
        ("device", "PC11", "PC1"),
        ("device", "vm-1", "VM1"),
        ("product", "acme/sketsh", "acme/sketch"),
        ("product", "Acme Host", "Acme Host OS"),
        ("position", "acme-sketch-10-user", "acme-sketch-10-user-cdf507"),
        ("finding", "POS001:acme-board-seat", "POS001:acme-board-seat-c34d91"),
    ],
)
def test_an_id_that_nothing_goes_by_names_what_comes_near(small: Path, kind: str, ident: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        told(small, kind, ident)

    assert f"no {kind} '{ident}'" in caught.value.message
    assert near in caught.value.hint
    assert caught.value.exit_code == ExitCode.USAGE


def test_the_command_exits_2_on_an_unknown_id_and_0_on_a_known_one(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # twice in one process: the name stays a function
    for _ in range(2):
        assert run(["-w", str(small), "explain", "device", "PC1", "--as-of", "2026-06-30"]) == ExitCode.FINE
    assert capsys.readouterr().out.startswith("Device PC1 on 2026-06-30\n")
    assert run(["-w", str(small), "explain", "device", "PC11"]) == ExitCode.USAGE
    assert "did you mean" in capsys.readouterr().err


def test_what_cannot_be_explained_says_what_can(small: Path) -> None:
    with pytest.raises(UsageError) as caught:
        told(small, "unicorn", "1")
    assert caught.value.hint == "one of: device, product, position, finding"


def test_the_function_is_the_one_the_package_names(small: Path) -> None:
    whole: Callable[..., list[str]] = engine.explain
    assert whole(load_workspace(small), "device", "PC1", as_of=DAY) == told(small, "device", "PC1")


def test_the_same_question_has_the_same_answer(tmp_path: Path, small: Path) -> None:
    other = write_small(tmp_path)
    for kind, ident in (("device", "PC2"), ("product", "acme/sketch"), ("product", "Acme Host OS")):
        assert told(other, kind, ident) == told(small, kind, ident)


def test_a_product_goes_by_its_id_and_by_its_name(small: Path) -> None:
    assert told(small, "product", "acme host os") == told(small, "product", "acme/host-os")


def test_a_total_is_told_as_the_positions_it_adds_up(small: Path) -> None:
    run_ = check(load_workspace(small), as_of=DAY, write=False)
    single = {p.id for p in run_.positions}
    total = next(t for t in run_.totals if t.id not in single and t.product == "acme/host-os" and t.solved)
    lines = told(small, "position", total.id)

    parts = [
        p for p in run_.positions if (p.product, p.edition, p.metric) == (total.product, total.edition, total.metric)
    ]
    assert [line.split()[1] for line in lines if line.startswith("Position ")] == [p.id for p in parts]
    assert lines[1].startswith(f"Demand: {total.solved}, entitled: {total.entitled}, ")


def test_alike_devices_are_said_to_be_interchangeable(tmp_path: Path) -> None:
    write_estate(tmp_path)
    (tmp_path / "devices.csv").write_text(
        "device_id,kind,country\n" + "".join(f"D{n:02d},laptop,DE\n" for n in range(1, 6))
    )
    (tmp_path / "software.csv").write_text(
        "device_id,name,version,edition\n" + "".join(f"D{n:02d},Acme Base,2,standard\n" for n in range(1, 6))
    )
    lines = told(tmp_path, "device", "D03")

    assert sum(line.strip().startswith("5 devices are alike here") for line in lines) == 1
    # a second edition on one of them makes it another class
    (tmp_path / "software.csv").write_text((tmp_path / "software.csv").read_text() + "D03,Acme Base,2,enterprise\n")
    assert not any("are alike here" in line for line in told(tmp_path, "device", "D03"))
    assert any(line.strip().startswith("4 devices are alike here") for line in told(tmp_path, "device", "D01"))


# identity ------------------------------------------------------------------------------------------------------------

AGENT = """<?xml version="1.0" encoding="UTF-8"?>
<REQUEST>
<CONTENT>
<BIOS><SSN>{serial}</SSN><SMANUFACTURER>Maker</SMANUFACTURER></BIOS>
<CPUS><CORE>6</CORE></CPUS>
<HARDWARE><NAME>{name}</NAME><UUID>4C4C4544-0042-3510-8051-B4C04F4A3132</UUID></HARDWARE>
<SOFTWARES><NAME>Acme Sketch</NAME><VERSION>9</VERSION></SOFTWARES>
</CONTENT>
<DEVICEID>{name}-2026</DEVICEID>
<QUERY>INVENTORY</QUERY>
</REQUEST>
"""


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """PC1 is told by the table and by an agent, which counts six cores and says another model."""
    write_small(tmp_path)
    devices = (tmp_path / "devices.csv").read_text()
    header, *rows = devices.splitlines()
    rows = [
        f"{row},SER-1,4C4C4544-0042-3510-8051-B4C04F4A3132,pc1" if row.startswith("PC1") else f"{row},,,"
        for row in rows
    ]
    rows = [row.replace("laptop,1,4,", "laptop,1,,") if row.startswith("PC1") else row for row in rows]
    (tmp_path / "devices.csv").write_text("\n".join([f"{header},serial,uuid,hostname", *rows]) + "\n")
    (tmp_path / "pc1.xml").write_text(AGENT.format(serial="SER-1", name="other-name"))
    return tmp_path


def test_a_merged_device_tells_its_records_and_what_they_agree_in(merged: Path) -> None:
    lines = told(merged, "device", "PC1")

    assert lines[1] == "Identity: 2 records are one device"
    assert lines[2:4] == ["  PC1 in devices.csv:2, whose values win", "  other-name-2026 in pc1.xml:1"]
    assert "  agree in: uuid, serial" in lines
    assert "  disagree in: hostname" in lines
    assert "  hostname: pc1 (devices.csv) is used, other-name (pc1.xml) is not" in lines
    # the table does not know the cores: the agent's own section says them
    assert "  cores: 6  pc1.xml:5" in lines
    assert "  country: DE  devices.csv:2" in lines
    assert any(line.startswith('  pc1.xml:7  "Acme Sketch"') for line in lines)


def test_a_device_is_found_by_the_id_a_source_gives_it(merged: Path) -> None:
    assert told(merged, "device", "other-name-2026") == told(merged, "device", "PC1")


def test_a_file_that_is_gone_is_named_with_its_record(merged: Path) -> None:
    with solve(load_workspace(merged), as_of=DAY) as solved:
        desk = Desk(solved)
        # no copy of an agent's file is kept; it has changed since it was read
        (merged / "pc1.xml").write_text("<REQUEST/>")
        lines = desk.finish(explain_device(desk, desk.device_numbers["PC1"]))

    assert any(line.startswith('  pc1.xml#1  "Acme Sketch"') for line in lines)
    assert not any("pc1.xml:" in line for line in lines)


# people --------------------------------------------------------------------------------------------------------------


def everything(desk: Desk) -> list[str]:
    """Return what is said about all devices, positions and findings."""
    lines = [line for n in range(len(desk.devices)) for line in explain_device(desk, n)]
    lines += explain_positions(desk, list(desk.positions.values()))
    lines += (line for finding in find(desk) for line in explain_finding(desk, finding))
    return desk.finish(lines)


def reserved(folder: Path) -> Path:
    write_small(folder)
    (folder / "allocations.csv").write_text("entitlement_id,user_id,kind,quantity\nE2,zacharias.secret,reserved,1\n")
    for name in ("devices.csv", "software.csv", "seats.csv"):
        text = (folder / name).read_text()
        (folder / name).write_text(re.sub(r"\b(ann|bob)\b", r"\1.secret", text))
    return folder


def test_people_are_pseudonyms_unless_names_are_asked_for(tmp_path: Path) -> None:
    folder = reserved(tmp_path)
    with solve(load_workspace(folder), as_of=DAY) as solved:
        hidden, shown = ("\n".join(everything(Desk(solved, names=names))) for names in (False, True))

    assert ".secret" not in hidden
    for user in ("ann.secret", "bob.secret", "zacharias.secret"):
        assert pseudonym(user) in hidden
        assert user in shown


# findings ------------------------------------------------------------------------------------------------------------


def test_a_finding_tells_message_numbers_remedy_rows_and_rule(desk: Desk) -> None:
    findings = find(desk)
    assert len(findings) >= 3
    for finding in findings:
        lines = desk.finish(explain_finding(desk, finding))
        assert lines[0] == f"Finding {finding.id} on 2026-06-30: {finding.severity}, {finding.family}"
        assert lines[1] == finding.message
        numbers = [f"  {name}: {value}" for name, value in finding.numbers.items()]
        assert lines[2 : 2 + len(numbers)] == numbers
        assert (f"What to do: {finding.remedy}" in lines) == bool(finding.remedy)
        assert any(line.startswith(f"Rule {finding.rule}: ") for line in lines)
        assert f"  More: trueup rule {finding.rule}" in lines


def test_a_finding_goes_by_the_id_that_reports_show(small: Path) -> None:
    finding = check(load_workspace(small), as_of=DAY, write=False).findings[0]
    assert told(small, "finding", finding.id)[1] == finding.message


def test_rows_behind_a_finding_are_lines_of_the_file(small: Path) -> None:
    with solve(load_workspace(small), as_of=DAY) as solved:
        desk = Desk(solved)
        findings = [f for f in find(desk) if f.evidence]
        assert findings
        for finding in findings:
            lines = desk.finish(explain_finding(desk, finding))
            start = lines.index("Rows behind it") + 1
            for named, place in zip(lines[start:], finding.evidence, strict=False):
                path, _, record = place.partition("#")
                if record:
                    # tables of this workspace have one line a record, behind one header line
                    assert named == f"  {path}:{int(record) + 1}"


# workbooks -----------------------------------------------------------------------------------------------------------


def test_rows_of_a_workbook_are_named_by_sheet_and_row(tmp_path: Path) -> None:
    write_small(tmp_path)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in ("devices", "software", "entitlements"):
        sheet = book.create_sheet(name)
        sheet.append(["", ""])
        for line in (tmp_path / f"{name}.csv").read_text().splitlines():
            sheet.append(line.split(","))
        (tmp_path / f"{name}.csv").unlink()
    book.save(tmp_path / "all.xlsx")

    lines = told(tmp_path, "device", "PC2")

    assert "  country: FR  all.xlsx#devices:4" in lines
    assert any(line.startswith('  all.xlsx:5  "Acme Sketch"') for line in lines)
    assert any("by E2 (all.xlsx#entitlements:4)" in line for line in lines)


def test_an_explanation_of_a_small_estate_takes_less_than_two_seconds(small: Path) -> None:
    told(small, "device", "PC1")
    began = time.process_time()
    told(small, "product", "acme/sketch")
    assert time.process_time() - began < 2
