"""Estates in which a fault was once found, whatever number of cases is run."""

from pathlib import Path

import pytest

from . import oracle
from .engine_run import run_engine
from .generator import estate

FOUND = {
    (44, True): "a device whose user is not known, with several products",
    (109, True): "two editions beside each other on such a device",
    (139, False): "a device that more than one person uses",
    (181, False): "unlimited sets of two releases on one host",
    (272, True): "a bundle of fourteen items, written out",
    (329, True): "a small program that branching with presolve never left",
}


@pytest.mark.parametrize(("seed", "suites"), FOUND, ids=FOUND.values())
def test_the_engine_equals_the_exhaustive_search(seed: int, suites: bool, tmp_path: Path) -> None:
    folder = estate(seed, suites=suites).write(tmp_path)
    answer = oracle.solve(folder)

    assert run_engine(folder).bill == (answer.unpriced, answer.cost)
