"""From record numbers to physical lines: each found again by looking for the record's own text in the file."""

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from sam.readers.delimited import examine, read_layout, read_records
from sam.readers.places import locate, section_lines
from tests.explain.estate import write_estate

cells = st.sampled_from(["", "plain", "with, comma", 'with "quotes"', "two\nlines", "three\n\nlines", "\n"])
records = st.lists(st.tuples(cells, cells), max_size=12)


@given(records, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.data())
def test_a_record_of_a_text_table_begins_on_its_line(
    rows: list[tuple[str, str]], end: str, encoding: str, data: st.DataObject
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(["name", "a", "b"])
    starts = []
    for n, row in enumerate(rows, 1):
        out.write(end * data.draw(st.integers(0, 2)))  # blank lines are no records
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow([f"record {n}", *row])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(out.getvalue(), encoding=encoding, newline="")
        wanted = data.draw(st.sets(st.integers(1, max(1, len(rows)))))

        found = locate(path, "table:software", wanted)

        assert found == {n: starts[n - 1] for n in wanted if n <= len(rows)}
        form = examine(path)
        layout = read_layout(path, form)
        assert layout is not None
        assert {r.record: r.line for r in read_records(path, form, layout) if r.record in wanted} == found


def test_rows_of_a_workbook_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("devices")
    rows = [["device_id", "kind"], ["PC1", "laptop"], [], ["PC2", "server"]]
    for row in rows:
        sheet.append(row)
    software = book.create_sheet("software")
    for row in ([], ["device_id", "name"], ["PC1", "Acme Pen"]):
        software.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)

    assert locate(path, "table:devices+software", [1, 2, 3], "devices") == {1: 2, 2: 4}
    # without a name, the sheet of software is meant
    assert locate(path, "table:devices+software", [1]) == {1: 3}
    assert locate(path, "table:devices+software", [1], "no such sheet") == {}


def test_programs_and_system_of_agents_files_are_found_by_their_own_text(tmp_path: Path) -> None:
    write_estate(tmp_path)
    xml = (tmp_path / "agent.xml").read_text("utf-8").splitlines()
    found = locate(tmp_path / "agent.xml", "fusioninventory", [0, 1, 2, 3, 4, 5])
    assert [xml[found[n] - 1] for n in (1, 2, 3)] == ["<SOFTWARES>"] * 3
    assert "<OSNAME>Agent OS" in xml[found[4] - 1]
    assert 5 not in found
    assert "<CPUS>" in xml[section_lines(tmp_path / "agent.xml", "fusioninventory")["CPUS"][0][0] - 1]

    text = (tmp_path / "agent.json").read_text("utf-8").splitlines()
    found = locate(tmp_path / "agent.json", "glpi", [1, 2, 3, 4])
    names = [text[found[n] - 1 : found[n] + 3] for n in (1, 2, 3)]
    assert all(lines[0].strip() == "{" and '"name"' in "".join(lines) for lines in names)
    assert "Json OS" in "".join(text[found[4] - 1 : found[4] + 2])


def test_a_tag_whose_opening_takes_several_lines_begins_on_its_first(tmp_path: Path) -> None:
    write_estate(tmp_path)
    tag = tmp_path / "inventory" / "devices" / "tag-pc" / "pen.swidtag"

    assert locate(tag, "swid", [1, 2]) == {1: 4}
    assert tag.read_text("utf-8").splitlines()[3].startswith("<SoftwareIdentity")


def test_nothing_is_read_where_nothing_is_wanted(tmp_path: Path) -> None:
    assert locate(tmp_path / "not there", "table:software", []) == {}
