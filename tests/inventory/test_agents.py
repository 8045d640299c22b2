"""Agent inventories: numbers of real files, against an independent reading of the same bytes."""

import json
import time
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sam.inventory import fusioninventory, glpi
from sam.inventory.dates import read_day
from sam.inventory.result import InventoryResult
from sam.model import Severity

FUSION = "inventory/real-agents/fusioninventory-2.6-debian12.xml"
OCS = "inventory/real-agents/ocsinventory-unix-2.x-debian12.xml"


def read(corpus: Path, name: str) -> InventoryResult:
    parse = fusioninventory.parse if name.endswith("xml") else glpi.parse
    return parse((corpus / name).read_bytes(), path=name, file="sha")


def codes(result: InventoryResult) -> list[str]:
    return [problem.code for problem in result.problems]


@pytest.mark.parametrize("name", [FUSION, OCS, *(f"inventory/glpi/xml/{n}.xml" for n in (1, 2, 3, 13))])
def test_every_software_record_of_an_xml_inventory_is_a_row(corpus: Path, name: str) -> None:
    root = ET.parse(corpus / name).getroot()
    titles = [(e.findtext("NAME") or "").strip() for e in root.iter("SOFTWARES")]
    result = read(corpus, name)
    programs = [row for row in result.software if row.kind != "operating-system"]
    assert [row.name for row in programs] == titles
    assert [row.record for row in result.software] == list(range(1, len(titles) + 2))
    assert result.rows == len(result.devices) + len(result.software) + len(result.rejects) == len(titles) + 2
    assert {row.device_id for row in result.software} == {root.findtext("DEVICEID")}
    assert [row.name for row in result.software if row.kind == "operating-system"] == [result.devices[0].os]


@pytest.mark.parametrize("name", [f"inventory/glpi/xml/{n}.xml" for n in (1, 2, 3, 13)])
def test_secrets_are_counted_and_appear_nowhere(corpus: Path, name: str) -> None:
    root = ET.parse(corpus / name).getroot()
    expected = Counter(e.tag for e in root.find("CONTENT") or ())
    result = read(corpus, name)
    for section in ("ENVS", "PROCESSES", "LOCAL_USERS", "LOCAL_GROUPS"):
        assert result.dropped.get(section, 0) == expected[section]
    keys = [e.text for tag in ("WINPRODKEY", "LICENSEINFOS/KEY", "SSH_KEY") for e in root.iterfind(f".//{tag}")]
    assert not [key for key in keys if key and key.strip() in repr(result)]


def test_product_keys_are_dropped_by_name(corpus: Path) -> None:
    result = read(corpus, "inventory/glpi/xml/2.xml")
    assert result.dropped["HARDWARE/WINPRODKEY"] == 1
    assert result.dropped["LICENSEINFOS/KEY"] == 1
    assert "V33KV-CMD8V" not in repr(result)


@pytest.mark.parametrize("name", [FUSION, OCS])
def test_both_agents_count_the_processors_as_lscpu_does(corpus: Path, name: str) -> None:
    listing = json.loads((corpus / "inventory/real-agents/lscpu.json").read_text())["lscpu"]
    flat: dict[str, str] = {}
    pending = list(listing)
    while pending:
        entry = pending.pop()
        flat[entry["field"].rstrip(":")] = entry["data"]
        pending += entry.get("children", [])
    sockets, per_socket = int(flat["Socket(s)"]), int(flat["Core(s) per socket"])
    device = read(corpus, name).devices[0]
    assert (device.sockets, device.cores, device.threads) == (sockets, sockets * per_socket, int(flat["CPU(s)"]))


def test_packages_of_both_agents_are_the_package_managers(corpus: Path) -> None:
    lines = (corpus / "inventory/real-agents/dpkg-query.tsv").read_text().splitlines()
    for name in (FUSION, OCS):
        packages = [row for row in read(corpus, name).software if row.kind == "package"]
        assert {row.code for row in packages} == {"deb"}
        known = {line.split("\t")[0].strip('"').partition(":")[0] for line in lines}
        assert len({row.name.partition(":")[0] for row in packages} & known) >= 760


def test_a_web_address_is_no_publisher(corpus: Path) -> None:
    root = ET.parse(corpus / OCS).getroot()
    addresses = [p for p in root.iterfind(".//SOFTWARES/PUBLISHER") if (p.text or "").strip().startswith("http")]
    result = read(corpus, OCS)
    assert not [row for row in result.software if "://" in row.publisher]
    message = next(p.message for p in result.problems if p.code == "publisher-is-address")
    assert message.startswith(f"{len(addresses)} software records")


