"""The grammar of cells, case by case."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sam.readers.cells import CellFaultError, read_cell
from sam.readers.columns import Column, Kind, fold_header


def column(kind: Kind, **more: object) -> Column:
    return Column(name="cell", kind=kind, meaning="", **more)  # type: ignore[arg-type]


WORDS = column(Kind.WORD, words=("in-use", "virtual-machine"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.DATE, "2026-06-30", date(2026, 6, 30)),
        (Kind.DATE, "2024-02-29", date(2024, 2, 29)),
        (Kind.DATE, "2026-06-30T23:59:59+02:00", date(2026, 6, 30)),
        (Kind.DATE, "2026-06-30 08:15", date(2026, 6, 30)),
        (Kind.DATETIME, "2026-06-30T08:15:00Z", datetime(2026, 6, 30, 8, 15, tzinfo=UTC)),
        (Kind.DATETIME, "2026-06-30 08:15", datetime(2026, 6, 30, 8, 15, tzinfo=UTC)),
        (Kind.DATETIME, "2026-06-30T08:15:00+02:00", datetime(2026, 6, 30, 6, 15, tzinfo=UTC)),
        (Kind.DECIMAL, "1234.50", Decimal("1234.50")),
        (Kind.DECIMAL, "0", Decimal(0)),
        (Kind.INTEGER, "12", 12),
        (Kind.INTEGER, "12.0", 12),
        (Kind.BOOLEAN, "Yes", True),
        (Kind.BOOLEAN, "FALSE", False),
        (Kind.RIGHTS, "Downgrade; Edition Below ;", ("downgrade", "edition-below")),
        (Kind.RIGHTS, "mobility;mobility", ("mobility",)),
        (Kind.SCOPE, "country: de ; Org:/Corp/EMEA/", "country:DE;org:Corp/EMEA"),
        (Kind.COUNTRY, "de", "DE"),
        (Kind.COUNTRY, "Germany", "Germany"),
        (Kind.CURRENCY, "eur", "EUR"),
        (Kind.TEXT, 'a "quoted" name', 'a "quoted" name'),
    ],
)
def test_reads(kind: Kind, text: str, value: object) -> None:
    assert read_cell(column(kind), text) == value


@pytest.mark.parametrize("text", ["in-use", "In Use", "IN_USE", " in - use "])
def test_words_fold(text: str) -> None:
    assert read_cell(WORDS, text) == "in-use"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DATE, "30.06.2026"),
        (Kind.DATE, "2026-6-3"),
        (Kind.DATE, "2026-02-30"),
        (Kind.DATE, "0000-01-01"),
        (Kind.DATE, "20260630"),
        (Kind.DATE, "2026-W27-2"),
        (Kind.DATE, "2026-06-30 tomorrow"),
        (Kind.DATE, "٢٠٢٦-٠٦-٣٠"),
        (Kind.DATETIME, "2026-06-30"),
        (Kind.DATETIME, "2026-06-30T25:00:00"),
        (Kind.DATETIME, "0001-01-01T00:00:00+23:00"),
        (Kind.DECIMAL, "1,234.50"),
        (Kind.DECIMAL, "12,5"),
        (Kind.DECIMAL, "$12"),
        (Kind.DECIMAL, "1e400"),
        (Kind.DECIMAL, "NaN"),
        (Kind.DECIMAL, "-1"),
        (Kind.DECIMAL, "1" * 5000),
        (Kind.INTEGER, "12.5"),
        (Kind.BOOLEAN, "1"),
        (Kind.RIGHTS, "downgrade;fly"),
        (Kind.SCOPE, "DE"),
        (Kind.SCOPE, "city:Berlin"),
        (Kind.SCOPE, "org:/"),
        (Kind.CURRENCY, "Euro"),
        (Kind.CURRENCY, "ÄÖÜ"),
    ],
)
def test_refuses_with_a_remedy(kind: Kind, text: str) -> None:
    with pytest.raises(CellFaultError) as caught:
        read_cell(column(kind), text)
    assert caught.value.remedy
    assert len(caught.value.reason) < 120


def test_a_misspelt_word_is_guessed() -> None:
    with pytest.raises(CellFaultError) as caught:
        read_cell(WORDS, "virtual machin")
    assert caught.value.remedy == "did you mean virtual-machine?"


def test_an_open_list_keeps_other_words_folded() -> None:
    assert read_cell(column(Kind.WORD, words=("core",), open_words=True), "Material Documents") == "material-documents"


@pytest.mark.parametrize("header", ["device_id", "Device ID", "DEVICE-ID", "DeviceId", "\ufeffdevice id "])
def test_headers_fold(header: str) -> None:
    assert fold_header(header) == "deviceid"
