"""Rows that name what is not there, or come back to themselves: told with their place, never guessed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from sam.engine.estate import Estate
from sam.model import AllocationRow, Contract, Device, Entitlement, Origin, Problem, Severity

SHOWN: Final = 20
"""Problems of one code listed one by one; the rest is counted."""


def find_dangling(estate: Estate, aliases: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return the problems of rows that refer to other rows.

    Args:
        estate: What is known on the day.
        aliases: Further ids of devices, which merged records had.
    """
    devices = {d.device_id for d in estate.devices} | set(aliases)
    found = [
        *_contracts(estate.contracts),
        *_purchases(estate.entitlements, {c.contract_id for c in estate.contracts}),
        *_hosts(estate.devices, devices),
        *_allocations(estate.allocations, {e.entitlement_id for e in estate.entitlements}, devices),
    ]
    return tuple(_few(found))


def _contracts(contracts: Sequence[Contract]) -> Iterator[Problem]:
    parents = {c.contract_id: c.parent_id for c in contracts}
    for contract in contracts:
        name = contract.contract_id
        if contract.starts_on and contract.ends_on and contract.ends_on < contract.starts_on:
            text = f"{name}: it ends on {contract.ends_on}, before it begins on {contract.starts_on}"
            yield _told("ends-before-start", contract.origin, text, "correct its days")
        if contract.parent_id and contract.parent_id not in parents:
            text = f"{name}: its parent '{contract.parent_id}' is no contract"
            yield _told("unknown-parent", contract.origin, text, "correct parent_id, or add the contract")
        elif circle := _circle(name, parents):
            text = f"contracts under each other: {' > '.join(circle)}"
            yield _told("contract-loop", contract.origin, text, "correct parent_id")


def _purchases(lines: Sequence[Entitlement], known: Collection[str]) -> Iterator[Problem]:
    named: dict[str, list[Entitlement]] = {}
    for line in lines:
        if line.contract_id and line.contract_id not in known:
            named.setdefault(line.contract_id, []).append(line)
    # without any contract, the ids are notes
    severity = Severity.WARNING if known else Severity.INFO
    for contract, group in sorted(named.items()):
        first, more = group[0], f" and {len(group) - 1:,} more lines" if len(group) > 1 else ""
        text = f"{first.entitlement_id}{more}: the contract '{contract}' is in no table of contracts"
        yield _told("unknown-contract", first.origin, text, "add the contract: its end and notice date count", severity)


def _hosts(devices: Sequence[Device], known: Collection[str]) -> Iterator[Problem]:
    hosts = {d.device_id: d.host_id for d in devices}
    for device in devices:
        name = device.device_id
        if device.host_id and device.host_id not in known:
            text = f"{name}: its host '{device.host_id}' is no device, so its size is not known"
            yield _told("unknown-host", device.origin, text, "correct host_id, or add the host to devices")
        elif circle := _circle(name, hosts):
            text = f"machines that host each other: {' > '.join(circle)}"
            yield _told("host-loop", device.origin, text, "correct host_id")


def _allocations(rows: Sequence[AllocationRow], lines: Collection[str], devices: Collection[str]) -> Iterator[Problem]:
    for row in rows:
        if row.entitlement_id not in lines:
            text = f"the entitlement '{row.entitlement_id}' is unknown: nothing is set apart"
            yield _told("unknown-entitlement", row.origin, text, "correct entitlement_id, or add the purchase")
        if row.device_id and row.device_id not in devices:
            text = f"{row.entitlement_id}: the device '{row.device_id}' is unknown, so its license is used by nobody"
            yield _told("unknown-holder", row.origin, text, "correct device_id, or add the device")


def _circle(name: str, above: Mapping[str, str]) -> list[str]:
    """Return the way from a name back to itself, told from the first name of the circle only."""
    chain = [name]
    while (upper := above.get(chain[-1], "")) and upper not in chain:
        chain.append(upper)
    return [*chain, name] if upper == name and name == min(chain) else []


def _told(code: str, origin: Origin, text: str, remedy: str, severity: Severity = Severity.WARNING) -> Problem:
    where = f"{origin.path}#{origin.record}" if origin.record else origin.path
    return Problem(code=code, severity=severity, where=where, message=text, remedy=remedy, origin=origin)


def _few(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the first problems of every code, and for the rest one that counts them."""
    alike: dict[str, list[Problem]] = {}
    for problem in problems:
        alike.setdefault(problem.code, []).append(problem)
    for code, group in sorted(alike.items()):
        yield from group[:SHOWN]
        if len(group) > SHOWN:
            last = group[-1]
            more = f"{last.message}; the last of {len(group) - SHOWN:,} more like it"
            yield Problem(code=code, severity=last.severity, where=last.where, message=more, remedy=last.remedy)
