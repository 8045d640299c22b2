"""The catalog's file format, checked by pydantic: what users write in `catalog/*.yaml`.

The classes here are the border; the rest of the program sees `sam.model` values and compiled rules.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from sam.catalog.document import Document, Place
from sam.catalog.patterns import fault_of
from sam.errors import ConfigError
from sam.model.words import fold_word

GROUPS = frozenset({"version", "edition"})
_ID = re.compile(r"[^\s\x00-\x1f;,|]{1,120}")
_RULE_NAME = re.compile(r"(?!(?:title|not)-\d+$|name$|edition-cell$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MAX_TEXT = 300


def _fail(code: str, message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("catalog", "{message}", {"message": message, "hint": hint, "code": code})


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _fail("text", "a text is expected here", "write one value, not a list or nothing")
    if len(value) > _MAX_TEXT:
        raise _fail("text", f"a text of {len(value)} characters; {_MAX_TEXT} are allowed", "shorten it")
    return value.strip()


def _pattern(groups: frozenset[str]) -> PlainValidator:
    def check(value: object) -> str:
        if not isinstance(value, str) or not value:
            raise _fail("regex", "a regex is expected here", "write it in single quotes")
        fault = fault_of(value, groups)
        if fault:
            raise _fail("regex", *fault)
        return value

    return PlainValidator(check)


def _as_list(value: object) -> object:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _mapping(key: str) -> BeforeValidator:
    """A bare text stands for a mapping with this key alone."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value):
        raise _fail("id", f"'{value}' is not an id", "write it like acme/sketch: no spaces, commas or semicolons")
    return value


def _rule_name(value: str) -> str:
    if not _RULE_NAME.fullmatch(value):
        raise _fail("name", f"'{value}' is not a name of a rule", "write it like set-up-entry: small letters, hyphens")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _fail("date", f"'{value}' is not a day", "write it as 2022-11-16") from None


def _word(value: object) -> object:
    return fold_word(value) if isinstance(value, str) else value


Text = Annotated[str, PlainValidator(_text)]
Id = Annotated[Text, AfterValidator(_identifier)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list)]
RuleName = Annotated[Text, AfterValidator(_rule_name)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_as_list)]
Day = Annotated[date, PlainValidator(_day)]
Regex = Annotated[str, _pattern(GROUPS)]
PlainRegex = Annotated[str, _pattern(frozenset())]
Class = Annotated[Literal["paid", "free", "trial"], BeforeValidator(_word)]
ProductClass = Annotated[Literal["paid", "free", "component", "patch", "driver"], BeforeValidator(_word)]
Environment = Annotated[
    Literal["production", "development", "test", "training", "failover", "disaster-recovery"], BeforeValidator(_word)
]
Kind = Annotated[Literal["application", "operating-system", "package", "swid"], BeforeValidator(_word)]
StateWord = Annotated[Literal["licensable", "free", "component", "patch", "driver"], BeforeValidator(_word)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SuiteEntry(_Strict):
    """A component of a suite: a product id, or one with an edition or a version."""

    product: Id
    edition: Text | None = None
    version: Text | None = None


class EditionEntry(_Strict):
    """An edition of a product."""

    id: Id
    name: Text | None = None
    aliases: Texts = ()
    license_class: Class = Field("paid", alias="class")
    rank: int | None = Field(None, ge=0, le=1000)
    environments: Annotated[tuple[Environment, ...], BeforeValidator(_as_list)] = ()
    trial_days: int | None = Field(None, ge=0, le=3650)


class ReleaseEntry(_Strict):
    """A version, the prefixes by which installed software reports it, and its day."""

    version: Text
    internal: Texts = ()
    released: Day | None = None
    suite: "Suite" = ()


class TitleEntry(_Strict):
    """A rule that recognises raw titles. `publisher` `*` stands for every publisher."""

    regex: Regex
    name: RuleName | None = None
    """What the rule is called when it decides, instead of `title-<number>`."""
    edition: Text | None = None
    version: Text | None = None
    publisher: Texts = ()
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_as_list)] = ()
    license_class: Class | None = Field(None, alias="class")
    state: StateWord | None = None
    reported: PlainRegex | None = None
    """The reported version must match this too."""


