"""The catalog of a run: products, the names they go by, and the rules that recognise their titles."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sam.catalog.editions import index_editions, named_edition
from sam.catalog.publishers import Publishers
from sam.catalog.rules import ProductRules
from sam.model.products import Catalog, Edition, Product, Release
from sam.model.versions import map_version, version_key
from sam.model.words import fold_name, fold_word

EditionIndex = Mapping[tuple[str, ...], str]
Named = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCatalog:
    """A catalog ready for use. A value: `with_local` returns another one."""

    catalog: Catalog = field(default_factory=Catalog)
    files: Mapping[str, str] = field(default_factory=dict)
    """File → sha256, for the run's manifest."""
    publishers: Publishers = field(default_factory=Publishers)
    rules: Mapping[str, ProductRules] = field(default_factory=dict)
    """Product id → its rules."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded name or alias, with and without the publisher's name in front → product ids."""
    editions: Mapping[str, EditionIndex] = field(default_factory=dict)
    """Product id → its editions by name."""
    workspace: frozenset[str] = frozenset()
    """Ids of the products that the user's files give."""
    local: Mapping[str, str] = field(default_factory=dict)
    """Folded name → id of a product that only the user's tables name."""

    def resolve(self, name: str, publisher: str = "") -> str:
        """Return the product id that a table's `product` cell means.

        A catalog id; else a catalog product of that name or alias, with or without its publisher's name in front;
        else the local product of that name; else the name itself, trimmed.
        """
        text = name.strip()
        found = self.catalog_id(text, publisher)
        if found:
            return found
        folded = fold_name(text)
        by_name = self.local.get(folded) or self.local.get(
            self.publishers.without_publisher(folded, self.publishers.identify(publisher))
        )
        return by_name or text

    def catalog_id(self, name: str, publisher: str = "") -> str:
        """Return the id of the catalog product that a name means, "" when there is none or it is not certain."""
        if name in self.catalog.products and self.catalog.products[name].in_catalog:
            return name
        folded = fold_name(name)
        owner = self.publishers.identify(publisher)
        for key in (folded, self.publishers.without_publisher(folded, owner)):
            found = [p for p in self.names.get(key, ()) if self._may_be(p, key, owner)]
            own = [p for p in found if p in self.workspace] or found
            if len(own) == 1:
                return own[0]
        return ""

    def _may_be(self, product_id: str, key: str, owner: str) -> bool:
        """True unless another publisher is named beside a name that does not name the product's own."""
        publisher = self.catalog.products[product_id].publisher
        if not owner or owner == publisher or key == fold_name(product_id):
            return True
        return owner not in self.publishers.display and self.publishers.without_publisher(key, publisher) != key

    def resolve_edition(self, product_id: str, text: str) -> str:
        """Return the id of the edition that a text names, else the text folded as a word."""
        if not text.strip():
            return ""
        return named_edition(self.editions.get(product_id, {}), text) or fold_word(text)

    def resolve_version(self, product_id: str, text: str) -> str:
        """Return the release that a version belongs to, else the version as given, trimmed.

        Case and spaces do not matter: `2012r2` is the release `2012 R2`.
        """
        product, given = self.catalog.products.get(product_id), text.strip()
        if not product or not given:
            return given
        plain = _plain_version(given)
        for release in product.releases:
            if plain in {_plain_version(name) for name in (release.version, *release.internal)}:
                return release.version
        return map_version(product, given)

    def with_local(
        self,
        named: Named,
        versions: Mapping[str, Collection[str]],
        editions: Mapping[str, Collection[str]] | None = None,
    ) -> "LoadedCatalog":
        """Add the products that tables name and the catalog does not know.

        Args:
            named: Product name and publisher of every entitlement, price, seat and measure.
            versions: Product, as named → versions named with it; they become its releases, oldest first.
            editions: Product, as named → editions named with it.
        """
        groups = self._local_groups(named)
        fresh = [self._local_product(group) for group in groups]
        exact: dict[str, str] = {}
        derived: dict[str, str] = {}
        for group, product in zip(groups, fresh, strict=True):
            exact.update((fold_name(text), product.id) for text in sorted(group.spellings))
            for key in sorted({k for text in group.spellings for k in self._title_names(text, product.publisher)}):
                derived.setdefault(key, product.id)
        loaded = replace(self, local={**derived, **exact})
        version_names = _by_product(loaded, versions)
        edition_names = _by_product(loaded, editions or {})
        products = dict(self.catalog.products)
        index: dict[str, EditionIndex] = dict(self.editions)
        for product in fresh:
            full = _with_named(product, version_names.get(product.id, ()), edition_names.get(product.id, ()))
            products[product.id] = full
            index[product.id] = index_editions((e.id, e.name, ()) for e in full.editions)
        return replace(loaded, catalog=Catalog(products=products), editions=index)

    def _local_groups(self, named: Named) -> list["_Group"]:
        """Put spellings together that differ in case, marks, spaces or the publisher's name in front."""
        by_fold: dict[str, _Group] = {}
        for name, publisher in named:
            text = name.strip()
            if text and not self.catalog_id(text, publisher):
                group = by_fold.setdefault(fold_name(text), _Group())
                group.spellings.add(text)
                group.publishers.add(publisher.strip())
        merged: dict[str, _Group] = {}
        for folded, group in sorted(by_fold.items()):
            key = self.publishers.without_publisher(folded, self.publishers.identify(group.publisher))
            target = merged.setdefault(key, _Group())
            target.spellings |= group.spellings
            target.publishers |= group.publishers
        return [group for _, group in sorted(merged.items())]

    def _local_product(self, group: "_Group") -> Product:
        identity = min(group.spellings)
        publisher = group.publisher or (identity.partition("/")[0] if "/" in identity else "")
        owner = self.publishers.identify(publisher)
        return Product(
            id=identity,
            name=identity,
            publisher=owner,
            publisher_name=self.publishers.display.get(owner, publisher),
            in_catalog=False,
        )

    def _title_names(self, text: str, owner: str) -> set[str]:
        """Return the folded titles that mean a local product."""
        folded = fold_name(text)
        bare = {folded, self.publishers.without_publisher(folded, owner)}
        if "/" in text:
            bare.add(fold_name(text.rpartition("/")[2].replace("-", " ")))
        prefixes = self.publishers.prefixes.get(owner) or ((owner,) if owner else ())
        return bare | {f"{prefix} {name}" for prefix in prefixes for name in bare if "/" not in name}


def _plain_version(text: str) -> str:
    return "".join(text.casefold().split())


@dataclass(slots=True)
class _Group:
    """The spellings of one local product and the publishers named beside them."""

    spellings: set[str] = field(default_factory=set)
    publishers: set[str] = field(default_factory=set)

    @property
    def publisher(self) -> str:
        """The first publisher by sort order, "" when none is named."""
        return min(self.publishers - {""}, default="")


def _with_named(product: Product, versions: Collection[str], editions: Collection[str]) -> Product:
    """Give a local product the releases and editions that tables name with it."""
    by_id = {fold_word(e): e for e in sorted(editions, reverse=True)}
    return replace(
        product,
        releases=tuple(Release(version=v) for v in sorted(versions, key=lambda v: (version_key(v), v))),
        editions=tuple(Edition(id=identity, name=name) for identity, name in sorted(by_id.items())),
    )


def _by_product(loaded: LoadedCatalog, mapping: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Regroup texts given by product name under the product's id, trimmed, without blanks."""
    found: dict[str, set[str]] = {}
    for name, texts in mapping.items():
        found.setdefault(loaded.resolve(name), set()).update(t.strip() for t in texts if t.strip())
    return found
