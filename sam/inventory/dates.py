"""Read the days that inventory agents write: many forms, and some that are no day at all."""

import re
from datetime import UTC, date, datetime
from typing import Final

_NO_DAY: Final = frozenset({"", "n/a", "na", "none", "null", "unknown", "-", "0", "-1", "0000-00-00", "00000000"})
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:$|[\sT])")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:$|[\sT])")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:$|T|\d{6}$)")
_EPOCH_SECONDS = re.compile(r"\d{9,10}$")
_EPOCH: Final = date(1970, 1, 1)
_MONTHS: Final = 12


def read_day(text: str) -> tuple[date | None, bool]:
    """Return the day a text names, and whether the text made sense.

    Blank cells, placeholders and 1970-01-01 (a clock that was never set) are no day, without fault.
    A year at the end is read day first, as the agents write it, and month first where only that is a day.
    """
    plain = text.strip()
    if plain.casefold() in _NO_DAY or plain.startswith("0000-00-00"):
        return None, True
    day = _find_day(plain)
    if day is None:
        return None, False
    return (None, True) if day == _EPOCH else (day, True)


def _find_day(text: str) -> date | None:
    if match := _YEAR_FIRST.match(text):
        return _day(match[1], match[2], match[3])
    if match := _YEAR_LAST.match(text):
        first, second = (match[2], match[1]) if int(match[2]) <= _MONTHS else (match[1], match[2])
        return _day(match[3], first, second)
    if _EPOCH_SECONDS.match(text):
        return datetime.fromtimestamp(int(text), UTC).date()
    if match := _COMPACT.match(text):
        return _day(match[1], match[2], match[3])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
