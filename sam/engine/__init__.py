"""The run: stages in order, from files to findings. `check` is the main job."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sam.engine.explanation import explain
    from sam.engine.run import check
    from sam.engine.views import import_files, list_records, unrecognized
    from sam.engine.workspace import Workspace, load_workspace

_PLACES = {
    "check": "sam.engine.run",
    "explain": "sam.engine.explanation",
    "import_files": "sam.engine.views",
    "list_records": "sam.engine.views",
    "unrecognized": "sam.engine.views",
    "Workspace": "sam.engine.workspace",
    "load_workspace": "sam.engine.workspace",
}

__all__ = ["Workspace", "check", "explain", "import_files", "list_records", "load_workspace", "unrecognized"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (the one signature Python defines for it)
    """Load a function of the engine when it is first asked for: `trueup --help` needs none of them."""
    if name not in _PLACES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
