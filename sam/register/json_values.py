"""Frozen values of `sam.model` to JSON and back, exactly: Decimal as text, days as ISO, tuples as lists.

What is read back is typed by the dataclass as it is today: a field that an older Trueup did not know takes its
default, and one that this Trueup no longer knows is left out.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]


def dump(value: object) -> str:
    """Return the value as JSON in ASCII; equal values give equal text."""
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))


def load(kind: Any, text: str) -> Any:  # noqa: ANN401  (a type in, a value of that type out)
    """Return what `dump` wrote as a value of that type, for example of `tuple[Position, ...]`."""
    return _reader(kind)(json.loads(text))


def _plain(value: object) -> object:
    """Turn what JSON has no form for into something it has; lists, texts and whole numbers never come here."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


@cache
def _reader(kind: Any) -> Reader:  # noqa: ANN401
    """Return the function that turns parsed JSON into a value of that type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _optional_reader(arguments)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda values: tuple(item(value) for value in values)
    if origin is not None and issubclass(origin, Mapping):
        item = _reader(arguments[1])
        return lambda values: {name: item(value) for name, value in values.items()}
    return _dataclass_reader(kind) if is_dataclass(kind) else _scalar_reader(kind)


def _scalar_reader(kind: Any) -> Reader:  # noqa: ANN401
    reader: Reader = _same
    if issubclass(kind, date):
        reader = kind.fromisoformat
    elif issubclass(kind, Decimal | Enum):
        reader = kind
    return reader


def _same(value: object) -> object:
    return value


def _optional_reader(arguments: tuple[Any, ...]) -> Reader:
    """Read `X | None`; of `int | str`, JSON itself keeps the two apart."""
    kinds = [kind for kind in arguments if kind is not NoneType]
    if len(kinds) > 1:
        return _same
    inner = _reader(kinds[0])
    return lambda value: None if value is None else inner(value)


def _dataclass_reader(kind: Any) -> Reader:  # noqa: ANN401
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    return lambda values: kind(**{name: readers[name](value) for name, value in values.items() if name in readers})
