"""One device: who it is, which facts counted and where they stand, what every row on it became, how it is licensed."""

from collections.abc import Iterator, Sequence
from typing import Final

from sam.engine.explain_desk import Desk, plain
from sam.engine.explain_evidence import Row, rows_of, tell
from sam.engine.explain_licenses import Shelf, tell_installation
from sam.inventory.identity import Merge
from sam.model import Device

_SECTIONS: Final = {"sockets": "CPUS", "cores": "CPUS", "vcpus": "CPUS", "kind": "BIOS", "host_id": "HARDWARE"}
"""Part of an agent's file that tells a fact."""
_WITHOUT_PRODUCT: Final = 20
"""Rows of no product shown a bucket."""


def explain_device(desk: Desk, number: int) -> Iterator[str]:
    """Yield the explanation of a device, given by its number in the stages."""
    device = desk.devices[number]
    records = _records(desk, device)
    yield f"Device {plain(device.device_id)} on {desk.solved.as_of}"
    yield from _identity(desk, device, records)
    yield from _facts(desk, device, records)
    rows = rows_of(desk, [number])
    by_product: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind >= 0:
            by_product.setdefault(desk.solved.licensed.demand.kinds[row.kind][0], []).append(row)
    shelf = Shelf(desk)
    for product in sorted(by_product):
        yield ""
        yield f"{desk.label(product)} [{plain(product)}]"
        yield from (f"  {tell(desk, row)}" for row in by_product[product])
        yield from _licensed(desk, shelf, number, by_product[product])
    yield from _others(desk, [row for row in rows if row.kind < 0])
    terms = list(shelf.terms())
    if terms:
        yield ""
        yield "Terms"
        yield from (f"  {term}" for term in terms)


def _records(desk: Desk, device: Device) -> list[Device]:
    """Return the source records that the device was made of, those whose values win first."""
    merged = desk.solved.merged
    found = [
        r
        for r in desk.solved.intake.records
        if isinstance(r, Device) and merged.mapping.get((r.origin.file, r.device_id)) == device.device_id
    ]
    merge = _merge(desk, device)
    order = {member: n for n, member in enumerate(merge.members)} if merge else {}
    return sorted(found, key=lambda r: (order.get((r.origin.path, r.device_id), 0), r.origin.path, r.origin.record))


def _merge(desk: Desk, device: Device) -> Merge | None:
    return next((m for m in desk.solved.merged.merges if m.device_id == device.device_id), None)


def _identity(desk: Desk, device: Device, records: Sequence[Device]) -> Iterator[str]:
    merge = _merge(desk, device)
    if not records:
        yield "Identity: named by software rows only; no record describes it, and every fact is unknown"
        return
    if len(records) == 1:
        yield f"Identity: one record, {desk.at(records[0].origin)}"
    else:
        yield f"Identity: {len(records)} records are one device"
        for n, record in enumerate(records):
            wins = ", whose values win" if n == 0 else ""
            yield f"  {plain(record.device_id)} in {desk.at(record.origin)}{wins}"
    if merge is None:
        return
    told = (("joined by", merge.rules), ("agree in", merge.agreed), ("disagree in", merge.disagreed))
    yield from (f"  {words}: {', '.join(values)}" for words, values in told if values)
    yield from (f"  discarded as an identifier: {plain(each)}" for each in merge.discarded)
    for lost in merge.lost:
        kept, gone = plain(f"{lost.kept} ({lost.kept_source})"), plain(f"{lost.lost} ({lost.lost_source})")
        if lost.attribute != "primary_user_id":
            yield f"  {lost.attribute}: {kept} is used, {gone} is not"


def _facts(desk: Desk, device: Device, records: Sequence[Device]) -> Iterator[str]:
    yield "Facts that count"
    names = ["kind", "sockets", "cores", "vcpus", "host_id"]
    if device.kind == "virtual-machine":
        names = ["kind", "vcpus", "host_id"]
    elif device.vcpus is None and not device.host_id:
        names = ["kind", "sockets", "cores"]
    for name in (*names, "country", "org_unit", "lifecycle", "environment"):
        yield f"  {_fact(desk, device, records, name)}"
    yield from _host(desk, device)
    yield from _person(desk, device, records)


def _fact(desk: Desk, device: Device, records: Sequence[Device], name: str) -> str:
    value = getattr(device, name)
    word = {"host_id": "host", "org_unit": "organisation", "vcpus": "virtual cores"}.get(name, name)
    if value in ("", None):
        return f"{word}: not known"
    text = plain(str(value))
    if name == "org_unit":
        text = plain("/".join(desk.solved.estate.org.paths.get(device.org_unit, (device.org_unit,))))
    return f"{word}: {text}  {_source(desk, records, name, value)}".rstrip()


def _source(desk: Desk, records: Sequence[Device], name: str, value: object) -> str:
    """Return the place of the first record that says so; how else it is known where none does."""
    said = next((r for r in records if getattr(r, name) == value), None)
    if said is not None:
        return desk.at(said.origin, _SECTIONS.get(name, ""))
    if name == "host_id":
        return "as its host lists it"
    if name == "vcpus":
        seen = next((r for r in records if value in (r.threads, r.cores)), None)
        return f"{desk.at(seen.origin, 'CPUS')}, processors seen from inside a virtual machine" if seen else ""
    return "taken from its other facts" if name == "kind" else ""


def _host(desk: Desk, device: Device) -> Iterator[str]:
    number = desk.device_numbers.get(device.host_id) if device.host_id else None
    if number is None:
        return
    host = desk.devices[number]
    records = _records(desk, host)
    yield f"  on host {plain(host.device_id)}, whose facts count for what is licensed by host"
    yield from (f"    {_fact(desk, host, records, name)}" for name in ("sockets", "cores"))


def _person(desk: Desk, device: Device, records: Sequence[Device]) -> Iterator[str]:
    user = device.primary_user_id
    if not user:
        yield "  user: not known"
        return
    yield f"  user: {desk.person(user)}  {_source(desk, records, 'primary_user_id', user)}"
    person = desk.solved.estate.people.get(user)
    if person and (person.country or person.org_unit):
        place = ", ".join(t for t in (person.country, person.org_unit) if t)
        yield f"    place of the person: {plain(place)}  {desk.at(person.origin)}"


def _licensed(desk: Desk, shelf: Shelf, number: int, rows: Sequence[Row]) -> Iterator[str]:
    """Yield how each installation of one product is licensed, each once."""
    for kind in dict.fromkeys(row.kind for row in rows):
        found = desk.coverage(number, kind)
        if found is None:
            continue
        what = desk.label(*desk.solved.licensed.demand.kinds[kind])
        if not found.mine:
            yield f"  License of {what}: none needed by itself"
            continue
        yield f"  License of {what}"
        yield from tell_installation(shelf, found, indent="    ")


def _others(desk: Desk, rows: Sequence[Row]) -> Iterator[str]:
    """Yield rows that are no product: parts, patches, drivers, and what nobody recognises."""
    if not rows:
        return
    yield ""
    yield "Rows of no product"
    by_bucket: dict[str, list[Row]] = {}
    for row in rows:
        by_bucket.setdefault(row.bucket, []).append(row)
    for bucket, found in sorted(by_bucket.items()):
        yield f"  {bucket}: {len(found)}"
        yield from (f"    {tell(desk, row)}" for row in found[:_WITHOUT_PRODUCT])
        if len(found) > _WITHOUT_PRODUCT:
            yield f"    and {len(found) - _WITHOUT_PRODUCT} more"
