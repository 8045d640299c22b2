"""The page that documents the tables (docs/tables.md), written from the specs so that it cannot lag behind them."""

from collections.abc import Iterator
from typing import Final

from sam.readers.columns import KIND_GRAMMAR, Column, Kind, TableSpec
from sam.readers.table_specs import TABLES

_HEAD: Final = """\
# Tables

Every table can be a CSV file or a sheet of an XLSX workbook. It is known by its file name (`devices.csv`,
`devices-hq.csv`), by its sheet's name, or by its headers. This page is written from the program's own list of columns.

## Grammar

- The first line that is not blank is the header. Case, spaces, `_` and `-` make no difference in headers: `Device ID`
  is `device_id`. Columns may come in any order, and any that is not bold may be left out.
- CSV files are UTF-8 (with or without byte order mark) or UTF-16; anything else is read as windows-1252, with a
  warning. The delimiter (comma, semicolon, tab or bar) is found from the header. A cell with a delimiter, a quote or a
  line break stands in double quotes, a quote inside is written twice. Missing cells at the end of a line are blank.
- Blanks at both ends of a cell are dropped. Blank lines and rows are passed over.
- **Bold columns** are needed: a row without one is rejected. So is a row with a quantity, date, scope or right that
  cannot be read (marked *strict* below), since a wrong number is worse than a missing row. In every other column such
  a cell is unknown, the row stays, and a problem tells the line.
- An unknown column is a warning. A header you cannot change is given to a column by a map in `trueup.toml`, which the
  warning proposes: `map = {device_id = "Computer Name"}`.
- An id that names a row (`device_id` in `devices`) may stand in a file once; the second row is rejected.

| kind | how a cell is written |
| --- | --- |
"""

_TAIL: Final = """\
## Examples

```csv
device_id,hostname,kind,sockets,cores,host_id,environment,last_seen
HOST-01,esx-01,host,2,32,,production,2026-06-30
VM-0001,sql-01,virtual-machine,,,HOST-01,production,2026-06-30
```

```csv
device_id,publisher,name,version,edition
VM-0001,Microsoft Corporation,Microsoft SQL Server 2022 (64-bit),16.0.1000.6,Standard
```

```csv
entitlement_id,product,edition,version,metric,quantity,pack_size,maintenance_until,unit_price,currency,rights
E-100,microsoft/sql-server,standard,2022,core,2,2,2027-06-30,1793.00,EUR,downgrade;mobility
```
"""


def render_tables_page() -> str:
    """Return the page as Markdown."""
    grammar = "".join(f"| {kind} | {KIND_GRAMMAR[kind]} |\n" for kind in Kind)
    tables = "\n".join("\n".join(_table(spec)) + "\n" for spec in TABLES.values())
    return f"{_HEAD}{grammar}\n{tables}\n{_TAIL}"


def _table(spec: TableSpec) -> Iterator[str]:
    yield f"## {spec.name}\n\n{spec.meaning}\n"
    yield "| column | kind | meaning | blank means | example |"
    yield "| --- | --- | --- | --- | --- |"
    for column in spec.columns:
        name = f"**{column.name}**" if column.required else column.name
        example = f"`{column.example}`" if column.example else ""
        yield f"| {name} | {_kind(column)} | {_meaning(column)} | {column.default} | {example} |"


def _kind(column: Column) -> str:
    return f"{column.kind}, strict" if column.strict else str(column.kind)


def _meaning(column: Column) -> str:
    if not column.words:
        return column.meaning
    more = ", or any other word" if column.open_words else ""
    return f"{column.meaning}: {', '.join(column.words)}{more}"
