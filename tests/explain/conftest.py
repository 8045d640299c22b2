"""One seeded estate, solved once, for all tests that only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sam.engine import load_workspace
from sam.engine.explain_desk import Desk
from sam.engine.run import solve
from tests.explain.estate import DAY, write_estate


@pytest.fixture(scope="package")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the estate."""
    return write_estate(tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="package")
def desk(estate: Path) -> Iterator[Desk]:
    """The estate, solved."""
    with solve(load_workspace(estate), as_of=DAY) as solved:
        yield Desk(solved)
