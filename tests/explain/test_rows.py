"""The rows an explanation names: opened at that file and line they hold the title, and changing them changes it."""

import csv
import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import openpyxl
import pytest

from sam.engine.explain_desk import Desk
from sam.engine.explain_device import explain_device
from tests.explain.estate import ids, told, write_estate

ROW: Final = re.compile(r'^\s*(\S+):(\d+)  "(.*?)"(?: \(|:)')
OTHERS: Final = ("agent-pc", "json-pc", "sheet-pc", "tag-pc")
BEGINNINGS: Final = {".xml": "<SOFTWARES>|<HARDWARE>", ".json": "{", ".swidtag": "<SoftwareIdentity"}
"""How a record begins on the line that is named."""


class Named(NamedTuple):
    """A row as an explanation names it."""

    file: str
    line: int
    title: str


def named_rows(lines: list[str]) -> list[Named]:
    found = (ROW.match(line) for line in lines)
    return [Named(m[1], int(m[2]), m[3]) for m in found if m]


def explained(desk: Desk, device: str) -> list[str]:
    return desk.finish(explain_device(desk, desk.device_numbers[device]))


def opened(folder: Path, row: Named) -> str:
    """Return what a program finds at that place: the whole record that begins there."""
    name, _, sheet = row.file.partition("#")
    path = folder / name
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = book[sheet or "software"][row.line]
        return " ".join(str(cell.value) for cell in cells)
    behind = path.read_text("utf-8").splitlines(keepends=True)[row.line - 1 :]
    if path.suffix == ".csv":
        return " ".join(next(csv.reader(behind)))
    assert re.search(BEGINNINGS[path.suffix], behind[0]), behind[0]
    return "".join(behind[:5])


@pytest.mark.parametrize("device", [*ids()[:20], *OTHERS])
def test_the_line_that_is_named_holds_the_title(estate: Path, desk: Desk, device: str) -> None:
    rows = named_rows(explained(desk, device))

    assert rows
    for row in rows:
        assert row.title in opened(estate, row)


def test_every_raw_row_of_a_device_is_named_once(estate: Path, desk: Desk) -> None:
    with (estate / "software.csv").open(encoding="utf-8", newline="") as file:
        raw = [(r["device_id"], r["name"]) for r in csv.DictReader(file)]

    named = [
        (device, row.title)
        for device in ids()
        for row in named_rows(explained(desk, device))
        if row.file == "software.csv"
    ]
    assert sorted(named) == sorted(raw)


def test_a_fact_is_named_with_the_line_it_stands_on(estate: Path, desk: Desk) -> None:
    lines = (estate / "devices.csv").read_text("utf-8").splitlines()
    for device in ids():
        (fact,) = [line for line in explained(desk, device) if line.startswith("  country: ")]
        match = re.fullmatch(r"  country: (\w\w)  devices\.csv:(\d+)", fact)
        assert match
        assert lines[int(match[2]) - 1].startswith(f"{device},laptop,{match[1]},")


# what is changed, in the order of the columns of the row that the explanation names


class Change(NamedTuple):
    """A cell of a named row, its two values, and what the explanation says before and after."""

    file: str
    column: int
    values: tuple[str, str]


CHANGES: Final = {
    "version": Change("software.csv", 3, ("1", "2")),
    "edition": Change("software.csv", 4, ("standard", "enterprise")),
    "country": Change("devices.csv", 2, ("DE", "FR")),
}


def place_of(change: Change, lines: list[str]) -> int:
    """Return the line of the row that the explanation names for what is changed."""
    if change.file == "devices.csv":
        (fact,) = [line for line in lines if line.startswith("  country: ")]
        return int(fact.rpartition(":")[2])
    return next(row.line for row in named_rows(lines) if row.title.startswith("Acme Base"))


def edited(folder: Path, change: Change, line: int) -> tuple[str, str]:
    """Turn one cell of the record that begins on a line into its other value; return both."""
    path = folder / change.file
    text = path.read_text("utf-8").splitlines(keepends=True)
    cells = text[line - 1].split(",")
    before = cells[change.column]
    after = change.values[1 - change.values.index(before)]
    cells[change.column] = after
    text[line - 1] = ",".join(cells)
    path.write_text("".join(text), encoding="utf-8")
    return before, after


def position_and_cover(lines: list[str]) -> tuple[str, str]:
    """Return the position of the device's Acme Base and what covers it there."""
    start = next(n for n, line in enumerate(lines) if line.startswith("  License of Acme Base"))
    block = lines[start : start + 6]
    position = next(m[1] for line in block if (m := re.search(r"position (\S+):", line)))
    cover = next(m for line in block if (m := re.search(r" covered: 1(?: by (?:pool \S+, )?(\S+))?", line)))
    return position, cover[1] or "buying"


def demands(folder: Path) -> dict[str, int]:
    lines = told(folder, "product", "acme/base")
    found: dict[str, int] = {}
    name = ""
    for line in lines:
        if line.startswith("Position "):
            name = line.split()[1]
        if line.startswith("Demand: "):
            found[name] = int(line.removeprefix("Demand: ").split(",")[0])
    return found


@pytest.fixture(scope="module")
def before(estate: Path) -> dict[str, int]:
    return demands(estate)


def cases() -> list[tuple[str, str]]:
    kinds = list(CHANGES)
    return [(device, kinds[n % len(kinds)]) for n, device in enumerate(ids()[:20])]


@pytest.mark.parametrize(("device", "what"), cases())
def test_changing_the_named_row_changes_the_explanation_and_the_position(
    estate: Path, desk: Desk, before: dict[str, int], tmp_path: Path, device: str, what: str
) -> None:
    change = CHANGES[what]
    lines = explained(desk, device)
    folder = shutil.copytree(estate, tmp_path / "copy", ignore=shutil.ignore_patterns(".trueup"))
    line = place_of(change, lines)
    if change.file == "software.csv":
        # rows that repeat the installation would keep it where it was
        repeated = [r.line for r in named_rows(lines) if r.title.startswith("Acme Base")][1:]
        for other in repeated:
            edited(folder, change, other)
    old, new = edited(folder, change, line)

    after_lines = told(folder, "device", device)

    assert place_of(change, after_lines) == line
    old_position, old_cover = position_and_cover(lines)
    position, cover = position_and_cover(after_lines)
    if what == "country":
        assert f"  country: {new}  devices.csv:{line}" in after_lines
        if old_cover != "buying":
            assert (old_cover, cover) == (f"E-{old}", f"E-{new}")
        assert position == old_position
        return
    assert f"-{old}-" in old_position
    assert f"-{new}-" in position
    after = demands(folder)
    assert (before[old_position] - after.get(old_position, 0), after[position] - before.get(position, 0)) == (1, 1)


def test_an_estate_of_another_seed_is_another_one(tmp_path: Path, estate: Path) -> None:
    other = write_estate(tmp_path, seed=8)
    assert (other / "software.csv").read_bytes() != (estate / "software.csv").read_bytes()
