"""Presenters: a `Run` to bytes. Pure and sorted: the same run gives the same bytes, and nothing asks for the day.

Each format is one module; heavy libraries (jinja2) load when a format that needs them is rendered.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sam.errors import UsageError
from sam.model import Run

FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "html": "report.html",
        "json": "report.json",
        "csv": "positions.csv",
        "csv-remedy": "remedy.csv",
        "csv-findings": "findings.csv",
    }
)
"""Format word → the file name it is written under."""

__all__ = ["FORMATS", "document", "render", "schema"]


def render(run: Run, format: str) -> bytes:  # noqa: A002 - the word users type
    """Present a run in one of `FORMATS`.

    Raises:
        UsageError: the format is not one of `FORMATS`.
    """
    if format not in FORMATS:
        raise UsageError(f"unknown report format {format!r}", hint="use one of: " + ", ".join(FORMATS))
    if format == "html":
        from reports import html

        return html.render(run)
    if format == "json":
        from reports import jsondoc

        return jsondoc.render(run)
    from reports import csvdoc

    return csvdoc.render(run, format)


def document(run: Run) -> dict[str, Any]:
    """Return the JSON document of a run as plain values; every key is explained in docs/json.md."""
    from reports import jsondoc

    return jsondoc.document(run)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every document of this version keeps."""
    from reports import jsonkeys

    return jsonkeys.schema()
