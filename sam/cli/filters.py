"""The tests of `--where`: COLUMN=VALUE, COLUMN!=VALUE, COLUMN~PART. Case does not matter; all must hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sam.cli.cells import cell
from sam.errors import UsageError

Row = Mapping[str, object]

_TEST: Final = re.compile(r"\s*([\w-]+)\s*(!=|=|~)\s*(.*?)\s*", re.DOTALL)
_HOLDS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "~": lambda value, wanted: wanted in value,
}


def keep(rows: Sequence[Row], tests: Sequence[str]) -> list[Row]:
    """Return the rows for which every test holds, in their order.

    Raises:
        UsageError: a test cannot be read, or names a column that the rows do not have.
    """
    parsed = [_parse(test) for test in tests]
    for column, _, _ in parsed:
        if rows and column not in rows[0]:
            raise UsageError(f"no column {column!r}", where="--where", hint=f"columns: {', '.join(rows[0])}")
    return [
        row
        for row in rows
        if all(_HOLDS[sign](cell(row.get(column)).casefold(), wanted) for column, sign, wanted in parsed)
    ]


def _parse(test: str) -> tuple[str, str, str]:
    parts = _TEST.fullmatch(test)
    if parts is None:
        raise UsageError(f"not a test: {test!r}", where="--where", hint="write COLUMN=VALUE, != or ~")
    return parts[1], parts[2], parts[3].casefold()
