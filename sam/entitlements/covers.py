"""Whether a license covers an installation, and by which right (docs/counting.md, "What covers what")."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sam.entitlements.classes import Item
from sam.entitlements.licenses import License
from sam.model import Catalog, Product, SuiteComponent
from sam.model.versions import compare_versions, release_date, version_key

OWN, DOWNGRADE, EDITION_ABOVE, SUITE, OTHER = "own", "downgrade", "edition-above", "suite", "other"
POLICY_ORDER = (OWN, DOWNGRADE, EDITION_ABOVE, OTHER, SUITE)
"""In which a license is preferred where cost and value are equal: the nearest match first."""
_MAX_DEPTH = 4


@dataclass(frozen=True)
class Covering:
    """Answers `relation` for one catalog, remembering what it answered."""

    catalog: Catalog
    _known: dict[tuple[str, str, str, str, bool], str | None] = field(default_factory=dict)
    _orders: dict[str, dict[str, int]] = field(default_factory=dict)
    _linked: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @cached_property
    def _unknown(self) -> Product:
        return Product(id="", name="")

    def product(self, product_id: str) -> Product:
        """Return the catalog's product, an empty one when it holds none of that id."""
        return self.catalog.products.get(product_id, self._unknown)

    def relation(self, license: License, item: Item, *, grant: bool = False) -> str | None:
        """Return how one unit of `license` covers `item`, None when it does not.

        Args:
            license: A pool or an offer; scope and subject are the caller's matter.
            item: The installation or seat.
            grant: True for a host's set, where the higher edition always contains the lower.
        """
        key = (license.id, item.product, item.edition, item.version, grant)
        if key not in self._known:
            self._known[key] = self._find(license, item, grant)
        return self._known[key]

    def _compare(self, product: Product, left: str, right: str) -> int:
        """Compare versions by the order of releases, worked out once a product."""
        order = self._orders.get(product.id)
        if order is None:
            order = self._orders[product.id] = {r.version: n for n, r in enumerate(product.releases)}
        if left in order and right in order:
            return (order[left] > order[right]) - (order[left] < order[right])
        return compare_versions(product, left, right)

    def _find(self, license: License, item: Item, grant: bool) -> str | None:
        if license.product == item.product:
            return self._same_product(license, item, grant)
        if item.product not in self.linked_products(license):
            return None
        return SUITE if self._component(license, item) else None

    def _same_product(self, license: License, item: Item, grant: bool) -> str | None:
        product = self.product(item.product)
        edition = self._edition(product, license, item, grant)
        version = self._version(product, license, item)
        if edition is None or version is None:
            return None
        return edition if edition == EDITION_ABOVE else version

    @staticmethod
    def _edition(product: Product, license: License, item: Item, grant: bool) -> str | None:
        if not license.edition or not item.edition or license.edition == item.edition:
            return OWN
        above, below = product.edition(license.edition), product.edition(item.edition)
        ranked = above and below and above.rank is not None and below.rank is not None and above.rank > below.rank
        return EDITION_ABOVE if ranked and (grant or "edition-below" in license.rights) else None

    def _version(self, product: Product, license: License, item: Item) -> str | None:
        if not license.version or not item.version:
            return OWN
        order = self._compare(product, item.version, license.version)
        if order == 0:
            return OWN
        if order < 0:
            return DOWNGRADE if "downgrade" in license.rights else None
        released = release_date(product, item.version)
        kept = license.maintenance_until
        upgraded = "upgrade" in license.rights and kept is not None and released is not None and released <= kept
        return OTHER if upgraded else None

    def _component(self, license: License, item: Item) -> bool:
        suite = self.product(license.product)
        day = self._suite_day(suite, license)
        return any(
            self._fits(component, item, day)
            for component in self._components(suite, license.version, 0)
            if component.product == item.product
        )

    def _components(self, suite: Product, version: str, depth: int) -> list[SuiteComponent]:
        release = suite.release(version)
        listed = release.suite if release and release.suite else suite.suite
        found = list(listed)
        if depth < _MAX_DEPTH:
            for component in listed:
                if self.has_components(component.product):
                    inner = self.product(component.product)
                    found += self._components(inner, component.version, depth + 1)
        return found

    @staticmethod
    def _suite_day(suite: Product, license: License) -> date | None:
        if not license.version:
            return None
        own = release_date(suite, license.version)
        kept = license.maintenance_until
        if "upgrade" not in license.rights or kept is None:
            return own
        later = [r.released for r in suite.releases if r.released is not None and r.released <= kept]
        return max([d for d in (own, *later) if d is not None], default=None)

    def _fits(self, component: SuiteComponent, item: Item, day: date | None) -> bool:
        if component.edition and item.edition and component.edition != item.edition:
            return False
        if component.version:
            return not item.version or component.version == item.version
        released = release_date(self.product(item.product), item.version) if item.version else None
        return day is None or released is None or released <= day

    def order(self, item: Item) -> tuple[int, int, tuple[tuple[int, int, str], ...], str, int]:
        """Return a key that orders items of one product: by edition rank, then release, then version, then slot."""
        product = self.product(item.product)
        edition = product.edition(item.edition)
        rank = edition.rank if edition and edition.rank is not None else -1
        place = next((n for n, r in enumerate(product.releases) if r.version == item.version), -1)
        return rank, place, version_key(item.version), item.edition, -item.slot

    def linked_products(self, license: License) -> frozenset[str]:
        """Return every product that one unit of `license` could cover."""
        return self.component_products(license.product, license.version) | {license.product}

    def component_products(self, suite: str, version: str) -> frozenset[str]:
        """Return the products a suite of that version brings, none for a product that is no suite."""
        key = (suite, version)
        if key not in self._linked:
            found = {c.product for c in self._components(self.product(suite), version, 0)}
            self._linked[key] = frozenset(found)
        return self._linked[key]

    def has_components(self, product_id: str) -> bool:
        """True for a suite."""
        product = self.product(product_id)
        return bool(product.suite) or any(r.suite for r in product.releases)

    def suite_holds(self, suite: str, suite_version: str, item: Item) -> bool:
        """True when an installed suite of that version brings the item with it."""
        day = release_date(self.product(suite), suite_version) if suite_version else None
        return any(
            self._fits(component, item, day)
            for component in self._components(self.product(suite), suite_version, 0)
            if component.product == item.product
        )
