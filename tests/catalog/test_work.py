"""How much work a title costs, counted as tries of expressions: few rules for each title, never a long text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from sam.catalog import noise
from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.patterns import MAX_TITLE
from sam.catalog.recognize import recognize
from sam.catalog.rules import ProductRules
from sam.model import State, Title


@dataclass
class Work:
    """What was tried on the titles of one test."""

    tries: int = 0
    longest: int = 0


@dataclass(frozen=True)
class Counted:
    """A compiled expression that counts its searches."""

    regex: re.Pattern[str]
    work: Work

    @property
    def pattern(self) -> str:
        return self.regex.pattern

    def search(self, text: str) -> re.Match[str] | None:
        self.work.tries += 1
        self.work.longest = max(self.work.longest, len(text))
        return self.regex.search(text)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Return the count; the general rules are counted from here on, those of a catalog by `counted`."""
    count = Work()
    monkeypatch.setattr(noise, "NOISE", tuple(replace(r, regex=Counted(r.regex, count)) for r in noise.NOISE))
    monkeypatch.setattr(noise, "_ANY", Counted(noise._ANY, count))
    return count


def counted(loaded: LoadedCatalog, work: Work) -> LoadedCatalog:
    rules = {
        product: ProductRules(
            tuple(replace(rule, regex=Counted(rule.regex, work)) for rule in own.titles),
            tuple(Counted(regex, work) for regex in own.exclusions),
        )
        for product, own in loaded.rules.items()
    }
    return replace(loaded, rules=rules)


def test_of_hundreds_of_rules_few_are_tried_on_a_title(work: Work) -> None:
    catalog = counted(load_catalog(), work)
    base = ["SQL Server 2022 Database Engine Services", "Microsoft Visio Professional {} - en-us", "Contoso Tool {}",
            "Update for Windows XP (KB2{:06})", "Adobe Photoshop {}", "AutoCAD {} - English", "lib{} Runtime",
            "Zoom {}"]  # fmt: skip
    titles = [Title(base[n % 8].format(n), f"Vendor {n % 900}" if n % 2 else "", f"{n}.0") for n in range(800)]
    recognize(catalog, titles)
    rules = sum(len(own.titles) for own in catalog.rules.values())
    assert rules > 200
    assert work.tries <= 20 * len(titles)


def test_a_title_seen_before_costs_nothing(work: Work) -> None:
    catalog = counted(load_catalog(), work)
    once = [Title("Adobe Photoshop 2024", "Adobe"), Title("Contoso Tool 3", "Contoso")]
    recognize(catalog, once)
    first = work.tries
    found = recognize(catalog, once * 10_000)
    assert len(found) == 20_000
    assert work.tries == 2 * first


def test_hostile_titles_are_cut_and_cost_no_more_than_others(work: Work) -> None:
    catalog = counted(load_catalog(), work)
    names = ["Microsoft " + "SQL Server 2019 " * 5000, "A" * 100_000, "Adobe Acrobat " + "X (" * 3000, "\u202e" * 900,
             "VMware ESXi " + "7.0." * 20000, "- " * 5000, "Adobe Reader " + "1." * 140 + "x", "\x00\n\t"]  # fmt: skip
    found = recognize(catalog, [Title(n, n, n, n) for n in names])
    assert {r.state for r in found} <= {State.UNKNOWN, State.LICENSABLE, State.FREE, State.COMPONENT, State.PATCH}
    assert all(len(r.matched) <= MAX_TITLE for r in found)
    longest_publisher = max(len(name) for name in catalog.publishers.display.values())
    assert work.longest <= MAX_TITLE + longest_publisher + 1
    assert work.tries <= 200 * len(names)
