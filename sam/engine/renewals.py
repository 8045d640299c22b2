"""Renewals: contracts with an end, and how many units a re-solve would keep.

The quantity is the same program with the contract's pools set to 0 and offered again at the renewal price.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import networkx as nx

from sam.engine.licensing import Licensed, Market, without_contract
from sam.entitlements.allocation import COST, Allocation, allocate
from sam.entitlements.classes import DemandClass
from sam.entitlements.graph import GraphBuilder, license_node
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.offers import UnknownOffers
from sam.entitlements.positions import money
from sam.model import BillPoint, Contract, Renewal

RENEW = "renew:"


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
        pools = [p for p in licensed.market.pools if p.contract_id == contract.contract_id]
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
    offers = [_again(p) for p in pools]
    if any(o is None for o in offers):
        return renewal
    priced = [o for o in offers if o is not None]
    classes = classes_reached(licensed, pools)
    market = without_contract(licensed.market, renewal.contract_id)
    allocation = solve_again(replace(market, offers=(*market.offers, *priced)), classes)
    kept = sum(units for name, units in allocation.bought.items() if name.startswith(RENEW))
    worth = {o.id: o.unit_cost or Fraction(0) for o in priced}
    now = allocation_cost(licensed, classes) + sum(worth[f"{RENEW}{p.id}"] * p.units for p in pools)
    bill = {kept: money(allocation.cost), renewal.quantity: money(now)}
    return replace(
        renewal, recommended=kept, bill=tuple(BillPoint(quantity=q, cost=c) for q, c in sorted(bill.items()))
    )


def _again(pool: Pool) -> Offer | None:
    """Offer the units of a pool again at what they were bought at, else at list; None where no price is known."""
    price = pool.paid if pool.paid is not None else pool.value
    if price is None:
        return None
    return Offer(
        id=f"{RENEW}{pool.id}", product=pool.product, edition=pool.edition, version=pool.version, metric=pool.metric,
        scope=pool.scope, rights=pool.rights, maintenance_until=pool.maintenance_until, term=pool.term,
        unit_cost=price, first_cost=price, source="renewal",
    )  # fmt: skip


def classes_reached(licensed: Licensed, pools: Sequence[Pool]) -> list[DemandClass]:
    """Return the classes in the components that hold some pools: what a change of those pools can touch."""
    graph = licensed.matcher.graph
    start = [license_node(p) for p in pools if license_node(p) in graph]
    loose = graph.to_undirected(as_view=True)
    reached = {n for node in start for n in nx.node_connected_component(loose, node)}
    return [c for c in licensed.demand.classes if ("class", c.id) in reached]


def allocation_cost(licensed: Licensed, classes: Sequence[DemandClass]) -> Fraction:
    """Return what must be bought for some whole components in the solved run."""
    wanted = {c.id for c in classes}
    offers = {t for (b, t), _ in licensed.allocation.flows.items() if b[1] in wanted and t[0] == "offer"}
    cost = Fraction(0)
    for _, name in sorted(offers):
        offer = licensed.offers[name]
        cost += (offer.unit_cost or 0) * licensed.allocation.bought[name]
    return cost


def solve_again(market: Market, classes: Sequence[DemandClass]) -> Allocation:
    """Solve some classes under another market, for the bill alone."""
    unknown = UnknownOffers(market.licenses, market.covering, market.setting, market.default_metric)
    licenses: list[License] = [*market.licenses, *unknown.for_classes(classes)]
    return allocate(GraphBuilder(market.covering, market.setting.prices, licenses).build(classes), COST)
