"""A register of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sam.register import Register, open_register


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".trueup" / "register.sqlite"


@pytest.fixture
def register(file: Path) -> Iterator[Register]:
    with open_register(file) as opened:
        yield opened
