"""The example's tables as plain rows, and what they come to by hand: nothing here imports Trueup."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product as every
from math import ceil
from pathlib import Path
from typing import Final

ESTATE: Final = Path(__file__).parents[2] / "examples" / "estate"
MONTHS: Final = 36
DOLLAR: Final = Decimal("0.92")
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Return the rows of every table of a name, wherever in the workspace it lies."""
    found: list[Row] = []
    for path in sorted(ESTATE.rglob(f"{name}*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    return found


def in_use() -> dict[str, Row]:
    """Return the devices whose software counts, by id."""
    return {d["device_id"]: d for d in rows("devices") if d["lifecycle"] in ("", "in-use")}


def holding(pattern: str) -> set[str]:
    """Return the devices in use with a title that matches from beginning to end."""
    used = in_use()
    return {r["device_id"] for r in rows("software") if re.fullmatch(pattern, r["name"]) and r["device_id"] in used}


def running(pattern: str) -> set[str]:
    """Return the devices in use whose operating system matches from beginning to end."""
    return {name for name, d in in_use().items() if re.fullmatch(pattern, d["os"])}


def users(devices: set[str]) -> set[str]:
    """Return who mostly uses some devices."""
    used = in_use()
    return {used[d]["primary_user_id"] for d in devices}


def price(product: str, edition: str = "") -> Decimal:
    """Return the list price of one unit in euros over 36 months."""
    (row,) = [r for r in rows("prices") if (r["product"], r["edition"]) == (product, edition)]
    times = {"once": Decimal(1), "month": Decimal(MONTHS), "year": Decimal(MONTHS) / 12}[row["per"]]
    return Decimal(row["unit_price"]) * times * (DOLLAR if row["currency"] == "USD" else 1)


def bought(*ids: str) -> int:
    """Return how many units some purchase lines brought."""
    return sum(
        int(r["quantity"]) * int(r["pack_size"] or 1) for r in rows("entitlements") if r["entitlement_id"] in ids
    )


def cores_of_a_set(host: Row) -> int:
    """Return the cores of one Windows Server set: 8 a processor, 16 a server at least."""
    sockets, cores = int(host["sockets"]), int(host["cores"])
    return max(16, sockets * max(8, ceil(cores / sockets)))


def windows_guests(host: str) -> int:
    """Return how many guests of a host run Windows Server."""
    return sum(d["host_id"] == host and "Windows Server" in d["os"] for d in in_use().values())


ADOBE: Final = {
    "Adobe Photoshop 2025": price("adobe/photoshop"),
    "Adobe Illustrator 2025": price("adobe/illustrator"),
    "Adobe InDesign 2025": price("adobe/indesign"),
    "Adobe Acrobat Pro DC": price("adobe/acrobat", "pro"),
}


def adobe_needs() -> dict[str, list[str]]:
    """Return the priced Adobe applications of each person, people in order."""
    used = in_use()
    needs: dict[str, list[str]] = {}
    for row in rows("software"):
        if row["name"] in ADOBE:
            needs.setdefault(used[row["device_id"]]["primary_user_id"], []).append(row["name"])
    return dict(sorted(needs.items()))


def adobe_plans() -> Iterator[Decimal]:
    """Yield the cost of every way to license the Adobe users: suite or single applications for each of them."""
    suites, photoshops = bought("E-200"), bought("E-201")
    needs = adobe_needs()
    for with_suite in every((True, False), repeat=len(needs)):
        left = [app for apps, suite in zip(needs.values(), with_suite, strict=True) if not suite for app in apps]
        singles = sum((ADOBE[app] for app in left), Decimal(0))
        owned = min(photoshops, left.count("Adobe Photoshop 2025")) * ADOBE["Adobe Photoshop 2025"]
        yield max(0, sum(with_suite) - suites) * price("adobe/creative-cloud") + singles - owned


def adobe_priority() -> Decimal:
    """Return what the priority order buys: the suite to the first with two components, then exact, then list price."""
    needs = adobe_needs()
    suites, photoshops = bought("E-200"), bought("E-201")
    for user, apps in list(needs.items()):
        if suites and len(apps) > 1:
            suites -= 1
            del needs[user]
    left = [app for apps in needs.values() for app in apps]
    owned = min(photoshops, left.count("Adobe Photoshop 2025")) * ADOBE["Adobe Photoshop 2025"]
    return sum((ADOBE[app] for app in left), Decimal(0)) - owned
