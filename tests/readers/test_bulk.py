"""The bulk way gives what the standard library's csv module gives, and loses no row of any text."""

import csv
import io
import itertools
import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from sam.readers import software as software_module
from sam.readers.folders import FileRead, Found, SourceSpec, read_file
from sam.register.evidence import EvidenceStore

HEADER = ["device_id", "publisher", "name", "version", "edition", "installed_on", "last_used", "user_id", "notes"]
SPACES = " \t\n\v\f\r\x85\xa0\ufeff"

letters = st.text(alphabet=st.sampled_from("aBß€😀\";,|\t \n\r'\\\xa0=#-\x1f"), max_size=8)
days = st.sampled_from(["", "2026-06-30", " 2024-02-29 ", "2026-02-29", "30.06.2026", "2026-06-30T10:00:00Z", "x\ny"])
rows = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(["PC-1", "PC-2"]), letters), letters, letters, letters, letters, days, days,
        letters, letters,
    ),
    max_size=30,
)  # fmt: skip


def store_and_read(content: bytes, folder: Path) -> tuple[FileRead, list[tuple[Any, ...]]]:
    path = folder / "software.csv"
    path.write_bytes(content)
    store = EvidenceStore(folder / "store")
    result = read_file(Found(path=path, rel="software.csv", spec=SourceSpec()), store)
    evidence, titles = store.paths(result.account.sha256)
    with duckdb.connect() as db:
        stored = db.execute(
            "SELECT record, device, publisher, name, version, edition, installed_on, last_used, user_id "
            f"FROM '{evidence}' JOIN '{titles}' USING (title) ORDER BY record"
        ).fetchall()
        counted = db.execute(f"SELECT coalesce(sum(rows), 0) FROM '{titles}'").fetchone()
    assert counted == (len(stored),)
    return result, stored


def good_day(text: str) -> bool:
    if not text:
        return True
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T10:00:00Z)?", text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def expected_from_csv_module(content: str, delimiter: str) -> tuple[int, list[tuple[Any, ...]]]:
    """Rows and usable rows, by the standard library alone."""
    usable = []
    record = 0
    for cells in itertools.islice(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter), 1, None):
        if not any(cell.strip(SPACES) for cell in cells):
            continue
        record += 1
        row = dict(zip(HEADER, (re.sub("\r\n|\r", "\n", cell).strip(SPACES) for cell in cells), strict=True))
        if row["device_id"] and row["name"] and good_day(row["installed_on"]) and good_day(row["last_used"]):
            seen = [date.fromisoformat(row[name][:10]) if row[name] else None for name in ("installed_on", "last_used")]
            texts = [row[name] for name in HEADER[:5]]
            usable.append((record, *texts, *seen, row["user_id"]))
    return record, usable


@settings(max_examples=60, deadline=None)
@given(rows=rows, delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]), full=st.booleans())
def test_any_csv_is_read_as_the_csv_module_reads_it(
    rows: list[tuple[str, ...]], delimiter: str, end: str, full: bool
) -> None:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if full else csv.QUOTE_MINIMAL
    if end == "\n" and not full:
        # such a writer leaves a lone CR unquoted, and who reads it cannot know that it is no line end
        rows = [tuple(cell.replace("\r", " ") for cell in row) for row in rows]
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(HEADER)
    writer.writerows(rows)
    total, usable = expected_from_csv_module(out.getvalue(), delimiter)
    with tempfile.TemporaryDirectory() as folder:
        result, stored = store_and_read(out.getvalue().encode(), Path(folder))
    # a lone CR and a CR before LF inside a cell are both a line break
    assert [tuple(re.sub("\r\n|\r", "\n", c) if isinstance(c, str) else c for c in row) for row in stored] == usable
    assert (result.account.rows, result.account.accepted) == (total, len(usable))
    assert result.account.rejected_count == total - len(usable)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.sampled_from('ab",\n\r \0;é'), max_size=120))
def test_no_row_of_any_text_vanishes(text: str) -> None:
    content = f"device_id,name\n{text}"
    with tempfile.TemporaryDirectory() as folder:
        result, stored = store_and_read(content.encode(), Path(folder))
    account = result.account
    assert account.rows == account.accepted + account.rejected_count
    assert len(stored) == account.accepted
    assert all(1 < reject.line <= len(re.split("\r\n|\r|\n", content)) for reject in account.rejected)
    # every letter before the first rejected record is stored; without a rejected record, every letter is
    lines = re.split("\r\n|\r|\n", content)
    first = min((reject.line for reject in account.rejected), default=len(lines) + 1)
    kept = "".join(cell for row in stored for cell in row if isinstance(cell, str))
    assert letters_in("".join(lines[1 : first - 1])) <= letters_in(kept)


def letters_in(text: str) -> int:
    return sum(character in "abé" for character in text)


def test_an_even_file_never_meets_python(tmp_path: Path, monkeypatch: Any) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a record was split in Python")

    monkeypatch.setattr(software_module, "read_records", forbidden)
    text = 'device_id,name\r\nPC-1,"a, ""b"""\r\nPC-2,"two\nlines"\r\n'
    _, stored = store_and_read(text.encode("utf-8-sig"), tmp_path)
    assert [row[3] for row in stored] == ['a, "b"', "two\nlines"]


def test_rejects_of_the_bulk_way_have_the_line_of_the_record(tmp_path: Path) -> None:
    text = 'device_id,name,last_used\nPC-1,"two\nlines",\nPC-2,,\nPC-3,a,soon\n,a,\n'
    result, _ = store_and_read(text.encode(), tmp_path)
    assert [(r.line, r.reason) for r in result.account.rejected] == [
        (4, "name is blank"),
        (5, "last_used: 'soon' is not a date like 2026-06-30"),
        (6, "device_id is blank"),
    ]
    assert str(result.problems[0]).startswith("software.csv:4: 3 of 4 rows rejected")


def test_same_bytes_give_the_same_evidence(tmp_path: Path) -> None:
    text = "device_id,name\n" + "".join(f"PC-{n % 7},Title {n * 7919 % 1013}\n" for n in range(5000))
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        result, _ = store_and_read(text.encode(), tmp_path / name)
        files.append(
            [path.read_bytes() for path in EvidenceStore(tmp_path / name / "store").paths(result.account.sha256)]
        )
    assert files[0] == files[1]
