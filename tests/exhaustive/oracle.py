"""The oracle: from a workspace folder to the least cost of what must be bought, by exhaustive search.

`solve(folder)` reads the tables (`estate`), asks who can cover what (`covers`), cuts the estate into parts that
share nothing, and searches each part completely (`search`). The parts add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from .bounds import known_cost, least
from .covers import covers
from .estate import UNKNOWN, Estate, Item, Source, cents, read_estate
from .search import Found, Key, Problem, UnclearError

AS_OF = date(2026, 6, 30)


@dataclass
class Answer:
    """What the oracle says of one estate; amounts in the workspace's currency."""

    unpriced: int
    """Units that must be bought and for which no price is known (least possible)."""
    cost: Fraction
    """Least cost of what must be bought, among the ways with the fewest unpriced units."""
    exposure: Fraction | None
    """Least list exposure among the cheapest ways; None where docs/counting.md leaves it open for this estate."""
    owned: dict[Key, int] = field(default_factory=dict)
    """Units owned and valid on the day, by product, edition and version."""
    exposures: dict[frozenset[str], Fraction] = field(default_factory=dict)
    """The same for each group of products that share nothing with others, where it is defined."""
    raw_rows: dict[str, int] = field(default_factory=dict)
    """Evidence rows by product."""
    demand: dict[str, int] = field(default_factory=dict)
    """Demand of products for which it does not depend on what is chosen."""
    plan: list[str] = field(default_factory=list)
    """One way to reach the cost, an item a line."""


def solve(folder: Path, forbid: Iterable[tuple[str, str, str]] = (), *, as_of: date = AS_OF) -> Answer:
    """Return the least cost of an estate.

    Args:
        folder: A workspace: CSV tables, `catalog/*.yaml`, `terms/*.yaml`.
        forbid: Covers taken away, as (entitlement id, device id, product): no unit of that line covers that product
            on that device. For a seat, the user id stands for the device id.
        as_of: The day.
    """
    return solve_estate(read_estate(folder, as_of), forbid)


def solve_estate(estate: Estate, forbid: Iterable[tuple[str, str, str]] = ()) -> Answer:
    """Return the least cost of an estate that was read before."""
    forbidden = frozenset(forbid)
    sources = all_sources(estate)
    answer = Answer(0, Fraction(0), Fraction(0), raw_rows=dict(estate.raw_rows), demand=fixed_demand(estate, sources))
    for pool in estate.pools:
        key = (pool.product, pool.edition, pool.version)
        answer.owned[key] = answer.owned.get(key, 0) + (pool.owned or 0)
    exposures: list[tuple[frozenset[str], int | None]] = []
    for bundles, shared in parts(estate, sources):
        problem = _with_lines_alike_as_one(Problem(estate, bundles, shared, forbidden))
        found = least(problem)
        answer.unpriced += found.value[0] // UNKNOWN
        answer.cost += Fraction(found.value[0] % UNKNOWN, 100)
        answer.plan += found.plan
        exposures.append((frozenset(i.product for i in problem.items), _exposure(problem, found)))
    for products, exposure in _grouped(exposures):
        if exposure is None:
            answer.exposure = None
        else:
            answer.exposures[products] = Fraction(exposure, 100)
            answer.exposure = None if answer.exposure is None else answer.exposure + Fraction(exposure, 100)
    return answer


def _with_lines_alike_as_one(problem: Problem) -> Problem:
    """Join owned lines of one product and metric that cover the very same items: which is used makes no difference."""
    joined: dict[object, Source] = {}
    for n, source in enumerate(problem.sources):
        covered = frozenset(i for i, can in enumerate(problem.can) if n in can)
        alike = (source.product, source.metric, source.edition, source.rights, covered)
        key = alike if source.owned is not None else source.id
        other = joined.get(key)
        both = other and replace(other, id=f"{other.id} or {source.id}", owned=(other.owned or 0) + (source.owned or 0))
        joined[key] = both or source
    forbid = problem.forbid | {
        (source.id, device, product)
        for source in joined.values()
        for ident, device, product in problem.forbid
        if ident in source.id.split(" or ")
    }
    return replace(problem, sources=list(joined.values()), forbid=frozenset(forbid))


def _grouped(found: list[tuple[frozenset[str], int | None]]) -> list[tuple[frozenset[str], int | None]]:
    """Add up the exposure of parts that hold the same products; unknown if any of them is."""
    groups: list[tuple[frozenset[str], int | None]] = []
    for products, exposure in found:
        for group in [g for g in groups if g[0] & products]:
            groups.remove(group)
            products |= group[0]  # noqa: PLW2901  (the group grows)
            exposure = None if exposure is None or group[1] is None else exposure + group[1]  # noqa: PLW2901
        groups.append((products, exposure))
    return groups


def all_sources(estate: Estate) -> list[Source]:
    """Return owned lines, offers, and for what nothing on sale covers the purchase at an unknown price."""
    unknown: dict[str, Source] = {}
    for item in estate.items:
        if any(covers(estate, offer, item) for offer in estate.offers):
            continue
        pools = sorted({p.metric for p in estate.pools if p.product == item.product})
        terms = sorted(metric for product, metric in estate.terms if product == item.product)
        for metric in (pools or terms[:1] or ["device"]) if item.device else ["seat"]:
            name = f"unknown price/{item.product}/{item.edition}/{item.version}/{metric}"
            rights = estate.term(item.product, metric).rights
            unknown[name] = Source(name, item.product, item.edition, item.version, metric, rights)
    return [*estate.pools, *_useful(estate), *(unknown[name] for name in sorted(unknown))]


