"""The evidence store: its contract for SQL, copies that keep their content, and nothing half written."""

import hashlib
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sam.errors import RegisterError
from sam.model import SoftwareRow
from sam.register import evidence
from sam.register.evidence import CsvLayout, EvidenceStore

SHA = "a" * 64
ROWS = [
    SoftwareRow(record=1, device_id="PC-1", name="Zeta", publisher="Z", last_used=date(2026, 6, 30), user_id="u1"),
    SoftwareRow(record=2, device_id="", name="Alpha\r\nTwo", version="1", kind="package", code="deb"),
    SoftwareRow(record=4, device_id="PC-1", name="Zeta", publisher="Z", installed_on=date(2025, 1, 2)),
    SoftwareRow(record=5, device_id="PC-1", name=" "),
    SoftwareRow(record=6, device_id='a"b', name="lone\rreturn, \ud800 and \0"),
]


def describe(path: Path) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]


def test_rows_become_the_two_files_of_the_contract(store: EvidenceStore) -> None:
    read = store.write_rows(SHA, ROWS)
    assert (read.rows, read.accepted, read.rejected_count) == (5, 4, 1)
    assert [(r.record, r.reason) for r in read.rejects] == [(5, "name is blank")]
    rows, titles = store.paths(SHA)
    assert rows.name == f"{SHA}.parquet"
    assert titles.name == f"{SHA}.titles.parquet"
    assert describe(rows) == [
        ("record", "INTEGER"), ("device", "VARCHAR"), ("user_id", "VARCHAR"), ("title", "INTEGER"),
        ("installed_on", "DATE"), ("last_used", "DATE"),
    ]  # fmt: skip
    assert describe(titles) == [
        ("title", "INTEGER"), ("name", "VARCHAR"), ("publisher", "VARCHAR"), ("version", "VARCHAR"),
        ("edition", "VARCHAR"), ("kind", "VARCHAR"), ("code", "VARCHAR"), ("rows", "BIGINT"),
    ]  # fmt: skip
    assert duckdb.sql(f"SELECT * FROM '{rows}'").fetchall() == [
        (1, "PC-1", "u1", 2, None, date(2026, 6, 30)),
        (2, "", "", 1, None, None),
        (4, "PC-1", "", 2, date(2025, 1, 2), None),
        (6, 'a"b', "", 3, None, None),
    ]
    assert duckdb.sql(f"SELECT * FROM '{titles}'").fetchall() == [
        (1, "Alpha\nTwo", "", "1", "", "package", "deb", 1),
        (2, "Zeta", "Z", "", "", "application", "", 2),
        (3, "lone\nreturn, ? and \0", "", "", "", "application", "", 1),
    ]


def test_both_ways_give_the_same_types(store: EvidenceStore) -> None:
    path = store.folder / "x.csv"
    store.folder.mkdir()
    path.write_text("name,device\nAlpha,PC-1\n")
    layout = CsvLayout(path=path, delimiter=",", width=2, fields={"name": 0, "device_id": 1}, lines=2)
    assert store.write_csv("b" * 64, layout) is not None
    store.write_rows(SHA, ROWS)
    for one, other in zip(store.paths(SHA), store.paths("b" * 64), strict=True):
        assert describe(one) == describe(other)


@pytest.mark.parametrize(
    "text",
    [
        "name,device\na,b,c\n",
        'name,device\n"a"b,c\n',
        'name,device\n"a,c\nd,e\n',
        "name,device\na,b\n\nc,d\n",
        "name,device\na,b\n,\n",
        "name,device\r\na,b\nc,d\r\n",
        "name,device\ra,b\rc,d\r",
    ],
)
def test_text_that_is_not_even_is_handed_back_and_stores_nothing(text: str, store: EvidenceStore) -> None:
    path = store.folder / "x.csv"
    store.folder.mkdir()
    path.write_bytes(text.encode())
    fields = {"name": 0, "device_id": 1}
    layout = CsvLayout(path=path, delimiter=",", width=2, fields=fields, lines=text.count("\n"))
    assert store.write_csv(SHA, layout) is None
    assert not store.has(SHA)


def test_nothing_outside_the_store_is_opened(store: EvidenceStore, tmp_path: Path) -> None:
    path = tmp_path / "outside.csv"
    path.write_text("name,device\na,b\n")
    layout = CsvLayout(path=path, delimiter=",", width=2, fields={"name": 0}, lines=2)
    assert store.write_csv(SHA, layout) is None


def test_a_break_while_writing_leaves_nothing_half(store: EvidenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_rows(SHA, ROWS)
    publish = evidence._publish

    def broken(new: Path, final: Path) -> None:
        if final.name == f"{SHA}.parquet":
            raise KeyboardInterrupt
        publish(new, final)

    monkeypatch.setattr(evidence, "_publish", broken)
    with pytest.raises(KeyboardInterrupt):
        store.write_rows(SHA, ROWS[:1])
    assert not store.has(SHA)
    assert not list(store.folder.glob(".new-*/*"))


def test_copies_are_named_by_what_is_in_them(store: EvidenceStore, tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    path.write_bytes(b"device_id\n")
    sha256 = store.take(path)
    assert sha256 == hashlib.sha256(b"device_id\n").hexdigest()
    path.write_bytes(b"changed in place\n")
    assert store.copy_path(sha256).read_bytes() == b"device_id\n"
    assert store.keep_copy(path, sha256) == store.copy_path(sha256)


def test_a_file_that_changes_meanwhile_is_not_kept_under_the_old_name(store: EvidenceStore, tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    path.write_bytes(b"changed\n")
    with pytest.raises(RegisterError, match="changed while it was read"):
        store.keep_copy(path, SHA)
    assert not store.copy_path(SHA).exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_only_a_sha256_names_a_file(name: str, store: EvidenceStore) -> None:
    with pytest.raises(RegisterError, match="SHA-256"):
        store.paths(name)


@pytest.mark.skipif(os.name != "posix", reason="permissions as in POSIX")
def test_only_the_owner_can_look_into_the_store(store: EvidenceStore) -> None:
    store.write_rows(SHA, ROWS)
    assert store.folder.stat().st_mode & 0o077 == 0


def test_prune_keeps_what_is_asked_for(store: EvidenceStore, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    kept = store.take(path)
    store.write_rows(kept, ROWS)
    store.write_rows(SHA, ROWS)
    path.write_bytes(b"y")
    store.take(path)
    assert store.prune({kept}) == 3
    assert store.has(kept)
    assert store.copy_path(kept).exists()
    assert not store.has(SHA)
