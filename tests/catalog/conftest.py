"""Write a workspace catalog and load it, with line numbers that count from the first written line."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from sam.catalog.load import LoadedCatalog, load_catalog

Write = Callable[..., LoadedCatalog]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes catalog files (name → text) and loads them after the packaged ones."""

    def load(text: str = "", **files: str) -> LoadedCatalog:
        folder = tmp_path / "catalog"
        folder.mkdir(exist_ok=True)
        for name, content in (({"acme": text} if text else {}) | files).items():
            (folder / f"{name}.yaml").write_text(dedent(content).lstrip("\n"), encoding="utf-8")
        return load_catalog([folder])

    return load
