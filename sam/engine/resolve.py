"""Give every purchase, price, seat and measure the product, edition and version it means."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sam.catalog.loaded import LoadedCatalog
from sam.engine.estate import Estate
from sam.model import Entitlement, Measure, Price, Seat

Named = Entitlement | Price | Seat | Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The estate with product ids, and the catalog with what only this workspace names."""

    estate: Estate
    loaded: LoadedCatalog


def resolve(estate: Estate, loaded: LoadedCatalog) -> Resolved:
    """Resolve the names of an estate; a name the catalog does not hold is a product by that name."""
    named: list[Named] = [*estate.entitlements, *estate.prices, *estate.seats, *estate.measures]
    versions: dict[str, set[str]] = {}
    editions: dict[str, set[str]] = {}
    rows: list[Entitlement | Price] = [*estate.entitlements, *estate.prices]
    for row in rows:
        versions.setdefault(row.product, set()).add(row.version)
        editions.setdefault(row.product, set()).add(row.edition)
    full = loaded.with_local([(r.product, getattr(r, "publisher", "")) for r in named], versions, editions)
    return Resolved(
        estate=replace(
            estate,
            entitlements=tuple(_entitlement(e, full) for e in estate.entitlements),
            prices=tuple(_price(p, full) for p in estate.prices),
            seats=tuple(replace(s, product=_seat_product(s, full)) for s in estate.seats),
            measures=tuple(replace(m, product=full.resolve(m.product)) for m in estate.measures),
        ),
        loaded=full,
    )


def _entitlement(row: Entitlement, loaded: LoadedCatalog) -> Entitlement:
    product = loaded.resolve(row.product, row.publisher)
    return replace(
        row,
        product=product,
        edition=loaded.resolve_edition(product, row.edition),
        version=loaded.resolve_version(product, row.version),
    )


def _price(row: Price, loaded: LoadedCatalog) -> Price:
    product = loaded.resolve(row.product, row.publisher)
    return replace(
        row,
        product=product,
        edition=loaded.resolve_edition(product, row.edition),
        version=loaded.resolve_version(product, row.version),
    )


def _seat_product(row: Seat, loaded: LoadedCatalog) -> str:
    """A seat's SKU names the product where its name is not one the catalog knows."""
    if not loaded.catalog_id(row.product, row.publisher) and row.sku:
        by_sku = loaded.catalog_id(row.sku, row.publisher)
        if by_sku:
            return by_sku
    return loaded.resolve(row.product, row.publisher)


def on_sale(prices: Iterable[Price], day: date) -> tuple[Price, ...]:
    """Return the prices on sale on a day, both ends included."""
    return tuple(
        p for p in prices if (p.sold_from is None or p.sold_from <= day) and (p.sold_to is None or day <= p.sold_to)
    )
