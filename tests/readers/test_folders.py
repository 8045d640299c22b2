"""Which files of a folder are read, as what, and for which device."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sam.errors import ConfigError
from sam.model import Device, Severity
from sam.readers.folders import FileRead, Found, SourceSpec, discover, headers_only_tables, read_file
from sam.readers.formats import FORMATS, find_format
from sam.readers.places import find_record
from sam.register.evidence import EvidenceStore
from tests.readers.looking import lines, told

Reader = Callable[..., FileRead]
Software = Callable[[FileRead], list[tuple[Any, ...]]]

AGENT = """<?xml version="1.0" encoding="UTF-8"?>
<REQUEST><QUERY>INVENTORY</QUERY><DEVICEID>pc-1-2026-01-01-08-00-00</DEVICEID><CONTENT>
<ACCESSLOG><LOGDATE>2026-06-30 08:00:00</LOGDATE></ACCESSLOG>
<HARDWARE><NAME>pc-1</NAME><UUID>4C4C4544-0058-4B10-8032-B7C04F4D3433</UUID></HARDWARE>
<ENVS><KEY>PASSWORD</KEY><VAL>hunter2</VAL></ENVS>
<SOFTWARES><NAME>Acme Draw</NAME><PUBLISHER>Acme</PUBLISHER><VERSION>11.0</VERSION></SOFTWARES>
</CONTENT></REQUEST>
"""
GLPI = (
    '{"action": "inventory", "deviceid": "pc-2", "itemtype": "Computer", "partial": true, "content": '
    '{"hardware": {"name": "pc-2"}, "softwares": [{"name": "Acme Draw", "publisher": "Acme", "version": "11.0"}]}}'
)
TAG = """<?xml version="1.0" encoding="utf-8"?>
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="Acme Draw" tagId="acme-draw-11"
 version="11.0"><Entity name="Acme" role="tagCreator softwareCreator" regid="acme.example"/>
 <Evidence date="2026-06-30T08:00:00Z" deviceId="pc-from-tag"/></SoftwareIdentity>
