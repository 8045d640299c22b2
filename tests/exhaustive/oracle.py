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
from .search import Found, Key, Problem, Unclear

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
    """Join owned lines of one product and metric that cover the very same items: which of them is used makes no difference."""
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
            name = "/".join(("unknown price", item.product, item.edition, item.version, metric))
            rights = estate.term(item.product, metric).rights
            unknown[name] = Source(name, item.product, item.edition, item.version, metric, rights)
    return [*estate.pools, *_useful(estate), *(unknown[name] for name in sorted(unknown))]


def _useful(estate: Estate) -> list[Source]:
    """Drop offers that another of the same product and metric matches in every cover, at a price no higher and without packs."""
    kept: list[Source] = []
    reach = {o.id: {i.key for i in estate.items if covers(estate, o, i)} for o in estate.offers}

    def better(a: Source, b: Source) -> bool:
        same = a.product == b.product and a.metric == b.metric and a.edition == b.edition and a.rights == b.rights
        free = a.pack == 1 and a.minimum <= 1
        cheaper = (a.price or 0, a.id) < (b.price or 0, b.id)
        return same and free and cheaper and reach[a.id] >= reach[b.id]

    for offer in estate.offers:
        if not any(better(other, offer) for other in estate.offers):
            kept.append(offer)
    return kept


def parts(estate: Estate, sources: list[Source]) -> list[tuple[list[list[Item]], list[Source]]]:
    """Cut the estate where nothing is shared: neither an owned line, nor an order of packs, nor a device or user.

    Inside a part, the items of one device and of one user stay together.
    """
    problem = Problem(estate, [estate.items], sources)
    group = list(range(len(estate.items)))

    def root(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    def together(members: Iterable[int]) -> None:
        first, *others = [root(i) for i in members]
        for other in others:
            group[root(other)] = root(first)

    for joint in sorted(problem.last_join):
        kind, subject, n = joint
        together(
            i
            for i, can in enumerate(problem.can)
            if n in can and problem.subject(estate.items[i], n) == (kind, subject)
        )
    bundles = [root(i) for i in range(len(group))]
    for n, source in enumerate(sources):
        if (source.owned is not None or problem.packed(source)) and problem.last_use[n] >= 0:
            together(i for i, can in enumerate(problem.can) if n in can)
    by_part: dict[int, list[int]] = {}
    for i in range(len(group)):
        by_part.setdefault(root(i), []).append(i)
    found = []
    for members in by_part.values():
        by_bundle: dict[int, list[Item]] = {}
        for i in sorted(members, key=lambda i: (estate.items[i].device, estate.items[i].key)):
            by_bundle.setdefault(bundles[i], []).append(estate.items[i])
        used = [s for n, s in enumerate(sources) if any(n in problem.can[i] for i in members)]
        found.append((list(by_bundle.values()), used))
    return found


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
    except Unclear:
        return None


def list_price(estate: Estate, key: Key, metric: str) -> int | None:
    """Return the list price of one unit in cents: basis list before contract, the most specific row; None if unclear."""
    product, edition, version = key
    for basis in ("list", "contract"):
        rows = [
            row for row in estate.prices
            if row["product"] == product and row["metric"] == metric and (row.get("basis", "") or "list") == basis
            and row.get("edition", "") in ("", edition) and row.get("version", "") in ("", version)
        ]  # fmt: skip
        most = max((bool(r.get("edition", "")) + bool(r.get("version", "")) for r in rows), default=0)
        amounts = {
            cents(r["unit_price"], r.get("per", ""))
            for r in rows
            if bool(r.get("edition", "")) + bool(r.get("version", "")) == most
        }
        if rows:
            return amounts.pop() if len(amounts) == 1 else None
    return None


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