def test_an_impossible_date_is_a_problem_with_its_line_and_the_row_stays(corpus: Path) -> None:
    lines = (corpus / OCS).read_text().splitlines()
    result = read(corpus, OCS)
    problem = next(p for p in result.problems if p.code == "bad-date")
    assert "1970-00-01" in problem.message
    line = int(problem.where.rpartition(":")[2])
    assert "<HARDWARE>" in lines[line - 1]
    assert result.software[-1].installed_on is None


def test_physical_without_any_firmware_is_not_believed(corpus: Path) -> None:
    result = read(corpus, OCS)
    assert result.devices[0].kind == ""
    assert "machine-kind" in codes(result)
    assert read(corpus, FUSION).devices[0].kind == "container"


def test_the_scan_day_is_the_agents_and_never_guessed(corpus: Path) -> None:
    assert read(corpus, FUSION).observed_on == date(2026, 11, 24)
    assert read(corpus, OCS).observed_on is None


@pytest.mark.parametrize(("number", "query"), [(5, "SNMPQUERY"), (7, "SNMPQUERY"), (8, "SNMP"), (16, "NETDISCOVERY")])
def test_requests_that_are_no_inventory_are_refused_politely(corpus: Path, number: int, query: str) -> None:
    data = (corpus / f"inventory/glpi/xml/{number}.xml").read_bytes()
    assert fusioninventory.is_inventory(data[:4096], "x")
    result = fusioninventory.parse(data, path="x", file="f")
    assert query in result.refused
    assert (result.rows, result.software, result.rejects) == (0, (), ())


GLPI = ("computer_1", "computer_1_partial_cpu", "computer_1_partial_softs", "computer_2", "computer_2_partial_dbs",
        "computer_2_partial_vms", "phone_1")  # fmt: skip


@pytest.mark.parametrize("name", GLPI)
def test_glpi_files_give_the_numbers_of_their_json(corpus: Path, name: str) -> None:
    path = f"inventory/glpi/examples/{name}.json"
    document = json.loads((corpus / path).read_text())
    content = document["content"]
    result = read(corpus, path)
    services = content.get("databases_services", [])
    systems = 1 if "operatingsystem" in content else 0
    assert len(result.software) == len(content.get("softwares", [])) + len(services) + systems
    assert result.rows == len(result.software) + 1
    assert result.partial is document.get("partial", False)
    assert [g.name for g in result.guests] == [vm["name"] for vm in content.get("virtualmachines", [])]
    device = result.devices[0]
    assert (device.device_id, device.serial) == (document["deviceid"], content["bios"].get("ssn", ""))
    if "cpus" in content:
        assert device.cores == sum(cpu["core"] for cpu in content["cpus"])
        assert device.threads == sum(cpu["thread"] for cpu in content["cpus"])
    day = content.get("accesslog", {}).get("logdate", "")[:10]
    assert result.observed_on == (date.fromisoformat(day) if day else None)


def test_the_formats_know_their_own_files_only(corpus: Path) -> None:
    heads = {p.relative_to(corpus / "inventory").as_posix(): p.read_bytes()[:4096]
             for p in (corpus / "inventory").rglob("*") if p.suffix in {".xml", ".json"}}  # fmt: skip
    assert {n for n, head in heads.items() if fusioninventory.is_inventory(head, n)} == {
        n for n in heads if n.endswith(".xml")
    }
    assert {n for n, head in heads.items() if glpi.is_inventory(head, n)} == {
        f"glpi/examples/{name}.json" for name in GLPI
    }


def fusion(content: str, *, query: str = "INVENTORY", device: str = "pc-2024-01-02-03-04-05") -> InventoryResult:
    text = f"<REQUEST><CONTENT>\n{content}</CONTENT><DEVICEID>{device}</DEVICEID><QUERY>{query}</QUERY></REQUEST>"
    return fusioninventory.parse(text.encode(), path="a.xml", file="f")


def cpus(*records: str) -> tuple[int | None, int | None, int | None]:
    device = fusion("".join(f"<CPUS>{record}</CPUS>" for record in records)).devices[0]
    return device.sockets, device.cores, device.threads


def test_processors_add_up_by_the_meaning_each_agent_gives_them() -> None:
    socket = "<NAME>x</NAME><CORE>8</CORE><THREAD>16</THREAD>"
    assert cpus(socket, socket) == (2, 16, 32)
    assert cpus("<NAME>x</NAME><CORE>8</CORE><THREAD>2</THREAD>") == (1, 8, 16)
    assert cpus(socket, "<CORE>0</CORE>") == (1, 8, 16)
    assert cpus(socket, "<NAME>x</NAME>") == (2, None, None)
    ocs = "<TYPE>x</TYPE><NBSOCKET>2</NBSOCKET><CORES>8</CORES><LOGICAL_CPUS>{}</LOGICAL_CPUS>"
    assert cpus(ocs.format(32)) == (2, 16, 32)
    assert cpus(ocs.format(8)) == (2, 8, 8)


