"""One position: raw rows to buckets to demand, what it is entitled to and by which lines, and what ends a shortfall."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sam.engine.explain_desk import Desk, Flow, plain
from sam.engine.explain_evidence import COUNTED, Row, rows_of, tell
from sam.engine.explain_licenses import Shelf
from sam.engine.explain_whynot import why_not
from sam.engine.explain_words import bundles, formula, sets, way
from sam.engine.handback import Dealt
from sam.entitlements.classes import DemandClass
from sam.entitlements.graph import Node
from sam.entitlements.ledger import Key, license_key
from sam.entitlements.licenses import Offer, Pool
from sam.entitlements.lots import Lot
from sam.entitlements.positions import position_id
from sam.model import Entitlement, Position, Price, RemedyLine, Seat

_ROWS_SHOWN: Final = 3
"""Rows shown a bucket."""
_SUBJECTS_SHOWN: Final = 5
_LOOKED_AT: Final = 20_000
"""Bundles of a class up to which every one is dealt; beyond, the first ones of each option."""
_DEVICES: Final = """
SELECT dev
FROM (
    SELECT
        s.dev,
        ROW_NUMBER() OVER (PARTITION BY COALESCE(i.bucket, s.bucket), s.row_count > 1 ORDER BY s.first_row) AS n
    FROM settled AS s
    LEFT JOIN items AS i ON i.dev = s.dev AND i.pev = s.pev AND s.bucket = $2
    WHERE s.pev = $1
) AS numbered
WHERE n <= $3
ORDER BY dev
"""
"""Some devices of each bucket of one product, edition and version."""
_WAYS: Final = (
    ("own", "covered_own"), ("downgrade", "covered_downgrade"), ("edition above", "covered_edition_above"),
    ("suite", "covered_suite"), ("other right", "covered_other"),
)  # fmt: skip


@dataclass
class Sheet:
    """One position being explained."""

    desk: Desk
    shelf: Shelf
    position: Position

    @property
    def key(self) -> Key:
        """Its key in the ledger."""
        p = self.position
        return p.product, p.edition or "", p.version or "", p.metric, p.scope or ""

    @cached_property
    def flows(self) -> list[Flow]:
        """Every flow that stands here; their units add up to the demand."""
        return self.desk.standing.get(self.key, [])

    @cached_property
    def pools(self) -> list[Pool]:
        """The pools that stand here; their units add up to what is owned."""
        return [p for p in self.desk.solved.licensed.market.pools if license_key(p) == self.key]

    def explain(self) -> Iterator[str]:
        """Yield the whole explanation."""
        p = self.position
        scope = f", scope {self.desk.scope(p.scope)}" if p.scope else ""
        yield f"Position {p.id} on {self.desk.solved.as_of}"
        yield f"{self.desk.label(p.product, p.edition, p.version)}, metric {p.metric}{scope}: {p.status}"
        yield from (f"  trust it less: {reason}" for reason in p.confidence)
        yield from self._demand()
        yield from self._entitled()
        yield from self._covered()
        yield from self._short()
        yield from why_not(self.desk, self.shelf, self.flows)

    # demand ------------------------------------------------------------------------------------------------------

    def _demand(self) -> Iterator[str]:
        p = self.position
        high = "" if p.demand.known else f", from {p.demand.low} to {_end(p.demand.high)}"
        yield f"Demand: {p.solved}{high}"
        if p.at_low:
            low = p.at_low
            yield (
                f"  with unknown facts at their lowest: demand {low.demand}, covered {low.covered},"
                f" shortfall {low.shortfall}, surplus {low.surplus}"
            )
        yield from self._evidence()
        for class_id, flows in self._by_class().items():
            yield from self._class(self.desk.classes[class_id], flows)

    def _evidence(self) -> Iterator[str]:
        p = self.position
        if not p.buckets:
            yield "  raw rows: 0 stand here"
            return
        told = " + ".join(f"{count} {bucket}" for bucket, count in p.buckets.items())
        yield f"  raw rows: {sum(p.buckets.values())} = {told}"
        yield from (f"    {count} from {plain(file)}" for file, count in p.sources.items())
        by_bucket: dict[str, list[str]] = {}
        for row in self._sample():
            by_bucket.setdefault(row.bucket, []).append(tell(self.desk, row))
        for bucket, text in self._seat_rows():
            by_bucket.setdefault(bucket, []).append(text)
        for bucket, count in p.buckets.items():
            shown = by_bucket.get(bucket, [])[: min(count, _ROWS_SHOWN)]
            yield from (f"    {text}" for text in shown)
            if count > len(shown):
                yield f"    and {count - len(shown)} more {bucket}"

    def _seat_rows(self) -> Iterator[tuple[str, str]]:
        """Yield the seats that stand here, with their bucket: the first row of a person counts."""
        p = self.position
        if p.edition or p.version:
            return
        raw = {
            (r.origin.path, r.origin.sheet, r.origin.record): r
            for r in self.desk.solved.intake.records
            if isinstance(r, Seat)
        }
        seen = set()
        for seat in self.desk.solved.estate.seats:
            if seat.product == p.product:
                bucket = "same-installation" if seat.user_id in seen else COUNTED
                seen.add(seat.user_id)
                given = raw[(seat.origin.path, seat.origin.sheet, seat.origin.record)].product
                person = self.desk.person(seat.user_id)
                yield bucket, f'{self.desk.at(seat.origin)}  "{plain(given)}" (seat of {person}) → {bucket}'

    def _sample(self) -> list[Row]:
        """Return rows of some devices of each bucket, and of those that share a license."""
        kinds = self.desk.solved.licensed.demand.kinds
        wanted = (self.position.product, self.position.edition or "", self.position.version or "")
        if wanted not in kinds:
            return []
        kind = kinds.index(wanted)
        rows = self.desk.solved.relations.fetch(
            _DEVICES,
            [kind, COUNTED, _ROWS_SHOWN],
        )
        devices = {dev for (dev,) in rows} | set(self._sharing(wanted))
        return rows_of(self.desk, sorted(devices), kind)

    def _sharing(self, kind: tuple[str, str, str]) -> Iterator[int]:
        """Yield some devices whose installation is covered by the license of another one."""
        if "same-user-license" not in self.position.buckets:
            return
        found = 0
        for demand in self.desk.classes.values():
            if not any((i.product, i.edition, i.version) == kind for i in demand.items):
                continue
            for dealt in self.desk.hand.deal(demand, most=_ROWS_SHOWN):
                for item in dealt.block.items:
                    if item.slot >= 0 and (item.product, item.edition, item.version) == kind:
                        yield dealt.members[item.slot] if item.slot < len(dealt.members) else dealt.members[0]
                        found += 1
                if found > _SUBJECTS_SHOWN * _ROWS_SHOWN:
                    return

    def _by_class(self) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.place[1], []).append(flow)
        return found

    def _class(self, demand: DemandClass, flows: list[Flow]) -> Iterator[str]:
        units = sum(f.units for f in flows)
        yield f"  {units} for {bundles(demand)}: {', '.join(self._subjects(demand))}"
        told = (
            formula(f.block, f.license, self.desk.facts(demand, f.block), known_host=demand.known_host) for f in flows
        )
        yield from (f"    counted: {each}" for each in dict.fromkeys(told))
        for block in dict.fromkeys(f.block for f in flows if f.block.grant):
            own = [f for f in flows if f.block == block]
            yield f"    {sets(demand, block, own[0].license, sum(f.units for f in own))}"
        yield from (f"    {line}" for line in self._seats(demand))

    def _dealt(self, demand: DemandClass) -> Iterator[Dealt]:
        most = None if demand.count <= _LOOKED_AT else _SUBJECTS_SHOWN
        for dealt in self.desk.hand.deal(demand, most=most):
            if any(line.position == self.position.id for line in self.desk.lines(dealt)):
                yield dealt

    def _subjects(self, demand: DemandClass) -> list[str]:
        names: dict[str, None] = {}
        for dealt in self._dealt(demand):
            kind, name = self.desk.hand.subject(dealt, names=self.desk.names)
            number = self.desk.device_numbers.get(name) if kind != "user" else None
            origin = self.desk.devices[number].origin if number is not None else None
            place = f" ({self.desk.at(origin)})" if origin is not None and origin.file else ""
            names.setdefault(f"{plain(name)}{place}")
            if len(names) > _SUBJECTS_SHOWN:
                break
        listed = list(names)
        return [*listed[:_SUBJECTS_SHOWN], "…"] if len(listed) > _SUBJECTS_SHOWN else listed

    def _seats(self, demand: DemandClass) -> Iterator[str]:
        """Yield the rows of the seats of a class's first persons."""
        if not any(i.seat and i.product == self.position.product for i in demand.items):
            return
        users = self.desk.solved.licensed.demand.users
        first = [users[u] for dealt in self._first(demand) for u in dealt.users if u >= 0]
        seats: list[Seat] = [s for s in self.desk.solved.estate.seats if s.product == self.position.product]
        for user in dict.fromkeys(first):
            rows = [s for s in seats if s.user_id == user]
            yield from (f"seat of {self.desk.person(user)}: {self.desk.at(s.origin)}" for s in rows)

    def _first(self, demand: DemandClass) -> Iterator[Dealt]:
        for n, dealt in enumerate(self._dealt(demand)):
            if n >= _SUBJECTS_SHOWN:
                return
            yield dealt

    # supply ------------------------------------------------------------------------------------------------------

    def _entitled(self) -> Iterator[str]:
        p = self.position
        yield f"Entitled: {p.entitled}"
        for pool in self.pools:
            flag = ", held by a retired device" if pool.blocked else ", set apart" if pool.reserved else ""
            for first, units in pool.lots.items():
                yield f"  {units} by {self.shelf.with_changes(pool, first)}{self._terms_of(first)}{flag}"
        yield f"  used here: {p.used_here}"
        yield f"  used for others: {p.used_for_others}"
        yield from (f"    {units} at {name}" for name, units in self._lent().items())
        yield f"  reserved: {p.reserved}"
        yield f"  surplus: {p.surplus}"
        if p.expired:
            yield f"  expired, not counted: {p.expired}"
            yield from (
                f"    {lot.units} by {self.shelf.line(lot.entitlement_ids[0])}, until {lot.ends_on}"
                for lot in self._lots("expired")
            )
        for lot in self._lots("future"):
            yield f"  not yet: {lot.units} by {self.shelf.line(lot.entitlement_ids[0])}, from {lot.starts_on}"

    def _lots(self, state: str) -> list[Lot]:
        lots = self.desk.solved.licensed.market.baseline.lots
        return [lot for lot in lots if lot.state == state and _lot_key(lot) == self.key]

    def _terms_of(self, first: str) -> str:
        lot = next(iter(self.shelf.lots.get(first, ())), None)
        if lot is None:
            return ""
        days = (("bought", lot.purchased_on), ("until", lot.ends_on), ("maintenance until", lot.maintenance_until))
        return "".join(f", {word} {day}" for word, day in days if day)

    def _lent(self) -> dict[str, int]:
        """Return the positions that units of this line are used for, other than itself."""
        own = {pool.id for pool in self.pools}
        at: dict[tuple[Node, str], tuple[int, list[Key]]] = {}
        for key, flows in self.desk.standing.items():
            for flow in flows:
                if flow.license.id in own:
                    at.setdefault((flow.place, flow.license.id), (flow.units, []))[1].append(key)
        lent: dict[str, int] = {}
        for units, keys in at.values():
            if self.key not in keys:
                name = " and ".join(position_id(key) for key in keys)
                lent[name] = lent.get(name, 0) + units
        return lent

    def _covered(self) -> Iterator[str]:
        p = self.position
        ways = [f"{getattr(p, name)} {word}" for word, name in _WAYS if getattr(p, name)]
        yield f"Covered: {p.covered}{' = ' + ' + '.join(ways) if ways else ''}"
        covering = self.desk.solved.licensed.builder.covering
        told: dict[str, int] = {}
        for flow in self.flows:
            if isinstance(flow.license, Pool):
                right = way(covering, flow.license, flow.item, grant=bool(flow.block.grant))
                text = f"{self.shelf.name(flow.license)}; {right}; term {self.shelf.term(flow.license.term)}"
                told[text] = told.get(text, 0) + flow.units
        yield from (f"  {units} by {text}" for text, units in told.items())

    # shortfall ---------------------------------------------------------------------------------------------------

    def _short(self) -> Iterator[str]:
        p = self.position
        yield f"Shortfall: {p.shortfall}"
        if p.unit_price is not None:
            source = self._price_source(p.price_source or "")
            yield f"  list price of one unit over the horizon: {self.desk.amount(p.unit_price)}{source}"
        if not p.shortfall:
            return
        if p.exposure is None:
            yield "  exposure: no price is known"
        elif p.unit_price is not None and p.exposure == p.unit_price * p.shortfall:
            yield f"  exposure: {p.shortfall} × {p.unit_price} = {self.desk.amount(p.exposure)}"
        else:
            yield f"  exposure: {self.desk.amount(p.exposure)}, at the price of what is installed on each short subject"
        for flow in self.flows:
            if isinstance(flow.license, Offer):
                self.shelf.term(flow.license.term)
        for line in self.desk.solved.licensed.remedy:
            if p.id in line.covers:
                yield f"  remedy: {self._remedy(line)}"

    def _price_source(self, source: str) -> str:
        basis, _, place = source.partition(" ")
        if basis == "purchase":
            return f", as last bought: {self.shelf.line(place)}"
        return f" ({basis}, {self.desk.at_text(place, Price, Entitlement)})" if place else ""

    def _remedy(self, line: RemedyLine) -> str:
        what = self.desk.label(line.product, line.edition, line.version)
        offers = (f.license for f in self.flows if isinstance(f.license, Offer))
        offer = next((o for o in offers if o.source == line.price_source and o.metric == line.metric), None)
        packs = f" in {line.packs} packs of {line.pack}" if line.pack > 1 else ""
        cost = "at a price that is not known" if line.cost is None else f"for {self.desk.amount(line.cost)}"
        price = f", {self.shelf.price(offer)}" if offer and line.cost is not None else ""
        others = [c for c in line.covers if c != self.position.id]
        also = f"; it also ends {', '.join(others)}" if others else ""
        return f"buy {line.units} {line.metric} of {what}{packs} {cost} over the horizon{price}{also}"


def _lot_key(lot: Lot) -> Key:
    return lot.product, lot.edition, lot.version, lot.metric, lot.scope


def _end(high: int | None) -> str:
    return "no known bound" if high is None else str(high)


def explain_positions(desk: Desk, positions: list[Position]) -> Iterator[str]:
    """Yield the explanation of positions one after the other, and the terms they name at the end."""
    shelf = Shelf(desk)
    for number, position in enumerate(positions):
        if number:
            yield ""
        yield from Sheet(desk, shelf, position).explain()
    for position in positions:
        names = {name.strip() for name in (position.term or "").split(",")}
        for term in desk.solved.library.terms:
            if term.id in names:
                shelf.term(term)
    terms = list(shelf.terms())
    if terms:
        yield "Terms"
        yield from (f"  {term}" for term in terms)
