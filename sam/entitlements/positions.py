"""Close the books: positions, totals and remedy as values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256

from sam.entitlements.allocation import Allocation
from sam.entitlements.covers import DOWNGRADE, EDITION_ABOVE, OTHER, OWN, SUITE
from sam.entitlements.ledger import Key, Ledger, Line, shares
from sam.entitlements.licenses import Offer
from sam.entitlements.listprices import ListPrices
from sam.model import Catalog, Interval, Position, PositionLow, RemedyLine


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCount:
    """Raw rows of one product, edition and version, by bucket and by source file."""

    product: str
    edition: str
    version: str
    buckets: Mapping[str, int]
    sources: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing the books needs beside the ledger."""

    catalog: Catalog
    prices: ListPrices
    default_metric: Callable[[str], str]
    """Product id → the metric its line stands at when nothing is owned or demanded."""
    doubts: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    """(product, edition, version) → reasons to trust the count less."""


class IdentityError(AssertionError):
    """One of the two identities does not hold: a bug, never to be printed as a result."""


def money(amount: Fraction) -> Decimal:
    """Round an exact amount to two decimals, half up."""
    quotient = Decimal(amount.numerator) / Decimal(amount.denominator)
    return quotient.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=65_536)
def position_id(key: Key) -> str:
    """Return an id that is stable between runs: words of the key and a short hash of all of it."""
    words = "-".join(part for part in (key[0], key[1], key[2], key[3]) if part)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "-" for c in words.casefold())[:80]
    return f"{plain}-{sha256(chr(31).join(key).encode()).hexdigest()[:6]}"


def close(
    ledger: Ledger, evidence: Iterable[EvidenceCount], closing: Closing, low: Ledger | None = None
) -> tuple[Position, ...]:
    """Return the positions of a ledger, in order of key.

    Args:
        ledger: Booked from the main solve.
        evidence: Raw rows by bucket; each is attached to exactly one line.
        closing: Catalog and prices.
        low: Booked from the solve with unknown facts at their low value, where there were any.

    Raises:
        IdentityError: A line does not add up.
    """
    buckets, sources = _attach(ledger, evidence, closing)
    keys = sorted(set(ledger.lines) | set(buckets) | set(low.lines if low else ()))
    return tuple(
        _position(
            key, ledger.line(key), closing, buckets.get(key, {}), sources.get(key, {}), low.line(key) if low else None
        )
        for key in keys
    )


def _attach(
    ledger: Ledger, evidence: Iterable[EvidenceCount], closing: Closing
) -> tuple[dict[Key, dict[str, int]], dict[Key, dict[str, int]]]:
    by_kind: dict[tuple[str, str, str], list[Key]] = {}
    for key in sorted(ledger.lines):
        by_kind.setdefault((key[0], key[1], key[2]), []).append(key)
    buckets: dict[Key, dict[str, int]] = {}
    sources: dict[Key, dict[str, int]] = {}
    for count in evidence:
        kind = (count.product, count.edition, count.version)
        at = by_kind.get(kind, [])
        spare = (*kind, closing.default_metric(count.product), "")
        key = max(at, key=lambda k: (ledger.lines[k].solved, k[4] == ""), default=spare)
        _add_buckets(buckets.setdefault(key, {}), count.buckets, ledger.shared.get(kind, 0))
        rows = sources.setdefault(key, {})
        for name, number in count.sources.items():
            rows[name] = rows.get(name, 0) + number
    return buckets, sources


def _add_buckets(into: dict[str, int], found: Mapping[str, int], shared: int) -> None:
    """Add buckets; installations that share one license are not counted again, and their rows say so."""
    for name, number in found.items():
        into[name] = into.get(name, 0) + number
    moved = min(shared, into.get("counted", 0))
    if moved:
        into["counted"] -= moved
        into["same-user-license"] = into.get("same-user-license", 0) + moved


