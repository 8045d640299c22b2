"""The distinct titles that the made-up inventories report: a quarter licensable, the rest what estates are full of."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.market import KINDS, RELEASES, Market

SHARES: Final = {
    "licensable": 0.25, "unknown": 0.30, "free": 0.20, "component": 0.10, "patch": 0.10, "driver": 0.05,
}  # fmt: skip
"""Of titles and of rows alike."""
LANGUAGES: Final = ("German", "French", "Spanish", "Italian", "Polish", "Czech")


@dataclass(slots=True)
class Titles:
    """Titles as columns, and where each kind begins."""

    name: list[str] = field(default_factory=list)
    publisher: list[str] = field(default_factory=list)
    version: list[str] = field(default_factory=list)
    of_kind: dict[str, np.ndarray] = field(default_factory=dict)
    """Kind → numbers of its titles."""
    first: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Product × release × edition → its first title; where there is none, that of another release."""
    builds: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Product × release × edition → how many titles follow each other from there."""
    product: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Licensable title → position of its product."""

    def add(self, name: str, publisher: str, version: str) -> int:
        """Add a title and return its number."""
        self.name.append(name)
        self.publisher.append(publisher)
        self.version.append(version)
        return len(self.name) - 1

    def cells(self) -> list[str]:
        """Return each title as cells of a CSV row; no cell needs quotes."""
        return [f"{p},{n},{v}" for p, n, v in zip(self.publisher, self.name, self.version, strict=True)]


def make_titles(count: int, market: Market, names: list[str], rng: np.random.Generator) -> Titles:
    """Make `count` distinct titles; `names` are words that no product bears."""
    titles = Titles()
    sizes = {kind: round(count * share) for kind, share in SHARES.items()}
    sizes["driver"] = count - sum(n for kind, n in sizes.items() if kind != "driver")
    _licensable(titles, market, sizes["licensable"])
    makers = {"unknown": _unknown, "free": _free, "component": _component, "patch": _patch, "driver": _driver}
    for kind, make in makers.items():
        start = len(titles.name)
        for n in range(sizes[kind]):
            titles.add(*make(n, market, names))
        titles.of_kind[kind] = start + rng.permutation(sizes[kind])
    return titles


def _licensable(titles: Titles, market: Market, count: int) -> None:
    """Newest releases first, in as many builds as there are titles for; editions beyond the first after them."""
    wanted = [
        (p, r, e)
        for e in range(3)
        for r in reversed(range(len(RELEASES)))
        for p, product in enumerate(market.products)
        if e < max(1, len(product.editions))
    ][:count]
    each, more = divmod(count, len(wanted))
    titles.first = np.full((len(market.products), len(RELEASES), 3), -1, dtype=np.int64)
    titles.builds = np.ones_like(titles.first)
    products = []
    for number, (p, r, e) in enumerate(wanted):
        product, (version, internal, _) = market.products[p], RELEASES[r]
        edition = f" {product.editions[e].capitalize()}" if product.editions else ""
        builds = each + (number < more)
        titles.first[p, r, e], titles.builds[p, r, e] = len(titles.name), builds
        for build in range(builds):
            reported = f"{internal}.{build}.{100 + build * 7}"
            titles.add(f"{product.title}{edition} {version}", product.publisher, reported)
            products.append(p)
    newest = titles.first[:, -1, 0][:, None, None]
    titles.first = np.where(titles.first < 0, np.broadcast_to(newest, titles.first.shape), titles.first)
    titles.product = np.array(products)
    titles.of_kind["licensable"] = np.arange(len(products))


def _unknown(n: int, _market: Market, names: list[str]) -> tuple[str, str, str]:
    word, other = names[n % len(names)], names[(n * 7 + 3) % len(names)]
    return f"{word} {other} {KINDS[n % len(KINDS)]} {n}", f"{other} Group", f"{n % 9 + 1}.{n % 13}"


def _free(n: int, market: Market, _names: list[str]) -> tuple[str, str, str]:
    product, build = market.free[n % len(market.free)], n // len(market.free)
    return f"{product.title} {build // 10 + 1}.{build % 10}", product.publisher, f"{build // 10 + 1}.{build % 10}.0"


def _component(n: int, market: Market, _names: list[str]) -> tuple[str, str, str]:
    product, turn = market.products[n % len(market.products)], n // len(market.products)
    if turn % 2:
        return f"{product.title} Language Pack - {LANGUAGES[turn % len(LANGUAGES)]}", product.publisher, f"{turn}.0"
    return f"{product.title} {'Assets' if turn % 4 else 'Templates'}", product.publisher, f"{turn}.1"


def _patch(n: int, market: Market, _names: list[str]) -> tuple[str, str, str]:
    product = market.products[n % len(market.products)]
    return f"Security Update for {product.title} (KB{4_000_000 + n})", product.publisher, ""


def _driver(n: int, _market: Market, names: list[str]) -> tuple[str, str, str]:
    word = names[n % len(names)]
    return f"{word} Audio Driver", f"{word} Devices", f"{n // len(names) + 1}.{n % 7}.0"
