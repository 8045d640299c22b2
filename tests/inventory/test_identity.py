"""Which records are one device: each rule, what keeps records apart, and the invariants of merging."""

import time
import uuid as uuids
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam.inventory import fusioninventory, glpi
from sam.inventory.identity import Merged, SourceDevice, merge_devices
from sam.inventory.result import Guest
from sam.model import Device, DeviceLink, Origin, Severity

ESX = "564d4cbc-c6a9-1969-8c8d-0a3d9fbc9c2e"
GUEST = "BC4C4D56-A9C6-6919-8C8D-0A3D9FBC9C2E"
SPACED = "VMware-56 4d 4c bc c6 a9 19 69-8c 8d 0a 3d 9f bc 9c 2e"
OTHER = "4c4c4544-0034-3010-8048-b6c04f503732"


def agent(device_id: str, source: str = "", **facts: Any) -> SourceDevice:
    source = source or f"inventory/{device_id}.xml"
    origin = Origin(file=f"sha:{source}", path=source)
    device = Device(origin=origin, device_id=device_id, **facts)
    return SourceDevice(source=source, source_format="fusioninventory", table=False, device=device)


def row(device_id: str, record: int = 1, source: str = "devices.csv", **facts: Any) -> SourceDevice:
    origin = Origin(file=f"sha:{source}", path=source, record=record)
    device = Device(origin=origin, device_id=device_id, **facts)
    return SourceDevice(source=source, source_format="table:devices", table=True, device=device)


def link(device_id: str, source: str, key: str, record: int = 1) -> DeviceLink:
    origin = Origin(file="l", path="device_links.csv", record=record)
    return DeviceLink(origin=origin, device_id=device_id, source=source, source_key=key)


def ids(merged: Merged) -> list[str]:
    return [device.device_id for device in merged.devices]


def codes(merged: Merged) -> list[str]:
    return [problem.code for problem in merged.problems]


SERIAL = {"serial": "CZC0479792"}
HP = {**SERIAL, "manufacturer": "Hewlett-Packard"}
FULL = {"hostname": "pc1", "domain": "corp.example"}

JOINED = {
    "same key in the same source": ({}, {}, "same key of the same tool"),
    "uuid and serial": ({"uuid": OTHER, **SERIAL}, {"uuid": OTHER.upper(), "serial": " czc0479792 "},
                        "uuid and serial"),
    "serial and manufacturer under two names": (HP, {**SERIAL, "manufacturer": "HP Inc."}, "serial and manufacturer"),
    "uuid": ({"uuid": OTHER}, {"uuid": f"{{{OTHER}}}"}, "uuid"),
    "uuid in the other byte order": ({"uuid": ESX}, {"uuid": GUEST}, "uuid"),
    "uuid inside a serial number": ({"serial": SPACED}, {"uuid": GUEST}, "uuid"),
    "uuid, renamed": ({"uuid": OTHER, "hostname": "a"}, {"uuid": OTHER, "hostname": "b"}, "uuid"),
    "uuid, new mainboard serial": ({"uuid": OTHER, "serial": "S1234", "hostname": "a"},
                                   {"uuid": OTHER, "serial": "S5678", "hostname": "a"}, "uuid"),
    "host name and serial": ({"hostname": "pc1", **SERIAL}, {"hostname": "PC1.corp.example", **HP},
                             "host name and serial"),
    "domain, name and a network card": ({**FULL, "macs": ("b8:6b:23:e0:5c:91",)},
                                        {"hostname": "PC1.Corp.Example", "macs": ("b8:6b:23:e0:5c:91",)},
                                        "host name and domain"),
}  # fmt: skip


@pytest.mark.parametrize("case", JOINED)
def test_records_that_are_one_device(case: str) -> None:
    left, right, rule = JOINED[case]
    second = "a-2024-01-01-00-00-00" if "same key" in case else "b-2023-01-01-00-00-00"
    records = [agent("a-2024-01-01-00-00-00", "1.xml", **left), agent(second, "2.xml", **right)]
    merged = merge_devices(records)
    assert len(merged.devices) == 1
    assert rule in merged.merges[0].rules
    assert set(merged.mapping.values()) == set(ids(merged))
    assert merged.problems == ()


