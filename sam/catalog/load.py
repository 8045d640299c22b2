"""Read the packaged catalog and the user's `catalog/` folder, and check them as a whole."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sam.catalog.document import Document, Place, read_document
from sam.catalog.editions import index_editions, named_edition
from sam.catalog.loaded import EditionIndex, LoadedCatalog
from sam.catalog.publishers import Publishers, known_publishers
from sam.catalog.rules import compile_rules
from sam.catalog.schema import CatalogFile, EditionEntry, ProductEntry, SuiteEntry, parse_file
from sam.errors import ConfigError
from sam.model.products import Catalog, Edition, Product, Release, SuiteComponent
from sam.model.words import fold_name

__all__ = ["LoadedCatalog", "load_catalog"]

_PACKAGED = "sam/catalog/data"
_SUFFIXES = frozenset({".yaml", ".yml"})
_MAX_FILES = 2000


@dataclass(frozen=True, slots=True)
class _File:
    """One file as read: its layer is 0 for the packaged catalog."""

    document: Document
    content: CatalogFile
    layer: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One product with the place it was written."""

    file: _File
    position: int
    product: ProductEntry
    publisher: str

    def where(self, *place: str | int) -> str:
        """Return `file:line` of a place inside the product."""
        full: Place = ("products", self.position, *place)
        return self.file.document.where(full)


def load_catalog(folders: Sequence[Path] = ()) -> LoadedCatalog:
    """Load the packaged catalog and the YAML files of folders, a later product of the same id replacing an earlier.

    Args:
        folders: The user's catalog folders; one that does not exist is no error.

    Raises:
        ConfigError: A file cannot be used; says file, line and remedy.
    """
    hashes: dict[str, str] = {}
    files: list[_File] = []
    for layer, name, data in _sources(folders):
        hashes[name] = hashlib.sha256(data).hexdigest()
        document = read_document(name, data, guide="docs/catalog.md")
        files.append(_File(document, parse_file(document), layer))
    entries = _entries(files)
    publishers = _publishers(files)
    _check(entries)
    products = {i: _product(e, publishers, entries) for i, e in sorted(entries.items())}
    return LoadedCatalog(
        catalog=Catalog(products=products),
        files=hashes,
        publishers=publishers,
        rules={i: compile_rules(e.product, e.publisher, publishers, e.file.layer) for i, e in sorted(entries.items())},
        names=_names(entries, publishers),
        editions={i: _edition_index(e.product) for i, e in entries.items()},
        workspace=frozenset(i for i, e in entries.items() if e.file.layer),
    )


def _sources(folders: Sequence[Path]) -> Iterator[tuple[int, str, bytes]]:
    """Yield layer, shown name and bytes of every file, in a fixed order."""
    packaged = resources.files("sam.catalog").joinpath("data")
    for item in sorted(packaged.iterdir(), key=lambda i: i.name):
        if Path(item.name).suffix in _SUFFIXES:
            yield 0, f"{_PACKAGED}/{item.name}", item.read_bytes()
    for layer, folder in enumerate(folders, 1):
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
        if len(found) > _MAX_FILES:
            raise ConfigError(f"more than {_MAX_FILES:,} catalog files", where=folder.name, hint="merge them")
        for path in found:
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            try:
                yield layer, name, path.read_bytes()
            except OSError as error:
                raise ConfigError(f"cannot be read: {error.strerror}", where=name, hint="check its rights") from error


def _entries(files: Sequence[_File]) -> dict[str, _Entry]:
    """Return the product that counts for every id; the same id twice in one layer is an error."""
    entries: dict[str, _Entry] = {}
    for file in files:
        for position, product in enumerate(file.content.products):
            publisher = file.content.publisher.id if file.content.publisher else product.id.partition("/")[0]
            entry = _Entry(file, position, product, publisher)
            before = entries.get(product.id)
            if before and before.file.layer == file.layer:
                raise ConfigError(
                    f"the product '{product.id}' is already given at {before.where('id')}",
                    where=entry.where("id"),
                    hint="remove one of them or give it another id",
                )
            entries[product.id] = entry
    return entries


def _publishers(files: Sequence[_File]) -> Publishers:
    """Merge what files say about a publisher: the last name, every alias."""
    names: dict[str, str] = {}
    aliases: dict[str, set[str]] = {}
    regids: dict[str, set[str]] = {}
    for file in files:
        given = file.content.publisher
        ids = [given.id] if given else sorted({p.id.partition("/")[0] for p in file.content.products})
        for identity in ids:
            named = given.name if given else None
            names[identity] = named or names.get(identity) or identity
            aliases.setdefault(identity, set()).update(given.aliases if given else ())
            aliases[identity].add(names[identity])
            regids.setdefault(identity, set()).update(given.regids if given else ())
    return known_publishers((i, n, sorted(aliases[i]), sorted(regids[i])) for i, n in names.items())


def _check(entries: Mapping[str, _Entry]) -> None:
    for entry in entries.values():
        _check_editions(entry)
        _check_rule_names(entry)
        _check_releases(entry)
        _check_suites(entry, entries)
    _check_circles(entries)


def _check_editions(entry: _Entry) -> None:
    seen: dict[str, int] = {}
    for number, edition in enumerate(entry.product.editions):
        if edition.id in seen:
            raise ConfigError(
                f"the edition '{edition.id}' twice", where=entry.where("editions", number, "id"), hint="keep one"
            )
        seen[edition.id] = number
    index = _edition_index(entry.product)
    for number, title in enumerate(entry.product.titles):
        if title.edition and index and not named_edition(index, title.edition):
            raise ConfigError(
                f"the edition '{title.edition}' is not one of {entry.product.id}",
                where=entry.where("titles", number, "edition"),
                hint=f"use one of: {', '.join(seen)}",
            )


