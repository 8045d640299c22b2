"""The run as one JSON document, for machines: keys as `reports.jsonkeys` lists them."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from reports.jsonkeys import DOCUMENT, PARTS, SCHEMA_VERSION, nullable
from reports.order import ordered
from sam.model import Interval, Position, PositionLow, Run, Severity
from sam.model.origin import Problem, Reject, SourceAccount
from sam.model.results import BillPoint, Finding, RemedyLine, Renewal, Summary, UnknownTitle

_NAMES: Final[Mapping[type, str]] = {
    BillPoint: "bill",
    Finding: "finding",
    Interval: "demand",
    Position: "position",
    PositionLow: "at_low",
    Problem: "problem",
    Reject: "reject",
    RemedyLine: "remedy",
    Renewal: "renewal",
    SourceAccount: "source",
    Summary: "summary",
    UnknownTitle: "title",
}
"""Which part of the schema describes which value."""


def amount(value: Decimal) -> str:
    """Write an amount as a plain decimal string, never with an exponent."""
    return format(value, "f")


def document(run: Run) -> dict[str, Any]:
    """Return the JSON document of a run as plain values, sorted."""
    run = ordered(run)
    parts: dict[str, Any] = {"run": _run(run), "changes": list(run.changes) if run.previous else None}
    return {key: parts[key] if key in parts else _plain(getattr(run, key)) for key in DOCUMENT}


def render(run: Run) -> bytes:
    """Return the document as UTF-8, indented, with a line feed at the end."""
    text = json.dumps(document(run), ensure_ascii=False, indent=2, allow_nan=False)
    # a file name that is not UTF-8 reaches us with lone surrogates; `\udcff` is how JSON writes one
    return (text + "\n").encode("utf-8", errors="backslashreplace")


def _run(run: Run) -> dict[str, Any]:
    return {
        "as_of": run.as_of.isoformat(),
        "version": run.version,
        "schema_version": SCHEMA_VERSION,
        "workspace": run.workspace,
        "currency": run.currency,
        "inputs": [{"file": file, "sha256": sha256} for file, sha256 in run.inputs.items()],
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    name = _NAMES.get(type(value))
    if name is not None:
        return _object(name, value)
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _object(name: str, value: object) -> dict[str, Any]:
    result = {}
    for key, kind in PARTS[name].items():
        plain = _plain(getattr(value, key))
        result[key] = None if plain == "" and nullable(kind) else plain
    if isinstance(value, Position):
        result["confidence"] = {"reasons": list(value.confidence)}
    if isinstance(value, Summary):
        result["findings"] = {word.value: value.findings.get(word.value, 0) for word in Severity}
    return result
