"""Seeded random estates, small enough to be answered by exhaustive search and scarce enough to be hard.

`estate(seed, suites=True)` returns the tables; `python -m tests.exhaustive.generator FOLDER SEED` writes one;
`assumptions()` says what every estate has and what none has.
"""

import random
import sys
from pathlib import Path

from .writing import Cells, Tables, product, term

SKETCH = {"10": "2018-03-01", "11": "2021-05-04", "12": "2024-09-10"}
DRAFT = {"2021": "2021-02-01", "2024": "2024-02-01"}
LEDGER = {"5": "2019-11-11", "6": "2023-06-15"}
SUITE = {"2021": "2021-06-01", "2024": "2024-10-01"}
HOST_OS = {"2019": "2018-10-02", "2022": "2021-08-18"}
HOST_INTERNAL = {"2019": "10.0.17763", "2022": "10.0.20348"}
SUITES = {
    "studio": ("sketch", "draft"),
    "office": ("draft", "ledger"),
    "works": ("sketch", "ledger"),
    "crew": ("draft", "board"),
}
EDITIONS = {
    "sketch": ("standard", "professional"),
    "store": ("standard", "enterprise"),
    "hostos": ("standard", "datacenter"),
}
RELEASES = {"sketch": SKETCH, "draft": DRAFT, "ledger": LEDGER, "hostos": HOST_OS}
MOST_INSTALLATIONS = 24
LIST = {"sketch": 120, "draft": 90, "ledger": 200, "board": 60, "store": 150, "hostos": 25, "studio": 170,
        "office": 230, "works": 260, "crew": 120}  # fmt: skip


ASSUMPTIONS = """\
2 to 12 devices, mostly 4 to 9, with at most 24 installations by device or user; up to 8 people with 1 to 3
    devices each; the day is 2026-06-30; one currency.
Products of one publisher: sketch (2 ranked editions, 3 releases), draft and ledger (2 releases), board (seats,
    sometimes installed), store (2 editions, by core), hostos (by host: a standard set covers 2 instances, a datacenter
    set any number), and up to 3 two-part suites over sketch, draft, ledger and board.
Counted by device, user or seat (sometimes at most 2 devices a user), by core, and by host set.
Pools are scarce: what is owned covers about half of what is installed, so the order of assignment matters.
Every installed version is a release of the catalog (or reported by its internal prefix), or blank; every release has
    a day.
A device with an installation of unknown edition or version holds no other installation of that product.
A price row names an edition where the product has editions; list prices are unique per product, edition, version and
    metric; all amounts have two decimals and are above zero; at most 3 offers that are not by core have packs or a
    minimum order.
A product without any price has one metric in all its lines and terms, so that the unpriced purchase has one metric.
Scopes name a country or an org unit; a person without a country or unit has one device.
A suite component may name an edition, never a version; suites have no editions; lines of suites have no edition-below.
Core counts, core lines and core packs are even numbers; datacenter lines have no edition-below.
Lines are licenses and subscriptions; some expired, some not yet started; no returns, maintenance lines or step-ups.
Without a price table (1 estate in 20), some lines carry the price they were bought at; none of them has a pack size.
Recognition is trivial: a title is the product's name. It is tested elsewhere."""


def assumptions() -> list[str]:
    """Return the fixed assumptions of every estate, one sentence each."""
    return ASSUMPTIONS.replace("\n    ", " ").splitlines()


def estate(seed: int, *, suites: bool = True) -> Tables:
    """Return the estate of a seed, with or without suites."""
    return _Maker(random.Random(f"estate-{seed}-{suites}"), suites).make()


