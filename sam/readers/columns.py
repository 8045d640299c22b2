"""What a table is made of: its columns, the kind of their cells, and how a header is compared."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How the text of a cell is read; the grammar of each kind stands in `KIND_GRAMMAR`."""

    TEXT = "text"
    ID = "id"
    DATE = "date"
    DATETIME = "datetime"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    WORD = "word"
    RIGHTS = "rights"
    SCOPE = "scope"
    COUNTRY = "country"
    CURRENCY = "currency"


KIND_GRAMMAR: Final = {
    Kind.TEXT: "any text; blanks at both ends are dropped",
    Kind.ID: "text that names a row, compared letter by letter",
    Kind.DATE: "a day as `2026-06-30`; a time behind it is dropped",
    Kind.DATETIME: "a moment as `2026-06-30T14:00:00Z`; without a zone it is UTC",
    Kind.DECIMAL: "a number with a point, `1234.50`: no thousands sign, no currency sign",
    Kind.INTEGER: "a whole number, `12`",
    Kind.BOOLEAN: "`yes`, `no`, `true` or `false`",
    Kind.WORD: "one word of a list; case, spaces, `_` and `-` make no difference",
    Kind.RIGHTS: "words of the list of rights, separated by `;`",
    Kind.SCOPE: "`country:DE;org:Corp/EMEA`: keys are ANDed, an org path includes what is below it",
    Kind.COUNTRY: "a country, as ISO code or as name, the same in every table",
    Kind.CURRENCY: "an ISO code of three letters, `EUR`",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `required` columns are the bold ones: a row without them is rejected.

    `strict` columns hold quantities, dates and rights: a cell that cannot be read rejects the row. In every other
    column such a cell is unknown and the row stays.
    """

    name: str
    kind: Kind = Kind.TEXT
    meaning: str
    example: str = ""
    required: bool = False
    strict: bool = False
    words: tuple[str, ...] = ()
    open_words: bool = False
    """True where a word outside the list is kept, folded."""
    default: str = ""
    """What a blank cell means, for the documentation; the record's own default says the same."""
    minimum: int | None = 0
    """Smallest number allowed; None: any."""
    maximum: int | None = None
    """Largest number allowed: what is beyond it is a typing error; None: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table of the workspace.

    `key` names the id column that may hold a value once in a file. `any_of` are columns of which a row needs one.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: str = ""
    any_of: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the bold columns."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def header(self) -> str:
        """The header line of an empty file."""
        return ",".join(column.name for column in self.columns)


_SEPARATORS = re.compile(r"[\s_\-]+")


def fold_header(text: str) -> str:
    """Fold a header or table name for comparison: `Device ID`, `device-id` and `DEVICE_ID` are one."""
    return _SEPARATORS.sub("", text.strip().strip("\ufeff").casefold())
