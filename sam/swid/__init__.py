"""Software identification tags (ISO/IEC 19770-2): read them, and what they are evidence of.

Names below load their modules, and the XML library, when they are called.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam.swid.evidence import TagResult
    from sam.swid.model import SoftwareIdentity

__all__ = ["is_software_tag", "parse_software_tag", "parse_tag"]


def is_software_tag(head: bytes, name: str) -> bool:
    """True when the first bytes open a tag or a container of tags, or the name promises one."""
    from sam.swid import evidence

    return evidence.is_software_tag(head, name)


def parse_software_tag(data: bytes, *, path: str, file: str) -> "TagResult":
    """Read a file of tags as evidence; see `sam.swid.evidence.read_tags`."""
    from sam.swid.evidence import read_tags

    return read_tags(data, path=path, file=file)


def parse_tag(data: bytes, *, path: str) -> "SoftwareIdentity":
    """Parse a file that holds one tag; see `sam.swid.parse.parse_tag`."""
    from sam.swid import parse

    return parse.parse_tag(data, path=path)
