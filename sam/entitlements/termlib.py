"""The library of license terms: read them from YAML, find the one in force, tell it in words."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sam.catalog.document import Document, read_document
from sam.entitlements.termschema import (
    ANY,
    NUMBERS,
    ExampleEntry,
    ExpectEntry,
    TermEntry,
    TermFile,
    allowed_keys,
)
from sam.errors import ConfigError, SamError
from sam.model import CountRule, GrantRule, Interval, LicenseTerms, Product, TermSource
from sam.model.words import METRICS

PACKAGED: Final = Path(__file__).parent / "terms"
_SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TermExample:
    """A worked example of a term: tables in, positions out."""

    id: str
    """Term id and number: `microsoft/windows-server/core-2016#1`."""
    term: str
    tables: Mapping[str, tuple[Mapping[str, str], ...]]
    """Rows by table name; every cell as a CSV file would hold it."""
    as_of: date
    expect: tuple[Mapping[str, str | int | Interval], ...]
    """Fields of `Position` with the value each must have. A line without `version` stands in `totals`, one with it in
    `positions`; product and metric are always given."""
    why: str = ""
    source: str = ""
    where: str = ""
    """File and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLibrary:
    """Every term known to a run."""

    terms: tuple[LicenseTerms, ...]
    """In the order of their ids."""
    files: Mapping[str, str] = field(default_factory=dict)
    """File as shown → sha256."""
    examples: tuple[TermExample, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    """Term id → file and line."""
    layers: Mapping[str, int] = field(default_factory=dict)
    """Term id → 0 for the packaged library, then the folders in the order given: a later folder wins."""

    def find(self, product: Product, metric: str, day: date, edition: str = "") -> LicenseTerms:
        """Return the term of a product under a metric in force on a day.

        The product's own term comes first (one for the edition before one for every edition), then its publisher's,
        then the generic one. Of several, the one of the later folder wins, then the one that began last.

        Raises:
            SamError: The metric is no metric word.
        """
        if metric not in METRICS:
            raise SamError(f"'{metric}' is not a metric", hint=f"use one of: {', '.join(METRICS)}")
        in_force = [t for t in self.terms if t.metric == metric and t.in_force(day)]
        own = [t for t in in_force if t.product == product.id]
        shared = [t for t in in_force if t.product == ANY and t.publisher and _same(t.publisher, product.publisher)]
        generic = [t for t in in_force if t.product == ANY and not t.publisher]
        for group in (own, shared, generic):
            fitting = [(rank, t) for t in group if (rank := _edition_rank(t, edition)) is not None]
            if fitting:
                return min(fitting, key=lambda entry: self._preference(*entry))[1]
        raise SamError(f"no term counts the metric '{metric}'", hint="restore the generic term of that metric")

    def _preference(self, rank: int, term: LicenseTerms) -> tuple[int, int, int, str]:
        begun = term.effective_from.toordinal() if term.effective_from else 0
        return rank, -self.layers.get(term.id, 0), -begun, term.id


def _same(left: str, right: str) -> bool:
    return left.casefold() == right.casefold()


def _edition_rank(term: LicenseTerms, edition: str) -> int | None:
    """Return 0 for a term of that edition, 1 for every edition, 2 when the edition is unknown, None for another's."""
    if not term.editions:
        return 1
    if not edition:
        return 2
    return 0 if edition in term.editions else None


def load_terms(folders: Sequence[Path] = ()) -> TermLibrary:
    """Read the packaged terms, then every `*.yaml` below the folders; a term of the same id replaces an earlier one.

    Args:
        folders: Further folders, a workspace's `terms/` for example; a missing one is no error.

    Raises:
        ConfigError: A file cannot be read or breaks the format; with file and line.
    """
    shelf = _Shelf()
    for layer, folder in enumerate((PACKAGED, *folders)):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in _SUFFIXES and p.is_file()):
            shelf.add(layer, _shown(path, folder), path)
    return shelf.library()


def _shown(path: Path, folder: Path) -> str:
    root = "sam/entitlements/terms" if folder == PACKAGED else folder.name
    return f"{root}/{path.relative_to(folder).as_posix()}"


