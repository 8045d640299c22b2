"""Tags as evidence: one software row a tag, so that nothing vanishes; only a primary tag is an installation.

The result has the same attribute names as an inventory's, since both go the same way from here on.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sam.model import Device, Problem, Reject, Severity, SoftwareRow
from sam.swid.hardened import decode_head, skip_prolog
from sam.swid.model import SoftwareIdentity, TagError
from sam.swid.parse import ROOT, ROOT_2009, parse_tags

MEDIA: Final = "swid-media"
PATCH: Final = "swid-patch"
SUPPLEMENTAL: Final = "swid-supplemental"
PRIMARY: Final = "swid"

_OPENING = re.compile(rf"<(?:[\w.-]+:)?(?:{ROOT}|{ROOT_2009}|swidtags)[\s/>]")
_CBOR_ENDINGS: Final = (".coswid", ".cbor", ".uswid")
_FEED_LINKS: Final = frozenset({"feed", "package"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TagResult:
    """What one file of tags gives: `rows` = software + rejects. Tags make no devices."""

    devices: tuple[Device, ...] = ()
    software: tuple[SoftwareRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    rejects: tuple[Reject, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    observed_on: date | None = None
    partial: bool = False
    refused: str = ""
    device: str = ""
    """Evidence@deviceId where every tag of the file names the same one, else ""."""


def is_software_tag(head: bytes, name: str) -> bool:
    """True when the first bytes open a tag or a container of tags, or the name promises one."""
    text = skip_prolog(decode_head(head))
    return _OPENING.search(text[:400]) is not None or name.casefold().endswith((".swidtag", ".coswid"))


def read_tags(data: bytes, *, path: str, file: str) -> TagResult:
    """Read a file of tags.

    Args:
        data: The file's bytes.
        path: Where it lies, as shown in messages.
        file: Its id (sha256).

    Returns:
        A row a tag, of kind `swid`, `swid-media` (corpus), `swid-patch` or `swid-supplemental`. A tag of the 2009
        edition and a CBOR tag are refused with the reason; what is no tag is a reject.
    """
    del file  # rows carry record numbers; the reader knows the file
    refused = _refusal(data, path)
    if refused:
        return TagResult(refused=refused)
    try:
        tags = list(parse_tags(data, path=path))
    except TagError as error:
        return TagResult(rejects=(Reject(line=error.line, reason=_reason(error)),), rows=1)
    good = [(record, tag) for record, tag in enumerate(tags, 1) if isinstance(tag, SoftwareIdentity)]
    bad = [tag for tag in tags if isinstance(tag, TagError)]
    masked = sum(tag.masked_keys for _, tag in good)
    named = {_device(tag) for _, tag in good}
    return TagResult(
        software=tuple(_row(tag, record) for record, tag in good),
        problems=tuple(_warning(tag, text) for _, tag in good for text in (*tag.warnings, *_doubts(tag))),
        rejects=tuple(Reject(line=error.line, reason=_reason(error)) for error in bad),
        dropped={"Meta/@entitlementKey": masked} if masked else {}, rows=len(tags),
        observed_on=max((t.evidence.found_on for _, t in good if t.evidence and t.evidence.found_on), default=None),
        device=named.pop() if len(named) == 1 else "",
    )  # fmt: skip


def _refusal(data: bytes, path: str) -> str:
    head = data[:4096]
    is_binary = head[:1] >= b"\x80" and not head.startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE))
    if is_binary or path.casefold().endswith(_CBOR_ENDINGS):
        return "a concise tag (CoSWID, CBOR) is not read as XML"
    opening = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", skip_prolog(decode_head(head)))
    if opening and opening[1] == ROOT_2009:
        return "a tag of the 2009 edition (ISO/IEC 19770-2:2009) is not read as one of 2015"
    return ""


def _reason(error: TagError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


def _row(tag: SoftwareIdentity, record: int) -> SoftwareRow:
    return SoftwareRow(
        record=record, device_id=_device(tag), name=tag.name, publisher=tag.publisher,
        version=tag.meta("colloquial_version") or tag.version, edition=tag.meta("edition"),
        installed_on=None, kind=_kind(tag), code=tag.tag_id,
    )  # fmt: skip


def _kind(tag: SoftwareIdentity) -> str:
    if tag.corpus:
        return MEDIA
    if tag.patch:
        return PATCH
    return SUPPLEMENTAL if tag.supplemental else PRIMARY


def _device(tag: SoftwareIdentity) -> str:
    return tag.evidence.device_id if tag.evidence else ""


def _doubts(tag: SoftwareIdentity) -> list[str]:
    """Say what may make a primary tag no installation."""
    doubts = []
    if tag.is_primary and any(link.rel.casefold() in _FEED_LINKS for link in tag.links):
        doubts.append("links to packages: a feed of what can be installed rather than an installation")
    if tag.patch and not any(link.rel.casefold() == "patches" for link in tag.links):
        doubts.append("a patch without a link to what it patches")
    return doubts


def _warning(tag: SoftwareIdentity, text: str) -> Problem:
    return Problem(
        code="swid-tag", severity=Severity.WARNING, where=f"{tag.path}:{tag.line}",
        message=f"tag '{tag.tag_id[:200]}': {text}",
    )  # fmt: skip
