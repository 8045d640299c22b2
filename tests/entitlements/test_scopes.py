"""Scopes: what they say, who is inside, and where an org unit hangs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam.entitlements.scopes import Scope, in_scope, org_paths, parse_scope
from sam.model import OrgUnit, Origin, Problem

PATH = ("Corp", "EMEA", "Sales")


def unit(name: str, parent: str = "", record: int = 1) -> OrgUnit:
    return OrgUnit(origin=Origin(file="0", path="org_units.csv", record=record), org_unit=name, parent=parent)


def read(text: str) -> Scope:
    scope = parse_scope(text)
    assert isinstance(scope, Scope)
    return scope


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        (" ; ", ""),
        ("country:de", "country:DE"),
        ("org: Corp / EMEA ;Country:DE", "country:DE;org:Corp/EMEA"),
        ("org:HR;org:Corp", "org:Corp;org:HR"),
        ("country:DE;country:de", "country:DE"),
    ],
)
def test_a_scope_has_one_canonical_text(text: str, canonical: str) -> None:
    assert read(text).text == canonical
    assert read(canonical) == read(text)


@pytest.mark.parametrize("text", ["DE", "country:", "site:Berlin", "country:DE;country:FR", "org"])
def test_a_scope_that_cannot_be_read_is_a_problem_and_never_wider(text: str) -> None:
    found = parse_scope(text, where="entitlements.csv:7")
    assert isinstance(found, Problem)
    assert (found.code, found.where) == ("bad-scope", "entitlements.csv:7")
    assert text in found.message


@pytest.mark.parametrize(
    ("scope", "country", "path", "inside"),
    [
        ("", "", (), True),
        ("country:DE", "DE", (), True),
        ("country:DE", "de", (), True),
        ("country:DE", "FR", (), False),
        ("country:DE", "", (), False),
        ("org:Corp", "", PATH, True),
        ("org:Corp/EMEA", "", PATH, True),
        ("org:corp/emea", "", PATH, True),
        ("org:EMEA", "", PATH, True),
        ("org:Sales", "", PATH, True),
        ("org:EMEA/Sales", "", PATH, False),
        ("org:Corp/Sales", "", PATH, False),
        ("org:Corp/EMEA/Sales/North", "", PATH, False),
        ("org:EME", "", PATH, False),
        ("org:Corp", "", (), False),
        ("country:DE;org:Corp", "DE", ("Other",), False),
        ("country:DE;org:Corp", "FR", PATH, False),
        ("country:DE;org:Corp", "DE", PATH, True),
        ("org:Corp;org:Sales", "", PATH, True),
        ("org:Corp;org:HR", "", PATH, False),
    ],
)
def test_who_is_inside(scope: str, country: str, path: tuple[str, ...], inside: bool) -> None:
    assert in_scope(read(scope), country, path) is inside


def test_paths_run_from_the_root() -> None:
    tree = org_paths([unit("Sales", "EMEA"), unit("EMEA", "Corp"), unit("Corp"), unit("Lab")])
    assert tree.paths == {"Corp": ("Corp",), "EMEA": ("Corp", "EMEA"), "Lab": ("Lab",), "Sales": PATH}
    assert tree.problems == ()


def test_a_parent_that_is_not_listed_is_still_above() -> None:
    assert org_paths([unit("Sales", "EMEA")]).paths == {"Sales": ("EMEA", "Sales")}


def test_a_loop_is_cut_once_and_told() -> None:
    tree = org_paths([unit("A", "C"), unit("B", "A"), unit("C", "B"), unit("D", "B"), unit("E", "E")])
    assert tree.paths == {
        "A": ("A",),
        "B": ("A", "B"),
        "C": ("A", "B", "C"),
        "D": ("A", "B", "D"),
        "E": ("E",),
    }
    assert [problem.code for problem in tree.problems] == ["org-unit-loop", "org-unit-loop"]
    assert "'A' is taken as a root" in tree.problems[0].message


names = st.sampled_from("ABCDEFG")


@given(parents=st.dictionaries(names, names | st.just(""), max_size=7))
def test_every_unit_ends_its_path_and_no_path_repeats(parents: dict[str, str]) -> None:
    tree = org_paths([unit(name, parent) for name, parent in parents.items()])
    assert set(tree.paths) == set(parents)
    for name, path in tree.paths.items():
        assert path[-1] == name
        assert len(set(path)) == len(path)
        above = tree.paths.get(path[-2]) if len(path) > 1 else None
        assert above is None or above == path[:-1]
