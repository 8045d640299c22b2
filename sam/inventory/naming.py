"""Choose the id by which a device goes after its records were joined."""

import re
from collections.abc import Sequence
from typing import Final

from sam.inventory.combine import Record

_AGENTS: Final = frozenset({"fusioninventory", "glpi", "ocs", "ocsinventory"})
_FIRST_RUN = re.compile(r"-(\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2})$")
_NEVER: Final = "9999"


def family(source_format: str) -> str:
    """Return the tool whose keys a format carries: agents of one family write the same DEVICEID in every format."""
    return "agent" if source_format in _AGENTS else source_format


def choose_ids(groups: Sequence[Sequence[Record]]) -> list[str]:
    """Return an id for each group, "" for a group of partial inventories alone: they never make a device.

    A `device_links` row names the id first, then a table; among agents the one that ran first, as the day in its
    DEVICEID tells, else the first in the alphabet. An id that two devices would share (a copied agent) gets the host
    name added.
    """
    ids: list[str] = []
    taken: set[str] = set()
    for group in groups:
        if all(record.source.partial for record in group):
            ids.append("")
            continue
        device_id = _free(_best(group), group, taken)
        taken.add(device_id)
        ids.append(device_id)
    return ids


def _best(group: Sequence[Record]) -> str:
    named = sorted({r.told for r in group if r.told})
    tables = sorted({r.device.device_id for r in group if r.source.table})
    both = [device_id for device_id in named if device_id in tables]
    if found := both or named or tables:
        return found[0]
    return min((r.device.device_id for r in group if not r.source.partial), key=_age)


def _age(device_id: str) -> tuple[str, str]:
    match = _FIRST_RUN.search(device_id)
    return (match[1] if match else _NEVER, device_id)


def _free(wanted: str, group: Sequence[Record], taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    name = next((r.keys.name for r in group if r.keys.name), "")
    candidate = f"{wanted}~{name}" if name else f"{wanted}~2"
    number = 2
    while candidate in taken:
        number += 1
        candidate = f"{wanted}~{number}"
    return candidate