SERVER = (
    "<HARDWARE><VMSYSTEM>Physical</VMSYSTEM><OSNAME>Microsoft Windows Server 2022 Standard</OSNAME></HARDWARE>"
    "<BIOS><SSN>ABC1234</SSN></BIOS>"
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<HARDWARE><VMSYSTEM>VMware</VMSYSTEM></HARDWARE>", "virtual-machine"),
        ("<HARDWARE><VMSYSTEM>Physical</VMSYSTEM></HARDWARE><BIOS><SMODEL>Standard PC (QEMU)</SMODEL></BIOS>",
         "virtual-machine"),
        ("<HARDWARE><VMSYSTEM>lxc</VMSYSTEM></HARDWARE>", "container"),
        (SERVER, "server"),
        (SERVER + "<VIRTUALMACHINES><NAME>a</NAME><VMTYPE>hyper-v</VMTYPE></VIRTUALMACHINES>", "host"),
        (SERVER + "<VIRTUALMACHINES><NAME>a</NAME><VMTYPE>docker</VMTYPE></VIRTUALMACHINES>", "server"),
        ("<HARDWARE><CHASSIS_TYPE>Tower</CHASSIS_TYPE></HARDWARE>", "workstation"),
        ("", ""),
    ],
)  # fmt: skip
def test_kind_of_machine(content: str, kind: str) -> None:
    assert fusion(content).devices[0].kind == kind


def test_a_virtual_machine_has_virtual_cores_and_no_sockets() -> None:
    cpu = "<CPUS><NAME>x</NAME><CORE>1</CORE><THREAD>1</THREAD></CPUS>"
    device = fusion(f"<HARDWARE><VMSYSTEM>KVM</VMSYSTEM></HARDWARE>{cpu * 4}").devices[0]
    assert (device.vcpus, device.sockets, device.cores, device.threads) == (4, None, None, None)


def test_a_nameless_record_is_a_reject_on_its_line_and_the_rest_is_read() -> None:
    result = fusion("<SOFTWARES><NAME>A</NAME></SOFTWARES>\n<SOFTWARES><VERSION>1</VERSION></SOFTWARES>\n"
                    "<SOFTWARES><GUID>{90150000-0011}</GUID></SOFTWARES>")  # fmt: skip
    assert [(row.record, row.name) for row in result.software] == [(1, "A"), (3, "{90150000-0011}")]
    assert [(r.line, r.reason) for r in result.rejects] == [(3, "a software record without NAME and GUID")]
    assert result.rows == 4


def test_a_nameless_json_record_is_a_reject_on_its_line() -> None:
    text = '{\n "deviceid": "d",\n "content": {\n  "softwares": [\n   {"name": "A, \\"]}"},\n   {"version": "1"}\n ]}}'
    result = glpi.parse(text.encode(), path="a.json", file="f")
    assert [row.name for row in result.software] == ['A, "]}']
    assert [reject.line for reject in result.rejects] == [6]


def test_many_faulty_json_records_are_told_in_one_pass() -> None:
    records = ",\n".join(['{"version": "1", "install_date": "never"}'] * 30_000)
    text = '{"content": "first", "content": {"softwares": [\n' + records + ']}, "deviceid": "d"}'
    started = time.process_time()
    result = glpi.parse(text.encode(), path="a.json", file="f")
    assert time.process_time() - started < 5  # a walk for each record would take hours
    assert [reject.line for reject in result.rejects] == list(range(2, 30_002))


def test_a_device_without_any_identity_is_a_reject_and_its_software_is_unplaced() -> None:
    result = fusion("<SOFTWARES><NAME>A</NAME></SOFTWARES>", device="")
    assert (result.devices, [row.device_id for row in result.software], len(result.rejects)) == ((), [""], 1)
    named = fusion("<HARDWARE><NAME>pc7</NAME></HARDWARE>", device="")
    assert (named.devices[0].device_id, codes(named)) == ("pc7", ["no-device-id"])


def test_the_network_equipment_of_glpi_is_refused() -> None:
    for envelope in ({"itemtype": "NetworkEquipment"}, {"action": "netdiscovery"}):
        result = glpi.parse(json.dumps({"deviceid": "s", "content": {}, **envelope}).encode(), path="a", file="f")
        assert result.refused
        assert result.rows == 0


