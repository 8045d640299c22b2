"""Workspaces, and the command run on them as a user would run it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sam.cli.exits import run
from tests.acceptance.said import ESTATE, Said


@pytest.fixture
def trueup(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run the command and return how it ended and what it wrote to the two streams of the process."""
    monkeypatch.delenv("TRUEUP_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str | Path) -> Said:
        code = run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        said = Said(code, out.decode(), err.decode())
        assert "Traceback" not in said.all, said.all
        return said

    return call


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[[Mapping[str, str | bytes | None]], Path]:
    """Make a small estate that is in order, apart from the files given: None leaves one out."""

    def make(files: Mapping[str, str | bytes | None]) -> Path:
        folder = tmp_path / "estate"
        for name, content in {**ESTATE, **files}.items():
            if content is None:
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make
