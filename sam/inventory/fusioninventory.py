"""Read the XML inventories of FusionInventory, GLPI and OCS agents."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sam.inventory.agent import NOT_COMPUTERS, Source, build
from sam.inventory.hardened import XmlFault, decode_head, line_of, read_xml, skip_prolog
from sam.inventory.installed import Faults
from sam.inventory.result import InventoryResult, rejected
from sam.inventory.sections import Sections
from sam.model import Severity

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOT = re.compile(r"<REQUEST[\s/>]|<!DOCTYPE\s+REQUEST\b")


def is_inventory(head: bytes, name: str) -> bool:
    """True when the first bytes open a REQUEST document, whatever the file is called."""
    del name
    return _ROOT.match(skip_prolog(decode_head(head))) is not None


def parse(data: bytes, *, path: str, file: str) -> InventoryResult:
    """Read one agent inventory.

    Args:
        data: The file's bytes.
        path: Where it lies, as shown in messages.
        file: Its id (sha256), for the origin of every record.

    Returns:
        One device with its software. A file that is not well-formed is one reject; a request that is no inventory
        (network discovery, SNMP) is refused with the reason and holds no rows.
    """
    tree = read_xml(data)
    if isinstance(tree, XmlFault):
        return rejected(tree.line, tree.reason)
    root = tree.root
    if root.tag != "REQUEST":
        return rejected(line_of(root), f"the root element is '{str(root.tag)[:80]}', expected REQUEST")
    query, itemtype = _text(root, "QUERY"), _text(root, "ITEMTYPE")
    content = root.find("CONTENT")
    if query.upper() != "INVENTORY":
        return InventoryResult(refused=f"the request is {query or 'unnamed'}, not an INVENTORY of a computer")
    if itemtype.casefold() in NOT_COMPUTERS:
        return InventoryResult(refused=f"the inventory is of a {itemtype}, which is not a computer")
    if content is None:
        return rejected(line_of(root), "REQUEST has no CONTENT")
    faults = Faults(path)
    for warning in tree.warnings:
        faults.add("encoding", Severity.WARNING, 1, warning, "correct the encoding in the first line")
    device_id = _text(root, "DEVICEID")
    source = Source(path=path, file=file, device_id=device_id, itemtype=itemtype, line=line_of(root))
    return build(_sections(content), source, faults)


def _sections(content: "_Element") -> Sections:
    lines: dict[tuple[str, int], int] = {}
    sections = Sections(line_of=lambda section, index: lines.get((section, index), 0))
    for element in content.iterchildren("{*}*"):
        name = str(element.tag)
        if sections.add(name, _fields(element)):
            lines[name.upper(), len(sections.all(name.upper())) - 1] = line_of(element)
    return sections


def _fields(element: "_Element") -> Iterator[tuple[str, str]]:
    for child in element.iterchildren("{*}*"):
        yield str(child.tag), child.text or ""


def _text(root: "_Element", name: str) -> str:
    return (root.findtext(name) or "").strip()
