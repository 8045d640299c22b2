"""What is wrong in a file is told with its place; the rest is read; nothing is raised."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sam.model import Severity
from sam.readers import workbook
from sam.readers.folders import FileRead, Found, SourceSpec, read_file
from sam.register.evidence import EvidenceStore
from tests.readers.looking import lines, reasons, told

Reader = Callable[..., FileRead]
Software = Callable[[FileRead], list[tuple[Any, ...]]]

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def ids(result: FileRead) -> list[str]:
    return [record.device_id for record in result.records]  # type: ignore[union-attr]


# --- cells and rows


def test_a_second_row_with_an_id_is_rejected_and_both_lines_are_named(read: Reader) -> None:
    result = read("devices.csv", "device_id,hostname\nPC-1,a\nPC-2,b\nPC-1,c\n")
    assert [(d.device_id, d.hostname) for d in result.records] == [("PC-1", "a"), ("PC-2", "b")]
    assert [(r.line, r.reason) for r in result.account.rejected] == [(4, "device_id 'PC-1' is already in line 2")]


def test_an_unknown_word_is_unknown_and_the_row_stays(read: Reader) -> None:
    result = read("devices.csv", "device_id,kind,lifecycle\nPC-1,toaster,retierd\n")
    assert (result.records[0].kind, result.records[0].lifecycle) == ("", "")
    first, second = told(result, "unknown-word")
    assert first.startswith("devices.csv:2: kind: 'toaster' is not a known word")
    assert "did you mean retired?" in second


def test_an_unreadable_fact_is_unknown_not_zero(read: Reader) -> None:
    result = read("devices.csv", "device_id,cores,smt,cost\nPC-1,many,perhaps,a lot\nPC-2,0,yes,5\n")
    assert [(d.cores, d.smt) for d in result.records] == [(None, None), (None, True)]
    assert len(told(result, "unreadable-cell")) == 4


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("quantity", "ten"), ("unit_price", "1,50"), ("pack_size", "0"), ("ends_on", "31.12.2026"), ("rights", "fly"),
        ("scope", "Germany"),
    ],
)  # fmt: skip
def test_an_unreadable_quantity_date_right_or_scope_rejects_the_row(column: str, cell: str, read: Reader) -> None:
    cells = {"entitlement_id": "E2", "product": "P", "metric": "device", "quantity": "1", column: f'"{cell}"'}
    good = {**dict.fromkeys(cells, ""), "entitlement_id": "E1", "product": "P", "metric": "device", "quantity": "1"}
    text = "\n".join(",".join(row) for row in (cells, good.values(), cells.values()))
    result = read("entitlements.csv", text)
    assert [e.entitlement_id for e in result.records] == ["E1"]  # type: ignore[union-attr]
    assert lines(result) == [3]
    assert reasons(result).startswith(f"{column}: '{cell}'")


def test_an_unknown_metric_rejects_the_purchase_with_a_guess(read: Reader) -> None:
    result = read("entitlements.csv", "entitlement_id,product,metric,quantity\nE1,P,cores,1\n")
    assert "did you mean core?" in reasons(result)


def test_an_unknown_currency_stays_visible(read: Reader) -> None:
    result = read("prices.csv", "product,unit_price,currency\nP,5,Euro\n")
    assert result.records[0].currency == "EURO"  # type: ignore[union-attr]
    assert told(result, "unreadable-cell")


def test_many_alike_problems_are_a_few_and_a_count(read: Reader) -> None:
    result = read("devices.csv", "device_id,kind\n" + "".join(f"PC-{n},toaster\n" for n in range(500)))
    found = told(result, "unknown-word")
    assert len(found) == 21
    assert found[-1].startswith("devices.csv:501: ")
    assert "480 more" in found[-1]


def test_more_rejects_than_are_shown_are_counted(read: Reader) -> None:
    result = read("devices.csv", "device_id,last_seen\n" + "".join(f"PC-{n},soon\n" for n in range(1500)))
    assert (result.account.rows, result.account.accepted, result.account.rejected_count) == (1500, 0, 1500)
    assert len(result.account.rejected) == 1000


# --- headers


def test_unknown_columns_are_one_warning_with_a_proposed_map(read: Reader) -> None:
    result = read("software.csv", "device_id,name,Vendor,Shoe Size\nPC-1,Acme Draw,Acme,44\n")
    (warning,) = told(result, "unknown-column")
    assert warning.startswith("software.csv:1: ")
    assert "'Vendor', 'Shoe Size'" in warning
    assert 'map = {publisher = "Vendor"}' in warning
    assert result.account.accepted == 1


def test_a_missing_bold_column_rejects_all_rows_and_proposes_a_map(read: Reader) -> None:
    result = read("software.csv", "Computer Name,ARP Display Name\nPC-1,Acme Draw\nPC-2,Acme Draw\n")
    (problem,) = told(result, "missing-column")
    assert 'map = {device_id = "Computer Name", name = "ARP Display Name"}' in problem
    assert (result.account.rows, result.account.accepted, result.account.rejected_count) == (2, 0, 2)
    assert not result.has_software


def test_the_proposed_map_makes_the_file_readable(read: Reader, software: Software) -> None:
    text = "Computer Name,ARP Display Name,name\nPC-1,Acme Draw,ignored\n"
    result = read("software.csv", text, map=(("device_id", "Computer Name"), ("name", "ARP Display Name")))
    assert software(result) == [(1, "PC-1", "", "Acme Draw", "", "", "", None, None)]


def test_a_map_that_names_no_header_is_told(read: Reader) -> None:
    result = read("devices.csv", "device_id\nPC-1\n", map=(("hostname", "Host"),))
    assert "'Host'" in told(result, "unmapped-column")[0]


def test_headers_of_no_table_are_told_with_the_likely_table(read: Reader) -> None:
    result = read("export.csv", "Computer Name,Software Name,Vendor\nPC-1,Acme Draw,Acme\n")
    (problem,) = told(result, "unknown-table")
    assert 'format = "software", map = {device_id = "Computer Name", name = "Software Name"' in problem
    assert result.account.format == "unknown"


def test_doubled_headers_are_told_and_the_first_is_used(read: Reader) -> None:
    result = read("devices.csv", "device_id,hostname,Host Name\nPC-1,a,b\n")
    assert result.records[0].hostname == "a"
    assert told(result, "duplicate-column")[0].startswith("devices.csv:1: header 'Host Name'")


@pytest.mark.parametrize("table", ["devices", "software", "export"])
def test_a_header_of_very_many_columns_is_no_burden(table: str, read: Reader, software: Software) -> None:
    wide = ",".join(f"column {n}" for n in range(50_000))
    result = read(f"{table}.csv", f"device_id,name,{wide}\nPC-1,Acme Draw\n")
    assert all(len(str(problem)) < 2000 for problem in result.problems)
    if table != "export":
        assert result.account.accepted == 1


def test_a_table_under_the_name_of_another_is_read_as_what_it_is_and_told(read: Reader) -> None:
    result = read("devices.csv", "entitlement_id,product,metric,quantity\nE1,P,device,1\n")
    assert result.account.format == "table:entitlements"
    assert told(result, "misnamed-table")[0].startswith("devices.csv:1: named like devices")


# --- bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("table", ["people", "software"])
def test_encodings_and_line_ends(encoding: str, end: str, table: str, read: Reader, software: Software) -> None:
    rows = ["user_id,device_id,name", 'u1,PC-1,"Müller – €"', "u2,PC-2,Zoë"]
    content = (end.join(rows) + end).encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    result = read(f"{table}.csv", content)
    named = software(result) if table == "software" else result.records
    assert [row.name if table == "people" else row[3] for row in named] == ["Müller – €", "Zoë"]
    assert bool(told(result, "encoding")) == (encoding == "cp1252")


def test_utf16_without_byte_order_mark(read: Reader) -> None:
    assert ids(read("devices.csv", "device_id\nPC-1\n".encode("utf-16-be"))) == ["PC-1"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" , ,\n"])
def test_empty_files_are_told(content: bytes, read: Reader) -> None:
    result = read("devices.csv", content)
    assert "devices.csv:1: " in str(result.problems[0])
    assert result.account.rows == 0


@pytest.mark.parametrize("name", ["devices.csv", "devices.xlsx", "software.csv"])
def test_a_picture_under_a_tables_name_is_an_error(name: str, read: Reader) -> None:
    result = read(name, PICTURE)
    assert result.problems[0].severity is Severity.ERROR
    assert str(result.problems[0]).startswith(f"{name}:1: not read, because")


def test_a_text_that_is_called_a_workbook_is_read_as_text(read: Reader) -> None:
    assert ids(read("devices.xlsx", "device_id\nPC-1\n")) == ["PC-1"]


def test_a_workbook_that_is_called_csv_is_read_as_a_workbook(read_sheets: Reader, tmp_path: Path, read: Reader) -> None:
    read_sheets("devices.xlsx", {"Sheet1": [["device_id"], ["PC-1"]]})
    assert ids(read("devices.csv", (tmp_path / "workspace/devices.xlsx").read_bytes())) == ["PC-1"]


@pytest.mark.parametrize("table", ["devices", "software"])
def test_uneven_lines_are_rejected_and_the_next_is_read(table: str, read: Reader, software: Software) -> None:
    text = (
        "device_id,name,version\n"
        "PC-1,a,1\n"
        "PC-2,a,1,x\n"  # 3: a cell too many
        'PC-3,"a"b,1\n'  # 4: text behind a quote
        'PC-4,"a,1\n'  # 5: a quote that never closes
        "PC-5,a\0,1\n"  # 6: a NUL
        'PC-6,"two\nlines",1\n'  # 7 and 8
        f"PC-7,{'x' * (1 << 20)},1\n"  # 9: too long
        '"PC-8",24" screen,1,,\n'  # 10: fine
        ",,\n"
        "\n"
    )
    result = read(f"{table}.csv", text)
    assert lines(result) == [3, 4, 5, 6, 9]
    kept = [row[1] for row in software(result)] if table == "software" else ids(result)
    assert kept == ["PC-1", "PC-6", "PC-8"]
    records = [row[0] for row in software(result)] if table == "software" else [r.origin.record for r in result.records]
    assert records == [1, 6, 8]
    assert result.account.rows == 8
    assert max(map(len, reasons(result).split(" | "))) < 200


def test_a_forgotten_quote_at_every_line_does_not_take_forever(read: Reader) -> None:
    result = read("devices.csv", "device_id\n" + '"PC\n' * 3000)
    assert result.account.rejected_count == 3000


def test_sep_line_of_excel(read: Reader) -> None:
    assert ids(read("devices.csv", "sep=;\ndevice_id;hostname\nPC-1;a,b\n")) == ["PC-1"]


@pytest.mark.parametrize("content", [b"PK\x03\x04garbage", b"PK\x03\x04" + bytes(1000)])
def test_broken_workbooks_are_told(content: bytes, read: Reader) -> None:
    result = read("devices.xlsx", content)
    assert told(result, "workbook-refused")[0].startswith("devices.xlsx:1: not read, because")


def test_every_cut_of_a_workbook_is_told(read_sheets: Reader, read: Reader, tmp_path: Path) -> None:
    read_sheets("devices.xlsx", {"devices": [["device_id"], ["PC-1"]]})
    whole = (tmp_path / "workspace/devices.xlsx").read_bytes()
    for cut in range(4, len(whole) - 1, 499):
        assert read("devices.xlsx", whole[:cut]).problems


def test_damaged_parts_of_a_workbook_are_told(read_sheets: Reader, read: Reader, tmp_path: Path) -> None:
    read_sheets("devices.xlsx", {"devices": [["device_id"], ["PC-1"]]})
    path = tmp_path / "workspace/devices.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for broken, whole in parts.items():
        for damage in (b"", b"<", whole[: len(whole) // 2], whole.replace(b'"', b"")):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, content in parts.items():
                    archive.writestr(name, damage if name == broken else content)
            result = read("devices.xlsx", out.getvalue())
            assert result.problems or ids(result) == ["PC-1"], broken


def book_with(tmp_path: Path, sheet: bytes, shared: bytes = b"") -> bytes:
    path = tmp_path / "plain.xlsx"
    openpyxl.Workbook().save(path)
    out = io.BytesIO()
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            if name == "xl/worksheets/sheet1.xml":
                archive.writestr(name, sheet)
            elif name != "xl/sharedStrings.xml":
                archive.writestr(name, plain.read(name))
        if shared:
            archive.writestr("xl/sharedStrings.xml", shared)
    return out.getvalue()


def test_a_zip_bomb_is_not_opened(read: Reader, tmp_path: Path) -> None:
    bomb = book_with(tmp_path, b"<worksheet>" + b" " * (64 << 20) + b"</worksheet>")
    assert len(bomb) < 1 << 20
    assert "200 times its size" in told(read("devices.xlsx", bomb), "workbook-refused")[0]


def test_a_workbook_that_is_too_large_is_not_opened(read: Reader, tmp_path: Path) -> None:
    book = bytearray(book_with(tmp_path, b"<worksheet/>"))
    entry = book.rindex(b"PK\x01\x02")
    book[entry + 24 : entry + 28] = struct.pack("<I", 600 << 20)
    assert "more than 512" in told(read("devices.xlsx", bytes(book)), "workbook-refused")[0]


def test_a_sheet_that_spans_the_whole_grid_is_not_opened(read: Reader, tmp_path: Path) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    assert "spans 17179869184 cells" in told(read("devices.xlsx", book_with(tmp_path, sheet)), "workbook-refused")[0]


def test_one_long_text_in_very_many_cells_is_not_opened(read: Reader, tmp_path: Path) -> None:
    cells = b"".join(b'<c r="A%d" t="s"><v>0</v></c>' % n for n in range(1, 40_001))
    sheet = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    shared = b"<sst><si><t>" + bytes(range(97, 123)) * 3000 + b"</t></si></sst>"
    assert "the text of" in told(read("devices.xlsx", book_with(tmp_path, sheet, shared)), "workbook-refused")[0]


def test_the_limits_do_not_touch_a_real_workbook(read_sheets: Reader, tmp_path: Path) -> None:
    read_sheets("software.xlsx", {"software": [["device_id", "name"]] + [["PC-1", f"Title {n}"] for n in range(5000)]})
    assert workbook.refuse_workbook(tmp_path / "workspace/software.xlsx") == ""


def test_a_second_software_sheet_is_rejected_whole(read_sheets: Reader, software: Software) -> None:
    rows = [["device_id", "name"], ["PC-1", "Acme Draw"]]
    result = read_sheets("estate.xlsx", {"software": rows, "software 2": [*rows, ["PC-2", "Acme Draw"]]})
    assert (result.account.rows, result.account.accepted, result.account.rejected_count) == (3, 1, 2)
    assert len(software(result)) == 1


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path, store: EvidenceStore) -> None:
    gone = Found(path=tmp_path / "devices.csv", rel="devices.csv", spec=SourceSpec())
    result = read_file(gone, store)
    assert str(result.problems[0]).startswith("devices.csv:1: not read, because it cannot be opened")
