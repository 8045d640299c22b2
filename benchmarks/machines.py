"""Machines, their roles, users and places of the made-up estate."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.market import PER_SUITE, Market

COUNTRIES: Final = ("DE", "FR", "US", "GB", "PL")
UNITS: Final = tuple(f"Unit-{n:02d}" for n in range(12))
WORK_ROLES, SERVER_ROLES, PER_ROLE = 40, 8, 18
WAVES: Final = (1, 2, 3)
RETIRED: Final = 50
"""One in so many machines is retired."""
_TWICE: Final = 0.08
_SURE: Final = 2
"""Components of its suite that every machine of a role has."""
_LIKELY: Final = 0.6
_DESKTOP_OS: Final = ("Microsoft Windows 11 Pro", "Microsoft Windows 11 Enterprise")
_SERVER_OS: Final = ("Microsoft Windows Server 2022 Standard", "Microsoft Windows Server 2022 Datacenter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """Columns over machines; `roles` and `edition` over roles and products."""

    ids: tuple[str, ...]
    second: tuple[str, ...]
    """The id of a machine in the second tool."""
    twice: np.ndarray
    """True where the second tool knows the machine."""
    virtual: np.ndarray
    host: np.ndarray
    """True for hosts of virtual machines."""
    on: np.ndarray
    """Host of a virtual machine, -1 for the others."""
    cores: np.ndarray
    user: np.ndarray
    country: np.ndarray
    unit: np.ndarray
    role: np.ndarray
    wave: np.ndarray
    """Newest release of a machine's software, as a place in the list of releases."""
    roles: np.ndarray
    """Role × place → product, -1 for none."""
    edition: np.ndarray
    """Product × turn → edition that roles of that turn have."""


def make_machines(count: int, market: Market, rng: np.random.Generator) -> Machines:
    """Make machines: 1 % hosts, 9 % virtual machines on them, the rest people's own."""
    hosts, virtual = max(1, count // 100), count * 9 // 100
    number = np.arange(count)
    is_virtual = (number >= hosts) & (number < hosts + virtual)
    servers = hosts + virtual
    people = max(1, (count - servers) * 85 // 100)
    weights = (np.arange(WORK_ROLES) + 2.0) ** -0.8
    role = rng.choice(WORK_ROLES, count, p=weights / weights.sum())
    role[:servers] = WORK_ROLES + rng.integers(0, SERVER_ROLES, servers)
    editions = np.array([min(2, sum(e != "developer" for e in p.editions) or 1) for p in market.products])
    return Machines(
        ids=tuple(f"PC-{n:07d}" for n in range(count)),
        second=tuple(f"ag-{n:07x}" for n in range(count)),
        twice=rng.permutation(count) < count * _TWICE,
        virtual=is_virtual,
        host=number < hosts,
        on=np.where(is_virtual, rng.integers(0, hosts, count), -1),
        cores=np.where(number < hosts, rng.choice([32, 48, 64], count), rng.choice([4, 8, 16], count)),
        user=np.where(number < servers, people, rng.integers(0, people, count)),
        country=rng.choice(len(COUNTRIES), count, p=[0.4, 0.2, 0.2, 0.1, 0.1]),
        unit=rng.integers(0, len(UNITS), count),
        role=role,
        wave=rng.choice(WAVES, count, p=[0.2, 0.3, 0.5]),
        roles=_roles(market, rng),
        edition=(np.arange(len(market.products))[:, None] + np.arange(3)[None, :]) % editions[:, None],
    )


def _roles(market: Market, rng: np.random.Generator) -> np.ndarray:
    """Give each role the components of one suite or most of them, sometimes the suite itself, and single products."""
    plan = np.full((WORK_ROLES + SERVER_ROLES, PER_ROLE), -1, dtype=np.int64)
    linked = sum(p.linked for p in market.products)
    suites = [n for n, p in enumerate(market.products) if p.suite]
    singles = market.singles
    by_core = [n for n in singles if market.products[n].metric == "core"]
    others = [n for n in singles if market.products[n].metric != "core"]
    for role in range(len(plan)):
        turn = int(rng.integers(0, len(suites)))
        chosen = [
            (turn * (PER_SUITE - 1) + k) % linked for k in range(PER_SUITE) if k < _SURE or rng.random() < _LIKELY
        ]
        if role % 4 == 0:
            chosen.append(suites[turn])
        pool = by_core if role >= WORK_ROLES else others
        free = min(PER_ROLE - len(chosen), len(pool))
        chosen += rng.choice(pool, free, replace=False).tolist()
        plan[role, : len(chosen)] = chosen
    return plan


def write_machines(folder: Path, machines: Machines, as_of: date) -> None:
    """Write devices (twice where a second tool knows them), people and org units."""
    people = sorted({*machines.user[~(machines.host | machines.virtual)].tolist()})
    own = dict(zip(machines.user.tolist(), range(len(machines.ids)), strict=True))
    lines = ["user_id,name,org_unit,country"]
    lines += [
        f"u{u:06d},Person {u},{UNITS[machines.unit[own[u]]]},{COUNTRIES[machines.country[own[u]]]}" for u in people
    ]
    _write(folder / "people.csv", lines)
    units = [f"{unit},Division-{n // 3}" for n, unit in enumerate(UNITS)]
    divisions = [f"Division-{n},Corp" for n in range(len(UNITS) // 3)]
    _write(folder / "org_units.csv", ["org_unit,parent", "Corp,", *divisions, *units])
    _write(folder / "devices.csv", _devices(machines, as_of))
    _write(folder / "devices-agent.csv", _again(machines))


def _devices(machines: Machines, as_of: date) -> list[str]:
    header = (
        "device_id,hostname,manufacturer,serial,uuid,kind,os,sockets,cores,vcpus,host_id,host_role,environment,"
        "lifecycle,primary_user_id,org_unit,country,last_seen"
    )
    return [header, *(_device(machines, n, as_of) for n in range(len(machines.ids)))]


def _device(machines: Machines, n: int, as_of: date) -> str:
    server = machines.host[n] or machines.virtual[n]
    system = (_SERVER_OS if server else _DESKTOP_OS)[n % 3 == 0]
    cores = int(machines.cores[n])
    if machines.virtual[n]:
        facts = f"virtual-machine,{system},,,{cores},{machines.ids[machines.on[n]]},"
    elif machines.host[n]:
        facts = f"host,{system},2,{cores},,,virtualization-only"
    else:
        facts = f"{'laptop' if n % 3 else 'workstation'},{system},1,{cores},,,"
    environment = ("production", "production", "production", "test", "development")[n % 5] if server else ""
    lifecycle = "retired" if n % RETIRED == RETIRED - 1 and not machines.host[n] else "in-use"
    user = "" if server else f"u{machines.user[n]:06d}"
    seen = as_of - timedelta(n % 40)
    return (
        f"{machines.ids[n]},{_identity(n)},{facts},{environment},{lifecycle},{user},{UNITS[machines.unit[n]]},"
        f"{COUNTRIES[machines.country[n]]},{seen}"
    )


def _identity(n: int) -> str:
    """Return host name, maker, serial number and UUID: what tells that two records are one machine."""
    digits = f"{(n + 1) * 2654435761 % 2**48:012x}"
    return f"host-{n:07d},Dell Inc.,SX{n * 7919 + 1:09d}Q,4c4c4544-0058-4b10-8032-{digits}"


def _again(machines: Machines) -> list[str]:
    known = np.flatnonzero(machines.twice).tolist()
    return ["device_id,hostname,manufacturer,serial,uuid", *(f"{machines.second[n]},{_identity(n)}" for n in known)]


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
