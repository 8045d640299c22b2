"""Column types that give back exactly what was put, on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from sam.errors import RegisterError


def storable(text: str) -> str:
    r"""Return the text as a database can hold it: half surrogates and NUL become `\udcff` and `\x00`.

    File names that are no valid Unicode and hostile JSON bring both; SQLite refuses the one, PostgreSQL both.
    """
    if text.isascii():
        return text.replace("\0", r"\x00") if "\0" in text else text
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", r"\x00")


class PlainText(TypeDecorator[str]):
    """Text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: D102
        return None if value is None else storable(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal with its exponent (`12.50` stays `12.50`); SQLite has no decimal type, so it is text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: D102
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: D102
        return None if value is None else Decimal(value)


class IsoMoment(TypeDecorator[datetime]):
    """A moment as ISO text: SQLite's own type would drop the time zone."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: D102
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        return None if value is None else datetime.fromisoformat(value)


class TextTuple(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:  # noqa: D102
        return json.dumps(value) if value else "[]"

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: D102
        return () if value in {None, "[]"} else tuple(json.loads(value or "[]"))


def utc(moment: datetime) -> datetime:
    """Return the moment in UTC, so that moments compare and sort as their stored text does.

    Raises:
        RegisterError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise RegisterError(
            f"the time {moment.isoformat()} has no time zone", hint="pass a time in UTC, for example datetime.now(UTC)"
        )
    return moment.astimezone(UTC)