APART = {
    "nothing in common": ({"uuid": OTHER}, {"uuid": ESX}, []),
    "host name only": ({"hostname": "vm"}, {"hostname": "VM"}, ["maybe-one-device"]),
    "host name and network card without a domain": ({"hostname": "vm", "macs": ("b8:6b:23:e0:5c:91",)},
                                                    {"hostname": "vm", "macs": ("b8:6b:23:e0:5c:91",)},
                                                    ["maybe-one-device"]),
    "host name in two domains": ({"hostname": "vm", "domain": "a.example"}, {"hostname": "vm", "domain": "b.example"},
                                 []),
    "localhost": ({"hostname": "localhost"}, {"hostname": "localhost"}, []),
    "network card only": ({"macs": ("00:1a:7d:da:71:0a",)}, {"macs": ("00:1a:7d:da:71:0a",)}, []),
    "serial only": (SERIAL, SERIAL, ["maybe-one-device"]),
    "serial of two manufacturers": (HP, {**SERIAL, "manufacturer": "Dell Inc."}, ["maybe-one-device"]),
    "the same name given to a new machine": ({**FULL, **HP}, {**FULL, "serial": "S999888", "manufacturer": "HP"}, []),
    "clone: same uuid, other serial and host name": ({"uuid": OTHER, "serial": "S1234", "hostname": "a"},
                                                     {"uuid": OTHER, "serial": "S5678", "hostname": "b"},
                                                     ["suspected-clone"]),
    "clone: same uuid, other host name and network cards": (
        {"uuid": OTHER, "hostname": "a", "macs": ("b8:6b:23:e0:5c:91",)},
        {"uuid": OTHER, "hostname": "b", "macs": ("b8:6b:23:e0:5c:92",)}, ["suspected-clone"]),
    "chassis serial shared by blades": ({**HP, "uuid": OTHER, "hostname": "a"}, {**HP, "uuid": ESX, "hostname": "b"},
                                        ["suspected-clone"]),
}  # fmt: skip


@pytest.mark.parametrize("case", APART)
def test_records_that_stay_two_devices(case: str) -> None:
    left, right, expected = APART[case]
    merged = merge_devices([agent("a", **left), agent("b", **right)])
    assert ids(merged) == ["a", "b"]
    assert codes(merged) == expected
    if "clone" in case:
        assert "'a'" in merged.problems[0].message
        assert "'b'" in merged.problems[0].message


BAD = [
    "N/A", "None", "To Be Filled By O.E.M.", " to be filled  by o.e.m.", "System Serial Number", "0123456789", "12345",
    "0000000", "XXXXXXX", "1", "SN-1234567890", "Default string", "1.2", "1.2.3", "01010101", "<OUT OF SPEC>",
    "SYS-9876543210", "123456789000", "12345678901234567", "Tulip Computers", "IATPASS", "EVAL", "(null string)",
    "Serial Number xxxxxx", "<BAD INDEX>", "Chassis Serial Number", "SN-123456fvgv3i0b8o5n6n7k", "OEM_Serial",
]  # fmt: skip


@pytest.mark.parametrize("serial", BAD)
def test_placeholder_serial_numbers_join_nothing_and_are_blanked(serial: str) -> None:
    facts = {"serial": serial, "manufacturer": "Dell Inc.", "uuid": "00000000-0000-0000-0000-000000000000"}
    merged = merge_devices([agent("a", hostname="a", **facts), agent("b", hostname="b", **facts)])
    assert [(d.device_id, d.serial, d.uuid) for d in merged.devices] == [("a", "", ""), ("b", "", "")]
    assert any(serial.strip() in text for text in merged.merges[0].discarded)


@pytest.mark.parametrize("serial", ["AB1.2CD", "PC1.2.3X", "9E113232I", "5CG0123456", "VMware-42 1"])
def test_real_serial_numbers_that_look_like_placeholders_are_kept(serial: str) -> None:
    facts = {"serial": serial, "manufacturer": "Dell Inc."}
    assert len(merge_devices([agent("a", **facts), agent("b", **facts)]).devices) == 1


@pytest.mark.parametrize(
    "value", ["03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "f" * 32,
              "6ab5b300-538d-1014-9fb5-b0684d007b53", "2", "5a30d8711bbadc9d", "4BDRGGFE-0046-4710-8047-B2C04F503732"],
)  # fmt: skip
def test_uuids_that_identify_nothing_join_nothing_in_either_byte_order(value: str) -> None:
    assert ids(merge_devices([agent("a", uuid=value), agent("b", uuid=value)])) == ["a", "b"]