def _position(
    key: Key, line: Line, closing: Closing, buckets: Mapping[str, int], sources: Mapping[str, int], low: Line | None
) -> Position:
    _check(key, line)
    product = closing.catalog.products.get(key[0])
    entry = closing.prices.entry(key[0], key[1], key[2], key[3])
    demand = _demand(line, low)
    status = "unknown" if not demand.known or not line.countable else "optimal" if line.proven else "gap"
    return Position(
        id=position_id(key),
        publisher=product.publisher_name or product.publisher if product else "",
        product=key[0],
        product_name=closing.catalog.name(key[0]),
        edition=key[1] or None,
        version=key[2] or None,
        metric=key[3],
        term=", ".join(sorted(line.terms)) or None,
        scope=key[4] or None,
        entitled=line.entitled,
        expired=line.expired,
        demand=demand,
        solved=line.solved,
        covered=line.covered_units,
        covered_own=line.covered.get(OWN, 0),
        covered_suite=line.covered.get(SUITE, 0),
        covered_downgrade=line.covered.get(DOWNGRADE, 0),
        covered_edition_above=line.covered.get(EDITION_ABOVE, 0),
        covered_other=line.covered.get(OTHER, 0),
        used_here=line.used_here,
        used_for_others=line.used_for_others,
        reserved=line.reserved,
        shortfall=line.shortfall,
        surplus=line.surplus,
        order_quantity=line.order_quantity,
        unit_price=money(entry[0]) if entry else None,
        price_source=entry[1] if entry else None,
        exposure=None if line.unpriced and not line.exposure else money(line.exposure),
        status=status,
        confidence=_confidence(key, line, closing),
        at_low=_at_low(line, low),
        buckets=shares(buckets),
        sources=shares(sources),
        entitlements=tuple(sorted(line.lots)),
    )


def _demand(line: Line, low: Line | None) -> Interval:
    if line.known and line.bounded:
        return Interval.exact(line.solved)
    least = min(low.solved, line.solved) if low else line.solved
    return Interval(least, line.solved if line.bounded else None)


def _at_low(line: Line, low: Line | None) -> PositionLow | None:
    if low is None:
        return None
    values = (low.solved, low.covered_units, low.shortfall, low.surplus)
    if values == (line.solved, line.covered_units, line.shortfall, line.surplus) and line.known and line.bounded:
        return None
    return PositionLow(demand=values[0], covered=values[1], shortfall=values[2], surplus=values[3])


def _confidence(key: Key, line: Line, closing: Closing) -> tuple[str, ...]:
    reasons = list(closing.doubts.get((key[0], key[1], key[2]), ()))
    if not line.bounded:
        reasons.append("cores or host unknown: the demand has no known upper bound")
    elif not line.known:
        reasons.append("a fact is unknown: the demand is an interval")
    if line.unpriced:
        reasons.append(f"{line.unpriced} units without a known price")
    if not line.countable:
        reasons.append(f"use under the metric {key[3]} is not measured here")
    return tuple(sorted(reasons))


def _check(key: Key, line: Line) -> None:
    if line.solved != line.covered_units + line.shortfall:
        raise IdentityError(
            f"{key}: demand {line.solved} is not covered {line.covered_units} + shortfall {line.shortfall}"
        )
    used = line.used_here + line.used_for_others + line.reserved
    if line.surplus < 0 or line.entitled != used + line.surplus:
        raise IdentityError(f"{key}: entitled {line.entitled} is less than used and reserved {used}")


def remedies(
    ledger: Ledger, allocation: Allocation, offers: Mapping[str, Offer], closing: Closing, currency: str
) -> tuple[RemedyLine, ...]:
    """Return what to buy: one line an offer, at the product bought."""
    lines = [_remedy(offers[i], units, ledger, closing, currency) for i, units in allocation.bought.items() if units]
    return tuple(sorted(lines, key=lambda r: (r.product, r.edition or "", r.version or "", r.metric, r.price_source)))


def _remedy(offer: Offer, units: int, ledger: Ledger, closing: Closing, currency: str) -> RemedyLine:
    product = closing.catalog.products.get(offer.product)
    price = offer.price
    return RemedyLine(
        publisher=product.publisher_name or product.publisher if product else "",
        product=offer.product,
        product_name=closing.catalog.name(offer.product),
        edition=offer.edition or None,
        version=offer.version or None,
        metric=offer.metric,
        units=units,
        packs=-(-units // offer.pack),
        pack=offer.pack,
        unit_price=price.unit_price if price else None,
        per=price.per if price else "once",
        cost=None if offer.unit_cost is None else money(offer.unit_cost * units),
        first_order=None if offer.first_cost is None else money(offer.first_cost * units),
        currency=(price.currency or currency) if price else currency,
        price_source=offer.source,
        covers=tuple(sorted(position_id(k) for k in ledger.offers.get(offer.id, ()))),
    )
