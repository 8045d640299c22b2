"""The pages for readers: links lead somewhere, every page is reached, and the settings page tells every setting."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from sam.engine.init import SETTINGS_TEXT
from sam.engine.workspace import load_workspace

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS_PAGE: Final = ROOT / "docs" / "workspace.md"


def links(page: Path) -> set[Path]:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert {str(target) for target in links(page) if not target.exists()} == set()


def test_every_page_is_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = {ROOT / "README.md"}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        waiting |= {target for target in links(page) if target.suffix == ".md"} - seen
    assert {page.relative_to(ROOT).as_posix() for page in set(PAGES) - seen} == set()


def test_the_settings_page_tells_every_setting_and_its_example_is_taken(tmp_path: Path) -> None:
    text = SETTINGS_PAGE.read_text("utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    (tmp_path / "trueup.toml").write_text("no_such_key = 1\n[[source]]\nglob = 'x'\n")
    with pytest.raises(Exception, match="known keys") as caught:
        load_workspace(tmp_path)
    known = set(str(caught.value).split("known keys: ")[1].rstrip(")").split(", "))
    assert told - {"glob", "format", "device", "map", "observed_on"} == known
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "trueup.toml").write_text(example)
    assert [source.glob for source in load_workspace(tmp_path).sources] == ["exports/software-*.csv", "**"]


def test_what_a_new_workspace_shows_as_comments_can_be_taken_as_it_stands(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=[\w]+ = |\[)", "", SETTINGS_TEXT, flags=re.MULTILINE)
    assert set(tomllib.loads(text)) == {"as_of", "currency", "register", "policy", "out", "rates", "source"}
    (tmp_path / "trueup.toml").write_text(text)
    (tmp_path / "policy.yaml").write_text("")
    (source,) = load_workspace(tmp_path).sources
    assert (source.format, source.device, source.map) == ("fusioninventory", "WEB-1", (("name", "Produkt"),))
