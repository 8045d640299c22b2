"""Every rule has a page with all its sections, and the pages say what the rules say."""

import re
from pathlib import Path
from typing import Final

import pytest

from sam.rules import FAMILIES, RULES
from sam.rules.pages import pages, sections
from sam.rules.registry import SECTIONS
from sam.rules.thresholds import THRESHOLDS

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
SOURCES: Final = {path: path.read_text("utf-8") for path in (ROOT / "sam" / "rules").rglob("*.py")}


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_tells_what_it_does_why_it_matters_how_to_fix_and_its_source(code: str) -> None:
    rule = RULES[code]
    told = sections(rule)
    assert tuple(told) == SECTIONS
    assert all(len(text.split()) >= 5 for text in told.values()), told
    assert 10 <= len(rule.title) <= 80
    assert not rule.title.endswith(".")
    assert rule.family in FAMILIES
    assert re.fullmatch(r"[A-Z]{3}\d{3}", code)


def test_titles_tell_rules_apart() -> None:
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


def test_every_rule_that_is_written_is_in_the_rulebook_and_in_a_file_of_its_code() -> None:
    written = [(code, path.stem) for path, text in SOURCES.items() for code in re.findall(r'@rule\(\s*"(\w+)"', text)]
    assert sorted(code for code, _ in written) == sorted(RULES)
    assert all(stem.startswith(code.lower() + "_") for code, stem in written)


def test_every_threshold_is_used_and_named_by_the_page_of_its_rules() -> None:
    by_engine = {"renewal_days", "exclude_stale"}
    for path, text in SOURCES.items():
        for name in re.findall(r'threshold\(policy, "(\w+)"\)', text):
            assert f"`{name}`" in text, f"{path.name} uses {name} and its docstring does not say so"
    used = {name for text in SOURCES.values() for name in re.findall(r'threshold\(policy, "(\w+)"\)', text)}
    assert set(THRESHOLDS) <= used | by_engine


def test_what_the_engine_falls_back_to_is_what_the_policy_page_says() -> None:
    from sam.engine import run

    known = {name: THRESHOLDS[name].default for name in ("renewal_days", "unused_days", "stale_days")}
    fallbacks = {name: getattr(run, name.upper(), default) for name, default in known.items()}
    assert fallbacks == known


def test_pages_in_the_documentation_are_those_the_rules_give() -> None:
    written = {p.relative_to(DOCS).as_posix(): p.read_text("utf-8") for p in (DOCS / "rules").glob("*.md")}
    written["rules.md"] = (DOCS / "rules.md").read_text("utf-8")
    assert written == dict(pages()), "write them anew: python -m sam.rules.pages docs"


def test_pages_cite_documents_that_are_there() -> None:
    cited = {name for text in pages().values() for name in re.findall(r"docs/([\w.-]+\.md)", text)}
    assert cited
    assert {name for name in cited if not (DOCS / name).exists()} == set()
