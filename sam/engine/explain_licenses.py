"""Licenses in words: pools with their purchase lines, offers with their price rows, and what covers an installation."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from sam.engine.explain_desk import Coverage, Desk, plain
from sam.engine.explain_words import formula, sets, way
from sam.engine.handback import Dealt
from sam.entitlements.classes import Item
from sam.entitlements.ledger import demand_keys
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.lots import Lot
from sam.entitlements.positions import position_id
from sam.entitlements.termlib import describe
from sam.model import Entitlement, LicenseTerms


class Shelf:
    """What is owned and on sale, with places."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._terms: dict[str, LicenseTerms] = {}

    @cached_property
    def entitlements(self) -> dict[str, Entitlement]:
        """Purchase lines by id."""
        return {e.entitlement_id: e for e in self.desk.solved.estate.entitlements}

    @cached_property
    def lots(self) -> dict[str, list[Lot]]:
        """Lots by the line that gave the units first."""
        found: dict[str, list[Lot]] = {}
        for lot in self.desk.solved.licensed.market.baseline.lots:
            found.setdefault(lot.entitlement_ids[0], []).append(lot)
        return found

    def line(self, entitlement_id: str) -> str:
        """Return a purchase line's id with its place."""
        found = self.entitlements.get(entitlement_id)
        return f"{plain(entitlement_id)} ({self.desk.at(found.origin)})" if found else plain(entitlement_id)

    def lines(self, pool: Pool) -> str:
        """Return the purchase lines behind a pool, those that changed its units included."""
        return ", ".join(self.with_changes(pool, first) for first in pool.lots)

    def with_changes(self, pool: Pool, first: str) -> str:
        """Return a purchase line of a pool with the lines that changed it."""
        key = (pool.product, pool.edition, pool.version, pool.metric)
        changes = dict.fromkeys(
            each
            for lot in self.lots.get(first, ())
            if (lot.product, lot.edition, lot.version, lot.metric) == key
            for each in lot.entitlement_ids[1:]
        )
        told = "".join(f" changed by {self.line(each)}" for each in changes)
        return f"{self.line(first)}{told}"

    def name(self, license: License) -> str:
        """Return what a license is: owned ones by their lines, offers by their price."""
        what = f"{self.desk.label(license.product, license.edition, license.version)}, metric {license.metric}"
        if isinstance(license, Pool):
            apart = " (reserved)" if license.reserved else ""
            scope = f", scope {self.desk.scope(license.scope)}" if license.scope else ""
            return f"{self.lines(license)}: {what}{scope}{apart}"
        return f"buying {what}, {self.price(license)}" if isinstance(license, Offer) else what

    def price(self, offer: Offer) -> str:
        """Return what an offer's unit costs, with the row that says so."""
        if offer.price is None or offer.unit_cost is None:
            return "at a price that is not known"
        price = offer.price
        per = "" if price.per == "once" else f" a {price.per}"
        pack = f", in packs of {offer.pack}" if offer.pack > 1 else ""
        least = f", at least {offer.minimum}" if offer.minimum > 1 else ""
        currency = price.currency or self.desk.solved.workspace.currency
        return f"at {price.unit_price} {currency}{per} a unit{pack}{least} ({self.desk.at(price.origin)})"

    def term(self, term: LicenseTerms) -> str:
        """Return a term's id and remember that it was named."""
        self._terms[term.id] = term
        return term.id

    def terms(self) -> Iterator[str]:
        """Yield every term that was named, in words and with its place."""
        places = self.desk.solved.library.places
        for name in sorted(self._terms):
            yield f"{describe(self._terms[name])} [{places.get(name, 'packaged')}]"


def tell_installation(shelf: Shelf, found: Coverage, *, indent: str = "  ") -> Iterator[str]:
    """Yield how one installation is licensed: each block that holds it, and the whole option taken."""
    desk = shelf.desk
    for dealt in found.mine:
        yield from (f"{indent}{line}" for line in _block(shelf, found, dealt))
    if not found.mine:
        return
    ways = "one of more ways than can be listed" if found.ways is None else f"one of {found.ways} ways"
    if found.ways != 1:
        yield f"{indent}taken, as {ways} to license this {_bundle(found)}: {'; '.join(_option(desk, found))}"
    count = found.demand.count
    if count > 1:
        noun = {"user": "people", "host": "hosts"}.get(found.demand.kind, "devices")
        yield (
            f"{indent}{count} {noun} are alike here: which of them holds which license is a matter of their order,"
            " and any of them could stand for another at the same cost"
        )


def _bundle(found: Coverage) -> str:
    return {"user": "person with all devices", "host": "host with its guests"}.get(found.demand.kind, "device")


def _option(desk: Desk, found: Coverage) -> Iterator[str]:
    for dealt in found.bundle:
        names = dict.fromkeys(desk.label(i.product, i.edition, i.version) for i in dealt.block.items)
        yield " + ".join(names)


def _block(shelf: Shelf, found: Coverage, dealt: Dealt) -> Iterator[str]:
    desk = shelf.desk
    item = next(i for i in found.items if i in dealt.block.items)
    kind, subject = desk.hand.subject(dealt, names=desk.names)
    by_position: dict[str, list[tuple[License, int]]] = {}
    for license, units in dealt.sources:
        by_position.setdefault(_position(desk, dealt, license, item), []).append((license, units))
    for position, sources in by_position.items():
        first = sources[0][0]
        needed = sum(units for _, units in sources)
        whom = plain(subject) if kind == "user" else f"{kind} {plain(subject)}"
        yield f"position {position}: {needed} {first.metric} for {whom}"
        yield f"  counted: {formula(dealt.block, first, desk.facts(found.demand, dealt.block), known_host=found.demand.known_host)}"  # noqa: E501
        if dealt.block.grant:
            yield f"  {sets(replace(found.demand, count=1), dealt.block, first, needed)}"
        for license, units in sources:
            yield f"  {_source(shelf, dealt, license, units, item)}"
        short = sum(units for license, units in sources if isinstance(license, Offer))
        yield f"  short by: {short} of {needed}"
        yield f"  term: {', '.join(dict.fromkeys(shelf.term(license.term) for license, _ in sources))}"


def _position(desk: Desk, dealt: Dealt, license: License, item: Item) -> str:
    keys = demand_keys(desk.solved.licensed.builder.covering, dealt.block, license)
    return position_id(next((key for key, _ in keys if key[0] == item.product), keys[0][0]))


def _source(shelf: Shelf, dealt: Dealt, license: License, units: int, item: Item) -> str:
    if isinstance(license, Offer):
        return f"not covered: {units}; what ends it: {shelf.name(license)}"
    covering = shelf.desk.solved.licensed.builder.covering
    right = way(covering, license, item, grant=bool(dealt.block.grant))
    pool = f"pool {shelf.desk.pool(license)}, " if license.id not in getattr(license, "lots", {}) else ""
    return f"covered: {units} by {pool}{shelf.name(license)}; {right}"