def test_the_table_names_the_device_and_its_values_win() -> None:
    told = row("PC-7", hostname="pc1", domain="corp.example", cores=16, lifecycle="retired", **SERIAL)
    seen = agent("pc1-2023-01-01-00-00-00", cores=8, sockets=1, os="Windows 11", hostname="pc1", **HP)
    merged = merge_devices([seen, told])
    device = merged.devices[0]
    assert (device.device_id, device.cores, device.sockets, device.os) == ("PC-7", 16, 1, "Windows 11")
    assert device.lifecycle == "retired"
    assert merged.problems == ()
    assert [(x.attribute, x.kept, x.lost, x.lost_source) for x in merged.merges[0].lost] == [
        ("cores", "16", "8", seen.source)
    ]
    assert merged.mapping[seen.device.origin.file, seen.device.device_id] == "PC-7"


def test_agents_that_count_cores_differently_are_a_conflict_that_names_both() -> None:
    merged = merge_devices([agent("a", uuid=OTHER, cores=8, sockets=2), agent("b", uuid=OTHER, cores=4, sockets=2)])
    assert codes(merged) == ["conflict"]
    problem = merged.problems[0]
    assert all(text in str(problem) for text in ("cores is 4", "8 in inventory/a.xml", "inventory/b.xml"))


def test_the_newest_inventory_wins_and_the_device_was_seen_on_its_day() -> None:
    old = agent("a", "1.xml", uuid=OTHER, os="Windows 10", last_seen=date(2025, 1, 1))
    new = agent("b", "2.xml", uuid=OTHER, os="Windows 11", last_seen=date(2026, 1, 1))
    device = merge_devices([old, new]).devices[0]
    assert (device.os, device.last_seen) == ("Windows 11", date(2026, 1, 1))


def test_the_oldest_agent_names_a_device_without_a_table() -> None:
    names = ["zz-2020-01-01-00-00-00", "aa-2024-01-01-00-00-00"]
    assert ids(merge_devices([agent(name, uuid=OTHER) for name in names])) == ["zz-2020-01-01-00-00-00"]


def test_two_rows_of_one_table_are_never_one_device() -> None:
    merged = merge_devices([row("A", 1, **HP), row("B", 2, **HP), row("A", 3, hostname="pc1")])
    assert ids(merged) == ["A", "B"]
    assert codes(merged) == ["same-machine-twice"]


def test_rows_of_two_tables_are_one_device_and_the_other_id_is_an_alias() -> None:
    records = [row("A", **HP), row("B", source="devices-hq.csv", **HP), row("C", 2, host_id="B")]
    merged = merge_devices(records)
    assert ids(merged) == ["A", "C"]
    assert merged.aliases == {"B": "A"}
    assert merged.devices[1].host_id == "A"


def test_a_copied_agent_is_two_devices_with_two_ids() -> None:
    facts = {"serial": "S1234", "hostname": "a"}, {"serial": "S5678", "hostname": "b"}
    merged = merge_devices([agent("k", "1.xml", **facts[0]), agent("k", "2.xml", **facts[1])])
    assert ids(merged) == ["k", "k~b"]
    assert merged.mapping == {("sha:1.xml", "k"): "k", ("sha:2.xml", "k"): "k~b"}
    assert codes(merged) == ["suspected-clone"]


def test_a_key_that_everybody_carries_identifies_nobody() -> None:
    records = [agent(f"a{n:03}", uuid=OTHER, serial=f"S{n}AB", hostname=f"h{n}") for n in range(80)]
    merged = merge_devices(records)
    assert len(merged.devices) == 80
    assert "shared-identifier" in codes(merged)


@pytest.mark.parametrize("source", ["inventory/b.xml", "b.xml", "b", "FusionInventory"])
def test_a_link_joins_what_it_names(source: str) -> None:
    records = [row("PC-1", hostname="x"), agent("b", hostname="y", serial="S777", macs=("b8:6b:23:e0:5c:91",))]
    merged = merge_devices(records, [link("PC-1", source, "B")])
    assert ids(merged) == ["PC-1"]
    assert merged.merges[0].rules == ("device_links",)
    assert merged.merges[0].disagreed == ("hostname",)


def test_a_link_joins_suspected_clones_and_a_third_record_still_finds_its_device() -> None:
    a, b = agent("a", uuid=OTHER, serial="S1234", hostname="a"), agent("b", uuid=OTHER, serial="S5678", hostname="b")
    c = agent("c", uuid=OTHER, serial="S5678", hostname="b")
    merged = merge_devices([a, b, c], [link("a", "inventory/b.xml", "b")])
    assert (ids(merged), merged.problems) == (["a"], ())


def test_a_link_may_give_a_new_name() -> None:
    records = [agent("a", hostname="x"), agent("b", hostname="y")]
    merged = merge_devices(records, [link("NEW", "a.xml", "a"), link("NEW", "b.xml", "b", 2)])
    assert ids(merged) == ["NEW"]


