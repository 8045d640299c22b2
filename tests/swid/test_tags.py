"""What a tag is evidence of: kinds, publishers, versions, secrets, containers, and what is refused."""

import subprocess
import sys

import pytest

from sam.errors import SamError
from sam.model import Severity
from sam.swid import parse_software_tag, parse_tag
from sam.swid.evidence import TagResult
from sam.swid.model import TagError

NS = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
ENTITY = '<Entity name="Acme" regid="acme.example" role="tagCreator"/>'


def tag(attributes: str = "", content: str = ENTITY, *, name: str = "Acme Draw", version: str = "4.1") -> str:
    opening = f'<SoftwareIdentity xmlns="{NS}" name="{name}" tagId="t-1" version="{version}" {attributes}>'
    return f"{opening}{content}</SoftwareIdentity>"


def read(text: str | bytes) -> TagResult:
    return parse_software_tag(text.encode() if isinstance(text, str) else text, path="a.swidtag", file="sha")


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ("", "swid"), ('corpus="false" patch="0" supplemental=""', "swid"), ('corpus="true"', "swid-media"),
        ('corpus="1"', "swid-media"), ('patch="true"', "swid-patch"), ('patch="1"', "swid-patch"),
        ('supplemental="true"', "swid-supplemental"), ('supplemental="1"', "swid-supplemental"),
        ('patch="maybe"', "swid"), ('patch="TRUE"', "swid-patch"),
    ],
)  # fmt: skip
def test_only_a_primary_tag_is_an_installation_and_none_vanishes(attributes: str, kind: str) -> None:
    assert [row.kind for row in read(tag(attributes)).software] == [kind]


@pytest.mark.parametrize(
    ("entities", "publisher"),
    [
        ([("A", "tagCreator"), ("B", "softwareCreator"), ("C", "distributor licensor")], "C"),
        ([("A", "tagCreator"), ("B", "softwareCreator")], "B"),
        ([("A", "tagCreator aggregator")], "A"), ([("A", "TagCreator  SoftwareCreator")], "A"),
        ([("A", "distributor")], ""), ([("", "licensor"), ("B", "softwareCreator")], "B"), ([], ""),
        ([("A", "nottagCreatorX")], ""),
    ],
)  # fmt: skip
def test_the_licensor_is_the_publisher_else_the_creator(entities: list[tuple[str, str]], publisher: str) -> None:
    content = "".join(f'<Entity name="{name}" role="{role}"/>' for name, role in entities)
    assert read(tag(content=content)).software[0].publisher == publisher


def test_meta_gives_edition_and_the_version_as_sold_and_the_name_stays_the_title() -> None:
    meta = '<Meta product="Draw" colloquialVersion="2024" edition="Studio"/>'
    row = read(tag(content=ENTITY + meta, name="Acme Draw 2024 Studio")).software[0]
    assert (row.name, row.version, row.edition, row.code) == ("Acme Draw 2024 Studio", "2024", "Studio", "t-1")


def test_a_tag_without_a_name_goes_by_its_product() -> None:
    result = read(tag(content=ENTITY + '<Meta product="Draw"/>', name=""))
    assert result.software[0].name == "Draw"
    assert [p.severity for p in result.problems] == [Severity.WARNING]


def test_a_key_is_counted_and_appears_nowhere() -> None:
    text = tag(content=ENTITY + '<Meta entitlementKey="AAAA-SECRET" entitlementDataRequired="true"/>')
    result, parsed = read(text), parse_tag(text.encode(), path="a")
    assert result.dropped == {"Meta/@entitlementKey": 1}
    assert (parsed.metas[0].entitlement_key, parsed.metas[0].entitlement_data_required) == ("***", True)
    assert "SECRET" not in repr(result) + repr(parsed)


def test_whether_proof_is_required_may_be_unknown() -> None:
    given = ['entitlementDataRequired="false"', "", 'entitlementDataRequired="maybe"']
    tags = [parse_tag(tag(content=f"{ENTITY}<Meta {words}/>").encode(), path="a") for words in given]
    assert [t.metas[0].entitlement_data_required for t in tags] == [False, None, None]


def test_what_the_standard_does_not_name_is_kept() -> None:
    parsed = parse_tag(tag('arch="x86_64" tagVersion="7" versionScheme="rpm" xml:lang="en"').encode(), path="a")
    assert parsed.other == (("arch", "x86_64"),)
    assert (parsed.tag_version, parsed.version_scheme, parsed.lang) == (7, "rpm", "en")


