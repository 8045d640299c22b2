"""How numbers, amounts, days and foreign text are written for people. English, the same on every machine."""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from sam.model import Interval

NONE: Final = "–"
"""Shown where a value is absent."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_CENT: Final = Decimal("0.01")
_BROKEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_OVERRIDE: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_MARK: Final = re.compile(r"[\u061c\u200e\u200f]")


def number(value: int | None) -> str:
    """Write a whole number with thousands separators."""
    return NONE if value is None else f"{value:,}"


def money(value: Decimal | None) -> str:
    """Write an amount with thousands separators and two places; more places only where they are not zero."""
    if value is None:
        return NONE
    rounded = value.quantize(_CENT, rounding=ROUND_HALF_EVEN)
    if rounded == value or abs(value) >= 1:
        return f"{rounded:,f}"
    return f"{value.normalize():,f}"


def cents(value: Decimal | None) -> str:
    """Write an amount with exactly two places."""
    return NONE if value is None else f"{value.quantize(_CENT, rounding=ROUND_HALF_EVEN):,f}"


def brief(value: Decimal) -> str:
    """Write an amount in at most about six characters, for charts: `950`, `12.4 k`, `3.10 M`."""
    for limit, places, word in ((Decimal(10**9), 2, " bn"), (Decimal(10**6), 2, " M"), (Decimal(10**4), 1, " k")):
        if abs(value) >= limit:
            divisor = limit if word != " k" else Decimal(1000)
            return f"{value / divisor:,.{places}f}{word}"
    return f"{value:,.0f}"


def span(value: Interval) -> str:
    """Write a demand: one number when known, else `40 to 64` or `40 or more`."""
    if value.high is None:
        return f"{value.low:,} or more"
    return f"{value.low:,}" if value.known else f"{value.low:,} to {value.high:,}"


def percent(share: Decimal | None) -> str:
    """Write a share between 0 and 1; never rounded up to all or down to nothing."""
    if share is None:
        return NONE
    shown = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    if share > 0 and shown == 0:
        return "under 0.1%"
    if share < 1 and shown == Decimal(100):
        return "over 99.9%"
    return f"{shown.normalize():f}%" if shown == shown.to_integral_value() else f"{shown}%"


def long_day(value: date) -> str:
    """Write a day as in a letter: `30 June 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: `1 position`, `3 positions`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clean(text: str) -> str:
    """Replace control characters and lone surrogates, and spell out what would turn the text around.

    `invoice[U+202E]fdp.exe` shows what it is; with the character itself it would read `invoiceexe.pdf`.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _OVERRIDE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    return _BROKEN.sub("\N{REPLACEMENT CHARACTER}", text)


def undirected(text: str) -> str:
    """Drop marks of reading direction too, for places where a `bdi` element cannot hold them."""
    return _MARK.sub("", clean(text))


def clip(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` characters, the last one an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