def test_links_that_name_nothing_or_two_devices_are_problems() -> None:
    records = [row("P", 1), row("Q", 2), agent("b")]
    merged = merge_devices(records, [link("P", "b.xml", "zzz"), link("P", "b.xml", "b", 2), link("Q", "b.xml", "b", 3)])
    assert codes(merged) == ["conflicting-device-links", "unused-device-link"]
    assert merged.mapping["sha:inventory/b.xml", "b"] == "P"


def test_a_suggestion_gives_the_row_that_joins(corpus: Path) -> None:
    devices = []
    for name in ("fusioninventory-2.6-debian12.xml", "ocsinventory-unix-2.x-debian12.xml"):
        path = f"inventory/real-agents/{name}"
        device = fusioninventory.parse((corpus / path).read_bytes(), path=path, file=path).devices[0]
        devices.append(SourceDevice(source=path, source_format="fusioninventory", table=False, device=device))
    merged = merge_devices(devices)
    assert len(merged.devices) == 2
    assert [(p.code, p.severity) for p in merged.problems] == [("maybe-one-device", Severity.INFO)]
    told = merged.suggestions[0].link
    assert ",".join(told) in merged.problems[0].remedy
    joined = merge_devices(devices, [link(*told)])
    assert len(joined.devices) == 1
    assert (joined.devices[0].sockets, joined.devices[0].cores, joined.devices[0].threads) == (1, 2, 2)
    assert joined.merges[0].agreed == ("hostname", "mac")
    assert set(joined.mapping.values()) == {told[0]}
    assert joined.suggestions == joined.problems == ()


def glpi_source(corpus: Path, name: str) -> tuple[SourceDevice, tuple[Guest, ...]]:
    path = f"inventory/glpi/examples/{name}.json"
    result = glpi.parse((corpus / path).read_bytes(), path=path, file=path)
    return SourceDevice(source=path, source_format="glpi", table=False, partial=result.partial,
                        device=result.devices[0]), result.guests  # fmt: skip


def test_a_partial_inventory_adds_to_its_device_and_never_makes_one(corpus: Path) -> None:
    full, _ = glpi_source(corpus, "computer_1")
    parts = [glpi_source(corpus, f"computer_1_partial_{part}")[0] for part in ("cpu", "softs")]
    alone = merge_devices(parts)
    assert (alone.devices, alone.mapping, codes(alone)) == ((), {}, ["partial-without-device"])
    merged = merge_devices([*parts, full])
    assert ids(merged) == [full.device.device_id]
    assert len(merged.mapping) == 3
    assert merged.devices == merge_devices([full]).devices


def host(device_id: str = "esx1", seen: date | None = None) -> SourceDevice:
    return agent(device_id, kind="host", last_seen=seen)


def guest(host_id: str = "esx1", **facts: Any) -> Guest:
    path = f"inventory/{host_id}.xml"
    return Guest(origin=Origin(file=f"sha:{path}", path=path, record=1), host_id=host_id, **facts)


@pytest.mark.parametrize(
    ("listed", "own"),
    [({"uuid": ESX}, {"uuid": GUEST}), ({"serial": SPACED}, {"serial": SPACED.lower()}),
     ({"macs": ("00:0c:29:bc:9c:2e",)}, {"macs": ("00:0c:29:bc:9c:2e", "b8:6b:23:e0:5c:91")})],
)  # fmt: skip
def test_a_guest_finds_its_host_by_uuid_serial_or_network_card(listed: dict[str, Any], own: dict[str, Any]) -> None:
    merged = merge_devices([host(), agent("vm1", cores=2, threads=4, sockets=2, **own)], guests=[guest(**listed)])
    found = {d.device_id: d for d in merged.devices}["vm1"]
    assert (found.host_id, found.kind, found.vcpus, found.cores) == ("esx1", "virtual-machine", 4, None)
    assert merged.problems == ()


def test_a_guest_moved_between_hosts_belongs_to_the_host_seen_last() -> None:
    hosts = [host(device_id="esx1", seen=date(2026, 1, 1)), host(device_id="esx2", seen=date(2026, 2, 1))]
    guests = [guest("esx2", uuid=ESX), guest("esx1", uuid=ESX)]
    merged = merge_devices([*hosts, agent("vm1", uuid=GUEST)], guests=guests)
    assert {d.device_id: d.host_id for d in merged.devices}["vm1"] == "esx2"
    assert codes(merged) == ["host-conflict"]


