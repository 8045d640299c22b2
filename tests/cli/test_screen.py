"""What reaches the user's eyes: aligned in a pipe, harmless on a terminal."""

from decimal import Decimal

import pytest

from sam.cli.screen import _columns_that_fit, clean, money, percent, plural, progress, table


def test_control_characters_of_a_title_never_reach_the_terminal() -> None:
    assert clean("Acme\x1b[2J\x07 \u202eexe.tool\x9b1m") == "Acme�[2J� �exe.tool�1m"


def test_a_piped_table_is_aligned_and_numbers_stand_right(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "count"), [("b\tc\nd", 1200), ("a", None)])
    assert capsys.readouterr().out == "name   count\nb c d  1,200\na\n"


def test_a_table_without_rows_still_names_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "count"), [])
    assert capsys.readouterr().out == "name  count\n"


@pytest.mark.parametrize(
    ("share", "shown"),
    [("0", "0.0 %"), ("0.0004", "under 0.1 %"), ("0.032", "3.2 %"), ("0.9996", "over 99.9 %"), ("1", "100.0 %")],
)
def test_a_small_share_never_looks_like_none(share: str, shown: str) -> None:
    assert percent(Decimal(share)) == shown


def test_amounts_and_counts_read_well() -> None:
    assert money(Decimal("1234567.5"), "EUR") == "1,234,567.50 EUR"
    assert money(None, "EUR") == "price unknown"
    assert (plural(1, "person", "people"), plural(2000, "person", "people")) == ("1 person", "2,000 people")


def test_a_pipe_sees_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading") as step:
        step("matching")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("width", "shown"), [(20, 1), (44, 2), (70, 3)])
def test_columns_too_many_for_a_terminal_are_left_out_and_never_squeezed(width: int, shown: int) -> None:
    columns = ("device_id", "hostname", "last_seen")
    assert _columns_that_fit(columns, [("HOST-01", "a" * 80, "2026-06-30")], width) == shown
