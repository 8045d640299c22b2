"""Give every purchase, price, seat and measure the product, edition and version it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sam.catalog.loaded import LoadedCatalog
from sam.catalog.recognize import recognize
from sam.engine.estate import Estate
from sam.model import Entitlement, Measure, Price, Recognition, Seat, State, Title

Named = Entitlement | Price | Seat | Measure
_Row = TypeVar("_Row", Entitlement, Price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The estate with product ids, and the catalog with what only this workspace names."""

    estate: Estate
    loaded: LoadedCatalog


def resolve(estate: Estate, loaded: LoadedCatalog) -> Resolved:
    """Resolve the names of an estate; a name the catalog does not hold is a product by that name."""
    estate = _recognised(estate, loaded)
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


def _recognised(estate: Estate, loaded: LoadedCatalog) -> Estate:
    """Read product, edition and version out of a purchase's text where the catalog knows no product of that name.

    `Office Professional Plus 2019` is the product Office Professional Plus, version 2019; cells given on the row win.
    """
    rows: list[Entitlement | Price | Seat] = [*estate.entitlements, *estate.prices, *estate.seats]
    texts = [(r.product, r.publisher) for r in rows]
    unknown = sorted({t for t in texts if not loaded.catalog_id(*t)})
    answers = recognize(loaded, [Title(name, publisher) for name, publisher in unknown])
    found = {t: r for t, r in zip(unknown, answers, strict=True) if r.state is State.LICENSABLE and r.product}
    return replace(
        estate,
        entitlements=tuple(_filled(e, found) for e in estate.entitlements),
        prices=tuple(_filled(p, found) for p in estate.prices),
        seats=tuple(replace(s, product=_named(s, found)) for s in estate.seats),
    )


def _filled(row: _Row, found: Mapping[tuple[str, str], Recognition]) -> _Row:
    known = found.get((row.product, row.publisher))
    if known is None:
        return row
    return replace(
        row, product=known.product, edition=row.edition or known.edition, version=row.version or known.version
    )


def _named(row: Seat, found: Mapping[tuple[str, str], Recognition]) -> str:
    known = found.get((row.product, row.publisher))
    return known.product if known else row.product


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
