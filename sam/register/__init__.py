"""The register: what was read from which source, when it was observed and known, and every run; see docs/register.md.

The names below are loaded on first use, so that importing the package loads no database library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sam.register.importing import ImportTransaction
    from sam.register.store import Register, open_register
    from sam.register.values import RunHeader, SourceVersion, StoredRun

__all__ = ["ImportTransaction", "Register", "RunHeader", "SourceVersion", "StoredRun", "open_register"]

_HOMES = {
    "ImportTransaction": "sam.register.importing",
    "Register": "sam.register.store",
    "RunHeader": "sam.register.values",
    "SourceVersion": "sam.register.values",
    "StoredRun": "sam.register.values",
    "open_register": "sam.register.store",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (the one signature Python defines for it)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
