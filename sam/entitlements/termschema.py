"""The file format of license terms, checked by pydantic: what people write in `terms/*.yaml` (docs/terms.md).

The classes here are the border; the rest of the program sees `sam.model.LicenseTerms` and `TermExample`.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from sam.entitlements.metrics import ONE_PER_USER
from sam.model import (
    Access,
    AllocationRow,
    Contract,
    Device,
    DeviceLink,
    Entitlement,
    Measure,
    OrgUnit,
    Person,
    Price,
    Seat,
    Session,
    SoftwareRow,
)
from sam.model.words import METRICS, RIGHTS, fold_word

ANY: Final = "*"
_NOT_COLUMNS = frozenset({"origin", "record", "kind", "code", "macs"})
_RECORDS: Final[Mapping[str, type]] = {
    "devices": Device, "people": Person, "org_units": OrgUnit, "device_links": DeviceLink, "access": Access,
    "seats": Seat, "sessions": Session, "measures": Measure, "contracts": Contract, "entitlements": Entitlement,
    "allocations": AllocationRow, "prices": Price,
}  # fmt: skip
COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset(f.name for f in fields(record)) - {"origin", "macs"} for name, record in _RECORDS.items()},
    "software": frozenset(f.name for f in fields(SoftwareRow)) - _NOT_COLUMNS,
}
"""Tables that an example may hold, with their columns."""
NUMBERS: Final = (
    "entitled", "expired", "covered", "covered_own", "covered_suite", "covered_downgrade", "covered_edition_above",
    "covered_other", "used_here", "used_for_others", "reserved", "non_transferable", "shortfall", "surplus",
    "order_quantity",
)  # fmt: skip
"""Numbers of a position that an example may expect, besides `demand`."""


def fail(message: str, hint: str) -> PydanticCustomError:
    """Build a fault that carries its own remedy."""
    return PydanticCustomError("term", "{message}", {"message": message, "hint": hint})


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise fail("a text is expected here", "write one value, not a list or nothing")
    return " ".join(value.split())


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise fail(f"'{value}' is not a day", "write it as 2016-10-12") from None


def _as_list(value: object) -> object:
    return [] if value is None else value if isinstance(value, list) else [value]


def _one_of(words: tuple[str, ...], what: str) -> PlainValidator:
    def check(value: object) -> str:
        word = fold_word(value) if isinstance(value, str) else ""
        if word not in words:
            raise fail(f"'{value}' is not a {what}", f"use one of: {', '.join(words)}")
        return word

    return PlainValidator(check)


def _slots(value: object) -> int | None:
    if isinstance(value, str) and fold_word(value) == "unlimited":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    raise fail(f"'{value}' is not a number of slots", "write a whole number of at least 1, or unlimited")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_cell(v) for v in value)
    if isinstance(value, str):
        return value
    raise fail("a cell is one value or a list", "write column: value")


Text = Annotated[str, PlainValidator(_text)]
Day = Annotated[date, PlainValidator(_day)]
Metric = Annotated[str, _one_of(METRICS, "metric")]
Right = Annotated[str, _one_of(RIGHTS, "right")]
Slots = Annotated[int | None, PlainValidator(_slots)]
Cell = Annotated[str, PlainValidator(_cell)]
Whole = Annotated[int, Field(ge=0, le=1_000_000_000)]
Minimum = Annotated[int, Field(ge=1, le=10_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class EffectiveEntry(_Strict):
    """First and last day on which the rule is in force."""

    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise fail(f"ends on {self.last}, before it begins on {self.first}", "correct one of the two days")
        return self


class MinimumEntry(_Strict):
    """Cores counted at least."""

    processor: Minimum | None = None
    server: Minimum | None = None
    vm: Minimum | None = None


class CountEntry(_Strict):
    """What is counted, and how."""

    subject: Literal["device", "user", "host", "vm"] | None = None
    cores: Literal["physical", "virtual", "own"] | None = None
    minimum: MinimumEntry = MinimumEntry()
    devices_per_user: Minimum | None = None


class OrderEntry(_Strict):
    """How the units are sold; a demand is never rounded to a pack."""

    pack: Minimum = 1


class GrantEntry(_Strict):
    """What a fully licensed host gives."""

    edition: Text
    gives: Literal["os-instance"]
    slots: Slots


class SourceEntry(_Strict):
    """The document the rule was read in."""

    title: Text
    section: Text
    read: Day
    published: Text | None = None


class IntervalEntry(_Strict):
    """A demand that rests on an unknown fact; `high` empty: no bound."""

    low: Whole
    high: Whole | None


def _demand(value: object) -> object:
    return value if isinstance(value, dict) or value is None else {"low": value, "high": value}


class ExpectEntry(_Strict):
    """One line of the result: its key and the numbers it must have."""

    product: Text | None = None
    edition: Text | None = None
    version: Text | None = None
    metric: Metric | None = None
    scope: Text | None = None
    status: Literal["optimal", "gap", "unknown", "ineligible", "disputed"] | None = None
    demand: Annotated[IntervalEntry | None, BeforeValidator(_demand)] = None
    entitled: Whole | None = None
    expired: Whole | None = None
    covered: Whole | None = None
    covered_own: Whole | None = None
    covered_suite: Whole | None = None
    covered_downgrade: Whole | None = None
    covered_edition_above: Whole | None = None
    covered_other: Whole | None = None
    used_here: Whole | None = None
    used_for_others: Whole | None = None
    reserved: Whole | None = None
    non_transferable: Whole | None = None
    shortfall: Whole | None = None
    surplus: Whole | None = None
    order_quantity: Whole | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.demand is None and all(getattr(self, name) is None for name in NUMBERS):
            raise fail("no number is expected", f"add demand, or one of: {', '.join(NUMBERS)}")
        return self


class ExampleEntry(_Strict):
    """A worked example: tables in, positions out, and where the answer comes from."""

    tables: dict[str, list[dict[str, Cell]]]
    as_of: Day
    expect: Annotated[tuple[ExpectEntry, ...], Field(min_length=1)]
    why: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _known_tables(self) -> Self:
        for name, rows in self.tables.items():
            if name not in COLUMNS:
                raise fail(f"there is no table '{name}'", f"use one of: {', '.join(sorted(COLUMNS))}")
            unknown = sorted({column for row in rows for column in row} - COLUMNS[name])
            if unknown:
                allowed = ", ".join(sorted(COLUMNS[name]))
                raise fail(f"the table {name} has no column '{unknown[0]}'", f"its columns are: {allowed}")
        if not (self.why or self.source):
            raise fail("nothing says where the answer comes from", "add source: or why: with the calculation")
        return self


class TermEntry(_Strict):
    """One rule: how a product is counted under a metric, and which rights it carries."""

    id: Text
    product: Text
    publisher: Text | None = None
    editions: Annotated[tuple[Text, ...], BeforeValidator(_as_list)] = ()
    metric: Metric
    effective: EffectiveEntry = EffectiveEntry()
    kind: Literal["additive", "grouped", "aggregate"] = "additive"
    count: CountEntry = CountEntry()
    order: OrderEntry = OrderEntry()
    grants: tuple[GrantEntry, ...] = ()
    rights: Annotated[tuple[Right, ...], BeforeValidator(_as_list)] = ()
    words: Text | None = None
    notes: Text | None = None
    source: SourceEntry
    examples: tuple[ExampleEntry, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for check in (self._check_place, self._check_aggregate, self._check_count, self._check_grants):
            check()
        return self

    def _check_place(self) -> None:
        if self.product != ANY and self.publisher:
            raise fail(
                "both a product and a publisher",
                f"a term of one product has no publisher; a publisher's has product: '{ANY}'",
            )
        if self.product == ANY and self.editions:
            raise fail("editions of every product", "name the product, or leave the editions out")

    def _check_aggregate(self) -> None:
        if self.kind != "aggregate":
            return
        claims = {"grants": self.grants, "rights": self.rights, "count": self.count != CountEntry()}
        claimed = [name for name, value in claims.items() if value]
        if claimed:
            hint = f"leave out {', '.join(claimed)}, or make the kind additive or grouped"
            raise fail("an aggregate term is counted for the organisation and offers no options or grants", hint)

    def _check_count(self) -> None:
        count, per_user = self.count, self.metric in ONE_PER_USER
        if count.subject is not None and (count.subject == "user") != per_user and self.kind != "aggregate":
            raise fail(f"metric {self.metric} does not count the subject '{count.subject}'", "correct one of the two")
        if count.devices_per_user and not per_user:
            raise fail(
                f"devices_per_user under metric {self.metric}", f"it belongs to {', '.join(sorted(ONE_PER_USER))}"
            )
        if (count.cores or count.minimum != MinimumEntry()) and self.metric != "core":
            raise fail(f"cores or minimums under metric {self.metric}", "they belong to the metric core")
        if self.metric == "core" and self.kind != "aggregate" and not count.cores:
            raise fail("a core term that does not say which cores", "add count: {cores: physical}, virtual or own")

    def _check_grants(self) -> None:
        if self.grants and self.count.subject != "host":
            raise fail("grants of a subject that is no host", "add count: {subject: host}")
        for grant in self.grants:
            if self.editions and grant.edition not in self.editions:
                raise fail(f"a grant of the edition '{grant.edition}', which the term is not for", "add it to editions")


class TermFile(_Strict):
    """One file: a list of terms."""

    terms: tuple[TermEntry, ...] = ()


MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "terms": TermEntry, "effective": EffectiveEntry, "count": CountEntry, "minimum": MinimumEntry,
    "order": OrderEntry, "grants": GrantEntry, "source": SourceEntry, "examples": ExampleEntry,
    "expect": ExpectEntry, "demand": IntervalEntry,
}  # fmt: skip
"""The model of the mapping that stands under each key, for telling which keys are allowed."""


def allowed_keys(place: tuple[Any, ...]) -> list[str]:
    """Return the keys allowed in the mapping that holds a place of a term file."""
    names = [part for part in place[:-1] if isinstance(part, str)]
    model = MODELS.get(names[-1], TermEntry) if names else TermEntry
    return sorted(field.alias or name for name, field in model.model_fields.items())
