"""Secondary: the priority order (docs/counting.md, last section), written apart from the engine's.

It answers one question: does the order of assignment matter in the estates that are compared? What it leaves open is
then bought at least cost by the oracle, so that the difference is the assignment's alone and not that of list prices.
"""

from collections.abc import Callable
from dataclasses import replace

from .covers import covers, set_covers, set_editions
from .estate import USER_METRICS, Estate, Item, Source
from .oracle import Answer, solve_estate

Pass = Callable[[Estate, Source, Item], bool]


def priority_cost(estate: Estate) -> Answer:
    """Return what must be bought after the priority order has placed what is owned."""
    rest = place(estate)
    nothing_left = [replace(pool, owned=0) for pool in estate.pools]
    return solve_estate(replace(estate, items=rest, pools=nothing_left))


def place(estate: Estate) -> list[Item]:
    """Place owned units in the priority order and return the items left open."""
    left = {pool.id: pool.owned or 0 for pool in estate.pools}
    order = sorted(estate.items, key=lambda i: (not i.device, i.device, i.user, i.key))
    open_items = _hosts(estate, order, left)
    for pool in estate.pools:
        if estate.products[pool.product].components:
            open_items = _suite(estate, pool, open_items, left)
    for fits in (_exact, _downgrade, _edition_above):
        for item in order:
            if item in open_items:
                open_items = _single(estate, item, fits, open_items, left)
    return open_items


def _same_subject(pool: Source, a: Item, b: Item) -> bool:
    if pool.metric in USER_METRICS:
        return (a.user or f"?{a.device}") == (b.user or f"?{b.device}")
    return a.device == b.device


def _reached(estate: Estate, pool: Source, item: Item, items: list[Item]) -> list[Item]:
    """Return the open items that one unit of the pool given to this item's subject covers, within its device limit."""
    found = [i for i in items if _same_subject(pool, item, i) and covers(estate, pool, i)]
    limit = estate.term(pool.product, pool.metric).devices_per_user if pool.metric in USER_METRICS else None
    devices = list(dict.fromkeys(i.device for i in [item, *found] if i.device))[:limit]
    return [i for i in found if not i.device or i.device in devices]


def _suite(estate: Estate, pool: Source, items: list[Item], left: dict[str, int]) -> list[Item]:
    """Give suite units to the first devices with at least two of their components."""
    for item in list(items):
        reached = _reached(estate, pool, item, items) if item in items and covers(estate, pool, item) else []
        if left[pool.id] and len({i.product for i in reached}) > 1:
            left[pool.id] -= 1
            items = [i for i in items if i not in reached]
    return items


def _single(estate: Estate, item: Item, fits: Pass, items: list[Item], left: dict[str, int]) -> list[Item]:
    pools = [p for p in estate.pools if p.product == item.product and covers(estate, p, item) and fits(estate, p, item)]
    for pool in pools:
        if pool.metric != "core" and left[pool.id]:
            left[pool.id] -= 1
            reached = _reached(estate, pool, item, items)
            return [i for i in items if i not in reached]
    core = [] if estate.term(item.product, "core").slots else [p for p in pools if p.metric == "core"]
    if core and _take(core, item.cores, left):
        return [i for i in items if i != item]
    return items


def _take(pools: list[Source], units: int, left: dict[str, int]) -> bool:
    """Take units from pools in line order, all or nothing."""
    if sum(left[p.id] for p in pools) < units:
        return False
    for pool in pools:
        taken = min(units, left[pool.id])
        left[pool.id] -= taken
        units -= taken
    return True


def _hosts(estate: Estate, items: list[Item], left: dict[str, int]) -> list[Item]:
    """Give every host the first option wholly covered by what is left, its installed edition first."""
    hosts: dict[str, list[Item]] = {}
    for item in items:
        if estate.term(item.product, "core").slots:
            hosts.setdefault(item.host or f"?{item.key}", []).append(item)
    placed: set[str] = set()
    for name in sorted(hosts):
        instances = hosts[name]
        product = instances[0].product
        slots = estate.term(product, "core").slots
        for edition in sorted(slots, key=lambda e: e not in {i.edition for i in instances}):
            if not all(set_covers(estate, product, edition, i) for i in instances):
                continue
            room = slots[edition]
            sets = 1 if room is None else -(-len(instances) // room)
            pools = [
                p for p in estate.pools
                if p.product == product and edition in set_editions(estate, p)
                and all(covers(estate, p, i) for i in instances)
            ]  # fmt: skip
            if _take(pools, sets * instances[0].cores, left):
                placed |= {i.key for i in instances}
                break
    return [i for i in items if i.key not in placed]


def _exact(estate: Estate, pool: Source, item: Item) -> bool:
    return _edition(pool, item) and (not pool.version or not item.version or pool.version == item.version)


def _downgrade(estate: Estate, pool: Source, item: Item) -> bool:
    product = estate.products[pool.product]
    return (
        _edition(pool, item)
        and bool(pool.version)
        and bool(item.version)
        and product.order(item.version) < product.order(pool.version)
    )


def _edition_above(estate: Estate, pool: Source, item: Item) -> bool:
    return not _edition(pool, item)


def _edition(pool: Source, item: Item) -> bool:
    return not pool.edition or not item.edition or pool.edition == item.edition