@pytest.mark.parametrize(
    ("text", "day", "sound"),
    [
        ("2017-06-09 09:00:49", date(2017, 6, 9), True), ("2025/04/20 00:00:00", date(2025, 4, 20), True),
        ("16/01/2017", date(2017, 1, 16), True), ("05/24/2014", date(2014, 5, 24), True),
        ("2015-04-17T03:02:45Z", date(2015, 4, 17), True), ("20240229", date(2024, 2, 29), True),
        ("1700000000", date(2023, 11, 14), True), ("N/A", None, True), ("01/01/1970", None, True), ("", None, True),
        ("0000-00-00 00:00:00", None, True), ("1970-00-01", None, False), ("2019-54-17 10:54:37", None, False),
        ("31/02/2020", None, False), ("Tue May 20 00:00:00", None, False), ("yesterday", None, False),
    ],
)  # fmt: skip
def test_days_as_agents_write_them(text: str, day: date | None, sound: bool) -> None:
    assert read_day(text) == (day, sound)


DTD = (
    b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE REQUEST [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b"<REQUEST>&e;</REQUEST>"
)
BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n ", "empty"),
    "doctype": (DTD, "document type"),
    "doctype in UTF-16": (DTD.decode().replace('<?xml version="1.0"?>', "").encode("utf-16"), "document type"),
    "doctype in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<REQUEST/>', "well-formed"),
    "undefined entity": (b"<REQUEST>&e;</REQUEST>", "well-formed"),
    "deep": (b"<REQUEST>" + b"<a>" * 100 + b"</a>" * 100 + b"</REQUEST>", "deeper"),
    "truncated": (b"<REQUEST><CONTENT>", "well-formed"),
    "control": (b"<REQUEST>\x00\x0b</REQUEST>", "well-formed"),
    "other root": (b"<html/>", "expected REQUEST"),
    "json": (b'{"a": 1}', "not XML"),
    "no content": (b"<REQUEST><QUERY>INVENTORY</QUERY></REQUEST>", "no CONTENT"),
    "gzip": (b"\x1f\x8b\x08\x00\x00", "not XML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_one_reject(name: str) -> None:
    data, reason = BAD[name]
    result = fusioninventory.parse(data, path="a.xml", file="f")
    assert len(result.rejects) == result.rows == 1
    assert reason in result.rejects[0].reason
    assert "root:" not in repr(result)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[" * 200_000, b'{"a":' * 100_000, b"[]", b"{}", b'{"content": []}', b"\xff\xfe{", b"nul",
     b'{"content": {}, "deviceid": ' + b"9" * 10_000 + b"}"],
)  # fmt: skip
def test_json_that_cannot_be_read_is_one_reject(data: bytes) -> None:
    result = glpi.parse(data, path="a.json", file="f")
    assert len(result.rejects) == result.rows == 1


def test_json_text_that_cannot_be_written_again_is_replaced() -> None:
    data = b'{"deviceid": "a\\u0000b", "content": {"softwares": [{"name": "x\\ud800y"}, {"name": ["z"]}]}}'
    result = glpi.parse(data, path="a.json", file="f")
    assert result.devices[0].device_id == "a b"
    assert [row.name for row in result.software] == ["x?y"]
    assert len(result.rejects) == 1


@pytest.mark.parametrize(
    ("declared", "written", "warned"),
    [("UTF-8", "utf-8", False), ("ISO-8859-1", "latin-1", False), ("UTF-16", "utf-16", False),
     ("UTF-16", "utf-8", True), ("UTF-8", "cp1252", True), ("no-such-code", "utf-8", True),
     ("UTF-8", "utf-8-sig", False)],
)  # fmt: skip
def test_encodings_that_are_not_as_declared_are_read_with_a_warning(declared: str, written: str, warned: bool) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><REQUEST><CONTENT><SOFTWARES><NAME>Café</NAME></SOFTWARES>'
    text += "</CONTENT><DEVICEID>d</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>"
    data = text.encode(written)
    assert fusioninventory.is_inventory(data[:200], "a")
    result = fusioninventory.parse(data, path="a.xml", file="f")
    assert [row.name for row in result.software] == ["Café"]
    assert [p.severity for p in result.problems if p.code == "encoding"] == ([Severity.WARNING] if warned else [])


@pytest.mark.parametrize("name", [name for name in BAD if name not in {"deep", "other root", "no content"}])
def test_the_hardened_parsers_of_inventories_and_tags_judge_alike(name: str) -> None:
    from sam.inventory import hardened as ours
    from sam.swid import hardened as theirs

    mine, other = ours.read_xml(BAD[name][0]), theirs.read_xml(BAD[name][0])
    assert isinstance(mine, ours.XmlFault)
    assert isinstance(other, theirs.XmlFault)
    assert (mine.line, mine.reason) == (other.line, other.reason)
