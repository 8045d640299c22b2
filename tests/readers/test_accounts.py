"""The account of every file adds up, whatever is in it."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sam.readers.folders import FileRead, Found, SourceSpec, read_file
from sam.readers.table_specs import TABLES
from sam.register.evidence import EvidenceStore

cells = st.one_of(
    st.sampled_from(
        ["", " ", "1", "0", "-3", "1.5", "x", "E1", "core", "device", "license", "return", "2026-06-30", "2026-99-01",
         "downgrade", "fly", "\x1f",
         "country:DE", "yes", "2026-06-30T10:00:00Z", "EUR", "allocated", "\0", 'a"b', "a,b\nc"]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, int]:
    """A random table as (name, text, data rows that are not blank)."""
    spec = draw(st.sampled_from(sorted(TABLES.values(), key=lambda s: s.name)))
    others = [c.name for c in spec.columns if not c.required]
    header = [*spec.required, *draw(st.lists(st.sampled_from([*others, "unknown"]), unique=True, max_size=6))]
    if not set(spec.any_of) & set(header):
        header.extend(spec.any_of[:1])
    width = st.lists(cells, min_size=len(header), max_size=len(header))
    rows = draw(st.lists(st.one_of(width, st.lists(cells, min_size=1, max_size=len(header) + 2)), max_size=12))
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    blank = " \t\n\v\f\r\x85\xa0\ufeff"
    return spec.name, out.getvalue(), sum(any(cell.strip(blank) for cell in row) for row in rows)


def read(name: str, text: str) -> FileRead:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.csv")
        path.write_bytes(text.encode("utf-8", "replace"))
        return read_file(Found(path=path, rel=path.name, spec=SourceSpec()), EvidenceStore(Path(folder, "store")))


@settings(max_examples=250, deadline=None)
@given(table=tables())
def test_rows_are_accepted_plus_rejected(table: tuple[str, str, int]) -> None:
    name, text, expected = table
    result = read(name, text)
    account = result.account
    assert account.format == f"table:{name}"
    assert account.rows == expected == account.accepted + account.rejected_count
    assert len(account.rejected) == account.rejected_count
    if name != "software":
        assert len(result.records) == account.accepted
    physical = text.count("\n") + text.count("\r")
    assert all(1 < reject.line <= physical and reject.reason for reject in account.rejected)
    assert all(problem.where.startswith(f"{name}.csv:") and problem.message for problem in result.problems)
