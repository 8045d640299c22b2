"""The common form of agent inventories: named sections of flat records, secrets already left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

SECRET_SECTIONS: Final = frozenset({"ENVS", "PROCESSES", "LOCAL_USERS", "LOCAL_GROUPS"})
"""Environment variables and command lines carry passwords; accounts are personal data. Never read, only counted."""

_SECRET_FIELDS: Final = frozenset({
    "WINPRODKEY", "PRODUCTKEY", "OFFICEKEY", "LICENSEKEY", "LICENCEKEY", "SSH_KEY", "PASSWORD", "PASSWD", "SECRET",
    "TOKEN",
})  # fmt: skip
_KEY_SECTIONS: Final = ("LICENSE", "LICENCE", "OFFICE", "WINPROD")
"""Sections in which every field that ends in KEY is a product key (LICENSEINFOS, OFFICEPACK)."""

KEPT: Final = frozenset({
    "ACCESSLOG", "BIOS", "CPUS", "DATABASES_SERVICES", "HARDWARE", "NETWORKS", "OPERATINGSYSTEM", "SOFTWARES",
    "VIRTUALMACHINES",
})  # fmt: skip

CONTROL: Final = dict.fromkeys(range(32), " ")


class Item:
    """One record of a section: field names in capitals, values as trimmed text."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields

    def text(self, *names: str) -> str:
        """Return the first of these fields that is not blank, else ""."""
        for name in names:
            if value := self.fields.get(name):
                return value
        return ""

    def number(self, *names: str) -> int | None:
        """Return the first of these fields that is a whole number, else None."""
        for name in names:
            value = self.fields.get(name, "")
            if value.isascii() and value.isdigit() and len(value) <= len(str(10**9)):
                return int(value)
        return None


NOTHING: Final = Item({})


@dataclass(slots=True)
class Sections:
    """The sections of one inventory while it is read."""

    items: dict[str, list[Item]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    line_of: Callable[[str, int], int] = lambda _section, _index: 0
    """Physical line of a record, by section and index."""

    def all(self, section: str) -> list[Item]:
        """Return the records of a section in file order."""
        return self.items.get(section, [])

    def first(self, section: str) -> Item:
        """Return the only record of a section that is not a list; an empty one where it is missing."""
        found = self.items.get(section)
        return found[0] if found else NOTHING

    def add(self, section: str, fields: Iterable[tuple[str, str]]) -> bool:
        """Take one record in, without its secrets. True when the section is one that is kept.

        Args:
            section: Name as the file writes it.
            fields: Names and raw values; of a repeated name, the first value that is not blank.
        """
        name = section.upper()
        if name in SECRET_SECTIONS:
            self.dropped[section] += 1
            return False
        kept: dict[str, str] = {}
        for raw_name, raw_value in fields:
            value = raw_value.translate(CONTROL).strip()
            if not value:
                continue
            if _is_secret(name, raw_name.upper()):
                self.dropped[f"{section}/{raw_name}"] += 1
            else:
                kept.setdefault(raw_name.upper(), value)
        if name in KEPT:
            self.items.setdefault(name, []).append(Item(kept))
        return name in KEPT


def _is_secret(section: str, name: str) -> bool:
    return name in _SECRET_FIELDS or (name.endswith("KEY") and section.startswith(_KEY_SECTIONS))
