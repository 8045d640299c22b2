"""Read GLPI inventory files (JSON), full and partial."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sam.inventory.agent import NOT_COMPUTERS, Source, build
from sam.inventory.hardened import MAX_BYTES, decode_head
from sam.inventory.installed import Faults
from sam.inventory.json_lines import member_lines
from sam.inventory.result import InventoryResult, rejected
from sam.inventory.sections import CONTROL, Sections
from sam.model import Reject

_ENVELOPE = re.compile(r'"(?:deviceid|itemtype|action|content)"\s*:')
_SECTION = re.compile(
    r'"(?:hardware|bios|versionclient|accesslog|softwares|networks|cpus|operatingsystem|virtualmachines|batteries)"\s*:'
)
_SCHEMA: Final = '"$schema"'


def is_inventory(head: bytes, name: str) -> bool:
    """True when the first bytes look like a GLPI inventory, whatever the file is called."""
    del name
    text = decode_head(head).lstrip()
    known = _ENVELOPE.search(text) and (_SECTION.search(text) or '"deviceid"' in text)
    return text.startswith("{") and bool(known) and _SCHEMA not in text


def parse(data: bytes, *, path: str, file: str) -> InventoryResult:
    """Read one GLPI inventory.

    Args:
        data: The file's bytes.
        path: Where it lies, as shown in messages.
        file: Its id (sha256), for the origin of every record.

    Returns:
        One device with its software; `partial` is true when the file says so. A file that is no JSON is one reject; a
        request that is no inventory is refused with the reason and holds no rows.
    """
    text = _decode(data)
    document = _load(data, text)
    if isinstance(document, Reject):
        return rejected(document.line, document.reason)
    action, itemtype = _value(document.get("action", "inventory")), _value(document.get("itemtype", ""))
    if action.casefold() != "inventory":
        return InventoryResult(refused=f"the action is {action}, not an inventory of a computer")
    if itemtype.casefold() in NOT_COMPUTERS:
        return InventoryResult(refused=f"the inventory is of a {itemtype}, which is not a computer")
    source = Source(
        path=path, file=file, device_id=_value(document.get("deviceid")).strip(), itemtype=itemtype,
        partial=document.get("partial") in (True, 1, "true", "1"),
    )  # fmt: skip
    return build(_sections(document["content"], text), source, Faults(path))


def _load(data: bytes, text: str) -> dict[str, Any] | Reject:
    if len(data) > MAX_BYTES:
        return Reject(line=1, reason=f"the file has {len(data)} bytes; at most {MAX_BYTES} are read")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return Reject(line=error.lineno, reason=f"not well-formed JSON: {error.msg}")
    except (RecursionError, ValueError) as error:
        return Reject(line=1, reason=f"JSON that cannot be read safely: {type(error).__name__}")
    if not isinstance(document, dict) or not isinstance(document.get("content"), dict):
        return Reject(line=1, reason="expected an object with 'deviceid' and 'content'")
    return document


def _decode(data: bytes) -> str:
    text = data.decode(json.detect_encoding(data), errors="replace")
    return text.removeprefix("\ufeff")


def _sections(content: Mapping[str, Any], text: str) -> Sections:
    places: dict[tuple[str, int], tuple[str, int]] = {}
    lines: dict[str, list[int]] = {}

    def line_of(section: str, index: int) -> int:
        name, member = places.get((section, index), ("", 0))
        if name and name not in lines:
            lines[name] = member_lines(text, "content", name)
        found = lines.get(name, [])
        return found[member] if member < len(found) else 0

    sections = Sections(line_of=line_of)
    for name, value in content.items():
        for member, entry in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(entry, dict) and sections.add(name, _fields(entry)):
                places[name.upper(), len(sections.all(name.upper())) - 1] = (name, member)
    return sections


def _fields(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in entry.items():
        yield name, _value(value)


def _value(value: object) -> str:
    """Return a JSON scalar as text that can be written again (no lone surrogates); "" for lists, objects and null."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-8", errors="replace").decode("utf-8").translate(CONTROL)