def _useful(estate: Estate) -> list[Source]:
    """Drop offers that another of the product and metric matches in every cover, for no more and without packs."""
    reach = {o.id: {i.key for i in estate.items if covers(estate, o, i)} for o in estate.offers}

    def better(a: Source, b: Source) -> bool:
        same = a.product == b.product and a.metric == b.metric and a.edition == b.edition and a.rights == b.rights
        free = a.pack == 1 and a.minimum <= 1
        cheaper = (a.price or 0, a.id) < (b.price or 0, b.id)
        return same and free and cheaper and reach[a.id] >= reach[b.id]

    return [offer for offer in estate.offers if not any(better(other, offer) for other in estate.offers)]


def parts(estate: Estate, sources: list[Source]) -> list[tuple[list[list[Item]], list[Source]]]:
    """Cut the estate where nothing is shared: neither an owned line, nor an order of packs, nor a device or user.

    Inside a part, what a device or user holds together is a bundle.
    """
    problem = Problem(estate, [estate.items], sources)
    reach = [[i for i, can in enumerate(problem.can) if n in can] for n in range(len(sources))]
    subjects = [
        [i for i in reach[n] if problem.subject(estate.items[i], n) == (kind, subject)]
        for kind, subject, n in problem.last_join
    ]
    shared = [reach[n] for n, source in enumerate(sources) if source.owned is not None or problem.packed(source)]
    bundle_of = _joined(len(estate.items), subjects)
    part_of = _joined(len(estate.items), subjects + shared)
    found: dict[int, dict[int, list[Item]]] = {}
    for i in sorted(range(len(estate.items)), key=lambda i: (estate.items[i].device, estate.items[i].key)):
        found.setdefault(part_of[i], {}).setdefault(bundle_of[i], []).append(estate.items[i])
    numbers = {part: {n for i, can in enumerate(problem.can) if part_of[i] == part for n in can} for part in found}
    return [(list(found[part].values()), [sources[n] for n in sorted(numbers[part])]) for part in found]


def _joined(number: int, groups: list[list[int]]) -> list[int]:
    """Return for each of so many things the least member of what the groups join it to."""
    name = list(range(number))
    for group in groups:
        names = {name[i] for i in group}
        name = [min(names) if n in names else n for n in name]
    return name


def _exposure(problem: Problem, found: Found) -> int | None:
    """Return the least list exposure in cents among the ways that cost the least, None where it is left open."""
    if found.value[0] == 0:
        return 0  # nothing is bought
    estate = problem.estate
    if any(estate.term(i.product, "core").slots for i in problem.items) or not estate.prices:
        return None  # partly owned host sets and estates without a price table: not defined closely enough
    priced = replace(problem, list_price=lambda key, metric: list_price(estate, key, metric))
    try:
        return least(priced, known_cost(problem, found.value[0])).value[1]
    except UnclearError:
        return None


def list_price(estate: Estate, key: Key, metric: str) -> int | None:
    """Return the list price of one unit in cents: basis list before contract, the most specific row.

    None where there is none, or where docs/counting.md leaves open which (an unknown edition or version and rows that
    differ in it).
    """
    product, *cells = key
    unknown = [
        bool(estate.products[product].ranks) and not cells[0],
        bool(estate.products[product].releases) and not cells[1],
    ]

    def fits(row: dict[str, str], loosely: bool) -> bool:
        named = (row.get("edition", ""), row.get("version", ""))
        return all(
            name in ("", cell) or (loosely and gap) for name, cell, gap in zip(named, cells, unknown, strict=True)
        )

    for basis in ("list", "contract"):
        rows = [
            row for row in estate.prices
            if row["product"] == product and row["metric"] == metric and (row.get("basis", "") or "list") == basis
            and fits(row, loosely=True)
        ]  # fmt: skip
        if rows:
            most = max(map(_named, rows))
            amounts = {cents(r["unit_price"], r.get("per", "")) for r in rows if any(unknown) or _named(r) == most}
            return amounts.pop() if len(amounts) == 1 else None
    return None


def _named(row: dict[str, str]) -> int:
    return bool(row.get("edition", "")) + bool(row.get("version", ""))


def fixed_demand(estate: Estate, sources: list[Source]) -> dict[str, int]:
    """Return the demand of products counted one per device or user whichever way is chosen.

    That is so where every cover of the product has one kind of subject, and no subject holds two installations of it.
    """
    demand: dict[str, int] = {}
    problem = Problem(estate, [estate.items], sources)
    for product in sorted({item.product for item in estate.items}):
        subjects, kinds = [], set()
        for i, item in enumerate(estate.items):
            if item.product == product:
                found = {problem.subject(item, n) for n in problem.can[i]}
                kinds |= {kind for kind, _ in found}
                subjects += sorted(found)
        if kinds in ({"device"}, {"user"}) and len(subjects) == len(set(subjects)):
            demand[product] = len(subjects)
    return demand


__all__ = ["AS_OF", "Answer", "solve", "solve_estate"]