def test_a_container_gives_every_tag_and_rejects_the_bad_one_on_its_line() -> None:
    signed = f'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:Object>{tag()}</s:Object></s:Signature>'
    result = read(
        f"<swidtags>\n<package>{tag()}</package>\n<package>{tag(name='')}</package>\n{tag()}{signed}</swidtags>"
    )
    assert [row.record for row in result.software] == [1, 3]
    assert [(r.line, "'name'" in r.reason) for r in result.rejects] == [(3, True)]
    assert result.rows == 3


def test_rows_of_a_container_keep_their_own_device() -> None:
    tags = [
        tag(content=f'{ENTITY}<Evidence deviceId="{d}" date="2026-0{n}-05T01:02:03Z"/>')
        for n, d in ((1, "a"), (2, "b"))
    ]
    result = read(f"<swidtags>{''.join(tags)}</swidtags>")
    assert ([row.device_id for row in result.software], result.device) == (["a", "b"], "")
    assert str(result.observed_on) == "2026-02-05"
    assert read(tags[0]).device == "a"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b"<html/>", "root element is 'html'"),
        (b"<!DOCTYPE html><html/>", "document type"), (b'{"tagId": "t"}', "does not begin"),
        (b"\x1f\x8b\x08", "does not begin"), (b"plain text", "does not begin"),
        (tag('xmlns:x="y" x:a="&lol;"').encode(), "not well-formed"),
        (tag(content="".join(["<d>"] * 300 + ["</d>"] * 300)).encode(), "depth|deeper"),
        (tag(" ".join(f'a{n}="1"' for n in range(600))).encode(), "more than 500 attributes"),
        (tag().encode() + b" " * (16 * 1024 * 1024), "at most"),
        (b"<a>" + b"<b/>" * 1_100_000 + b"</a>", "more than 500000 elements"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_tag_is_one_reject_with_the_reason(data: bytes, reason: str) -> None:
    result = read(data)
    assert len(result.rejects) == result.rows == 1
    assert any(word in result.rejects[0].reason for word in reason.split("|"))


@pytest.mark.parametrize("data", [b"\xa6\x00", b"\xdaSWID\xa6", b"\xbf\x00aa", b"\xd8\x1c\x80"])
def test_concise_tags_are_refused_with_the_reason(data: bytes) -> None:
    result = read(data)
    assert "CBOR" in result.refused
    assert (result.rows, result.rejects) == (0, ())


def test_a_hundred_thousand_files_are_counted() -> None:
    payload = "<Payload>" + '<File name="f" size="1"/>' * 100_000 + "</Payload>"
    assert parse_tag(tag(content=ENTITY + payload).encode(), path="a").payload_files == 100_000


@pytest.mark.parametrize("number", ["9" * 5_000, "1.0", "x"])
def test_a_tag_version_that_is_no_number_is_a_warning(number: str) -> None:
    parsed = parse_tag(tag(f'tagVersion="{number}"').encode(), path="a")
    assert parsed.tag_version == 0
    assert any("tagVersion" in warning and len(warning) < 200 for warning in parsed.warnings)


def test_a_tag_declared_in_another_encoding_is_read_with_a_warning() -> None:
    result = read('<?xml version="1.0" encoding="utf-16"?>' + tag(name="Café"))
    assert [row.name for row in result.software] == ["Café"]
    assert any("UTF-8" in p.message for p in result.problems)


def test_misuse_raises_an_error_with_place_and_hint() -> None:
    with pytest.raises(TagError, match=r"a.xml:2: missing attribute 'tagId'") as caught:
        parse_tag(f'\n<SoftwareIdentity xmlns="{NS}" name="P"/>'.encode(), path="a.xml")
    assert isinstance(caught.value, SamError)
    assert (caught.value.line, caught.value.hint) == (2, "ask the publisher for a corrected tag")
    with pytest.raises(TagError, match="holds 2 tags"):
        parse_tag(f"<a>{tag()}{tag()}</a>".encode(), path="a.xml")


def test_importing_the_package_loads_no_xml_library() -> None:
    code = "import sys, sam.swid, sam.inventory.fusioninventory, sam.inventory.identity; print('lxml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
