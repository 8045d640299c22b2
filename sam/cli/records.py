"""`list`: the records of the register as a table, CSV or JSON."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

import typer

from sam.cli.cells import cell, json_value
from sam.cli.filters import keep
from sam.cli.options import AsCsv, AsJson, Where, day, workspace
from sam.cli.screen import Cell, clean, note, plural, table
from sam.errors import UsageError

Row = Mapping[str, object]


class What(StrEnum):
    """What can be listed."""

    DEVICES = "devices"
    PEOPLE = "people"
    VENDORS = "vendors"
    CONTRACTS = "contracts"
    ENTITLEMENTS = "entitlements"
    PRICES = "prices"


ONE: Final = {
    What.DEVICES: "device",
    What.PEOPLE: "person",
    What.VENDORS: "vendor",
    What.CONTRACTS: "contract",
    What.ENTITLEMENTS: "entitlement",
    What.PRICES: "price",
}


def list_records(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="What to list.")],
    where: Where = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the records of one kind."""
    from sam import engine

    settings = workspace(context)
    rows = keep(engine.list_records(settings, what.value, as_of=day(None, settings)), where or ())
    show_rows(rows, as_json=as_json, as_csv=as_csv)
    note(plural(len(rows), ONE[what], what.value))


def show_rows(rows: Sequence[Row], *, as_json: bool, as_csv: bool) -> None:
    """Write rows in the form asked for: a table unless JSON or CSV."""
    if as_json and as_csv:
        raise UsageError("one form at a time", where="--json --csv", hint="leave one of them out")
    (_json if as_json else _csv if as_csv else _table)(rows)


def _json(rows: Sequence[Row]) -> None:
    print(
        json.dumps(
            [{key: json_value(value) for key, value in row.items()} for row in rows], indent=2, ensure_ascii=False
        )
    )


def _csv(rows: Sequence[Row]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns = list(rows[0]) if rows else []
    writer.writerow(columns)
    writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)


def _csv_cell(value: object) -> str:
    """Return the cell as the tables write it; a text that a spreadsheet would run as a formula is quoted."""
    text = cell(value)
    risky = isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return "'" + text if risky else text


def _table(rows: Sequence[Row]) -> None:
    columns = [
        column for column in (rows[0] if rows else ()) if any(row.get(column) not in (None, "", ()) for row in rows)
    ]
    # what a record is comes before where it stands
    columns.sort(key=lambda column: column == "source")
    table(columns, [[_shown(row.get(column)) for column in columns] for row in rows])


def _shown(value: object) -> Cell:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else clean(cell(value))
