"""The pages say what the program does."""

from pathlib import Path

from sam.readers.formats import FORMATS
from sam.readers.table_docs import render_tables_page
from sam.readers.table_specs import TABLES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_tables_is_the_one_the_specs_give() -> None:
    assert (DOCS / "tables.md").read_text("utf-8") == render_tables_page()


def test_every_column_is_documented_with_a_meaning() -> None:
    page = (DOCS / "tables.md").read_text("utf-8")
    for spec in TABLES.values():
        section = page.split(f"\n## {spec.name}\n")[1].split("\n## ")[0]
        for column in spec.columns:
            name = f"**{column.name}**" if column.required else column.name
            (row,) = [line for line in section.splitlines() if line.startswith(f"| {name} |")]
            assert column.meaning in row
            assert all(word in row for word in column.words)


def test_every_format_is_documented() -> None:
    page = (DOCS / "formats.md").read_text("utf-8")
    assert all(f"| `{form.name}` |" in page for form in FORMATS)
