"""What holds for every format: names, order, purity."""

import subprocess
import sys
from dataclasses import replace

import pytest

import reports
from sam.errors import UsageError
from sam.model import Run
from tests.reports import golden
from tests.reports.fixture import RUN, SQL_ENTERPRISE


def _reversed(run: Run) -> Run:
    lists = ("positions", "totals", "lines", "remedy", "findings", "renewals", "sources", "problems", "unknown_titles")
    maps = ("inputs", "terms", "rates")
    return replace(
        run,
        **{name: tuple(reversed(getattr(run, name))) for name in lists},
        **{name: dict(reversed(getattr(run, name).items())) for name in maps},
    )


@pytest.mark.parametrize("name", reports.FORMATS)
def test_the_same_run_in_another_order_gives_the_same_bytes(name: str) -> None:
    assert reports.render(RUN, name) == reports.render(_reversed(RUN), name)


def test_maps_inside_a_position_do_not_carry_their_order_into_the_bytes() -> None:
    turned = replace(
        SQL_ENTERPRISE,
        buckets=dict(reversed(SQL_ENTERPRISE.buckets.items())),
        sources=dict(reversed(SQL_ENTERPRISE.sources.items())),
    )
    plain, other = replace(RUN, positions=(SQL_ENTERPRISE,)), replace(RUN, positions=(turned,))
    for name in reports.FORMATS:
        assert reports.render(plain, name) == reports.render(other, name)


@pytest.mark.parametrize("name", golden.FORMATS)
def test_golden_file(name: str) -> None:
    assert reports.render(RUN, name) == golden.path(name).read_bytes()


def test_an_unknown_format_is_misuse_and_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="csv-findings"):
        reports.render(RUN, "docx")


def test_importing_the_presenters_loads_no_heavy_library() -> None:
    code = (
        "import sys, reports; print(sorted(m for m in sys.modules if m.split('.')[0] in ('jinja2', 'lxml', 'duckdb')))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_fixture_keeps_the_two_identities() -> None:
    for p in (*RUN.positions, *RUN.totals):
        assert p.solved == p.covered + p.shortfall
        assert p.covered == (
            p.covered_own + p.covered_suite + p.covered_downgrade + p.covered_edition_above + p.covered_other
        )
        assert p.entitled == p.used_here + p.used_for_others + p.reserved + p.non_transferable + p.surplus
