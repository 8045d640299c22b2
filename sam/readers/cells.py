"""The grammar of cells: text to values, the same for CSV and spreadsheets."""

import difflib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from sam.model.words import RIGHTS, fold_word
from sam.readers.columns import Column, Kind
from sam.register.evidence import SPACES

Value = str | date | datetime | Decimal | int | bool | tuple[str, ...]

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}
_SCOPE_KEYS = ("country", "org")
_LONGEST_QUOTE = 40


class CellFaultError(ValueError):
    """A cell that does not follow the grammar of its column; `remedy` says what would."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def quote(text: str) -> str:
    """Show the text of a cell in a message, on one line and not too long."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def read_cell(column: Column, text: str) -> Value:
    """Read a cell that is not blank; `text` has no blanks at its ends.

    Raises:
        CellFaultError: The text does not follow the grammar.
    """
    return _READERS[column.kind](column, text)


def read_date(text: str) -> date:
    """Read an ISO day, dropping a time behind it."""
    match = _DAY.fullmatch(text)
    if match:
        try:
            return date.fromisoformat(match[1])
        except ValueError:
            pass
    raise CellFaultError(f"{quote(text)} is not a date like 2026-06-30", "write dates as YYYY-MM-DD")


def read_moment(text: str) -> datetime:
    """Read an ISO moment as UTC."""
    if _MOMENT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise CellFaultError(f"{quote(text)} is not a moment like 2026-06-30T14:00:00Z", "write it as 2026-06-30T14:00:00Z")


def _text(_: Column, text: str) -> Value:
    return text


def _decimal(column: Column, text: str) -> Value:
    if not _NUMBER.fullmatch(text):
        raise CellFaultError(f"{quote(text)} is not a number", "write a decimal point and nothing else: 1234.50")
    number = Decimal(text)
    if column.minimum is not None and number < column.minimum:
        raise CellFaultError(f"{quote(text)} is less than {column.minimum}", f"write {column.minimum} or more")
    if column.maximum is not None and number > column.maximum:
        raise CellFaultError(f"{quote(text)} is more than {column.maximum:,}", "correct the number")
    return number


def _integer(column: Column, text: str) -> Value:
    number = _decimal(column, text)
    assert isinstance(number, Decimal)
    if number != number.to_integral_value():
        raise CellFaultError(f"{quote(text)} is not a whole number", "write a whole number")
    return int(number)


def _boolean(_: Column, text: str) -> Value:
    value = _BOOLEANS.get(text.casefold())
    if value is None:
        raise CellFaultError(f"{quote(text)} is neither yes nor no", "write yes or no")
    return value


def _word(column: Column, text: str) -> Value:
    word = fold_word(text)
    if word in column.words or (column.open_words and word):
        return word
    raise CellFaultError(f"{quote(text)} is not a known word", _one_of(column.words, word))


def _rights(_: Column, text: str) -> Value:
    words = [fold_word(part) for part in text.split(";") if part.strip(SPACES)]
    for word in words:
        if word not in RIGHTS:
            raise CellFaultError(f"{quote(word)} is not a known right", _one_of(RIGHTS, word))
    return tuple(sorted(set(words)))


def _scope(_: Column, text: str) -> Value:
    parts = []
    for part in text.split(";"):
        if not part.strip(SPACES):
            continue
        key, colon, value = part.partition(":")
        key, value = fold_word(key), value.strip(SPACES)
        if not colon or key not in _SCOPE_KEYS or not value.strip("/ "):
            raise CellFaultError(f"{quote(part.strip(SPACES))} is not a scope", "write country:DE or org:Corp/EMEA")
        parts.append(f"country:{_code(value)}" if key == "country" else f"org:{value.strip('/ ')}")
    return ";".join(parts)


def _country(_: Column, text: str) -> Value:
    return _code(text)


def _currency(_: Column, text: str) -> Value:
    if len(text) == 3 and text.isascii() and text.isalpha():  # noqa: PLR2004 - ISO 4217 codes have three letters
        return text.upper()
    raise CellFaultError(f"{quote(text)} is not a currency code", "write an ISO code such as EUR")


def _code(country: str) -> str:
    return country.upper() if len(country) <= 3 else country  # noqa: PLR2004 - ISO 3166 codes have two or three letters


def _one_of(words: tuple[str, ...], word: str) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"use one of {', '.join(words)}"


def _date(_: Column, text: str) -> Value:
    return read_date(text)


def _datetime(_: Column, text: str) -> Value:
    return read_moment(text)


_READERS: Final[dict[Kind, Callable[[Column, str], Value]]] = {
    Kind.TEXT: _text,
    Kind.ID: _text,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.DECIMAL: _decimal,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.WORD: _word,
    Kind.RIGHTS: _rights,
    Kind.SCOPE: _scope,
    Kind.COUNTRY: _country,
    Kind.CURRENCY: _currency,
}
