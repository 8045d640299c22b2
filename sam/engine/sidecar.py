"""What an inventory file says beyond records and software: the guests a host lists, and whether it is partial.

Kept as JSON beside the evidence, under the file's SHA-256, so that an unchanged file is not read again for it.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sam.inventory.result import Guest
from sam.model import Origin


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The rest of one inventory file."""

    partial: bool = False
    guests: tuple[Guest, ...] = ()


def _path(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}.inventory.json"


def write_sidecar(folder: Path, sha256: str, sidecar: Sidecar) -> None:
    """Keep a sidecar; one that says nothing is not written."""
    if not sha256:
        return
    path = _path(folder, sha256)
    if sidecar == Sidecar():
        path.unlink(missing_ok=True)
        return
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"partial": sidecar.partial, "guests": [asdict(g) for g in sidecar.guests]}), "utf-8")
    fresh.replace(path)


def read_sidecar(folder: Path, sha256: str) -> Sidecar:
    """Return what was kept for a file, an empty sidecar when nothing was."""
    path = _path(folder, sha256)
    if not path.is_file():
        return Sidecar()
    kept = json.loads(path.read_text("utf-8"))
    guests = tuple(Guest(**{**g, "origin": Origin(**g["origin"]), "macs": tuple(g["macs"])}) for g in kept["guests"])
    return Sidecar(partial=kept["partial"], guests=guests)
