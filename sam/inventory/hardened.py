"""Parse XML that may be hostile: no DTD, no entities, no network, limits on size, depth and number of elements."""

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ELEMENTS: Final = 1_500_000
MAX_DEPTH: Final = 32
"""An inventory is five levels deep."""

_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_TEXT_CODECS = re.compile(r"utf-(8|16|32)|ascii|iso8859-|cp\d|koi8|gb|big5|euc|shift_jis")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class XmlFault:
    """Why a file is not usable XML, and on which line."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class XmlTree:
    """A parsed document and what had to be overlooked."""

    root: "_Element"
    warnings: tuple[str, ...] = ()


def skip_prolog(text: str) -> str:
    """Return the text from its first element or document type on."""
    position = 0
    while match := _PROLOG.match(text, position):
        position = match.end()
    return text[position:]


def decode_head(head: bytes) -> str:
    """Decode the first bytes of a file well enough to see its first element."""
    for codec in (_marked_codec(head), "utf-8"):
        if codec:
            text = head.decode(codec, errors="replace")
            if "<" in text or "{" in text:
                return text.lstrip("\ufeff")
    return head.decode("latin-1")


def read_xml(data: bytes) -> XmlTree | XmlFault:
    """Parse a whole document, or say why not. Never raises on data."""
    if len(data) > MAX_BYTES:
        return XmlFault(1, f"the file has {len(data)} bytes; at most {MAX_BYTES} are read")
    decoded = _decode(data)
    if isinstance(decoded, XmlFault):
        return decoded
    text, warnings = decoded
    if skip_prolog(text).startswith("<!DOCTYPE"):
        return XmlFault(1, "a document type (DTD) is not allowed: it can pull in other files and grow without bound")
    if text.count("<") > 2 * MAX_ELEMENTS:
        return XmlFault(1, f"more than {MAX_ELEMENTS} elements")
    return _parse(text, warnings)


def _parse(text: str, warnings: tuple[str, ...]) -> XmlTree | XmlFault:
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        return XmlFault(max(error.lineno or 1, 1), f"not well-formed XML: {error.msg}")
    if root.getroottree().docinfo.internalDTD is not None:
        return XmlFault(1, "a document type (DTD) is not allowed")
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return XmlFault(line_of(element), f"elements are nested deeper than {MAX_DEPTH} levels")
    return XmlTree(root, warnings)


def line_of(element: "_Element") -> int:
    """Return the physical line on which an element begins."""
    line: Any = element.sourceline
    return int(line or 1)


def _marked_codec(data: bytes) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    return {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}.get(data[:2], "")


def _decode(data: bytes) -> tuple[str, tuple[str, ...]] | XmlFault:
    """Decode by byte order mark, else as declared, else as UTF-8, else as Windows text; the last two with a warning."""
    match = _DECLARED.search(data[:400].decode("latin-1"))
    declared = match[1] if match else "utf-8"
    told = _marked_codec(data) or _text_codec(declared)
    for codec in filter(None, (told, "utf-8")):
        text = _decode_as(data, codec)
        if text is not None:
            notes = () if codec == told else (f"declared as {declared}, but holds UTF-8 text: read as UTF-8",)
            return text, notes
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        return XmlFault(1, "the file is empty")
    if not data[:1024].lstrip().startswith(b"<"):
        return XmlFault(1, "not XML: it does not begin with '<'")
    note = f"declared as {declared}, but is not: read as Windows-1252, so accented letters may be wrong"
    return data.decode("cp1252", errors="replace"), (note,)


def _decode_as(data: bytes, codec: str) -> str | None:
    """Return the text when the bytes are of that encoding and begin like XML."""
    try:
        text = data.decode(codec).lstrip("\ufeff")
    except UnicodeDecodeError:
        return None
    return text if text.lstrip().startswith("<") else None


def _text_codec(name: str) -> str:
    """Return Python's name of a plain text encoding, "" for unknown ones and for those that can hide markup."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return found if _TEXT_CODECS.match(found) else ""
