"""Read one YAML file (catalog, terms, policy) as plain values that remember their lines.

Every scalar stays the text that was written (`version: 10.10` is `10.10`, never 10.1); the schema decides what it
means. Built from parser events on an explicit stack: no recursion, no tags that build objects, no aliases.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from sam.errors import ConfigError

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """The values of one file and the line of each of them, by the path of keys and positions that leads there."""

    name: str
    value: object
    lines: dict[Place, int] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """Return `file:line` of a place, of its nearest known parent where the place itself is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.name}:{self.lines.get(place, 1)}"


@dataclass(slots=True)
class _Open:
    """A mapping or sequence still being read."""

    place: Place
    value: dict[str, object] | list[object]
    key: str | None = None


def read_document(name: str, data: bytes, *, guide: str = "") -> Document:
    """Parse the bytes of a file.

    Args:
        name: The file as messages show it.
        data: Its bytes, UTF-8.
        guide: The page that describes the format, named in the remedies.

    Raises:
        ConfigError: Not UTF-8, not YAML, too large, too deep, two documents, a repeated key, an alias.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(f"larger than {MAX_BYTES:,} bytes", where=name, hint="split the file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError("not UTF-8 text", where=f"{name}:{line}", hint="save the file as UTF-8") from error
    builder = _Builder(Document(name, None), guide or "the page of its format, docs/catalog.md or docs/terms.md,")
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError(
            f"not valid YAML: {error.problem or error.context}",
            where=f"{name}:{line}",
            hint="check indentation, and quote texts that hold a colon, a bracket or a backslash with single quotes",
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError("holds a character that YAML does not allow", where=name, hint="save it as text") from error
    return builder.document


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Builder:
    """Puts parser events together."""

    def __init__(self, document: Document, guide: str) -> None:
        self.document = document
        self.guide = guide
        self.open: list[_Open] = []
        self.documents = 0

    def take(self, event: Event) -> None:
        """Use one event of the parser."""
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._fault(event, "a second document (`---`) in the file", "put it into a file of its own")
        elif isinstance(event, AliasEvent):
            raise self._fault(event, "an alias (`*name`), which is not used here", "write the value out")
        elif isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._start(event, {})
        elif isinstance(event, SequenceStartEvent):
            self._start(event, [])
        elif isinstance(event, CollectionEndEvent):
            self.open.pop()

    def _fault(self, event: Event, message: str, hint: str) -> ConfigError:
        line = _line(event)
        return ConfigError(message, where=f"{self.document.name}:{line}", hint=hint)

    def _scalar(self, event: ScalarEvent) -> None:
        top = self.open[-1] if self.open else None
        if top and isinstance(top.value, dict) and top.key is None:
            if event.value in top.value:
                raise self._fault(event, f"the key '{event.value}' twice", "keep one of them")
            top.key = event.value
            self.document.lines[(*top.place, event.value)] = _line(event)
            return
        plain = event.implicit[0] and event.value in _NULLS
        self._put(event, None if plain else event.value)

    def _start(self, event: Event, value: dict[str, object] | list[object]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._fault(event, f"nested deeper than {MAX_DEPTH} levels", f"see {self.guide} for the format")
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].key is None:
            raise self._fault(event, "a list or mapping used as a key", "quote texts that begin with a bracket")
        place = self._put(event, value)
        self.open.append(_Open(place, value))

    def _put(self, event: Event, value: object) -> Place:
        """Store a value at the open place and note its line."""
        if not self.open:
            self.document.value = value
            self.document.lines[()] = _line(event)
            return ()
        top = self.open[-1]
        if isinstance(top.value, list):
            place: Place = (*top.place, len(top.value))
            top.value.append(value)
        else:
            place = (*top.place, top.key or "")
            top.value[top.key or ""] = value
            top.key = None
        # A block value begins on the line below its key: the key's line is the one people look for.
        self.document.lines.setdefault(place, _line(event))
        return place
