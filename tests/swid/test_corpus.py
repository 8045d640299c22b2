"""Tags of the corpus: every number against an independent reading of the same bytes."""

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from sam.swid import is_software_tag, parse_software_tag, parse_tag
from sam.swid.evidence import TagResult

XML_FOLDERS = (
    "NVIDIA+nvtrust", "generated-debian", "strongswan+swidGenerator", "OneGet+Swidtag", "usnistgov+swid-tools",
    "veraison+swid", "hughsie+python-uswid", "SereneLinux+serenelinux-release",
)  # fmt: skip
EXPECTED = {
    "NVIDIA+nvtrust": (26, 0), "generated-debian": (100, 0), "strongswan+swidGenerator": (15, 0),
    "OneGet+Swidtag": (10, 0), "usnistgov+swid-tools": (9, 57), "veraison+swid": (3, 0), "hughsie+python-uswid": (1, 4),
    "SereneLinux+serenelinux-release": (0, 3),
}  # fmt: skip


def files(corpus: Path, folder: str) -> list[Path]:
    return sorted(p for p in (corpus / "swid" / folder).iterdir() if p.suffix in {".swidtag", ".xml"})


def read(path: Path) -> TagResult:
    return parse_software_tag(path.read_bytes(), path=path.name, file="sha")


@pytest.mark.parametrize("folder", XML_FOLDERS)
def test_every_tag_is_a_row_and_every_other_file_a_reject(corpus: Path, folder: str) -> None:
    results = [read(path) for path in files(corpus, folder)]
    assert (sum(len(r.software) for r in results), sum(len(r.rejects) for r in results)) == EXPECTED[folder]
    assert all(r.rows == len(r.software) + len(r.rejects) == 1 for r in results)
    assert all(reject.line >= 1 and reject.reason for r in results for reject in r.rejects)


@pytest.mark.parametrize("folder", ["NVIDIA+nvtrust", "generated-debian", "strongswan+swidGenerator", "OneGet+Swidtag"])
def test_rows_hold_what_xpath_finds(corpus: Path, folder: str) -> None:
    for path in files(corpus, folder):
        document = etree.parse(str(path))

        def found(query: str, document: "etree._ElementTree" = document) -> str:
            return str(document.xpath(f"string({query})")).strip()

        row = read(path).software[0]
        meta = "//*[local-name()='Meta']"
        assert row.name == found("/*/@name")
        assert row.code == (found("/*/@tagId") or found("/*/@uniqueId"))
        assert row.version == (found(f"{meta}/@colloquialVersion") or found("/*/@version"))
        assert row.edition == found(f"{meta}/@edition")
        role = "//*[local-name()='Entity'][contains(@role,'{}')]/@name"
        roles = ("licensor", "softwareCreator", "tagCreator")
        assert row.publisher == next((n for r in roles if (n := found(role.format(r)))), "")
        tag = parse_tag(path.read_bytes(), path=path.name)
        assert tag.payload_files == int(
            float(document.xpath("count(//*[local-name()='Payload']//*[local-name()='File'])"))
        )
        assert len(tag.links) == int(float(document.xpath("count(/*/*[local-name()='Link'])")))
        assert tag.signed is bool(document.xpath("/*/*[local-name()='Signature']"))
        assert row.kind == "swid"


def test_the_signed_firmware_tags_are_read_whole(corpus: Path) -> None:
    tags = [parse_tag(path.read_bytes(), path=path.name) for path in files(corpus, "NVIDIA+nvtrust")]
    assert len(tags) == 26
    assert all(tag.signed and tag.is_primary and tag.publisher == "NVIDIA Corporation" for tag in tags)
    assert all(dict(tag.metas[0].other)["PayloadType"] == "direct" for tag in tags)


def test_tags_of_evidence_collectors_name_their_device_and_day(corpus: Path) -> None:
    seen = 0
    for path in (p for folder in XML_FOLDERS for p in files(corpus, folder)):
        result = read(path)
        evidence = etree.parse(str(path)).xpath("/*/*[local-name()='Evidence']") if result.software else []
        device, day = (evidence[0].get("deviceId", ""), evidence[0].get("date", "")[:10]) if evidence else ("", "")
        assert result.device == device
        assert result.observed_on == (date.fromisoformat(day) if day else None)
        seen += bool(evidence)
    assert seen >= 1


HOSTILE = {
    "swid": ["04", "05", "18", "19", "20", "21", "22", "30", "32", "33", "41", "43", "46", "47", "48", "51", "52", "71",
             "74", "76", "79", "81", "82"],
    "swid-patch": ["36", "37", "40"],
    "swid-supplemental": ["70", "72"],
    "reject": ["10", "28", "29", "53", "57", "60", "64", "65", "66"],
    "refused": ["24", "25", "26"],
}  # fmt: skip


def test_hostile_files_never_crash_and_each_ends_where_it_should(corpus: Path) -> None:
    ends: dict[str, list[str]] = {}
    for path in sorted((corpus / "swid" / "hostile").iterdir()):
        started = time.perf_counter()
        result = read(path)
        assert time.perf_counter() - started < 1, path.name
        assert "root:x:" not in repr(result)
        kinds = [row.kind for row in result.software] + ["reject"] * len(result.rejects)
        assert len(kinds) == result.rows == (0 if result.refused else 1), path.name
        if path.suffix == ".coswid":
            assert result.refused, path.name
        else:
            ends.setdefault(kinds[0] if kinds else "refused", []).append(path.name.split("_")[0])
    assert ends == HOSTILE


def test_no_file_of_the_corpus_crashes_the_reader(corpus: Path) -> None:
    ends: Counter[str] = Counter()
    for path in sorted(p for p in corpus.rglob("*") if p.is_file() and p.stat().st_size < 3_000_000):
        result = read(path)
        assert result.rows == len(result.software) + len(result.rejects)
        assert not (result.refused and result.rows)
        ends["tag" if result.software else "other"] += 1
    assert ends["tag"] == sum(good for good, _ in EXPECTED.values()) + 28


def test_tags_are_known_by_their_first_bytes(corpus: Path) -> None:
    tags = [p for folder in XML_FOLDERS[:4] for p in files(corpus, folder)]
    assert all(is_software_tag(p.read_bytes()[:4096], "x") for p in tags)
    others = sorted((corpus / "inventory" / "glpi" / "xml").iterdir())
    assert not any(is_software_tag(p.read_bytes()[:4096], p.name) for p in others)
