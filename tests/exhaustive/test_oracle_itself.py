"""The oracle against estates worked out by hand: each docstring is the calculation."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from . import bounds, oracle, search
from .estate import read_estate
from .generator import DRAFT, HOST_OS, SKETCH, SUITE
from .generator import estate as random_estate
from .oracle import Answer
from .search import Problem
from .writing import Cells, Tables, product, term

Solve = Callable[..., Any]
ABC = [product(name) for name in "abc"]
PAIRS = [product(s, suite=[f"acme/{c}" for c in s]) for s in ("ab", "bc", "ac")]
SKETCH_PRODUCT = product("sketch", editions=("standard", "professional"), releases=SKETCH)
HOST = product("hostos", editions=("standard", "datacenter"), releases=HOST_OS)
HOST_TERM = term("hostos", "core", rights=("downgrade",), pack=2, minimum={"processor": 8, "server": 16},
                 grants={"standard": 2, "datacenter": None})  # fmt: skip


@pytest.fixture
def solve(tmp_path: Path) -> Solve:
    def run(tables: Tables, **options: Any) -> Answer:
        return oracle.solve(tables.write(tmp_path / str(len(list(tmp_path.iterdir())))), **options)

    return run


def estate(products: list[Cells], *terms: Cells) -> Tables:
    return Tables(products=products, terms=list(terms))


def installed(tables: Tables, device: str, *names: str, **cells: object) -> None:
    for name in names:
        tables.add("software", device_id=device, publisher="Acme", name=f"Acme {name.title()}", **cells)


def owned(tables: Tables, name: str, quantity: int = 1, metric: str = "device", **cells: object) -> None:
    number = len(tables.rows.get("entitlements", ())) + 1
    line = {"entitlement_id": f"E{number}", "product": f"acme/{name}", "metric": metric, "quantity": quantity}
    tables.add("entitlements", **line, **cells)


def price(tables: Tables, name: str, amount: str, metric: str = "device", **cells: object) -> None:
    tables.add("prices", product=f"acme/{name}", metric=metric, unit_price=amount, **cells)


def test_three_pairs_of_components_cover_two_devices_in_sum_but_not_in_fact(solve: Solve) -> None:
    """Two devices hold a, b, c; suites ab, bc, ac once each: six covers for six installations.

    A device needs two of the suites, so the third suite alone is left for the other device, and covers two of three.
    The cheapest single is missing: a at 100, b at 90, c at 110. Left out may be any of them (with ab and bc on the
    first device, ac leaves b): 90. The totals would say 0.
    """
    tables = estate(ABC + PAIRS)
    for device in ("d1", "d2"):
        tables.add("devices", device_id=device)
        installed(tables, device, "a", "b", "c")
    for suite in ("ab", "bc", "ac"):
        owned(tables, suite)
    for name, amount in (("a", "100"), ("b", "90"), ("c", "110")):
        price(tables, name, amount)
    answer = solve(tables)
    assert (answer.cost, answer.unpriced, answer.exposure) == (90, 0, 90)


def test_the_same_three_suites_for_two_users_with_two_devices_each(solve: Solve) -> None:
    """As before, but by user: a on the first device, b and c on the second. Nothing on sale for b: 1 unit unpriced,
    unless the uncovered product is another: leaving a uncovered (bc alone for the second user) costs 100, unpriced 0.
    """
    tables = estate(ABC + PAIRS)
    for user in ("u1", "u2"):
        tables.add("people", user_id=user)
        for device in (f"{user}-1", f"{user}-2"):
            tables.add("devices", device_id=device, primary_user_id=user)
        installed(tables, f"{user}-1", "a")
        installed(tables, f"{user}-2", "b", "c")
    for suite in ("ab", "bc", "ac"):
        owned(tables, suite, metric="user")
    price(tables, "a", "100", "user")
    price(tables, "c", "110", "user")
    answer = solve(tables)
    assert (answer.cost, answer.unpriced) == (100, 0)


def test_one_suite_is_bought_where_it_beats_singles(solve: Solve) -> None:
    """d1 holds a and b: singles 120 + 90 = 210, the suite 170. d2 holds a: the single 120. In all 290."""
    tables = estate(ABC + PAIRS)
    installed(tables, "d1", "a", "b")
    installed(tables, "d2", "a")
    price(tables, "a", "120")
    price(tables, "b", "90")
    price(tables, "ab", "170")
    answer = solve(tables)
    assert answer.cost == 290
    assert answer.exposure == 330, "both components stand short at their own price: 120 + 90 + 120"


def test_the_owned_unit_goes_where_nothing_else_can(solve: Solve) -> None:
    """d1 holds version 12, d2 version 11. Line 12 with downgrade covers both, line 11 only d2: 0 to buy.

    Taking the line with downgrade for d2, because it is first, would leave d1 short.
    """
    tables = estate([SKETCH_PRODUCT])
    installed(tables, "d1", "sketch", version="11", edition="standard")
    installed(tables, "d2", "sketch", version="12", edition="standard")
    owned(tables, "sketch", version="12", edition="standard", rights="downgrade")
    owned(tables, "sketch", version="11", edition="standard")
    price(tables, "sketch", "120", edition="standard")
    assert solve(tables).cost == 0
    assert solve(tables, forbid={("E2", "d1", "acme/sketch")}).cost == 120, "without line 11 on d1, one is bought"


@pytest.mark.parametrize(
    ("devices", "cost"),
    [(1, 70), (2, 100), (3, 170), (4, 200), (5, 270)],
    ids=["single", "pack", "pack and single", "two packs", "two packs and single"],
)
def test_packs_are_whole(solve: Solve, devices: int, cost: int) -> None:
    """A pack of 2 at 50 a unit is 100, a single 70: 1 → 70; 2 → 100; 3 → 100 + 70; 4 → 200; 5 → 200 + 70."""
    tables = estate(ABC)
    for n in range(devices):
        installed(tables, f"d{n}", "a")
    price(tables, "a", "50", pack=2, basis="contract")
    price(tables, "a", "70")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(("devices", "cost"), [(1, 80), (2, 90), (3, 90), (4, 120)])
def test_a_minimum_order_is_paid_in_full(solve: Solve, devices: int, cost: int) -> None:
    """At least 3 at 30 a unit, or any number at 80: 1 → 80; 2 → min(160, 90); 3 → 90; 4 → 120."""
    tables = estate(ABC)
    for n in range(devices):
        installed(tables, f"d{n}", "a")
    price(tables, "a", "30", minimum_order=3, basis="contract")
    price(tables, "a", "80")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(
    ("line", "version", "cost"),
    [
        ({"version": "12", "rights": "downgrade"}, "10", 0),
        ({"version": "12"}, "10", 120),
        ({"version": "11", "rights": "downgrade"}, "12", 120),
        ({"version": ""}, "10", 0),
        ({"version": "11"}, "", 0),
        ({"version": "11", "rights": "upgrade", "maintenance_until": "2024-09-10"}, "12", 0),
        ({"version": "11", "rights": "upgrade", "maintenance_until": "2024-09-09"}, "12", 120),
        ({"version": "11", "rights": "upgrade"}, "12", 120),
        ({"version": "11", "rights": "upgrade", "maintenance_until": "2026-12-31"}, "10", 120),
        ({"version": "11"}, "11.0.7", 0),
    ],
    ids=["downgrade", "no downgrade", "downgrade is not upgrade", "any version", "unknown version",
         "released on the last day", "released a day later", "no maintenance", "upgrade is not downgrade",
         "reported version"],
)  # fmt: skip
def test_versions(solve: Solve, line: Cells, version: str, cost: int) -> None:
    """Release 12 is dated 2024-09-10: an upgrade right reaches it by maintenance up to that day. A new unit is 120."""
    tables = estate([SKETCH_PRODUCT])
    installed(tables, "d1", "sketch", version=version, edition="standard")
    owned(tables, "sketch", edition="standard", **line)
    price(tables, "sketch", "120", edition="standard")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(
    ("line", "edition", "cost"),
    [
        ({"edition": "professional", "rights": "edition-below"}, "standard", 0),
        ({"edition": "professional"}, "standard", 100),
        ({"edition": "standard", "rights": "edition-below"}, "professional", 100),
        ({"edition": "standard"}, "", 0),
        ({"edition": ""}, "professional", 0),
    ],
    ids=["edition below", "without the right", "not above", "unknown edition", "any edition"],
)
def test_editions(solve: Solve, line: Cells, edition: str, cost: int) -> None:
    """Professional ranks above standard. A new unit costs 100 in either edition."""
    tables = estate([SKETCH_PRODUCT])
    installed(tables, "d1", "sketch", version="12", edition=edition)
    owned(tables, "sketch", **line)
    price(tables, "sketch", "100", edition="standard")
    price(tables, "sketch", "100", edition="professional")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(
    ("scope", "cost"),
    [("country:DE", 200), ("country:FR", 200), ("org:Corp/EMEA", 200), ("org:Sales", 200), ("org:Corp", 100),
     ("country:DE;org:EMEA", 200), ("country:DE;org:APAC", 300), ("", 0)],
)  # fmt: skip
def test_scopes(solve: Solve, scope: str, cost: int) -> None:
    """d1 is in DE and Corp/EMEA/Sales, d2 in FR and Corp/APAC, d3 in an unknown place: outside every scope.

    Three units are owned in the scope; each device outside costs 100: DE covers d1 alone, Corp covers d1 and d2.
    """
    tables = estate(ABC)
    for unit, parent in (("Corp", ""), ("EMEA", "Corp"), ("Sales", "EMEA"), ("APAC", "Corp")):
        tables.add("org_units", org_unit=unit, parent=parent)
    for device, country, unit in (("d1", "DE", "Sales"), ("d2", "FR", "APAC"), ("d3", "", "")):
        tables.add("devices", device_id=device, country=country, org_unit=unit)
        installed(tables, device, "a")
    owned(tables, "a", 3, scope=scope)
    price(tables, "a", "100")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(("limit", "cost"), [(None, 100), (2, 200), (1, 300)])
def test_a_user_license_covers_the_devices_of_its_user(solve: Solve, limit: int | None, cost: int) -> None:
    """One person with three devices needs 1 user license at 100; 2 where it is limited to two devices; 3 at one.

    The person's seat is covered by any of them.
    """
    tables = estate(ABC, term("a", "user", per_user=limit))
    tables.add("people", user_id="u1")
    for device in ("d1", "d2", "d3"):
        tables.add("devices", device_id=device, primary_user_id="u1")
        installed(tables, device, "a")
    tables.add("seats", user_id="u1", product="acme/a")
    price(tables, "a", "100", "user")
    assert solve(tables).cost == cost


def test_a_device_without_a_user_has_an_unknown_one_of_its_own(solve: Solve) -> None:
    """a on d1 and d2 without a user, on d3 by the row's user u2 (not its primary user u1): 3 user licenses at 100.

    A suite ab by user at 150 on d1 covers a and b: 150 + 100 + 100, against 100 + 100 + 100 + 80 for singles.
    """
    tables = estate(ABC + PAIRS)
    tables.add("devices", device_id="d3", primary_user_id="u1")
    for device, user in (("d1", ""), ("d2", ""), ("d3", "u2")):
        installed(tables, device, "a", user_id=user)
    price(tables, "a", "100", "user")
    assert solve(tables).cost == 300
    installed(tables, "d1", "b")
    price(tables, "b", "80", "user")
    price(tables, "ab", "150", "user")
    assert solve(tables).cost == 350


@pytest.mark.parametrize(
    ("datacenter", "cost"), [("150", 4000), ("120", 3840)], ids=["five standard sets", "one datacenter set"]
)
def test_ten_machines_on_four_processors_of_eight_cores(solve: Solve, datacenter: str, cost: int) -> None:
    """A set is 32 cores. Ten instances need five standard sets, 160 cores at 25 = 4000, or one datacenter set, 32.

    32 × 150 = 4800 is more, 32 × 120 = 3840 is less. The host's own system only hosts.
    """
    tables = _host(cores=32, sockets=4, machines=10, role="virtualization-only")
    price(tables, "hostos", "25", "core", edition="standard")
    price(tables, "hostos", datacenter, "core", edition="datacenter")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(("role", "cost"), [("virtualization-only", 400), ("other", 800)])
def test_the_host_counts_as_an_instance_unless_it_only_hosts(solve: Solve, role: str, cost: int) -> None:
    """Two machines on 16 cores: one standard set, 16 × 25 = 400. With the host itself three instances: two sets."""
    tables = _host(cores=16, sockets=2, machines=2, role=role)
    price(tables, "hostos", "25", "core", edition="standard")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(
    ("sockets", "cores", "cost"), [(1, 12, 400), (2, 12, 400), (2, 20, 500), (4, 20, 800), ("", 24, 600), (2, "", 400)]
)
def test_minimums_of_cores(solve: Solve, sockets: object, cores: object, cost: int) -> None:
    """At least 8 a processor and 16 a server, at 25: 1×12 → 16; 2×6 → 16; 2×10 → 20; 4×5 → 32; 24 → 24; ? → 16."""
    tables = _host(cores=cores, sockets=sockets, machines=0, role="")
    price(tables, "hostos", "25", "core", edition="standard")
    assert solve(tables).cost == cost


def test_a_set_may_come_from_two_lines_and_a_purchase(solve: Solve) -> None:
    """A set of 32 from 16 + 8 owned cores and 8 bought at 25: 200. Were the 16 of version 2019, 24 are bought: 600.

    (The term's downgrade does not reach 2022.)
    """
    tables = _host(cores=32, sockets=2, machines=2, role="virtualization-only")
    owned(tables, "hostos", 16, "core", edition="standard", version="2022")
    owned(tables, "hostos", 8, "core", edition="standard")
    price(tables, "hostos", "25", "core", edition="standard")
    assert solve(tables).cost == 200
    tables.rows["entitlements"][0]["version"] = "2019"
    assert solve(tables).cost == 600


def test_a_host_may_need_two_datacenter_sets(solve: Solve) -> None:
    """32 cores, a datacenter machine of 2019 and one of 2022, no downgrade: no set covers both, so two sets at 100.

    2 × 32 × 100 = 6400; with downgrade the newer set covers both: 3200.
    """
    for rights, cost in (((), 6400), (("downgrade",), 3200)):
        tables = _host(cores=32, sockets=2, machines=2, role="virtualization-only")
        tables.terms[0] = {**HOST_TERM, "rights": list(rights)}
        for row, version in zip(tables.rows["software"][1:], ("2019", "2022"), strict=True):
            row |= {"edition": "datacenter", "version": version}
            price(tables, "hostos", "100", "core", edition="datacenter", version=version)
        assert solve(tables).cost == cost


def test_an_unknown_host_needs_the_least_a_server_can(solve: Solve) -> None:
    """A machine whose host nobody knows: at least 16 cores at 25 = 400; two of them do not share."""
    tables = estate([HOST], HOST_TERM)
    for machine in ("v1", "v2"):
        tables.add("devices", device_id=machine, kind="virtual-machine")
        installed(tables, machine, "hostos", edition="standard", version="2022")
    price(tables, "hostos", "25", "core", edition="standard")
    assert solve(tables).cost == 800


def _host(*, cores: object, sockets: object, machines: int, role: str) -> Tables:
    tables = estate([HOST], HOST_TERM)
    tables.add("devices", device_id="h1", kind="host", sockets=sockets, cores=cores, host_role=role)
    installed(tables, "h1", "hostos", edition="standard", version="2022")
    for n in range(machines):
        tables.add("devices", device_id=f"v{n}", kind="virtual-machine", host_id="h1")
        installed(tables, f"v{n}", "hostos", edition="standard", version="2022")
    return tables


def test_cores_of_a_device_and_of_a_machine(solve: Solve) -> None:
    """2×6 cores with at least 8 a processor: 16; a machine of 2 virtual cores with at least 4: 4; at 10 a core: 200.

    Owned are 12: 8 remain to be bought, 80.
    """
    tables = estate([product("store")], term("store", "core", minimum={"processor": 8, "vm": 4}))
    tables.add("devices", device_id="d1", kind="server", sockets=2, cores=12)
    tables.add("devices", device_id="d2", kind="virtual-machine", vcpus=2)
    installed(tables, "d1", "store")
    installed(tables, "d2", "store")
    price(tables, "store", "10", "core")
    assert solve(tables).cost == 200
    owned(tables, "store", 12, "core")
    answer = solve(tables)
    assert (answer.cost, answer.exposure) == (80, 80)


def test_a_unit_without_a_known_price_is_bought_last(solve: Solve) -> None:
    """a has no price, b costs 10, the suite 500. d1 holds both, d2 holds a alone. One unit of a is owned.

    Fewest unpriced units first: the suite for one of the two, the owned unit for the other: 0 unpriced, 500.
    Without the suite on sale: one unit of a unpriced, and b for 10.
    """
    tables = estate(ABC + PAIRS)
    installed(tables, "d1", "a", "b")
    installed(tables, "d2", "a")
    owned(tables, "a")
    price(tables, "b", "10")
    price(tables, "ab", "500")
    answer = solve(tables)
    assert (answer.unpriced, answer.cost) == (0, 500)
    del tables.rows["prices"][1]
    answer = solve(tables)
    assert (answer.unpriced, answer.cost) == (1, 10)


@pytest.mark.parametrize(
    ("line", "cost"),
    [
        ({"starts_on": "2026-06-30"}, 0),
        ({"starts_on": "2026-07-01"}, 100),
        ({"ends_on": "2026-06-30"}, 0),
        ({"ends_on": "2026-06-29"}, 100),
        ({"transaction": "subscription", "contract_id": "C-0"}, 100),
        ({"transaction": "license", "contract_id": "C-0"}, 0),
    ],
    ids=["first day", "not yet", "last day", "ended", "ended with its contract", "perpetual outlives its contract"],
)
def test_validity(solve: Solve, line: Cells, cost: int) -> None:
    """One device, one line; the day is 2026-06-30, the contract ended on 2025-12-31. A new unit costs 100."""
    tables = estate(ABC)
    tables.add("contracts", contract_id="C-0", ends_on="2025-12-31")
    installed(tables, "d1", "a")
    owned(tables, "a", **line)
    price(tables, "a", "100")
    assert solve(tables).cost == cost


@pytest.mark.parametrize(
    ("line", "component", "installation", "cost"),
    [
        ({"version": "2021"}, "acme/draft", "2021", 0),
        ({"version": "2021"}, "acme/draft", "2024", 90),
        ({"version": ""}, "acme/draft", "2024", 0),
        ({"version": "2021", "rights": "upgrade", "maintenance_until": "2024-10-01"}, "acme/draft", "2024", 0),
        ({"version": "2021", "rights": "upgrade", "maintenance_until": "2024-09-30"}, "acme/draft", "2024", 90),
        ({"version": "2024"}, {"product": "acme/draft", "version": "2021"}, "2024", 90),
        ({"version": "2024"}, {"product": "acme/draft", "version": "2021"}, "2021", 0),
    ],
    ids=[
        "up to its day",
        "released later",
        "no version",
        "upgraded suite",
        "maintenance ended before",
        "named version",
        "named",
    ],
)
def test_what_a_suite_reaches(solve: Solve, line: Cells, component: object, installation: str, cost: int) -> None:
    """Suite 2021 is dated 2021-06-01, 2024 2024-10-01; draft 2021 2021-02-01, 2024 2024-02-01. A new draft is 90."""
    suite = product("office", releases=SUITE, suite=[component])
    tables = estate([product("draft", releases=DRAFT), suite])
    installed(tables, "d1", "draft", version=installation)
    owned(tables, "office", **line)
    price(tables, "draft", "90")
    assert solve(tables).cost == cost


def test_a_suite_component_may_name_an_edition(solve: Solve) -> None:
    """The suite holds sketch standard: it covers d1 and an unknown edition (d2), not professional (d3, 200 to buy)."""
    suite = product("studio", suite=[{"product": "acme/sketch", "edition": "standard"}])
    tables = estate([SKETCH_PRODUCT, suite])
    for device, edition in (("d1", "standard"), ("d2", ""), ("d3", "professional")):
        installed(tables, device, "sketch", edition=edition)
    owned(tables, "studio", 3)
    price(tables, "sketch", "200", edition="professional")
    assert solve(tables).cost == 200


def test_rows_become_installations(solve: Solve) -> None:
    """Seven rows, two to license: d1 holds professional 12 (twice), standard 11 and professional 10 beside it: one.

    d2 holds professional 11 and standard 12: neither contains the other, and one unit of professional 12 with both
    rights covers both. d3 is retired. So 2 units at 300.
    """
    tables = estate([SKETCH_PRODUCT], term("sketch", "device", rights=("downgrade", "edition-below")))
    tables.add("devices", device_id="d3", lifecycle="retired")
    rows = [("d1", "professional", "12"), ("d1", "professional", "12"), ("d1", "standard", "11"),
            ("d1", "professional", "10"), ("d2", "professional", "11"), ("d2", "standard", "12"),
            ("d3", "standard", "12")]  # fmt: skip
    for device, edition, version in rows:
        installed(tables, device, "sketch", edition=edition, version=version)
    price(tables, "sketch", "300", edition="professional", version="12")
    answer = solve(tables)
    assert (answer.cost, answer.raw_rows) == (600, {"acme/sketch": 7})


def test_prices_compare_over_three_years(solve: Solve) -> None:
    """5 a month is 180 over 36 months, 50 a year 150, once 160: the yearly price is least."""
    tables = estate(ABC)
    installed(tables, "d1", "a")
    for amount, per in (("5", "month"), ("50", "year"), ("160", "once")):
        price(tables, "a", amount, per=per, basis="contract")
    price(tables, "a", "1", sold_to="2026-06-29")
    assert solve(tables).cost == 150


def test_without_a_price_table_the_newest_purchase_is_the_price(solve: Solve) -> None:
    """Bought at 80 in 2024 and at 95.50 in 2025; one device more than owned costs 95.50."""
    tables = estate(ABC)
    for n in range(3):
        installed(tables, f"d{n}", "a")
    owned(tables, "a", unit_price="95.50", purchased_on="2025-05-01")
    owned(tables, "a", unit_price="80", purchased_on="2024-05-01")
    assert solve(tables).cost == Fraction("95.50")


def test_of_two_ways_that_cost_the_same_the_smaller_exposure_is_told(solve: Solve) -> None:
    """d1 holds a, d2 holds b; one suite ab is owned, and an offer of ab costs 100, as do a and b at contract price.

    One device is covered by the suite, the other costs 100. List prices are 300 for a and 200 for b: buying for d2
    exposes 200, for d1 300. The least is 200.
    """
    tables = estate(ABC + PAIRS)
    installed(tables, "d1", "a")
    installed(tables, "d2", "b")
    owned(tables, "ab")
    for name, listed in (("a", "300"), ("b", "200")):
        price(tables, name, listed)
        price(tables, name, "100", basis="contract")
    answer = solve(tables)
    assert (answer.cost, answer.exposure) == (100, 200)


def test_demand_is_told_where_no_choice_changes_it(solve: Solve) -> None:
    """a on three devices by device: 3. b on the same devices, by device or by user: it depends, so nothing is told."""
    tables = estate(ABC)
    for n in range(3):
        tables.add("devices", device_id=f"d{n}", primary_user_id="u1")
        installed(tables, f"d{n}", "a", "b")
    owned(tables, "a", 2)
    owned(tables, "b", 1, "user")
    price(tables, "a", "1")
    price(tables, "b", "1")
    answer = solve(tables)
    assert answer.demand == {"acme/a": 3}
    assert answer.owned == {("acme/a", "", ""): 2, ("acme/b", "", ""): 1}


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_no_bound_changes_an_answer(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit of 1 state every part is searched by bounds and guesses; with a million, none is."""
    found = read_estate(random_estate(seed).write(tmp_path), oracle.AS_OF)
    if len(found.items) > 14:
        found.items = found.items[:14]
    answers = []
    for limit in (1, 1_000_000):
        monkeypatch.setattr(bounds, "PLAIN_LIMIT", limit)
        answer = oracle.solve_estate(found)
        answers.append((answer.unpriced, answer.cost, answer.exposure))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("seed", range(0, 400, 5))
def test_no_grain_and_no_pruning_change_an_answer(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Core units split one by one, every state kept: the same answer (small estates, at most seven items)."""
    found = read_estate(random_estate(seed).write(tmp_path), oracle.AS_OF)
    cores = [i for i in found.items if i.cores and i.cores <= 8]
    found.items = [*cores[:2], *[i for i in found.items if not i.cores][:5]]
    quick = oracle.solve_estate(found)
    monkeypatch.setattr(Problem, "_grain", lambda self: 1)
    monkeypatch.setattr(search, "_undominated", lambda layer: layer)
    slow = oracle.solve_estate(found)
    assert (quick.unpriced, quick.cost, quick.exposure) == (slow.unpriced, slow.cost, slow.exposure)


def test_estates_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    folders = [random_estate(7).write(tmp_path / name) for name in ("a", "b")]
    files = [{f.relative_to(folder): f.read_bytes() for f in folder.rglob("*.*")} for folder in folders]
    assert files[0] == files[1]
    assert len(files[0]) > 8