"""
PACKAGES = "name,version\nAcme Draw,11.0\n"


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n1\n")


def rels(found: list[Found]) -> list[str]:
    return [item.rel for item in found]


def test_without_sources_every_file_is_found_in_order_but_results_and_own_files(tmp_path: Path) -> None:
    touch(
        tmp_path, "entitlements/b.csv", "inventory/a.csv", "z.csv", "notes.md", "README", "policy.yaml", "trueup.toml",
        "out/report.csv", ".trueup/x.csv", ".hidden.csv", "inventory/.git/x.csv", "catalog/acme.yaml", "terms/a.yaml",
        "inventory/out/kept.csv", "~$devices.xlsx",
    )  # fmt: skip
    assert rels(discover(tmp_path)) == ["entitlements/b.csv", "inventory/a.csv", "inventory/out/kept.csv", "z.csv"]


def test_sources_pick_files_and_the_first_that_fits_counts(tmp_path: Path) -> None:
    touch(tmp_path, "a/one.csv", "a/deep/two.csv", "b/three.csv", "four.csv")
    first, second = SourceSpec(glob="a/*.csv", device="PC-1"), SourceSpec(glob="**/*.csv", device="PC-2")
    assert [(f.rel, f.spec.device) for f in discover(tmp_path, [first, second])] == [
        ("a/deep/two.csv", "PC-2"),
        ("a/one.csv", "PC-1"),
        ("b/three.csv", "PC-2"),
        ("four.csv", "PC-2"),
    ]
    assert rels(discover(tmp_path, [SourceSpec(glob="?/*e.csv")])) == ["a/one.csv", "b/three.csv"]


@pytest.mark.parametrize("glob", ["../*.csv", "/etc/*", "a/../../b", "C:/x"])
def test_a_glob_that_leaves_the_workspace_is_refused(glob: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leaves the workspace"):
        discover(tmp_path, [SourceSpec(glob=glob)])


def test_folders_of_results_are_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "results/a.csv", "b.csv")
    assert rels(discover(tmp_path, skip=[tmp_path / "results"])) == ["b.csv"]


def test_links_are_never_followed(tmp_path: Path, store: EvidenceStore) -> None:
    root = tmp_path / "workspace"
    touch(root, "devices.csv", "a/b.csv")
    touch(tmp_path, "secret/people.csv")
    (root / "people.csv").symlink_to(tmp_path / "secret/people.csv")
    (root / "again.csv").symlink_to(root / "devices.csv")
    (root / "linked").symlink_to(tmp_path / "secret", target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    found = discover(root)
    assert rels(found) == ["a/b.csv", "devices.csv", "people.csv"]
    result = read_file(found[-1], store)
    assert str(result.problems[0]).startswith("people.csv:1: not read, because it is a link that leaves the workspace")
    assert not store.folder.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "devices.csv")
    assert discover(tmp_path) == []


def test_every_format_is_told_by_its_bytes() -> None:
    heads = {"fusioninventory": AGENT, "glpi": GLPI, "swid": TAG}
    for name, head in heads.items():
        suffix = "json" if name == "glpi" else "xml"
        form = find_format(head.encode(), f"file.{suffix}")
        assert form is not None
        assert form.name == name
    assert {form.name for form in FORMATS} == {*heads, "table", "workbook"}


def test_an_agents_file_brings_its_own_device(read: Reader, software: Software) -> None:
    result = read("inventory/devices/PC-9/pc.xml", AGENT)
    assert [record.device_id for record in result.records if isinstance(record, Device)] == ["pc-1-2026-01-01-08-00-00"]
    assert [row[1] for row in software(result)] == ["pc-1-2026-01-01-08-00-00"]
    assert result.default_device == ""
    assert result.account.dropped == {"ENVS": 1}
    assert result.account.rows == result.account.accepted == 2
    assert result.account.observed_on == date(2026, 6, 30)
    assert "hunter2" not in repr(result)


def test_a_glpi_file_may_be_partial(read: Reader) -> None:
    result = read("pc.json", GLPI, observed_on=date(2026, 1, 1))
    assert result.partial
    assert result.account.format == "glpi"
    assert result.account.observed_on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("rel", "device", "default", "named"),
    [
        ("tags/a.swidtag", "", "", "pc-from-tag"),
        ("inventory/devices/PC-9/a.swidtag", "", "PC-9", ""),
        ("inventory/devices/PC-9/deep/a.swidtag", "PC-1", "PC-1", ""),
    ],
)
def test_a_tag_belongs_to_its_source_then_its_folder_then_its_evidence(
    rel: str, device: str, default: str, named: str, read: Reader, software: Software
) -> None:
    result = read(rel, TAG, device=device)
    assert result.default_device == default
    assert [(row[1], row[3]) for row in software(result)] == [(named, "Acme Draw")]


def test_a_package_list_belongs_to_its_folder(read: Reader, software: Software) -> None:
    result = read("inventory/devices/PC-9/software.csv", PACKAGES)
    assert (result.default_device, result.account.accepted, result.problems) == ("PC-9", 1, ())
    assert software(result)[0][1] == ""


def test_a_package_list_without_a_place_is_unplaced_and_told(read: Reader) -> None:
    result = read("software.csv", PACKAGES)
    assert (result.default_device, result.account.accepted) == ("", 1)
    assert told(result, "unplaced")[0].startswith("software.csv:1: ")


def test_a_blank_device_is_allowed_only_where_the_place_tells_one(read: Reader) -> None:
    text = "device_id,name\nPC-1,Acme Draw\n,Acme Draw\n"
    assert lines(read("software.csv", text)) == [3]
    placed = read("inventory/devices/PC-9/software.csv", text)
    assert (lines(placed), placed.account.accepted) == ([], 2)


def test_a_file_of_no_known_format_is_told_quietly(read: Reader) -> None:
    result = read("inventory/picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert [(p.code, p.severity, p.where) for p in result.problems] == [
        ("not-read", Severity.INFO, "inventory/picture.png:1")
    ]
    assert result.account.format == "unknown"
    assert len(result.account.sha256) == 64


def test_an_unknown_format_name_is_told(read: Reader) -> None:
    result = read("a.csv", "x\n1\n", format="lotus")
    assert "format 'lotus' is neither one of" in str(result.problems[0])


def test_a_source_tells_the_table(read: Reader) -> None:
    result = read("export.csv", "Computer Name\nPC-1\n", format="devices", map=(("device_id", "Computer Name"),))
    assert result.account.format == "table:devices"
    assert result.account.accepted == 1


def test_a_broken_agents_file_is_one_reject(read: Reader) -> None:
    result = read("pc.xml", AGENT.replace("</CONTENT>", ""))
    assert result.account.rows == result.account.rejected_count == 1


def test_records_lead_back_to_their_lines(read: Reader, read_sheets: Reader, store: EvidenceStore) -> None:
    text = 'device_id,name\nPC-1,"two\nlines"\n\nPC-2,"bad"x\nPC-3,Acme Draw\n'
    copy = store.copy_path(read("software.csv", text).account.sha256)
    found = find_record(copy, 3)
    assert found is not None
    assert (found.line, dict(found.cells)["name"]) == (6, "Acme Draw")
    assert find_record(copy, 4) is None
    book = read_sheets("b.xlsx", {"people": [["user_id"], ["u1"]], "devices": [[], ["device_id"], [], ["PC-1"]]})
    found = find_record(store.copy_path(book.account.sha256), 1, sheet="devices")
    assert found is not None
    assert (found.line, found.cells) == (4, (("device_id", "PC-1"),))


def test_headers_for_a_new_workspace_are_those_of_the_tables() -> None:
    headers = headers_only_tables()
    assert headers["org_units"] == "org_unit,parent,country"
    assert len(headers) == 13
