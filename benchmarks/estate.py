"""A made-up estate of any size as a workspace of CSV tables; the same seed gives the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.machines import Machines, make_machines, write_machines
from benchmarks.market import Market, catalog_yaml, make_market, words
from benchmarks.purchases import write_purchases
from benchmarks.titles import SHARES, Titles, make_titles

AS_OF: Final = date(2026, 6, 30)
CHUNK: Final = 200_000
TWICE: Final = 0.03
"""Rows that a second tool reports again, as a share of all rows."""
ONLY_SECOND: Final = 0.2
"""Rows of a machine of two tools that only the second has seen."""
OLDER: Final = 0.2
"""Installations beside which an older release was left."""
USED: Final = 0.4
"""Rows that tell a day of last use."""
SEATED: Final = 0.2
"""People who hold a seat of a product that has seats."""
_FIRST_DAY: Final = date(2022, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large an estate is. Below about 300,000 rows there are fewer titles, below 30,000 fewer products."""

    rows: int
    seed: int = 20260630

    @property
    def devices(self) -> int:
        """Machines; records of machines are 8 % more."""
        return max(40, self.rows // 100)

    @property
    def titles(self) -> int:
        """Distinct titles."""
        return min(20_000, max(600, self.rows // 15))

    @property
    def products(self) -> int:
        """Licensable products beside the suites."""
        return min(240, max(24, self.titles // 12))


@dataclass(slots=True)
class Estate:
    """What was made, for the assumptions printed and for the sizes of purchases."""

    size: Size
    market: Market
    titles: Titles
    machines: Machines
    device: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Machine of every row."""
    title: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    again: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    """True for rows under the machine's second record."""


def make_estate(folder: Path, size: Size) -> Estate:
    """Write a workspace into a new folder and return what was made."""
    rng = np.random.default_rng(size.seed)
    names = words(rng)
    market = make_market(size.products, names, rng)
    titles = make_titles(size.titles, market, [f"{name}ix" for name in names], rng)
    estate = Estate(size, market, titles, make_machines(size.devices, market, rng))
    _fill(estate, rng)
    for part in ("inventory", "catalog", "entitlements"):
        (folder / part).mkdir(parents=True)
    (folder / "trueup.toml").write_text(f'as_of = {AS_OF}\ncurrency = "EUR"\n', encoding="utf-8")
    (folder / "catalog" / "bench.yaml").write_text(catalog_yaml(market), encoding="utf-8")
    write_machines(folder / "inventory", estate.machines, AS_OF)
    _write_seats(folder / "inventory" / "seats.csv", market, estate.machines, rng)
    _write_rows(folder / "inventory" / "software.csv", estate, ~estate.again, rng)
    _write_rows(folder / "inventory" / "software-agent.csv", estate, estate.again, rng)
    products, users = installed(estate)
    write_purchases(folder / "entitlements", market, estate.machines, products, users, rng)
    return estate


def _fill(estate: Estate, rng: np.random.Generator) -> None:
    """Draw rows: licensable ones by the machine's role, the others by how common a title is."""
    total = estate.size.rows
    base = total - round(total * TWICE)
    devices, titles = [], []
    for kind, share in SHARES.items():
        wanted = round(base * share)
        if kind == "licensable":
            machine, title = _licensable(estate, wanted, rng)
        else:
            machine = rng.integers(0, estate.size.devices, wanted)
            title = _common(estate.titles.of_kind[kind], wanted, rng)
        devices.append(machine)
        titles.append(title)
    device, title = np.concatenate(devices)[:base], np.concatenate(titles)[:base]
    twice = np.flatnonzero(estate.machines.twice[device])
    copied = rng.choice(twice, total - len(device), replace=len(twice) < total - len(device))
    moved = np.zeros(len(device), dtype=bool)
    moved[twice] = rng.random(len(twice)) < ONLY_SECOND
    estate.device = np.concatenate([device, device[copied]])
    estate.title = np.concatenate([title, title[copied]])
    estate.again = np.concatenate([moved, ~moved[copied]])
    order = np.argsort(estate.device, kind="stable")
    estate.device, estate.title, estate.again = estate.device[order], estate.title[order], estate.again[order]


def _common(numbers: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Draw titles, each at least once where rows suffice, the first ones most often."""
    weights = (np.arange(len(numbers)) + 5.0) ** -0.9
    drawn = rng.choice(numbers, max(0, wanted - len(numbers)), p=weights / weights.sum())
    return np.concatenate([numbers, drawn])[:wanted]


def _licensable(estate: Estate, wanted: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of the roles' products, older releases beside a fifth of them, and single choices to fill up."""
    machines, titles = estate.machines, estate.titles
    plan = machines.roles[machines.role]
    device, place = np.nonzero(plan >= 0)
    product = plan[device, place]
    release = np.clip(machines.wave[device] - (product % 3 == 0), 0, titles.first.shape[1] - 1)
    edition = machines.edition[product, machines.role[device] % machines.edition.shape[1]]
    old = np.flatnonzero(rng.random(len(device)) < OLDER)
    device, product = np.concatenate([device, device[old]]), np.concatenate([product, product[old]])
    edition = np.concatenate([edition, edition[old]])
    release = np.concatenate([release, np.maximum(release[old] - 1, 0)])
    build = (machines.role[device] + machines.wave[device]) % titles.builds[product, release, edition]
    title = titles.first[product, release, edition] + build
    single = max(wanted - len(device), len(titles.of_kind["licensable"]))
    shuffled = rng.permutation(titles.of_kind["licensable"])
    device = np.concatenate([device[: wanted - single], rng.integers(0, estate.size.devices, single)])
    title = np.concatenate([title[: wanted - single], _common(shuffled, single, rng)])
    return device, title


def installed(estate: Estate) -> tuple[np.ndarray, np.ndarray]:
    """Return how many machines, and how many users, hold each product."""
    licensable = estate.title < len(estate.titles.product)
    product = estate.titles.product[estate.title[licensable]]
    device = estate.device[licensable]
    count = len(estate.market.products)
    by_device = np.unique(product * (estate.size.devices + 1) + device) // (estate.size.devices + 1)
    user = estate.machines.user[device]
    by_user = np.unique(product * (estate.size.devices + 1) + user) // (estate.size.devices + 1)
    return np.bincount(by_device, minlength=count), np.bincount(by_user, minlength=count)


def _write_rows(path: Path, estate: Estate, chosen: np.ndarray, rng: np.random.Generator) -> None:
    rows = np.flatnonzero(chosen)
    days = [(_FIRST_DAY + timedelta(n)).isoformat() for n in range((AS_OF - _FIRST_DAY).days + 1)]
    installed_on = rng.integers(0, len(days), len(rows))
    used = np.where(rng.random(len(rows)) < USED, rng.integers(installed_on, len(days)), len(days))
    ids = estate.machines.second if path.stem.endswith("agent") else estate.machines.ids
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("device_id,publisher,name,version,installed_on,last_used\n")
        for lines in _lines(estate, rows, ids, [*days, ""], installed_on, used):
            out.write(lines)


def _write_seats(path: Path, market: Market, machines: Machines, rng: np.random.Generator) -> None:
    """Give a fifth of the people a seat of each of three products that are licensed by user."""
    products = [p.id for p in market.products if p.metric == "user"][:3]
    people = np.unique(machines.user[~(machines.host | machines.virtual)])
    lines = [f"u{u:06d},{p},{AS_OF}" for p in products for u in people[rng.random(len(people)) < SEATED].tolist()]
    path.write_text("\n".join(["user_id,product,last_active", *lines]) + "\n", encoding="utf-8")


def _lines(
    estate: Estate, rows: np.ndarray, ids: Sequence[str], days: list[str], installed_on: np.ndarray, used: np.ndarray
) -> Iterator[str]:  # fmt: skip
    cells = estate.titles.cells()
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        columns = zip(
            estate.device[part].tolist(), estate.title[part].tolist(), installed_on[start : start + CHUNK].tolist(),
            used[start : start + CHUNK].tolist(), strict=True,
        )  # fmt: skip
        yield "".join(f"{ids[d]},{cells[t]},{days[i]},{days[u]}\n" for d, t, i, u in columns)


def assumptions(estate: Estate) -> list[str]:
    """Say what was made, for whoever judges the measurement."""
    size, machines = estate.size, estate.machines
    suites = sum(bool(p.suite) for p in estate.market.products)
    shares = ", ".join(f"{share:.0%} {kind}" for kind, share in SHARES.items())
    linked = sum(p.linked for p in estate.market.products)
    twice, virtual, hosts = (int(n.sum()) for n in (machines.twice, machines.virtual, machines.host))
    return f"""\
{size.rows:,} software rows on {size.devices:,} machines ({twice:,} of them, 8 %, known to a second tool too); \
{size.titles:,} distinct titles; seed {size.seed}
rows and titles: {shares}; {TWICE:.0%} of the rows are reported by both tools
{len(estate.market.products):,} licensable products, {suites} of them suites of 4 that link {linked} products into one \
component; 4 releases each; a third with two editions; metrics device, user, core, and Windows Server by host
machines: {len(machines.roles)} roles of up to {machines.roles.shape[1]} products in three waves of releases, older \
releases beside a fifth of them, and some 5 single choices a machine; {virtual:,} virtual machines on {hosts:,} hosts
pools are 55 to 110 % of what is installed; 70 % may be downgraded, some hold for one country only; packs and minimum \
orders only outside the linked products; two contracts end within half a year; seats of three products for a fifth of \
the people
left out: rows that name another user than their machine's, access lists, measures, XML from agents""".splitlines()
