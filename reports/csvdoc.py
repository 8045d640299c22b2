"""Positions, remedy and findings as CSV: RFC 4180, UTF-8 without a byte order mark, inert in a spreadsheet."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from reports.jsondoc import amount
from reports.jsonkeys import FINDING, POSITION, REMEDY
from reports.order import ordered
from sam.model import Finding, Position, RemedyLine, Run

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_STARTS: Final = "=+\\-@\t\r\n＝＋－＠"
_FORMULA: Final = re.compile(rf"[\s\"']*[{_STARTS}]")
_INNER: Final = re.compile(rf"[;\t\r\n](?=[\s\"']*[{_STARTS}])")
"""A spreadsheet set to another separator splits cells at `;` or a tab, so each piece has to be inert too."""

Cell = str | int | Decimal | date | None


def inert(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay as they are.

    A cell, or a piece of it after a semicolon, tab or line end, that begins with `=`, `+`, `-`, `@`, a tab or a
    line end gets an apostrophe in front. Blanks and quotation marks before the sign do not hide it.
    """
    if _NUMBER.fullmatch(text):
        return text
    text = _INNER.sub(r"\g<0>'", text)
    return "'" + text if _FORMULA.match(text) else text


def render(run: Run, format: str) -> bytes:  # noqa: A002 - the word users type
    """Return one of the tables `csv`, `csv-remedy`, `csv-findings`."""
    run = ordered(run)
    if format == "csv-remedy":
        return _table(REMEDY, (_remedy(line) for line in run.remedy))
    if format == "csv-findings":
        return _table(FINDING, (_finding(finding) for finding in run.findings))
    return _table(_position_columns(), (_position(position) for position in run.positions))


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, Cell]]) -> bytes:
    names = tuple(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return out.getvalue().encode("utf-8", errors="replace")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return amount(value)
    return inert(str(value)) if isinstance(value, str) else str(value)


def _joined(items: Sequence[str]) -> str:
    return "; ".join(items)


def _counts(values: Mapping[str, int | str]) -> str:
    return _joined([f"{key}={values[key]}" for key in sorted(values)])


def _values(value: object, keys: Iterable[str]) -> dict[str, Cell]:
    return {key: getattr(value, key) for key in keys if key not in _JOINED and key not in _SPREAD}


_SPREAD: Final[Mapping[str, tuple[str, ...]]] = {
    "demand": ("demand_low", "demand_high"),
    "at_low": ("at_low_demand", "at_low_covered", "at_low_shortfall", "at_low_surplus"),
}
_JOINED: Final[Mapping[str, Callable[..., str]]] = {
    "buckets": _counts,
    "confidence": _joined,
    "covers": _joined,
    "entitlements": _joined,
    "evidence": _joined,
    "numbers": _counts,
    "sources": _counts,
}


def _position_columns() -> tuple[str, ...]:
    return tuple(name for key in POSITION for name in _SPREAD.get(key, (key,)))


def _flat(value: object, keys: Iterable[str]) -> dict[str, Cell]:
    joined = {key: _JOINED[key](getattr(value, key)) for key in keys if key in _JOINED}
    return {**_values(value, keys), **joined}


def _position(position: Position) -> dict[str, Cell]:
    low = position.at_low
    return {
        **_flat(position, POSITION),
        "demand_low": position.demand.low,
        "demand_high": position.demand.high,
        "at_low_demand": low.demand if low else None,
        "at_low_covered": low.covered if low else None,
        "at_low_shortfall": low.shortfall if low else None,
        "at_low_surplus": low.surplus if low else None,
    }


def _remedy(line: RemedyLine) -> dict[str, Cell]:
    return _flat(line, REMEDY)


def _finding(finding: Finding) -> dict[str, Cell]:
    return {**_flat(finding, FINDING), "severity": finding.severity.value}
