"""An expression from a catalog file can never make a run hang."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam.catalog.patterns import fault_of, required_words
from tests.catalog.backtracking import TooManyStepsError, match_steps

GROUPS = frozenset({"version", "edition"})


@pytest.mark.parametrize(
    "regex",
    [
        r"(a+)+$", r"^(\w+\s?)+$", r"(.*)*x", r"^(a|a?)+$", r"(?:[a-z]+\d*)+!", r".*.*.*.*.*x", r"\d+\d+\d+\d+\d+x",
        r"^(?:\w+ ?\w+)*$", r"((ab)*)*c", r"(?:.{0,90}){0,90}x", r"(x+x+)+y", r"a*a*a*a*x", r"(?:a+){0,12}b",
    ],
)  # fmt: skip
def test_slow_expressions_are_refused(regex: str) -> None:
    assert fault_of(regex, GROUPS)


@pytest.mark.parametrize(
    "regex",
    [
        r"^SQL Server (?P<version>20\d\d) Database Engine Services$", r"^Acme (?P<version>\d+(?:\.\d+)*)$",
        r"^Sketch(?: (?:Pro|Std))*$", r"^A(?:, \w+)*$", r"^(?P<edition>Pro|Std) .*$", r"Native Client",
        r"^Acme \w+ \w+ \w+ \w+ \w+$", r"^Ünïcode (?:é+ )?$", r"(?i)^acme$", r"^A(?=B)B", r"^(a)(?(1)b|c)$",
    ],
)  # fmt: skip
def test_ordinary_expressions_are_taken(regex: str) -> None:
    assert fault_of(regex, GROUPS) is None


PIECES = st.sampled_from(
    ["a", "b", " ", r"\d", r"\w", ".", "[ab]", "[^a]", "(?:a|b)", "(?:ab|a)", r"(?:\.\d)", "(?:a b)", "x"]
)
REPEATS = st.sampled_from(["", "", "?", "*", "+", "{0,60}", "+?"])


@st.composite
def regexes(draw: st.DrawFn) -> str:
    flat = "".join(draw(PIECES) + draw(REPEATS) for _ in range(draw(st.integers(1, 5))))
    wrapped = f"(?:{flat}){draw(REPEATS)}" if draw(st.booleans()) else flat
    return "^" + wrapped + draw(PIECES) + "$"


LENGTH = 20
BAD_TITLES = [(piece * LENGTH)[:LENGTH] + "!" for piece in ("a", "ab", "1.1.", "a b ", " ")]
LIMIT = LENGTH**4
"""Steps: three free repeats that touch, a part behind them, and the nodes between; 2**20 is far beyond."""


@settings(deadline=None)
@given(regexes())
def test_what_is_taken_needs_few_steps_on_bad_titles(regex: str) -> None:
    if fault_of(regex, GROUPS):
        return
    for title in BAD_TITLES:
        matched, _ = match_steps(regex, title, LIMIT)
        assert matched == bool(re.search(regex, title))


def test_the_count_of_steps_tells_slow_expressions() -> None:
    for regex in (r"^(a+)+$", r"^(?:a|a)*$", r"^(?:\w+ ?\w+)*$"):
        with pytest.raises(TooManyStepsError):
            match_steps(regex, BAD_TITLES[0], LIMIT)
    assert match_steps(r"^a+$", "aaa", LIMIT) == (True, 9)


@given(regexes(), st.text("ab x1.!", max_size=20))
def test_a_matching_title_holds_the_required_words(regex: str, title: str) -> None:
    if fault_of(regex, GROUPS) is None and re.search(regex, title, re.IGNORECASE):
        assert required_words(regex) <= set(re.findall("[a-z0-9]+", title.lower()))


def test_required_words_are_found_so_that_rules_are_filed_by_them() -> None:
    assert required_words(r"^SQL Server (?P<version>20\d\d) Database Engine Services$") == {
        "sql", "server", "database", "engine", "services",
    }  # fmt: skip
    assert required_words(r"Sketch") == frozenset()
    assert required_words(r"^(?:Acme )?Sketch\b") == {"sketch"} or required_words(r"^(?:Acme )?Sketch\b") == frozenset()
