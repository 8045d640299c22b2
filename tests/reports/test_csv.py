"""The CSV tables: their form, and that no cell is a formula."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reports
from reports.csvdoc import inert
from tests.reports.fixture import RUN, empty, hostile

TABLES = ("csv", "csv-remedy", "csv-findings")
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _read(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter))


def _is_formula(cell: str) -> bool:
    bare = cell.lstrip(" \"'") if not cell.startswith("'") else ""
    try:
        float(bare)
    except ValueError:
        return bare.startswith(SIGNS)
    return False


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_even_end_in_crlf_and_begin_without_a_mark(name: str) -> None:
    data = reports.render(RUN, name)
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.endswith(b"\r\n")
    assert len({len(row) for row in _read(data)}) == 1


@pytest.mark.parametrize("name", TABLES)
def test_a_run_without_anything_gives_the_header_alone(name: str) -> None:
    assert len(_read(reports.render(empty(), name))) == 1


def test_positions_say_range_and_low_case() -> None:
    rows = _read(reports.render(RUN, "csv"))
    by_id = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    sql, java = by_id["sql-server-enterprise-2022-core"], by_id["java-se-employee"]
    assert (sql["demand_low"], sql["demand_high"], sql["at_low_shortfall"]) == ("136", "152", "40")
    assert (java["demand_high"], java["exposure"]) == ("", "")
    assert "same-installation=37" in sql["buckets"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("  =1+1", "'  =1+1"),
        ('"=1+1', "'\"=1+1"),
        ("＝1+1", "'＝1+1"),
        ("a; =1+1", "a;' =1+1"),
        ("-5", "-5"),
        ("+49.30", "+49.30"),
        ("SQL Server 2022", "SQL Server 2022"),
        ("a-b=c", "a-b=c"),
        ("", ""),
    ],
)
def test_formulas_are_inert_and_numbers_stay(text: str, shown: str) -> None:
    assert inert(text) == shown


@example('" =')
@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n;'\" a1.＝,|"), max_size=12))
def test_no_text_becomes_a_formula_whatever_the_separator(text: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(["first", inert(text), "last"])
    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=separator):
            assert not [cell for cell in row if _is_formula(cell)]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_hostile_run_holds_no_formula(name: str, separator: str) -> None:
    cells = [cell for row in _read(reports.render(hostile(), name), separator) for cell in row]
    assert [cell for cell in cells if _is_formula(cell)] == []
