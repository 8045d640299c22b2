"""Write a file, read it as a workspace would, and look at what was stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from sam.readers.folders import FileRead, Found, SourceSpec, read_file
from sam.register.evidence import EvidenceStore

Reader = Callable[..., FileRead]


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / ".trueup")


@pytest.fixture
def read(tmp_path: Path, store: EvidenceStore) -> Reader:
    def read_bytes(rel: str, content: bytes | str, **spec: Any) -> FileRead:
        path = tmp_path / "workspace" / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(Found(path=path, rel=rel, spec=SourceSpec(**spec)), store)

    return read_bytes


@pytest.fixture
def read_sheets(tmp_path: Path, store: EvidenceStore) -> Reader:
    def read_workbook(rel: str, sheets: dict[str, list[list[Any]]], **spec: Any) -> FileRead:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "workspace" / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return read_file(Found(path=path, rel=rel, spec=SourceSpec(**spec)), store)

    return read_workbook


@pytest.fixture
def software(store: EvidenceStore) -> Callable[[FileRead], list[tuple[Any, ...]]]:
    """Rows of the evidence joined to their titles, in order of record."""

    def stored(result: FileRead) -> list[tuple[Any, ...]]:
        rows, titles = store.paths(result.account.sha256)
        with duckdb.connect() as db:
            return db.execute(
                "SELECT record, device, user_id, name, publisher, version, edition, installed_on, last_used "
                f"FROM '{rows}' JOIN '{titles}' USING (title) ORDER BY record"
            ).fetchall()

    return stored
