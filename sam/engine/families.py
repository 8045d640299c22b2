"""Which products are licensed together, and what bundles them: the device, its user, or its host.

Two products are of one family when one unit could cover both (a suite and its components). A family is bundled by user
when some license of it is for a person; a product whose term grants OS instances is bundled by host.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import networkx as nx

from sam.entitlements.covers import Covering
from sam.entitlements.licenses import License
from sam.entitlements.termlib import TermLibrary

_BY_FACTS = frozenset({"core", "processor"})


@dataclass(frozen=True, slots=True)
class Family:
    """Products with one bundling; `by_cores` when the hardware of a device matters to their count."""

    number: int
    products: tuple[str, ...]
    bundling: str
    by_cores: bool


def find_families(
    products: Iterable[str],
    seats: frozenset[str],
    licenses: Sequence[License],
    covering: Covering,
    library: TermLibrary,
    day: date,
    default_metric: Callable[[str], str],
) -> dict[str, Family]:
    """Return the family of every product that is installed or has a seat."""
    present = sorted(set(products))
    hosts = {p for p in present if p not in seats and _grants(p, covering, library, day)}
    links: nx.Graph[str] = nx.Graph()
    links.add_nodes_from(present)
    reaching: dict[str, set[str]] = {}
    for license in licenses:
        reached = sorted(p for p in covering.linked_products(license) if p in links and p not in hosts)
        nx.add_path(links, reached)
        for product in reached:
            reaching.setdefault(product, set()).add(license.metric)
    families = {}
    for number, group in enumerate(sorted(sorted(g) for g in nx.connected_components(links))):
        metrics = {m for p in group for m in reaching.get(p, ())} | {default_metric(p) for p in group}
        family = Family(number, tuple(group), _bundling(group, hosts, seats, metrics), bool(metrics & _BY_FACTS))
        families.update(dict.fromkeys(group, family))
    return families


def _grants(product: str, covering: Covering, library: TermLibrary, day: date) -> bool:
    return bool(library.find(covering.product(product), "core", day).grants)


def _bundling(group: Sequence[str], hosts: set[str], seats: frozenset[str], metrics: set[str]) -> str:
    if group[0] in hosts:
        return "host"
    by_user = metrics & {"user", "named-user", "seat"} or any(p in seats for p in group)
    return "user" if by_user else "device"
