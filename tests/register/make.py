"""What the register's tests are made of: sources, records of any content, and an independent look into the file."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from sam.model import Device, Origin, SourceAccount
from sam.register import Register

MORNING: Final = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)
NOON: Final = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
EVENING: Final = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)


def account(path: str, sha256: str, rows: int = 1, observed_on: date | None = None) -> SourceAccount:
    return SourceAccount(
        file=path, sha256=sha256, format="table:devices", rows=rows, accepted=rows, observed_on=observed_on
    )


def device(path: str, sha256: str, device_id: str, record: int = 1, sheet: str = "") -> Device:
    return Device(origin=Origin(file=sha256, path=path, record=record, sheet=sheet), device_id=device_id)


def put_device(
    register: Register,
    device_id: str,
    *,
    at: datetime,
    path: str = "inventory/devices.csv",
    observed_on: date | None = None,
) -> None:
    """Import a file whose one record, and bytes, are the device."""
    sha256 = f"sha-{device_id}"
    with register.begin_import(at) as transaction:
        transaction.put(path, account(path, sha256, observed_on=observed_on), [device(path, sha256, device_id)])


def device_ids(register: Register, as_of: date, known_at: datetime | None = None) -> list[str]:
    found = register.records(register.select(as_of, known_at=known_at))
    return [record.device_id for record in found if isinstance(record, Device)]


def dump(file: Path) -> list[str]:
    """Everything in the file as SQL, read without the register's code."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


# databases hold no half surrogates and PostgreSQL no NUL: what becomes of them has a test of its own
_TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_SCALARS: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    str: _TEXTS,
    int: st.integers(-(2**63) + 1, 2**63 - 1),
    bool: st.booleans(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    datetime: (st.datetimes() | st.datetimes(timezones=st.just(UTC))).map(lambda moment: moment.replace(fold=0)),
}


def values_of(kind: Any, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of any content of a type of `sam.model`; `fixed` names the fields that are not free."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(_TEXTS, values_of(arguments[1]), max_size=3)
    if origin is not None:
        return st.one_of(*(st.none() if kind is NoneType else values_of(kind) for kind in arguments))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        parts = {field.name: values_of(hints[field.name]) for field in fields(kind) if field.name not in fixed}
        return st.builds(kind, **parts, **fixed)
    assert issubclass(kind, Enum)
    return st.sampled_from(list(kind))
