"""What a run was computed from: every input with its SHA-256, catalog, terms and settings included."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sam.engine.intake import Intake
from sam.engine.workspace import SETTINGS, Workspace


def manifest(
    workspace: Workspace, intake: Intake, catalog: Mapping[str, str], terms: Mapping[str, str]
) -> dict[str, str]:
    """Return file → SHA-256, sorted; packaged files by their place in the package."""
    found = {v.path: v.sha256 for v in intake.versions if v.sha256}
    found |= dict(catalog) | dict(terms)
    for path in (workspace.root / SETTINGS, workspace.policy):
        if path is not None and path.is_file():
            found[_shown(path, workspace.root)] = sha256(path.read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name