def test_a_host_in_the_table_is_not_overruled_and_unseen_guests_are_told() -> None:
    records = [host(), row("vm1", uuid=GUEST, host_id="blade-3")]
    merged = merge_devices(records, guests=[guest(uuid=ESX), guest(name="ghost", uuid=OTHER)])
    assert {d.device_id: d.host_id for d in merged.devices}["vm1"] == "blade-3"
    assert codes(merged) == ["host-conflict", "guest-without-inventory"]
    assert "'ghost'" in merged.problems[1].message


def test_the_host_goes_by_its_merged_id() -> None:
    records = [row("HOST-A", **HP), agent("esx1", kind="host", **HP), agent("vm1", uuid=GUEST)]
    merged = merge_devices(records, guests=[guest(uuid=ESX)])
    assert {d.device_id: d.host_id for d in merged.devices} == {"HOST-A": "", "vm1": "HOST-A"}


def test_a_virtual_machine_told_by_the_table_counts_virtual_cores() -> None:
    records = [row("V", kind="virtual-machine", **HP), agent("a", cores=4, threads=4, sockets=1, **HP)]
    device = merge_devices(records).devices[0]
    assert (device.vcpus, device.cores, device.sockets) == (4, None, None)


FACTS = st.fixed_dictionaries({
    "uuid": st.sampled_from(["", ESX, GUEST, OTHER, "N/A"]),
    "serial": st.sampled_from(["", "S1AAA", "S2BBB", "None", SPACED]),
    "manufacturer": st.sampled_from(["", "Dell", "HP"]),
    "hostname": st.sampled_from(["", "a", "b", "a.x.example"]),
    "domain": st.sampled_from(["", "x.example"]),
    "macs": st.sampled_from([(), ("b8:6b:23:e0:5c:91",), ("b8:6b:23:e0:5c:92",)]),
    "cores": st.sampled_from([None, 4, 8]),
    "last_seen": st.sampled_from([None, date(2026, 1, 1), date(2025, 1, 1)]),
})  # fmt: skip
RECORD = st.tuples(st.sampled_from(["k1", "k2", "k3", "k4"]), st.booleans(), FACTS)


def records_of(drawn: Sequence[tuple[str, bool, dict[str, Any]]]) -> list[SourceDevice]:
    return [row(key, n, **facts) if table else agent(key, f"i/{n}.xml", **facts)
            for n, (key, table, facts) in enumerate(drawn)]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(RECORD, max_size=8), data=st.data())
def test_merging_does_not_depend_on_the_order_of_records(drawn: list[Any], data: st.DataObject) -> None:
    records = records_of(drawn)
    shuffled = data.draw(st.permutations(records))
    assert merge_devices(records) == merge_devices(shuffled)


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(RECORD, max_size=8))
def test_every_record_ends_in_exactly_one_device(drawn: list[Any]) -> None:
    records = records_of(drawn)
    merged = merge_devices(records)
    assert set(merged.mapping) == {(r.device.origin.file, r.device.device_id) for r in records}
    assert set(merged.mapping.values()) == set(ids(merged))
    assert len(ids(merged)) == len(set(ids(merged)))
    tables = {r.device.device_id for r in records if r.table}
    assert tables <= set(ids(merged))


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(RECORD, max_size=8))
def test_merging_what_was_merged_changes_nothing(drawn: list[Any]) -> None:
    records = records_of(drawn)
    once = merge_devices(records)
    tables = {r.device.device_id for r in records if r.table}
    again = merge_devices([
        SourceDevice(source="devices.csv" if d.device_id in tables else d.origin.path,
                     source_format="table:devices" if d.device_id in tables else "fusioninventory",
                     table=d.device_id in tables,
                     device=replace(d, origin=replace(d.origin, file=f"{d.origin.file}:{d.device_id}")))
        for d in once.devices
    ])  # fmt: skip
    same = [replace(d, origin=o.origin) for d, o in zip(again.devices, once.devices, strict=False)]
    assert tuple(same) == once.devices


def test_ten_thousand_records_merge_in_a_moment() -> None:
    records = []
    for n in range(5_000):
        uuid, serial = str(uuids.UUID(int=n * 2**65 + 7**40)), f"SRL{n:05}X"
        facts: dict[str, Any] = {"uuid": uuid, "serial": serial, "manufacturer": "Dell Inc.", "hostname": f"h{n}"}
        records += [agent(f"a{n}", domain="x.example", **facts), row(f"PC-{n}", n, **facts)]
    started = time.process_time()
    merged = merge_devices(records)
    assert time.process_time() - started < 3  # several times what it takes, so that a loaded machine passes
    assert len(merged.devices) == 5_000
