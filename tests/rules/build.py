"""Facts of a run from the small mappings of the YAML cases: what a case leaves out has a plain default."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from sam.model import (
    Catalog,
    Contract,
    Device,
    DoubleCoverage,
    Entitlement,
    Interval,
    Origin,
    Person,
    Policy,
    Position,
    Price,
    Problem,
    Product,
    ProductUsage,
    RemedyLine,
    Renewal,
    RunFacts,
    Seat,
    UnknownTitle,
    Waiver,
)

AS_OF: Final = date(2026, 6, 30)
FOLDER: Final = Path(__file__).parent
Values = Mapping[str, Any]


@cache
def hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def cell(hint: Any, value: Any) -> Any:
    """Turn a YAML value into what a field holds."""
    choices = [h for h in typing.get_args(hint) if h is not types.NoneType]
    if isinstance(hint, types.UnionType):
        return None if value is None else cell(choices[0], value)
    if typing.get_origin(hint) is tuple:
        return tuple(cell(choices[0], each) for each in value)
    if hint is Decimal:
        return Decimal(str(value))
    if hint is Origin:
        path, _, record = str(value).partition("#")
        return Origin(file="0" * 64, path=path, record=int(record or 0))
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return make(hint, value)
    return hint(value) if isinstance(hint, type) and not isinstance(value, hint) else value


def make(kind: type, values: Values, **defaults: Any) -> Any:
    known = hints(kind)
    unknown = set(values) - set(known)
    assert not unknown, f"a case names {unknown}, which {kind.__name__} does not have"
    return kind(**{**defaults, **{name: cell(known[name], value) for name, value in values.items()}})


def position(values: Values) -> Position:
    """A position that adds up: owned units cover the demand as far as they reach."""
    given = dict(values)
    demand = given.pop("demand", 0)
    interval = Interval(*demand) if isinstance(demand, list) else Interval.exact(demand)
    solved = interval.low if interval.high is None else interval.high
    entitled = given.get("entitled", 0)
    covered = given.get("covered", max(0, min(solved, entitled + given.get("covered_suite", 0))))
    shortfall = given.get("shortfall", solved - covered)
    own = max(0, covered - given.get("covered_suite", 0))
    price = given.get("unit_price")
    names = (given["product"].replace("/", "-"), given.get("edition"), given.get("version"), given["metric"])
    if "at_low" in given:
        given["at_low"] = {"demand": 0, "covered": 0, "shortfall": 0, "surplus": 0} | given["at_low"]
    if price is not None and shortfall:
        given.setdefault("exposure", Decimal(str(price)) * shortfall)
    return make(
        Position,
        given,
        id="-".join(str(n) for n in names if n),
        publisher="",
        product_name=given["product"],
        demand=interval,
        solved=solved,
        covered=covered,
        covered_own=own,
        shortfall=shortfall,
        used_here=min(own, entitled),
        surplus=max(0, entitled - own),
        status="optimal" if interval.known else "unknown",
    )


def row(kind: type, path: str, **defaults: Any) -> Callable[[int, Values], Any]:
    def build(number: int, values: Values) -> Any:
        return make(kind, values, origin=Origin(file="0" * 64, path=path, record=number), **defaults)

    return build


def plain(kind: type, **defaults: Any) -> Callable[[int, Values], Any]:
    return lambda number, values: make(kind, values, **defaults)


TABLES: Final[Mapping[str, Callable[[int, Values], Any]]] = {
    "positions": lambda number, values: position(values),
    "remedy": plain(RemedyLine, product_name="", metric="device", units=1, packs=1),
    "renewals": plain(Renewal),
    "devices": row(Device, "inventory/devices.csv"),
    "people": row(Person, "inventory/people.csv"),
    "seats": row(Seat, "inventory/seats.csv"),
    "contracts": row(Contract, "contracts/contracts.csv"),
    "entitlements": row(Entitlement, "entitlements/entitlements.csv", metric="device", quantity=Decimal(1)),
    "prices": row(Price, "contracts/prices.csv", unit_price=Decimal(1)),
    "usage": plain(ProductUsage, edition="", installed=0, measured=0, unused=0),
    "double_coverage": plain(DoubleCoverage),
    "unknown_titles": plain(UnknownTitle, publisher="", rows=0),
    "problems": plain(Problem),
}
MAPS: Final = ("retired_with_software", "retired_allocated", "product_prices", "rates", "core_gaps")


def facts(given: Values) -> RunFacts:
    rest = dict(given)
    names = rest.pop("names", {})
    day = rest.pop("as_of", AS_OF)
    tables = {
        name: tuple(TABLES[name](n, values) for n, values in enumerate(rest.pop(name), 1))
        for name in TABLES
        if name in rest
    }
    maps = {name: rest.pop(name) for name in MAPS if name in rest}
    assert not rest, f"a case gives {set(rest)}, which no rule reads"
    for name in ("retired_allocated", "core_gaps"):
        maps |= {name: {k: tuple(v) for k, v in maps[name].items()}} if name in maps else {}
    if "product_prices" in maps:
        maps["product_prices"] = {k: Decimal(str(v)) for k, v in maps["product_prices"].items()}
    products = {i: Product(id=i, name=name) for i, name in names.items()}
    return RunFacts(as_of=day, currency="EUR", catalog=Catalog(products=products), **tables, **maps)


def policy(given: Values) -> Policy:
    waivers = tuple(make(Waiver, w) for w in given.get("waivers", ()))
    known = {f.name for f in fields(Policy)}
    assert set(given) <= known
    return Policy(**{**given, "waivers": waivers})


def case_files() -> list[Path]:
    return sorted(FOLDER.glob("[A-Z]*.yml"))


@cache
def cases(path: Path) -> tuple[Values, ...]:
    return tuple(yaml.safe_load(path.read_text("utf-8")))