class _Shelf:
    """Terms while files are read."""

    def __init__(self) -> None:
        self.terms: dict[str, LicenseTerms] = {}
        self.places: dict[str, str] = {}
        self.layers: dict[str, int] = {}
        self.examples: dict[str, tuple[TermExample, ...]] = {}
        self.files: dict[str, str] = {}

    def add(self, layer: int, name: str, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError("cannot be read", where=name, hint=error.strerror or "check its permissions") from error
        self.files[name] = hashlib.sha256(data).hexdigest()
        document = read_document(name, data)
        for number, entry in enumerate(_parse(document)):
            self._put(layer, entry, document, number)

    def _put(self, layer: int, entry: TermEntry, document: Document, number: int) -> None:
        where = document.where((number, "id"))
        term = _term(entry)
        if self.layers.get(term.id) == layer:
            raise ConfigError(
                f"the term '{term.id}' is given twice", where=where, hint=f"the other is at {self.places[term.id]}"
            )
        for other in self.terms.values():
            if self.layers[other.id] == layer and _ambiguous(term, other):
                raise ConfigError(
                    f"'{term.id}' and '{other.id}' count the same product and metric on the same days",
                    where=where,
                    hint=f"end one before the other begins; the other is at {self.places[other.id]}",
                )
        self.terms[term.id], self.places[term.id], self.layers[term.id] = term, where, layer
        self.examples[term.id] = tuple(
            _example(example, term, n, document.where((number, "examples", n - 1)))
            for n, example in enumerate(entry.examples, 1)
        )

    def library(self) -> TermLibrary:
        generic = {t.metric for t in self.terms.values() if t.product == ANY and not t.publisher and _always(t)}
        missing = [m for m in METRICS if m not in generic]
        if missing:
            raise ConfigError(
                f"no undated generic term for the metric '{missing[0]}'",
                where=self.places.get(f"generic/{missing[0]}", "sam/entitlements/terms"),
                hint="give the generic term no effective days, and product: '*' without a publisher",
            )
        ids = sorted(self.terms)
        return TermLibrary(
            terms=tuple(self.terms[i] for i in ids),
            files=dict(sorted(self.files.items())),
            examples=tuple(example for i in ids for example in self.examples[i]),
            places=self.places,
            layers=self.layers,
        )


def _always(term: LicenseTerms) -> bool:
    return term.effective_from is None and term.effective_to is None and not term.editions


def _ambiguous(left: LicenseTerms, right: LicenseTerms) -> bool:
    same = (left.product, left.publisher.casefold(), left.metric) == (
        right.product,
        right.publisher.casefold(),
        right.metric,
    )
    editions = left.editions == right.editions or bool(set(left.editions) & set(right.editions))
    begins = max(left.effective_from or date.min, right.effective_from or date.min)
    ends = min(left.effective_to or date.max, right.effective_to or date.max)
    return same and editions and begins <= ends


def _parse(document: Document) -> tuple[TermEntry, ...]:
    """Check one file against the format; the message of the error names every fault, the first one first."""
    value = document.value if document.value is not None else []
    if not isinstance(value, list):
        raise ConfigError(
            "a list of terms is expected", where=f"{document.name}:1", hint="begin each term with `- id:`"
        )
    try:
        return TermFile.model_validate({"terms": value}).terms
    except ValidationError as error:
        faults = sorted(_told(document, detail) for detail in error.errors())
    _, where, message, hint = faults[0]
    more = "".join(f"\n{f[1]}: {f[2]} ({f[3]})" for f in faults[1:20])
    raise ConfigError(message + more, where=where, hint=hint)


def _told(document: Document, detail: ErrorDetails) -> tuple[int, str, str, str]:
    """Return line, place, message and remedy of one fault."""
    place = tuple(detail["loc"])[1:]
    where = document.where(place)
    line = int(where.rpartition(":")[2])
    key = next((str(part) for part in reversed(place) if isinstance(part, str)), "term")
    context: dict[str, Any] = detail.get("ctx") or {}
    known: dict[str, Callable[[], tuple[str, str]]] = {
        "term": lambda: (f"{key}: {context['message']}", str(context["hint"])),
        "extra_forbidden": lambda: (f"unknown key '{key}'", f"expected one of: {', '.join(allowed_keys(place))}"),
        "missing": lambda: (f"the key '{key}' is missing", "add it; see docs/terms.md for the format"),
        "literal_error": lambda: (f"{key}: '{detail['input']}' is not known here", f"use {context['expected']}"),
    }
    tell = known.get(detail["type"])
    message, hint = tell() if tell else (f"{key}: {detail['msg']}", "see docs/terms.md for the format")
    return line, where, message, hint


def _term(entry: TermEntry) -> LicenseTerms:
    count, minimum = entry.count, entry.count.minimum
    source = entry.source
    return LicenseTerms(
        id=entry.id,
        product=entry.product,
        publisher=entry.publisher or "",
        metric=entry.metric,
        editions=entry.editions,
        effective_from=entry.effective.first,
        effective_to=entry.effective.last,
        kind=entry.kind,
        count=CountRule(
            subject=count.subject or ("user" if entry.metric in {"user", "named-user", "seat"} else "device"),
            cores=count.cores or "",
            minimum_processor=minimum.processor or 0,
            minimum_server=minimum.server or 0,
            minimum_vm=minimum.vm or 0,
            devices_per_user=count.devices_per_user,
        ),
        order_pack=entry.order.pack,
        grants=tuple(GrantRule(edition=g.edition, gives=g.gives, slots=g.slots) for g in entry.grants),
        rights=entry.rights,
        words=entry.words or "",
        notes=entry.notes or "",
        source=TermSource(
            title=source.title, section=source.section, read=source.read, published=source.published or ""
        ),
    )


def _example(entry: ExampleEntry, term: LicenseTerms, number: int, where: str) -> TermExample:
    return TermExample(
        id=f"{term.id}#{number}",
        term=term.id,
        tables={name: tuple(rows) for name, rows in entry.tables.items()},
        as_of=entry.as_of,
        expect=tuple(_expectation(e, term) for e in entry.expect),
        why=entry.why or "",
        source=entry.source or "",
        where=where,
    )


def _expectation(entry: ExpectEntry, term: LicenseTerms) -> Mapping[str, str | int | Interval]:
    expected: dict[str, str | int | Interval] = {}
    product = entry.product or (term.product if term.product != ANY else "")
    keys = {"product": product, "metric": entry.metric or term.metric}
    keys |= {name: getattr(entry, name) for name in ("edition", "version", "scope", "status")}
    expected.update({name: text for name, text in keys.items() if text})
    if entry.demand is not None:
        expected["demand"] = Interval(entry.demand.low, entry.demand.high)
    expected.update({name: number for name in NUMBERS if (number := getattr(entry, name)) is not None})
    return expected


def describe(term: LicenseTerms) -> str:
    """Return one paragraph that tells the term: what it is for, the rule, rights, days and source."""
    parts = [f"{term.id}: {_whom(term)}, metric {term.metric}."]
    told = (_sentence(term.words) if term.words else "", _counted(term), _granted(term), _rights(term))
    parts += [text for text in told if text]
    parts.append(_days(term))
    if term.notes:
        parts.append(_sentence(term.notes))
    if term.source:
        published = f"{term.source.published}, " if term.source.published else ""
        parts.append(f"Source: {term.source.title}, {term.source.section} ({published}read {term.source.read}).")
    return " ".join(parts)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _whom(term: LicenseTerms) -> str:
    if term.product == ANY:
        return f"every product of {term.publisher}" if term.publisher else "every product without a term of its own"
    return f"{term.product} ({', '.join(term.editions)})" if term.editions else term.product


def _counted(term: LicenseTerms) -> str:
    if term.kind == "aggregate":
        return (
            "It is counted for the organisation as a whole and not yet computed: no demand arises from installations."
        )
    count = term.count
    minimums = [
        f"{number} {name}"
        for number, name in (
            (count.minimum_processor, "a processor"),
            (count.minimum_server, "a server"),
            (count.minimum_vm, "a virtual machine"),
        )
        if number
    ]
    cores = {
        "physical": "physical cores",
        "virtual": "virtual cores",
        "own": "virtual cores of a virtual machine, physical ones of any other",
    }
    told = [cores[count.cores]] if count.cores else []
    told += [f"at least {' and '.join(minimums)}"] if minimums else []
    told += [f"up to {count.devices_per_user} devices a user"] if count.devices_per_user else []
    told += [f"sold in packs of {term.order_pack}"] if term.order_pack > 1 else []
    return f"Counted for each {count.subject}{': ' if told else ''}{'; '.join(told)}."


def _granted(term: LicenseTerms) -> str:
    told = [f"{g.edition} {g.slots if g.slots is not None else 'unlimited'}" for g in term.grants]
    return f"OS instances of a fully licensed host: {', '.join(told)}." if told else ""


def _rights(term: LicenseTerms) -> str:
    return f"Rights: {', '.join(term.rights)}." if term.rights else ""


def _days(term: LicenseTerms) -> str:
    if term.effective_from and term.effective_to:
        return f"In force from {term.effective_from} to {term.effective_to}."
    if term.effective_from:
        return f"In force from {term.effective_from}."
    return f"In force until {term.effective_to}." if term.effective_to else "In force on every day."
