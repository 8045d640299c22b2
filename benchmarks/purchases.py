"""What the made-up estate bought: contracts, purchase lines that make 300 pools, and a price list."""

from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.machines import COUNTRIES, Machines
from benchmarks.market import RELEASES, Made, Market

CONTRACTS: Final = 24
SOON: Final = 5
"""Of twelve contracts this one ends within half a year."""
EXTRA: Final = 37
"""Further pools of products that have one already: of an earlier release, or for one country alone."""
RIGHTS: Final = {"downgrade": 0.7, "edition-below": 0.5, "upgrade": 0.2}
"""Share of the lines that carry each right; the second only where there are editions."""
TURNS, IN_PACKS, WITH_MINIMUM = 10, 3, 7
"""Of ten single products one is sold in packs of five and one by ten at least."""
HEADER: Final = (
    "entitlement_id,contract_id,publisher,product,edition,version,metric,quantity,transaction,purchased_on,starts_on,"
    "maintenance_until,unit_price,currency,scope,rights"
)
_SYSTEMS: Final = (
    ("microsoft/windows", "pro", "device", 190),
    ("microsoft/windows-server", "standard", "core", 60),
    ("microsoft/windows-server", "datacenter", "core", 380),
)


def write_purchases(
    folder: Path, market: Market, machines: Machines, devices: np.ndarray, users: np.ndarray, rng: np.random.Generator
) -> None:
    """Write contracts, entitlements and prices, sized by how many machines and users hold each product."""
    contracts = ["contract_id,vendor,title,starts_on,ends_on,notice_days,currency"]
    for n in range(CONTRACTS):
        ends = "2026-11-30" if n % 12 == SOON else f"20{28 + n % 3}-12-31"
        contracts.append(f"C-{n:02d},Vendor {n},Agreement {n},2024-01-01,{ends},90,EUR")
    lines = [HEADER, *_lines(market, machines, devices, users, rng)]
    prices = ["publisher,product,edition,metric,basis,unit_price,currency,per,pack,minimum_order"]
    prices += [line for n, p in enumerate(market.products) for line in _prices(n, p, rng)]
    prices += [f"Microsoft,{product},{edition},{m},list,{price},EUR,once,," for product, edition, m, price in _SYSTEMS]
    for name, text in (("contracts", contracts), ("entitlements", lines), ("prices", prices)):
        (folder / f"{name}.csv").write_text("\n".join(text) + "\n", encoding="utf-8")


def _lines(
    market: Market, machines: Machines, devices: np.ndarray, users: np.ndarray, rng: np.random.Generator
) -> list[str]:
    found: list[str] = []
    extra = rng.permutation(len(market.products))[:EXTRA].tolist()
    for n, product in enumerate(market.products):
        need = int(users[n] if product.metric == "user" else devices[n])
        need *= 8 if product.metric == "core" else 1
        share = 0.25 if product.suite else rng.uniform(0.55, 1.1)
        found.append(_line(len(found), n, product, int(need * share), "", rng))
        if n in extra:
            scope = f"country:{COUNTRIES[n % len(COUNTRIES)]}" if n % 2 else ""
            found.append(_line(len(found), n, product, int(need * 0.1), scope, rng, old=not scope))
    servers = int(machines.cores[machines.host].sum())
    for name, edition, metric, price in _SYSTEMS:
        units = len(machines.ids) // 2 if metric == "device" else servers
        found.append(
            f"E-{len(found):04d},C-00,Microsoft,{name},{edition},2022,{metric},{units},license,2024-02-01,2024-02-01,,"
            f"{price},EUR,,downgrade"
            if metric == "core"
            else f"E-{len(found):04d},C-00,Microsoft,{name},{edition},,{metric},{units},license,2024-02-01,2024-02-01,,"
            f"{price},EUR,,"
        )
    return found


def _line(
    number: int, n: int, product: Made, units: int, scope: str, rng: np.random.Generator, *, old: bool = False
) -> str:
    """Return one purchase: of the last release or the one before, or not bound to any."""
    version = RELEASES[1][0] if old else "" if n % 5 == 0 else RELEASES[-1 - n % 2][0]
    paid = [e for e in product.editions if e != "developer"]
    edition = paid[-1] if paid else ""
    drawn = zip(RIGHTS.items(), rng.random(len(RIGHTS)).tolist(), strict=True)
    rights = [right for (right, share), draw in drawn if draw < share and (right != "edition-below" or len(paid) > 1)]
    kept = "2026-12-31" if "upgrade" in rights else ""
    kind = "subscription" if n % CONTRACTS % 12 == SOON else "license"
    return (
        f"E-{number:04d},C-{n % CONTRACTS:02d},{product.publisher},{product.id},{edition},{version},{product.metric},"
        f"{max(1, units)},{kind},2024-02-01,2024-02-01,{kept},{product.price * 9 // 10},EUR,{scope},{';'.join(rights)}"
    )


def _prices(n: int, product: Made, rng: np.random.Generator) -> list[str]:
    """Return list prices by edition, some in packs, and the price of a contract for every fifth product."""
    single = not product.linked and not product.suite
    pack = "5" if single and n % TURNS == IN_PACKS else ""
    minimum = "10" if single and n % TURNS == WITH_MINIMUM else ""
    found = []
    for rank, edition in enumerate([e for e in product.editions if e != "developer"] or [""]):
        price = product.price * (2 + rank) // 2
        found.append(
            f"{product.publisher},{product.id},{edition},{product.metric},list,{price},EUR,once,{pack},{minimum}"
        )
        if n % 5 == 0:
            less = price * int(rng.integers(80, 96)) // 100
            found.append(
                f"{product.publisher},{product.id},{edition},{product.metric},contract,{less},EUR,once,{pack},{minimum}"
            )
    return found