Suite = Annotated[tuple[Annotated[SuiteEntry, _mapping("product")], ...], BeforeValidator(_as_list)]


class ProductEntry(_Strict):
    """A product as its publisher sells it."""

    id: Id
    name: Text | None = None
    category: Text | None = None
    license_class: ProductClass = Field("paid", alias="class")
    aliases: Texts = ()
    installable: bool = True
    editions: Annotated[tuple[Annotated[EditionEntry, _mapping("id")], ...], BeforeValidator(_as_list)] = ()
    releases: Annotated[tuple[Annotated[ReleaseEntry, _mapping("version")], ...], BeforeValidator(_as_list)] = ()
    titles: Annotated[tuple[Annotated[TitleEntry, _mapping("regex")], ...], BeforeValidator(_as_list)] = ()
    not_titles: Annotated[tuple[PlainRegex, ...], BeforeValidator(_as_list)] = ()
    suite: Suite = ()


class PublisherEntry(_Strict):
    """Who sells the products of the file."""

    id: Id
    name: Text | None = None
    aliases: Texts = ()
    regids: Texts = ()


class CatalogFile(_Strict):
    """One file: a publisher and its products."""

    publisher: Annotated[PublisherEntry, _mapping("id")] | None = None
    products: Annotated[tuple[ProductEntry, ...], BeforeValidator(_as_list)] = ()

    @model_validator(mode="after")
    def _has_publisher(self) -> Self:
        if self.publisher is None and any("/" not in p.id for p in self.products):
            raise _fail("publisher", "no publisher in the file", "begin it with publisher: {id: acme, name: Acme}")
        return self


ReleaseEntry.model_rebuild()


def parse_file(document: Document) -> CatalogFile:
    """Check one file against the format.

    Raises:
        ConfigError: With the line of the first fault; the message lists the others.
    """
    try:
        return CatalogFile.model_validate(document.value if document.value is not None else {})
    except ValidationError as error:
        faults = sorted((_told(document, detail) for detail in error.errors()), key=lambda f: f[0])
    _, where, message, hint = faults[0]
    more = "".join(f"\n{f[1]}: {f[2]} ({f[3]})" for f in faults[1:20])
    raise ConfigError(message + more, where=where, hint=hint)


def _told(document: Document, detail: ErrorDetails) -> tuple[int, str, str, str]:
    """Return line, place, message and remedy of one fault."""
    place: Place = tuple(detail["loc"])
    where = document.where(place)
    line = int(where.rpartition(":")[2])
    key = place[-1] if place else "file"
    context: dict[str, Any] = detail.get("ctx") or {}
    kind = detail["type"]
    if kind == "catalog":
        return line, where, f"{key}: {context['message']}", str(context["hint"])
    if kind == "extra_forbidden":
        return line, where, f"unknown key '{key}'", f"expected one of: {', '.join(_keys_at(place))}"
    if kind == "missing":
        return line, where, f"the key '{key}' is missing", "add it; see docs/catalog.md for the format"
    if kind == "literal_error":
        return line, where, f"{key}: '{detail['input']}' is not known here", f"use {context.get('expected', '')}"
    return line, where, f"{key}: {detail['msg']}", "see docs/catalog.md for the format"


_MODELS: dict[str, type[BaseModel]] = {
    "publisher": PublisherEntry, "products": ProductEntry, "editions": EditionEntry,
    "releases": ReleaseEntry, "titles": TitleEntry, "suite": SuiteEntry,
}  # fmt: skip


def _keys_at(place: Place) -> list[str]:
    """Return the keys allowed in the mapping that holds a place."""
    names = [p for p in place[:-1] if isinstance(p, str)]
    model = _MODELS.get(names[-1], CatalogFile) if names else CatalogFile
    return sorted(f.alias or name for name, f in model.model_fields.items())