class _Maker:
    """Builds one estate."""

    def __init__(self, rng: random.Random, suites: bool) -> None:
        self.rng = rng
        self.suites = sorted(rng.sample(sorted(SUITES), rng.choice((1, 2, 2, 3)))) if suites else []
        self.names = ["sketch", "draft", "ledger"]
        self.names += [n for n, share in (("board", 0.5), ("store", 0.4), ("hostos", 0.4)) if self.chance(share)]
        self.priced = not self.chance(0.05)
        self.unpriced = {n for n in (*self.names, *self.suites) if not self.priced or self.chance(0.08)}
        self.metrics = {n: self._metrics(n) for n in (*self.names, *self.suites)}
        self.rights = {n: self._rights(n) for n in (*self.names, *self.suites)}
        self.tables = Tables(products=[])
        self.users: list[str] = []
        self.installed: dict[str, list[Cells]] = {n: [] for n in self.names}
        self.lines = 0
        self.packs = rng.choice((1, 2, 3))
        """Offers in packs or with a minimum order still to come: few are enough, each multiplies the search."""

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _metrics(self, name: str) -> list[str]:
        if name in ("store", "hostos"):
            both = name == "store" and name not in self.unpriced and self.chance(0.2)
            return ["core", "user"] if both else ["core"]
        if name == "board":
            return ["seat"] if name in self.unpriced or self.chance(0.5) else ["seat", "user"]
        if name == "crew":
            return ["user"]
        if name in self.unpriced or self.chance(0.6):
            return [self.rng.choice(("device", "device", "user"))]
        return ["device", "user"]

    def _rights(self, name: str) -> tuple[str, ...]:
        rights = ["downgrade"] if self.chance(0.9 if name == "hostos" else 0.4) else []
        if name in ("sketch", "store") and self.chance(0.25):
            rights.append("edition-below")
        return tuple(rights)

    def make(self) -> Tables:
        self._catalog()
        self._people_and_devices()
        self._hosts()
        self._software()
        self._seats()
        self._entitlements()
        if self.priced:
            self._prices()
        return self.tables

    def _catalog(self) -> None:
        for name in self.names:
            internal = HOST_INTERNAL if name == "hostos" else None
            self.tables.products.append(
                product(name, editions=EDITIONS.get(name, ()), releases=RELEASES.get(name), internal=internal)
            )
        for name in self.suites:
            parts: list[object] = [f"acme/{part}" for part in SUITES[name] if part in self.names]
            if SUITES[name][0] == "sketch" and self.chance(0.3):
                parts[0] = {"product": "acme/sketch", "edition": "standard"}
            self.tables.products.append(product(name, releases=SUITE, suite=parts))
        self.host_pack = self.rng.choice((1, 2, 2))
        for name in (*self.names, *self.suites):
            per_user = 2 if self.chance(0.3) else None
            for metric in self.metrics[name]:
                if name == "hostos":
                    grants: Cells = {"standard": 2, "datacenter": None}
                    extra: Cells = {"minimum": {"processor": 8, "server": 16}, "grants": grants, "pack": self.host_pack}
                elif metric == "core":
                    extra = {"minimum": {"processor": 4, "vm": 4}, "pack": self.rng.choice((1, 2))}
                else:
                    extra = {"per_user": per_user}
                self.tables.terms.append(term(name, metric, rights=self.rights[name], **extra))

    def _people_and_devices(self) -> None:
        add, rng = self.tables.add, self.rng
        for unit, parent in (("Corp", ""), ("EMEA", "Corp"), ("Sales", "EMEA"), ("APAC", "Corp")):
            add("org_units", org_unit=unit, parent=parent)
        number = rng.choice((2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 12)) - (3 if "hostos" in self.names else 0)
        self.devices: list[Cells] = []
        while len(self.devices) < max(number, 2):
            user = "" if self.chance(0.15) else f"u{len(self.users) + 1}"
            share = rng.choice((1, 1, 1, 2, 2, 3)) if user else 1
            if user:
                self.users.append(user)
                blank = share == 1 and self.chance(0.15)
                place = self._place(blank)
                add("people", user_id=user, status="active" if self.chance(0.95) else "leaver", **place)
            for _ in range(share):
                device: Cells = {
                    "device_id": f"d{len(self.devices) + 1:02}",
                    "kind": "workstation",
                    "primary_user_id": user,
                }
                device |= self._place(self.chance(0.05))
                device["lifecycle"] = (
                    rng.choice(("", "", "in-use", "in-use", "in-repair")) if self.chance(0.95) else "retired"
                )
                if self.chance(0.8):
                    device |= {"sockets": 1, "cores": rng.choice((4, 8, 8))}
                self.devices.append(device)
                add("devices", **device)

    def _place(self, blank: bool) -> Cells:
        if blank:
            return {"country": "", "org_unit": ""}
        return {"country": self.rng.choice(("DE", "DE", "FR")), "org_unit": self.rng.choice(("Sales", "EMEA", "APAC"))}

    def _hosts(self) -> None:
        """Add hosts with virtual machines that run hostos, a plain server and a machine whose host nobody knows."""
        if "hostos" not in self.names:
            return
        add, rng = self.tables.add, self.rng
        for n in range(rng.choice((1, 1, 2))):
            host, place = f"h{n + 1}", self._place(False)
            known = (
                {"sockets": rng.choice((1, 2)), "cores": rng.choice((16, 24, 32))}
                if self.chance(0.85)
                else {"sockets": 2}
            )
            role = rng.choice(("virtualization-only", "other", ""))
            machines = rng.choice((0, 1, 2, 3, 3, 4))
            role = role if machines else ""
            add("devices", device_id=host, kind="host", host_role=role, **known, **place)
            if role == "virtualization-only" or not machines or self.chance(0.5):
                self._install("hostos", host)
            for m in range(machines):
                add("devices", device_id=f"{host}v{m + 1}", kind="virtual-machine", host_id=host, vcpus=4, **place)
                self._install("hostos", f"{host}v{m + 1}")
        if self.chance(0.15):
            add("devices", device_id="v9", kind="virtual-machine", vcpus=4, **self._place(False))
            self._install("hostos", "v9")

    def _install(self, name: str, device: str, user: str = "") -> None:
        cells: Cells = {"device_id": device, "publisher": "Acme", "name": f"Acme {name.title()}"}
        releases = list(RELEASES.get(name, ()))
        cells["version"] = self.rng.choice(releases) if releases and self.chance(0.97) else ""
        if name == "hostos" and cells["version"] and self.chance(0.5):
            cells["version"] = HOST_INTERNAL[cells["version"]]
        elif cells["version"] and self.chance(0.2):
            cells["version"] += ".1"
        editions = EDITIONS.get(name, ())
        weights = (4, 1) if name == "hostos" else (2, 1)
        cells["edition"] = self.rng.choices(editions, weights)[0] if editions and self.chance(0.97) else ""
        if name == "hostos" and not cells["edition"] and name in self.unpriced:
            cells["edition"] = "standard"
        cells["user_id"] = user
        self.tables.add("software", **cells)
        self.installed[name].append(cells)
        if self.chance(0.1):
            self.tables.add("software", **cells)  # the same row again
        sure = (cells["edition"] or not editions) and cells["version"]
        if name == "sketch" and sure and self.chance(0.12):
            older = {**cells, "version": self.rng.choice(releases), "edition": self.rng.choice(editions)}
            self.tables.add("software", **older)

    def _software(self) -> None:
        rng = self.rng
        for device in self.devices:
            for name in [n for n in self.names if n != "hostos"]:
                share = {"store": 0.3, "board": 0.2}.get(name, 0.6)
                if self.chance(share) and sum(map(len, self.installed.values())) < MOST_INSTALLATIONS:
                    other = rng.choice(self.users) if self.users and self.chance(0.05) else ""
                    self._install(name, device["device_id"], other)
        if self.chance(0.05):
            self._install("draft", "d99")  # a device that is in no other table
        if not self.tables.rows.get("software"):
            self._install("draft", "d01")

    def _seats(self) -> None:
        if "board" in self.names:
            for user in self.users:
                if self.chance(0.5):
                    self.tables.add("seats", user_id=user, publisher="Acme", product="acme/board")

    def _entitlements(self) -> None:
        self.tables.add("contracts", contract_id="C-1", vendor="Acme", starts_on="2024-01-01", ends_on="2027-12-31")
        self.tables.add("contracts", contract_id="C-0", vendor="Acme", starts_on="2022-01-01", ends_on="2025-12-31")
        for name in self.names:
            wanted = len(self.installed[name])
            if name == "hostos":
                for _ in range(self.rng.choice((0, 1, 2, 2))):
                    self._line(name, self.rng.choice((16, 16, 24, 32)))
                continue
            if name == "store":
                for _ in range(self.rng.choice((0, 1, 2)) if wanted else 0):
                    self._line(name, self.rng.choice((4, 8, 12)))
                continue
            left = round(wanted * self.rng.choice((0, 0.3, 0.4, 0.6, 0.7)))
            while left > 0:
                quantity = self.rng.randint(1, min(2, left))
                self._line(name, quantity)
                left -= quantity
        for name in self.suites:
            for _ in range(self.rng.choice((1, 1, 1, 2))):
                self._line(name, self.rng.choice((1, 1, 2)))
        if not self.tables.rows.get("entitlements"):
            self._line("draft", 1)

    def _line(self, name: str, quantity: int) -> None:
        rng = self.rng
        self.lines += 1
        metric = rng.choice(self.metrics[name])
        full = rng.choice((f"acme/{name}", f"Acme {name.title()}"))
        cells: Cells = {
            "entitlement_id": f"E{self.lines:02}",
            "contract_id": "C-1",
            "publisher": "Acme",
            "product": full,
        }
        editions = EDITIONS.get(name, ())
        blank = 0 if name == "hostos" else 0.1
        cells["edition"] = "" if not editions or self.chance(blank) else rng.choice(editions)
        releases = list(SUITE if name in SUITES else RELEASES.get(name, ()))
        cells["version"] = rng.choice(releases) if releases and self.chance(0.75) else ""
        pack = 2 if self.priced and metric != "core" and quantity % 2 == 0 and self.chance(0.3) else 1
        cells |= {
            "metric": metric,
            "quantity": quantity // pack,
            "pack_size": pack if pack > 1 else "",
            "transaction": "license",
        }
        cells |= {
            "purchased_on": f"2025-{rng.randint(1, 12):02}-{self.lines % 28 + 1:02}",
            "starts_on": "",
            "ends_on": "",
        }
        self._validity(cells)
        rights = [r for r in ("downgrade", "upgrade") if self.chance(0.25)]
        if name in ("sketch", "store") and self.chance(0.3):
            rights.append("edition-below")
        cells["maintenance_until"] = (
            rng.choice(("2022-01-01", "2023-12-31", "2026-12-31", "")) if "upgrade" in rights else ""
        )
        scope = 0 if name in ("hostos", "store") else 0.2
        cells["scope"] = (
            rng.choice(("country:DE", "country:FR", "org:Corp/EMEA", "org:Sales")) if self.chance(scope) else ""
        )
        cells["rights"] = ";".join(rights)
        priced_by_line = not self.priced and cells["transaction"] == "license" and self.chance(0.7)
        cells["unit_price"] = f"{LIST[name] * rng.choice((0.8, 0.9, 1)):.2f}" if priced_by_line else ""
        self.tables.add("entitlements", **cells)

    def _validity(self, cells: Cells) -> None:
        if self.chance(0.2):
            cells["transaction"] = "subscription"
            if self.chance(0.25):
                cells["contract_id"] = "C-0"  # ended with its contract
            elif self.chance(0.3):
                cells["ends_on"] = "2026-06-30"  # valid on its last day
        elif self.chance(0.06):
            cells["starts_on"] = self.rng.choice(("2026-06-30", "2026-07-01"))  # today; not yet

    def _prices(self) -> None:
        for name in (*self.names, *self.suites):
            for metric in self.metrics[name] if name not in self.unpriced else ():
                for edition in EDITIONS.get(name, ("",)):
                    self._price(name, metric, edition)
        if "prices" not in self.tables.rows:
            self._price("draft", self.metrics["draft"][0], "")

    def _price(self, name: str, metric: str, edition: str) -> None:
        rng = self.rng
        factor = {"professional": 2, "enterprise": 2.5, "datacenter": rng.choice((3, 4.5, 6))}.get(edition, 1)
        amount = LIST[name] * factor * (1.3 if metric == "user" else 1) * rng.choice((0.8, 1, 1, 1.2))
        per = "month" if name in ("ledger", "board") and self.chance(0.3) else "once"
        cells: Cells = {
            "publisher": "Acme",
            "product": f"acme/{name}",
            "edition": edition,
            "version": "",
            "metric": metric,
        }
        releases = list(SUITE if name in SUITES else RELEASES.get(name, ()))
        if releases and name != "hostos" and self.chance(0.3):
            cells["version"] = releases[-1]
        cells |= {"basis": "list", "unit_price": f"{amount / (36 if per == 'month' else 1):.2f}", "per": per}
        cells |= {"pack": self._pack(metric), "minimum_order": "", "sold_from": "2020-01-01", "sold_to": ""}
        if metric != "core" and not cells["pack"] and self._packed(0.2):
            cells["minimum_order"] = rng.choice((2, 3))
        if (
            cells["version"]
            and name in self.names
            and "downgrade" not in self.rights[name]
            and len(self.metrics[name]) > 1
        ):
            cells["version"] = ""  # else an installation could lack any offer while its product has two metrics
        self.tables.add("prices", **cells)
        if cells["version"] and self.chance(0.7):
            self.tables.add(
                "prices",
                **{**cells, "version": "", "unit_price": f"{amount * 1.1 / (36 if per == 'month' else 1):.2f}"},
            )
        if metric != "core" and self._packed(0.15):
            amount *= rng.choice((0.8, 0.9))
            deal = {"basis": "contract", "unit_price": f"{amount:.2f}", "per": "once", "pack": rng.choice((2, 3, 5))}
            self.tables.add("prices", **{**cells, **deal, "minimum_order": ""})

    def _pack(self, metric: str) -> int | str:
        if metric == "core":
            return self.rng.choice(("", 2))
        return self.rng.choice((2, 3, 5)) if self._packed(0.25) else ""

    def _packed(self, share: float) -> bool:
        if not self.packs or not self.chance(share):
            return False
        self.packs -= 1
        return True


def main(folder: str, seed: str) -> None:
    """Write one estate and print the assumptions."""
    estate(int(seed)).write(Path(folder))
    sys.stdout.write("\n".join(f"- {line}" for line in assumptions()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
