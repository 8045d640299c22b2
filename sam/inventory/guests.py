"""Link virtual machines to the hosts that list them; a guest itself does not know its host."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sam.inventory.combine import as_virtual
from sam.inventory.keys import Keys, good_serial, good_uuid
from sam.inventory.result import Guest
from sam.model import Device, Problem, Severity

_PHYSICAL = frozenset({"workstation", "laptop", "server", "host", "mobile", "container"})


def link_guests(
    devices: Sequence[Device], keys: Mapping[str, Keys], guests: Iterable[Guest], hosts: Mapping[tuple[str, str], str]
) -> tuple[tuple[Device, ...], tuple[Problem, ...]]:
    """Fill `host_id` from what hosts list, by UUID in either byte order, then serial number, then MAC.

    Args:
        devices: Merged devices.
        keys: Their identifiers, by device id.
        guests: What the hosts list.
        hosts: File and source id of a host → its device id.
    """
    index = _index(devices, keys)
    by_id = {device.device_id: device for device in devices}
    links: dict[str, str] = {}
    listed: dict[str, list[Guest]] = {}
    problems: list[Problem] = []
    for guest in sorted(guests, key=lambda g: (g.origin.path, g.origin.record, g.host_id, g.uuid, g.name)):
        host = hosts.get((guest.origin.file, guest.host_id))
        if host is None or host not in by_id:
            continue
        listed.setdefault(host, [])
        target = _find(guest, index)
        if target is None or target == host:
            listed[host].append(guest)
            continue
        problems += _note(by_id, links, target, host, guest)
    problems += [_unseen(host, missing) for host, missing in listed.items() if missing]
    return tuple(_linked(device, links) for device in devices), tuple(problems)


def _note(by_id: Mapping[str, Device], links: dict[str, str], target: str, host: str, guest: Guest) -> list[Problem]:
    """Link a guest to a host; where two hosts list it, the host seen last has it."""
    other = by_id[target].host_id or links.get(target)
    if by_id[target].host_id or (other and _seen(by_id[host]) <= _seen(by_id[other])):
        kept = other or host
    else:
        links[target] = kept = host
    if other in {None, host}:
        return []
    told = "the table says so" if by_id[target].host_id else "it was seen there last"
    return [Problem(
        code="host-conflict", severity=Severity.WARNING, where=guest.origin.path, origin=guest.origin,
        message=f"virtual machine '{target}' is listed by the hosts '{host}' and '{other}': '{kept}' is used, {told}",
        remedy="give host_id in the table devices to settle it",
    )]  # fmt: skip


def _seen(device: Device) -> int:
    return device.last_seen.toordinal() if device.last_seen else 0


def _linked(device: Device, links: Mapping[str, str]) -> Device:
    host = links.get(device.device_id)
    if host is None:
        return device
    linked = replace(device, host_id=host)
    return linked if device.kind in _PHYSICAL else as_virtual(replace(linked, kind="virtual-machine"))


def _index(devices: Sequence[Device], keys: Mapping[str, Keys]) -> dict[tuple[str, str], str | None]:
    """Identifier → device id; None where several devices carry it."""
    index: dict[tuple[str, str], str | None] = {}
    for device in devices:
        k = keys[device.device_id]
        found = {("uuid", k.uuid), ("serial", k.serial)} | {("mac", mac) for mac in k.macs}
        for key in found:
            index[key] = None if key in index else device.device_id
    return index


def _find(guest: Guest, index: Mapping[tuple[str, str], str | None]) -> str | None:
    wanted = [("uuid", good_uuid(guest.uuid)), ("serial", good_serial(guest.serial))]
    wanted += [("mac", mac) for mac in guest.macs]
    return next((index[key] for key in wanted if key[1] and index.get(key)), None)


def _unseen(host: str, missing: Sequence[Guest]) -> Problem:
    names = ", ".join(f"'{g.name or g.uuid}'" for g in missing[:5]) + (", …" if len(missing) > 5 else "")  # noqa: PLR2004
    return Problem(
        code="guest-without-inventory", severity=Severity.INFO, where=missing[0].origin.path, origin=missing[0].origin,
        message=f"host '{host}' lists {len(missing)} virtual machines that no source describes: {names}",
        remedy="add their inventories, or rows for them to the table devices",
    )  # fmt: skip
