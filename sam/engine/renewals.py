"""Renewals: contracts with an end, and how many units a re-solve would keep.

The quantity is the same program with the contract's pools set to 0 and offered again at the renewal price.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from sam.engine.licensing import Licensed
from sam.entitlements.allocation import COST, allocate
from sam.entitlements.graph import license_node
from sam.entitlements.licenses import Pool
from sam.entitlements.positions import money
from sam.entitlements.program import Variant, components
from sam.model import BillPoint, Contract, Renewal


def find_renewals(
    licensed: Licensed, contracts: Sequence[Contract], as_of: date, within_days: int
) -> tuple[Renewal, ...]:
    """Return every contract with an end, soonest first; a quantity is recommended for those ending soon.

    Args:
        licensed: The solved run.
        contracts: All contracts.
        as_of: The day.
        within_days: Contracts ending on or before as_of + this many days are solved again.
    """
    soon = as_of + timedelta(days=within_days)
    found = []
    for contract in contracts:
        if contract.ends_on is None:
            continue
        # A perpetual right outlives its contract: only what ends is bought again.
        held = [p for p in licensed.market.pools if p.contract_id == contract.contract_id]
        pools = [p for p in held if p.ends_on is not None]
        renewal = Renewal(
            contract_id=contract.contract_id,
            vendor=contract.vendor,
            title=contract.title,
            ends_on=contract.ends_on,
            notice_by=contract.notice_by,
            auto_renews=contract.auto_renews,
            owner=contract.owner,
            quantity=sum(p.units for p in pools),
            value=contract.value,
            currency=contract.currency,
        )
        if pools and as_of <= contract.ends_on <= soon:
            renewal = _recommended(renewal, licensed, pools)
        found.append(renewal)
    return tuple(sorted(found, key=lambda r: (r.ends_on or date.max, r.contract_id)))


def _recommended(renewal: Renewal, licensed: Licensed, pools: Sequence[Pool]) -> Renewal:
    """Solve the contract's components again with its pools offered at the renewal price instead of owned."""
    prices = {license_node(p): renewal_price(p) for p in pools}
    known = {node: price for node, price in prices.items() if price is not None}
    if len(known) < len(prices):
        return renewal
    graph = licensed.matcher.graph
    parts = [part for part in components(graph) if any(node in known for node in part)]
    again = allocate(licensed.matcher, COST, Variant(renewed=known), parts)
    kept = dict.fromkeys(known, 0)
    for (_, target), units in again.flows.items():
        if target in kept:
            kept[target] += units
    cost = again.cost + sum(known[node] * units for node, units in kept.items())
    offers = {node[1] for part in parts for node in part if node[0] == "offer"}
    now = sum((known[license_node(p)] * p.units for p in pools), Fraction(0))
    now += sum((licensed.offers[o].unit_cost or 0) * n for o, n in licensed.allocation.bought.items() if o in offers)
    recommended = sum(kept.values())
    bill = {recommended: money(cost), renewal.quantity: money(now)}
    points = tuple(BillPoint(quantity=q, cost=c) for q, c in sorted(bill.items()))
    return replace(renewal, recommended=recommended, bill=points)


def renewal_price(pool: Pool) -> Fraction | None:
    """Return what a unit of a pool was bought at over the horizon, else its list price; None where none is known."""
    return pool.paid if pool.paid is not None else pool.value
