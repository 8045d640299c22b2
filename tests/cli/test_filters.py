"""`--where` keeps the rows that a reader of the table would keep."""

from datetime import date
from decimal import Decimal

import pytest

from sam.cli.cells import cell, json_value
from sam.cli.filters import keep
from sam.errors import UsageError

ROWS = [
    {
        "device_id": "PC-1",
        "country": "DE",
        "cores": 8,
        "smt": True,
        "last_seen": date(2026, 6, 1),
        "rights": ("a", "b"),
    },
    {"device_id": "PC-2", "country": "FR", "cores": None, "smt": False, "last_seen": None, "rights": ()},
    {"device_id": "SRV-1", "country": "", "cores": 64, "smt": None, "last_seen": date(2026, 5, 1), "rights": ("b",)},
]


@pytest.mark.parametrize(
    ("tests", "kept"),
    [
        ([], ["PC-1", "PC-2", "SRV-1"]),
        (["country=de"], ["PC-1"]),
        (["country!=DE"], ["PC-2", "SRV-1"]),
        (["country="], ["SRV-1"]),
        (["device_id ~ pc"], ["PC-1", "PC-2"]),
        (["device_id~pc", "smt=no"], ["PC-2"]),
        (["cores=64"], ["SRV-1"]),
        (["last_seen~2026-06"], ["PC-1"]),
        (["rights=a;b"], ["PC-1"]),
    ],
)
def test_rows_are_kept_when_every_test_holds(tests: list[str], kept: list[str]) -> None:
    assert [row["device_id"] for row in keep(ROWS, tests)] == kept


def test_an_unknown_column_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no column 'land' \(columns: device_id, country"):
        keep(ROWS, ["land=DE"])


def test_what_is_no_test_is_refused() -> None:
    with pytest.raises(UsageError, match="not a test: 'country'"):
        keep(ROWS, ["country"])


def test_values_are_written_as_the_tables_write_them() -> None:
    values = (None, True, date(2026, 1, 2), Decimal("1E+3"), ("x", "y"), 5)
    assert [cell(value) for value in values] == ["", "yes", "2026-01-02", "1000", "x;y", "5"]
    assert [json_value(value) for value in values] == [None, True, "2026-01-02", "1000", ["x", "y"], 5]