def _check_rule_names(entry: _Entry) -> None:
    seen: set[str] = set()
    for number, title in enumerate(entry.product.titles):
        if title.name and title.name in seen:
            raise ConfigError(
                f"the rule '{title.name}' twice", where=entry.where("titles", number, "name"), hint="rename one of them"
            )
        seen.add(title.name or "")


def _check_releases(entry: _Entry) -> None:
    before: tuple[str, object] | None = None
    prefixes: dict[str, str] = {}
    versions: set[str] = set()
    for number, release in enumerate(entry.product.releases):
        if release.version in versions:
            where = entry.where("releases", number, "version")
            raise ConfigError(f"the release '{release.version}' twice", where=where, hint="keep one")
        versions.add(release.version)
        for prefix in release.internal:
            if prefixes.setdefault(prefix, release.version) != release.version:
                raise ConfigError(
                    f"the internal version '{prefix}' is already that of {prefixes[prefix]}",
                    where=entry.where("releases", number, "internal"),
                    hint="give each release prefixes of its own",
                )
        if release.released:
            if before and isinstance(before[1], type(release.released)) and before[1] > release.released:
                raise ConfigError(
                    f"release {release.version} is dated {release.released}, before {before[0]} of {before[1]}",
                    where=entry.where("releases", number, "released"),
                    hint="list releases oldest first",
                )
            before = (release.version, release.released)


def _suites(product: ProductEntry) -> Iterator[tuple[Place, SuiteEntry]]:
    for number, part in enumerate(product.suite):
        yield ("suite", number), part
    for at, release in enumerate(product.releases):
        for number, part in enumerate(release.suite):
            yield ("releases", at, "suite", number), part


def _check_suites(entry: _Entry, entries: Mapping[str, _Entry]) -> None:
    for place, part in _suites(entry.product):
        other = entries.get(part.product)
        if other is None:
            raise ConfigError(
                f"the suite {entry.product.id} names the unknown product '{part.product}'",
                where=entry.where(*place),
                hint="add that product to a catalog file or correct the id",
            )
        index = _edition_index(other.product)
        if part.edition and index and not named_edition(index, part.edition):
            raise ConfigError(
                f"the edition '{part.edition}' is not one of {part.product}",
                where=entry.where(*place),
                hint=f"use one of: {', '.join(e.id for e in other.product.editions)}",
            )


def _check_circles(entries: Mapping[str, _Entry]) -> None:
    """Refuse a suite that contains itself, by whatever way."""
    for start, entry in sorted(entries.items()):
        ahead, seen = [start], set()
        while ahead:
            for _, part in _suites(entries[ahead.pop()].product):
                if part.product == start:
                    raise ConfigError(
                        f"the suite {start} contains itself", where=entry.where("suite"), hint="list components only"
                    )
                if part.product not in seen:
                    seen.add(part.product)
                    ahead.append(part.product)


def _product(entry: _Entry, publishers: Publishers, entries: Mapping[str, _Entry]) -> Product:
    given = entry.product
    return Product(
        id=given.id,
        name=given.name or given.id.rpartition("/")[2].replace("-", " "),
        publisher=entry.publisher,
        publisher_name=publishers.display[entry.publisher],
        category=given.category or "",
        license_class=given.license_class,
        installable=given.installable,
        editions=tuple(_edition(e) for e in given.editions),
        releases=tuple(
            Release(
                version=r.version,
                internal=r.internal,
                released=r.released,
                suite=tuple(_component(p, entries) for p in r.suite),
            )
            for r in given.releases
        ),
        suite=tuple(_component(p, entries) for p in given.suite),
    )


def _edition(entry: EditionEntry) -> Edition:
    return Edition(
        id=entry.id,
        name=entry.name or entry.id,
        rank=entry.rank,
        license_class=entry.license_class,
        environments=entry.environments,
        trial_days=entry.trial_days,
    )


def _component(part: SuiteEntry, entries: Mapping[str, _Entry]) -> SuiteComponent:
    index = _edition_index(entries[part.product].product)
    edition = named_edition(index, part.edition or "") or part.edition or ""
    return SuiteComponent(product=part.product, edition=edition, version=part.version or "")


def _edition_index(product: ProductEntry) -> EditionIndex:
    return index_editions((e.id, e.name or "", e.aliases) for e in product.editions)


def _names(entries: Mapping[str, _Entry], publishers: Publishers) -> dict[str, tuple[str, ...]]:
    """Index products by id, name and aliases, with and without their publisher's name in front."""
    index: dict[str, set[str]] = {}
    for identity, entry in entries.items():
        given = entry.product
        last = identity.rpartition("/")[2].replace("-", " ")
        for text in (given.name or last, last, *given.aliases):
            bare = publishers.without_publisher(fold_name(text), entry.publisher)
            keys = {fold_name(text), bare} | {f"{p} {bare}" for p in publishers.prefixes.get(entry.publisher, ())}
            for key in keys:
                index.setdefault(key, set()).add(identity)
        index.setdefault(fold_name(identity), set()).add(identity)
    return {key: tuple(sorted(ids)) for key, ids in index.items()}
