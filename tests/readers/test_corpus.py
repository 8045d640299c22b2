"""Real files of other projects, read as a folder: each is read or told, and every account adds up."""

from collections import Counter
from pathlib import Path

import duckdb

from sam.readers.folders import discover, read_file
from sam.register.evidence import EvidenceStore


def test_every_file_is_read_or_told_and_adds_up(corpus: Path, tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "store")
    found = discover(corpus)
    formats: Counter[str] = Counter()
    stored = software = 0
    with duckdb.connect() as db:
        for item in found:
            result = read_file(item, store)
            account = result.account
            formats[account.format] += 1
            assert account.rows == account.accepted + account.rejected_count, item.rel
            assert account.format != "unknown" or result.problems, item.rel
            assert all(problem.where.startswith(item.rel) for problem in result.problems)
            if result.has_software:
                (rows,) = db.execute(f"SELECT count(*) FROM '{store.paths(account.sha256)[0]}'").fetchone() or (0,)
                stored += rows
                software += account.accepted - sum(hasattr(record, "hostname") for record in result.records)
    assert stored == software > 0
    assert {"swid", "fusioninventory", "glpi", "unknown"} <= set(formats)


def test_a_real_workbook_with_thousands_of_blank_rows_proposes_nothing_false(corpus: Path, tmp_path: Path) -> None:
    path = corpus / "inventory" / "rvtools" / "BillSampleNextRvtoolsFinal.xlsx"
    (found,) = [item for item in discover(corpus) if item.path == path]
    result = read_file(found, EvidenceStore(tmp_path / "store"))
    assert result.account.rows == 0
    assert {problem.code for problem in result.problems} == {"unknown-table"}
    assert all(problem.where.startswith(f"{found.rel}#") for problem in result.problems)
