"""The view of a solved run that rules read, with people under pseudonyms unless names are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sam.engine.estate import RETIRED
from sam.engine.handback import HandBack, pseudonym
from sam.engine.money import Exchange
from sam.engine.solved import Solved
from sam.entitlements.licenses import Pool
from sam.entitlements.positions import money
from sam.model import DoubleCoverage, Person, ProductUsage, Renewal, RunFacts, Seat, UnknownTitle

UNUSED_SHOWN = 50
UNKNOWN_SHOWN = 200


def facts_of(solved: Solved, renewals: Sequence[Renewal], unused_days: int, *, names: bool) -> RunFacts:
    """Gather what rules may look at."""
    licensed, estate = solved.licensed, solved.estate
    return RunFacts(
        as_of=solved.as_of,
        currency=solved.workspace.currency,
        catalog=solved.loaded.catalog,
        positions=licensed.positions,
        totals=licensed.totals,
        remedy=licensed.remedy,
        renewals=tuple(renewals),
        devices=tuple(licensed.demand.devices),
        people=tuple(_person(p, names=names) for p in estate.people.values()),
        seats=tuple(_seat(s, names=names) for s in estate.seats),
        contracts=estate.contracts,
        entitlements=estate.entitlements,
        prices=estate.prices,
        usage=_usage(solved, solved.policy.threshold("unused_days", unused_days)),
        double_coverage=_double_coverage(solved),
        retired_with_software=_retired_with_software(solved),
        retired_allocated=_retired_allocated(solved),
        unknown_titles=unknown_titles(solved),
        sources=solved.intake.accounts,
        problems=tuple(sorted(solved.problems, key=lambda p: (p.severity.rank, p.code, p.where, p.message))),
        product_prices=_product_prices(solved),
        rates=Exchange(solved.workspace.currency, solved.workspace.rates).shown(),
        core_gaps=_core_gaps(solved),
    )


def _person(person: Person, *, names: bool) -> Person:
    return person if names else replace(person, user_id=pseudonym(person.user_id), name="", email="")


def _seat(seat: Seat, *, names: bool) -> Seat:
    return seat if names else replace(seat, user_id=pseudonym(seat.user_id))


def _usage(solved: Solved, days: int) -> tuple[ProductUsage, ...]:
    relations = solved.relations
    cutoff = solved.as_of - timedelta(days=days)
    relations.load("cutoff", {"day": ("DATE", [cutoff])})
    relations.run("usage")
    names = [d.device_id for d in solved.licensed.demand.devices]
    idle: dict[tuple[str, str], list[str]] = {}
    rows = relations.fetch(
        "SELECT p.product_id, p.edition, s.dev FROM settled s INNER JOIN pevs p ON p.pev = s.pev"
        " WHERE s.bucket = 'counted' AND s.last_used < $1 ORDER BY p.product_id, p.edition, s.dev",
        [cutoff],
    )
    for product, edition, device in rows:
        idle.setdefault((product, edition), []).append(names[device])
    found = []
    listed = relations.fetch(
        "SELECT DISTINCT p.product_id, u.edition, u.installed, u.measured, u.unused FROM usage u INNER JOIN pevs p"
        " ON p.product = u.product ORDER BY 1, 2"
    )
    for product, edition, installed, measured, unused in listed:
        shown = tuple(idle.get((product, edition), ())[:UNUSED_SHOWN])
        found.append(
            ProductUsage(
                product=product,
                edition=edition,
                installed=installed,
                measured=measured,
                unused=unused,
                unused_devices=shown,
            )
        )
    return tuple(found)


def _double_coverage(solved: Solved) -> tuple[DoubleCoverage, ...]:
    """Find component licenses that lie idle because a suite covers their product."""
    licensed = solved.licensed
    covering = licensed.market.covering
    by_suite: dict[tuple[str, str], int] = {}
    for (block, target), units in licensed.allocation.flows.items():
        license = licensed.matcher.graph.nodes[target]["license"]
        if isinstance(license, Pool):
            for item in (licensed.allocation.blocks.get(block) or licensed.matcher.graph.nodes[block]["block"]).items:
                if covering.relation(license, item) == "suite":
                    key = (license.product, item.product)
                    by_suite[key] = by_suite.get(key, 0) + units
    surplus: dict[str, int] = {}
    for total in licensed.totals:
        surplus[total.product] = surplus.get(total.product, 0) + total.surplus
    return tuple(
        DoubleCoverage(suite=suite, component=component, units=min(units, surplus.get(component, 0)))
        for (suite, component), units in sorted(by_suite.items())
        if surplus.get(component, 0) > 0
    )


def _retired_with_software(solved: Solved) -> dict[str, int]:
    names = [d.device_id for d in solved.licensed.demand.devices]
    rows = solved.relations.fetch(
        "SELECT s.dev, COUNT(*) FROM settled s INNER JOIN (SELECT DISTINCT pev FROM coded WHERE state = 'licensable') c"
        " ON c.pev = s.pev WHERE s.bucket = 'retired-device' GROUP BY s.dev ORDER BY s.dev"
    )
    return {names[device]: count for device, count in rows}


def _retired_allocated(solved: Solved) -> dict[str, tuple[str, ...]]:
    retired = {d.device_id for d in solved.estate.devices if d.lifecycle in RETIRED}
    found: dict[str, set[str]] = {}
    for row in solved.estate.allocations:
        if row.device_id in retired:
            found.setdefault(row.device_id, set()).add(row.entitlement_id)
    return {device: tuple(sorted(rows)) for device, rows in sorted(found.items())}


def unknown_titles(solved: Solved, shown: int = UNKNOWN_SHOWN) -> tuple[UnknownTitle, ...]:
    """Return the titles that no rule recognises, those on most devices first."""
    titles = {n: t for n, t, _ in solved.licensed.demand.titles}
    rows = solved.relations.fetch(
        "SELECT code, device_count, row_count FROM unknown_titles ORDER BY device_count DESC, row_count DESC, code"
    )
    return tuple(
        UnknownTitle(name=titles[code].name, publisher=titles[code].publisher, devices=devices, rows=count)
        for code, devices, count in rows[:shown]
    )


def _core_gaps(solved: Solved) -> dict[str, tuple[str, ...]]:
    """Find the devices on which products need an unknown number of units: their cores or host are missing."""
    licensed = solved.licensed
    hand = HandBack(licensed)
    classes = {c.id: c for c in licensed.demand.classes}
    found: dict[str, set[str]] = {}
    seen = set()
    for node, data in licensed.matcher.graph.nodes(data=True):
        if data["kind"] != "block" or data["block"].bounded:
            continue
        block = data["block"]
        products = tuple(sorted({item.product for item in block.items}))
        if (node[1], block.subject, products) not in seen:
            seen.add((node[1], block.subject, products))
            for device in hand.devices(classes[node[1]], block.subject):
                found.setdefault(device, set()).update(products)
    return {device: tuple(sorted(products)) for device, products in sorted(found.items())}


def _product_prices(solved: Solved) -> dict[str, Decimal]:
    market = solved.licensed.market
    found: dict[str, Decimal] = {}
    for total in solved.licensed.totals:
        price = market.setting.prices.find(total.product, total.edition or "", "", total.metric)
        if price is not None:
            found.setdefault(total.product, money(price))
    return dict(sorted(found.items()))
