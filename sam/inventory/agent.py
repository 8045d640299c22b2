"""Make one device, its software and its guests from the sections of an agent's inventory."""

from dataclasses import dataclass, replace
from datetime import date

from sam.inventory.installed import Faults, read_software
from sam.inventory.machine import (
    Processors,
    count_processors,
    hardware_addresses,
    host_names,
    machine_kind,
    split_macs,
)
from sam.inventory.result import Guest, InventoryResult
from sam.inventory.sections import Sections
from sam.model import Device, Origin, Reject, Severity

NOT_COMPUTERS = frozenset({"networkequipment", "printer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the envelope of the file says."""

    path: str
    file: str
    device_id: str
    itemtype: str = ""
    partial: bool = False
    line: int = 1


def build(sections: Sections, source: Source, faults: Faults) -> InventoryResult:
    """Return the inventory of one device. `rows` counts the device record and every software record."""
    hardware = sections.first("HARDWARE")
    device_id = source.device_id
    if not device_id and (device_id := hardware.text("NAME")):
        faults.add(
            "no-device-id", Severity.WARNING, source.line, f"no DEVICEID: the name '{device_id}' stands for it",
            "run the agent again, or name the device in the table devices",
        )  # fmt: skip
    observed_on = faults.day(sections.first("ACCESSLOG"), lambda: sections.line_of("ACCESSLOG", 0), "LOGDATE")
    rows, records = read_software(sections, device_id, faults)
    system = next((row.name for row in rows if row.kind == "operating-system"), "")
    devices: tuple[Device, ...] = ()
    if device_id:
        devices = (_device(sections, source, device_id, system, observed_on, faults),)
    else:
        faults.rejects.append(Reject(line=source.line, reason="neither DEVICEID nor a name says which device this is"))
    return InventoryResult(
        devices=devices, software=tuple(rows), guests=_guests(sections, source, device_id), problems=faults.all(),
        rejects=tuple(sorted(faults.rejects, key=lambda r: (r.line, r.reason))),
        dropped=dict(sorted(sections.dropped.items())),
        rows=records + 1, observed_on=observed_on, partial=source.partial,
    )  # fmt: skip


def _device(
    sections: Sections, source: Source, device_id: str, system: str, seen: date | None, faults: Faults
) -> Device:
    bios, hardware = sections.first("BIOS"), sections.first("HARDWARE")
    kind = machine_kind(sections, source.itemtype, system)
    if kind.doubt:
        line = sections.line_of("HARDWARE", 0)
        faults.add("machine-kind", Severity.INFO, line, kind.doubt, "name its kind in the table devices")
    hostname, domain = host_names(sections)
    device = Device(
        origin=Origin(file=source.file, path=source.path), device_id=device_id, hostname=hostname, domain=domain,
        manufacturer=bios.text("SMANUFACTURER", "MMANUFACTURER"), model=bios.text("SMODEL", "MMODEL"),
        serial=bios.text("SSN"), uuid=hardware.text("UUID"), kind=kind.word, os=system, last_seen=seen,
        macs=hardware_addresses(sections),
    )  # fmt: skip
    return _with_processors(device, count_processors(sections))


def _with_processors(device: Device, cpus: Processors) -> Device:
    """Add processor facts. A virtual machine's are shares of its host: virtual cores, no sockets."""
    if device.kind == "virtual-machine":
        return replace(device, cpu_model=cpus.model, vcpus=cpus.threads or cpus.cores)
    smt = cpus.threads > cpus.cores if cpus.threads and cpus.cores else None
    return replace(
        device, cpu_model=cpus.model, sockets=cpus.sockets, cores=cpus.cores, threads=cpus.threads, smt=smt
    )  # fmt: skip


def _guests(sections: Sections, source: Source, host_id: str) -> tuple[Guest, ...]:
    return tuple(
        Guest(
            origin=Origin(file=source.file, path=source.path, record=index + 1), host_id=host_id,
            name=item.text("NAME"), uuid=item.text("UUID"), serial=item.text("SERIAL"), vcpus=item.number("VCPU"),
            macs=split_macs(item.text("MAC")),
        )
        for index, item in enumerate(sections.all("VIRTUALMACHINES"))
    )  # fmt: skip
