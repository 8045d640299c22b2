"""A made-up software market: products, editions, releases, and suites that link products into one ring.

Every name is invented, so that no packaged rule of the catalog takes a title by accident.
"""

from dataclasses import dataclass
from itertools import product as pairs_of
from typing import Any, Final

import numpy as np
import yaml

HEADS: Final = "Bal Cor Dun Fel Gor Hal Jor Kel Lom Mar Nor Orv Pel Quor Ros Sul Tan Ul Vel Wex Yor Zan Eb Ist".split()
TAILS: Final = "dria fenn gast holm lora mond nax ora pell quist rell saro tane uvia vent wyn xara yel zoro urn".split()
KINDS: Final = "Studio Designer Ledger Planner Atlas Console Modeler Analyst Composer Tracker Router Archive".split()
RELEASES: Final = (("2018", "16", "2018-03-01"), ("2020", "17", "2020-04-01"), ("2022", "18", "2022-05-01"),
                   ("2024", "19", "2024-06-01"))  # fmt: skip
"""Version, the prefix by which installed software reports it, and its day; the same for every product."""
PER_SUITE: Final = 4
"""Components of a suite; the last is the first of the next suite, so that suites form one ring."""
EDITIONS: Final = ("standard", "professional", "developer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A product of the market. `metric` is how it is sold; `linked` ones belong to suites, `suite` names components."""

    id: str
    name: str
    publisher: str
    metric: str
    price: int
    """List price of one unit, in whole euros."""
    editions: tuple[str, ...] = ()
    linked: bool = False
    suite: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name as an inventory shows it."""
        return f"{self.publisher} {self.name}"


@dataclass(frozen=True, slots=True)
class Market:
    """Products on sale, suites last; and free products, which need no license."""

    products: tuple[Made, ...]
    free: tuple[Made, ...]

    @property
    def singles(self) -> list[int]:
        """Positions of the products that no suite holds."""
        return [n for n, p in enumerate(self.products) if not p.linked and not p.suite]


def words(rng: np.random.Generator) -> list[str]:
    """Return every invented word once, shuffled."""
    made = [head + tail for head, tail in pairs_of(HEADS, TAILS)]
    return [made[n] for n in rng.permutation(len(made))]


def make_market(count: int, names: list[str], rng: np.random.Generator) -> Market:
    """Make a market of `count` products beside the suites; a twelfth as many suites, each of four components.

    A quarter of the products are linked, licensed by device; of the others two thirds are licensed by device, a sixth
    by user and a sixth by core. Every third product has two editions, every tenth a developer edition that is free in
    development and test.
    """
    suites = count // 12
    linked = suites * (PER_SUITE - 1)
    publishers = names[:20]
    products = [_product(n, publishers, names[20 + n], rng, linked=n < linked) for n in range(count)]
    for n in range(suites):
        inside = [products[(n * (PER_SUITE - 1) + k) % linked] for k in range(PER_SUITE)]
        products.append(_suite(n, publishers, names[20 + count + n], inside))
    first = 20 + count + suites
    free = [
        _product(n, publishers, names[first + n], rng, linked=False) for n in range(min(200, max(12, count * 4 // 5)))
    ]
    return Market(tuple(products), tuple(free))


def _product(n: int, publishers: list[str], word: str, rng: np.random.Generator, *, linked: bool) -> Made:
    publisher = publishers[n % len(publishers)]
    editions: tuple[str, ...] = EDITIONS[:2] if n % 3 == 0 else ()
    if n % 10 == 0:
        editions = (*(editions or EDITIONS[:1]), EDITIONS[2])
    kind = KINDS[n % len(KINDS)]
    return Made(
        id=f"{publisher.lower()}/{word.lower()}-{kind.lower()}",
        name=f"{word} {kind}",
        publisher=publisher,
        metric="device" if linked else ("device", "device", "user", "device", "core", "device")[n % 6],
        price=int(rng.integers(4, 120)) * 10,
        editions=editions,
        linked=linked,
    )


def _suite(n: int, publishers: list[str], word: str, inside: list[Made]) -> Made:
    publisher = publishers[n % len(publishers)]
    return Made(
        id=f"{publisher.lower()}/{word.lower()}-suite",
        name=f"{word} Suite",
        publisher=publisher,
        metric="device",
        price=sum(p.price for p in inside) * 11 // 20,
        suite=tuple(p.id for p in inside),
    )


def catalog_yaml(market: Market) -> str:
    """Return the market in the catalog's public format."""
    products = [_entry(p) for p in market.products]
    products += [
        {"id": p.id, "name": p.name, "class": "free", "titles": [{"regex": rf"^{p.title}(?: [\d.]+)?$"}]}
        for p in market.free
    ]
    text = yaml.dump({"products": products}, sort_keys=False)
    assert isinstance(text, str)
    return text


def _entry(product: Made) -> dict[str, Any]:
    named = "|".join(e.capitalize() for e in product.editions)
    edition = f"(?: (?P<edition>{named}))?" if named else ""
    entry: dict[str, Any] = {"id": product.id, "name": product.name}
    if product.editions:
        entry["editions"] = [_edition(n, e) for n, e in enumerate(product.editions)]
    entry["releases"] = [{"version": v, "internal": i, "released": d} for v, i, d in RELEASES]
    entry["titles"] = [
        {"regex": rf"^{product.title}{edition}(?: (?P<version>20\d\d))?$"},
        {"regex": rf"^{product.title} (?:Assets|Templates)$", "state": "component"},
    ]
    if product.suite:
        entry["suite"] = list(product.suite)
    return entry


def _edition(number: int, edition: str) -> dict[str, Any]:
    if edition == EDITIONS[2]:
        return {"id": edition, "class": "free", "environments": ["development", "test"]}
    return {"id": edition, "rank": number + 1}
