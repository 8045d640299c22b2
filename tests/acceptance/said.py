"""How a command ended, and a small estate in which nothing is wrong."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import jsonschema

import reports

ESTATE: Final = {
    "trueup.toml": 'as_of = 2026-06-30\ncurrency = "EUR"\n',
    "inventory/devices.csv": "device_id,hostname,kind,country\nPC-1,pc-1,workstation,DE\nPC-2,pc-2,laptop,DE\n",
    "inventory/software.csv": (
        "device_id,publisher,name,version\nPC-1,Acme,Acme Drafter,4.0\nPC-2,Acme,Acme Drafter,4.0\n"
    ),
    "entitlements/entitlements.csv": (
        "entitlement_id,publisher,product,version,metric,quantity,purchased_on,unit_price,currency\n"
        "E-1,Acme,Drafter,4.0,device,1,2025-01-10,100,EUR\n"
    ),
}
"""Two installations, one license at 100 EUR."""


class Said(NamedTuple):
    """The exit code of a command, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams."""
        return self.out + self.err

    def document(self) -> Any:
        """Return the one JSON document that standard output is, checked against its schema."""
        return checked(json.loads(self.out))


def report_of(folder: Path) -> Any:
    """Return the report for machines that the last run left, checked against its schema."""
    return checked(json.loads((folder / "out" / "report.json").read_bytes()))


def checked(document: Any) -> Any:
    """Return a document that keeps its schema and whose accounts add up."""
    jsonschema.validate(document, reports.schema())
    for source in document["sources"]:
        assert source["rows"] == source["accepted"] + source["rejected_count"], source
    return document
