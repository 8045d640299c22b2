"""A small estate as tables, and its folder in the public formats: CSV, catalog YAML, terms YAML."""

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

Cells = dict[str, Any]
SOURCE = {"title": "Acme product terms (made up for tests)", "section": "1", "read": date(2026, 1, 15)}


@dataclass
class Tables:
    """Rows by table, catalog products and terms."""

    products: list[Cells]
    terms: list[Cells] = field(default_factory=list)
    rows: dict[str, list[Cells]] = field(default_factory=dict)

    def add(self, table: str, **cells: object) -> None:
        """Append a row."""
        self.rows.setdefault(table, []).append({k: "" if v is None else v for k, v in cells.items()})

    def write(self, folder: Path) -> Path:
        """Write the workspace and return its folder."""
        (folder / "catalog").mkdir(parents=True, exist_ok=True)
        (folder / "terms").mkdir(exist_ok=True)
        (folder / "trueup.toml").write_text('as_of = 2026-06-30\ncurrency = "EUR"\n', encoding="utf-8")
        catalog = {
            "publisher": {"id": "acme", "name": "Acme", "aliases": ["Acme Corporation"]},
            "products": self.products,
        }
        (folder / "catalog" / "acme.yaml").write_text(_yaml(catalog), encoding="utf-8")
        (folder / "terms" / "acme.yaml").write_text(_yaml(self.terms), encoding="utf-8")
        for table, rows in self.rows.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return folder


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(value: object) -> str:
    text = yaml.dump(value, Dumper=_NoAliases, sort_keys=False, allow_unicode=True)
    assert isinstance(text, str)
    return text


def product(name: str, *, editions: tuple[str, ...] = (), releases: Cells | None = None, suite: list[Any] | None = None,
            internal: Cells | None = None) -> Cells:  # fmt: skip
    """Return a catalog entry `acme/<name>`, shown as `Acme <Name>`; editions from the lowest rank up."""
    entry: Cells = {"id": f"acme/{name}", "name": f"Acme {name.title()}"}
    if editions:
        entry["editions"] = [{"id": e, "rank": rank} for rank, e in enumerate(editions, 1)]
    if releases:
        entry["releases"] = [
            {
                "version": v,
                **({"internal": internal[v]} if internal and v in internal else {}),
                **({"released": date.fromisoformat(d)} if d else {}),
            }
            for v, d in releases.items()
        ]
    if suite:
        entry["suite"] = suite
    else:
        entry["titles"] = [{"regex": f"^Acme {name.title()}$"}]
    return entry


def term(name: str, metric: str, *, rights: tuple[str, ...] = (), per_user: int | None = None, pack: int = 1,
         minimum: Cells | None = None, grants: Cells | None = None) -> Cells:  # fmt: skip
    """Return a term of `acme/<name>` under a metric; `grants` is edition → slots and makes it a host term."""
    count: Cells = {"subject": "device"}
    if metric in ("user", "named-user", "seat"):
        count = {"subject": "user"}
        if per_user:
            count["devices_per_user"] = per_user
    elif metric == "core":
        count = {"subject": "host", "cores": "physical"} if grants else {"subject": "device", "cores": "own"}
        if minimum:
            count["minimum"] = minimum
    found: Cells = {"id": f"acme/{name}/{metric}", "product": f"acme/{name}", "metric": metric}
    if grants:
        found["editions"] = list(grants)
        found["kind"] = "grouped"
    found["effective"] = {"from": date(2015, 1, 1)}
    found["count"] = count
    if pack > 1:
        found["order"] = {"pack": pack}
    if grants:
        found["grants"] = [
            {"edition": e, "gives": "os-instance", "slots": slots or "unlimited"} for e, slots in grants.items()
        ]
    if rights:
        found["rights"] = list(rights)
    found["source"] = SOURCE
    return found
