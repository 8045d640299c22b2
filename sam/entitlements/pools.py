"""Owned units as pools: valid lots that are interchangeable when allocating, what is set apart for somebody apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sam.entitlements.licenses import Pool
from sam.entitlements.listprices import ListPrices
from sam.entitlements.lots import Lot
from sam.entitlements.termlib import TermLibrary
from sam.model import AllocationRow, Catalog, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What pools and offers are built with."""

    catalog: Catalog
    library: TermLibrary
    as_of: date
    prices: ListPrices

    def product(self, product_id: str) -> Product:
        """Return a product of the catalog, a nameless one where it holds none."""
        return self.catalog.products.get(product_id, Product(id=product_id, name=product_id))


@dataclass(slots=True)
class _Share:
    lot: Lot
    units: int
    scope: str
    reserved: bool = False
    blocked: bool = False


@dataclass(slots=True)
class _Claim:
    """An allocation row and the units of it that no lot has given yet: a purchase may have become several lots."""

    row: AllocationRow
    left: int


def _row_order(row: AllocationRow) -> tuple[str, str, str, str, int]:
    return row.kind, row.device_id, row.user_id, row.org_unit, row.origin.record


def build_pools(
    lots: Sequence[Lot], allocations: Iterable[AllocationRow], setting: Setting, retired: frozenset[str] = frozenset()
) -> tuple[Pool, ...]:
    """Gather valid lots into pools.

    Args:
        lots: Lots of every state; only valid ones are owned.
        allocations: Units given or reserved; a reservation becomes a pool of its own whose scope names its holder.
        setting: Catalog, terms, day and prices.
        retired: Devices that are retired or disposed: units allocated to them are held and not free.
    """
    claims: dict[str, list[_Claim]] = {}
    for row in sorted(allocations, key=_row_order):
        claims.setdefault(row.entitlement_id, []).append(_Claim(row, max(0, int(row.quantity))))
    shares: list[_Share] = []
    for lot in lots:
        if lot.state == "valid" and lot.units > 0:
            shares += _split(lot, claims.get(lot.entitlement_ids[0], ()), retired)
    grouped: dict[tuple[object, ...], list[_Share]] = {}
    for share in shares:
        grouped.setdefault(_alike(share, setting), []).append(share)
    pools = [_pool(group, setting) for group in grouped.values()]
    return tuple(sorted(pools, key=lambda p: p.id))


def _split(lot: Lot, claims: Sequence[_Claim], retired: frozenset[str]) -> list[_Share]:
    left = lot.units
    shares = []
    for claim in claims:
        row = claim.row
        holder = _holder(row)
        held = row.kind == "allocated" and row.device_id in retired
        apart = row.kind in ("permanent", "reserved", "awaiting") and holder
        units = min(left, claim.left)
        if not units or not (held or apart):
            continue
        gone = held or (row.device_id in retired)
        scope = ";".join(s for s in (lot.scope, "" if gone else holder) if s)
        shares.append(_Share(lot, units, scope, reserved=not gone, blocked=gone))
        left -= units
        claim.left -= units
    if left:
        shares.append(_Share(lot, left, lot.scope))
    return shares


def _holder(row: AllocationRow) -> str:
    if row.device_id:
        return f"device:{row.device_id}"
    if row.user_id:
        return f"user:{row.user_id}"
    return f"org:{row.org_unit}" if row.org_unit else ""


def _value(lot: Lot, setting: Setting) -> Fraction | None:
    listed = setting.prices.find(lot.product, lot.edition, lot.version, lot.metric)
    if listed is not None or lot.unit_price is None:
        return listed
    return setting.prices.convert(Fraction(lot.unit_price), lot.currency)


def _paid(lot: Lot, setting: Setting) -> Fraction | None:
    """Return the line's own price over the horizon: a subscription's counts for the months it runs."""
    if lot.unit_price is None:
        return None
    price = setting.prices.convert(Fraction(lot.unit_price), lot.currency)
    if price is None or not lot.subscription or lot.starts_on is None or lot.ends_on is None:
        return price
    months = round((lot.ends_on - lot.starts_on).days / 30.4375)
    return price * Fraction(setting.prices.horizon_months, months) if months > 0 else price


def _alike(share: _Share, setting: Setting) -> tuple[object, ...]:
    lot = share.lot
    return (
        lot.product, lot.edition, lot.version, lot.metric, share.scope, tuple(sorted(lot.rights)),
        lot.maintenance_until, lot.contract_id, _value(lot, setting), _paid(lot, setting), lot.ends_on, share.reserved,
        share.blocked,
    )  # fmt: skip


def _pool(group: Sequence[_Share], setting: Setting) -> Pool:
    lots: dict[str, int] = {}
    for share in group:
        name = share.lot.entitlement_ids[0]
        lots[name] = lots.get(name, 0) + share.units
    first = min(group, key=lambda s: s.lot.id)
    lot = first.lot
    term = setting.library.find(setting.product(lot.product), lot.metric, setting.as_of, lot.edition)
    flag = ":held" if first.blocked else ":reserved" if first.reserved else ""
    return Pool(
        id=f"{lot.id}{':' + first.scope if first.scope else ''}{flag}",
        product=lot.product,
        edition=lot.edition,
        version=lot.version,
        metric=lot.metric,
        scope=first.scope,
        rights=frozenset(lot.rights) | frozenset(term.rights),
        maintenance_until=lot.maintenance_until,
        term=term,
        units=sum(lots.values()),
        lots=dict(sorted(lots.items())),
        value=_value(lot, setting),
        paid=_paid(lot, setting),
        contract_id=lot.contract_id,
        ends_on=lot.ends_on,
        reserved=first.reserved,
        blocked=first.blocked,
    )
