"""Products, editions, releases and what a raw title turned out to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """What a title is, for licensing."""

    LICENSABLE = "licensable"
    FREE = "free"
    COMPONENT = "component"
    PATCH = "patch"
    DRIVER = "driver"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An edition; a higher `rank` contains the lower ones (None: not comparable)."""

    id: str
    name: str = ""
    rank: int | None = None
    license_class: str = "paid"
    """`paid`, `free` or `trial`."""
    environments: tuple[str, ...] = ()
    """Where a free edition may be used; empty: everywhere."""
    trial_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteComponent:
    """A product inside a suite; blank edition and version mean any edition, releases up to the suite's date."""

    product: str
    edition: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version of a product and the day it was released."""

    version: str
    internal: tuple[str, ...] = ()
    """Version prefixes as installed software reports them (`16` for SQL Server 2022)."""
    released: date | None = None
    suite: tuple[SuiteComponent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as its publisher sells it. `id` is `publisher/product`, or the given name when not in the catalog."""

    id: str
    name: str
    publisher: str = ""
    """Publisher id; "" when unknown."""
    publisher_name: str = ""
    category: str = ""
    license_class: str = "paid"
    """`paid`, `free`, `component`, `patch` or `driver`."""
    installable: bool = True
    editions: tuple[Edition, ...] = ()
    releases: tuple[Release, ...] = ()
    """Oldest first."""
    suite: tuple[SuiteComponent, ...] = ()
    in_catalog: bool = True

    def edition(self, edition_id: str) -> Edition | None:
        """Return the edition of that id, or None."""
        return next((e for e in self.editions if e.id == edition_id), None)

    def release(self, version: str) -> Release | None:
        """Return the release of that version, or None."""
        return next((r for r in self.releases if r.version == version), None)


@dataclass(frozen=True, slots=True)
class Title:
    """A distinct raw title before recognition."""

    name: str
    publisher: str = ""
    version: str = ""
    edition: str = ""
    kind: str = "application"
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What one title was recognised as, by which rule, on which text."""

    state: State
    publisher: str = ""
    product: str = ""
    edition: str = ""
    version: str = ""
    """A release version of the product, or the raw version where the product has no releases."""
    license_class: str = ""
    """`paid`, `free` or `trial`, from the edition, else from the product."""
    rule: str = ""
    """Id of the deciding rule, for example `microsoft/sql-server#title-1`."""
    matched: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Every product known to a run, by id."""

    products: Mapping[str, Product] = field(default_factory=dict)

    def name(self, product_id: str) -> str:
        """Return the display name of a product (its id when unknown)."""
        product = self.products.get(product_id)
        return product.name if product else product_id
