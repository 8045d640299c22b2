"""Recognition: who decides, in which order, and that every decision can be explained."""

from collections.abc import Callable

import pytest

from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.recognize import recognize
from sam.model import Recognition, State, Title

Write = Callable[..., LoadedCatalog]

ACME = r"""
    publisher: {id: acme, name: Acme, aliases: [Acme Corporation], regids: [acme.example]}
    products:
      - id: acme/sketch
        name: Sketch
        editions: [{id: standard, rank: 1, aliases: [Std]}, {id: professional, rank: 2, aliases: [Pro Plus]}]
        releases: [{version: "10", internal: "8"}, {version: "11", internal: "9"}]
        titles: [{regex: '^Sketch(?: (?P<version>\d\d))?'}]
        not_titles: ['Viewer']
      - id: acme/runtime-studio
        titles: [{regex: '^Acme Runtime$'}]
"""


@pytest.fixture
def acme(write: Write) -> LoadedCatalog:
    return write(ACME)


def one(catalog: LoadedCatalog, name: str, publisher: str = "", **fields: str) -> Recognition:
    return recognize(catalog, [Title(name, publisher, **fields)])[0]


@pytest.mark.parametrize(
    "publisher",
    [
        "", "Acme", "ACME Corp.", "Acme Corporation", "Acme, Inc.", "Acme GmbH & Co. KG", "Acme®", "acme.example",
        "CN=Signing, O=\"Acme Corporation\", L=Berlin, C=DE", "CN=Acme, O=Acme Inc., C=US", "O=Acme",
        "Copyright (c) 2019-2023 Acme, Inc. All rights reserved.", "© Acme Corporation. All rights reserved.",
        "https://www.acme.example/products?x=1", "http://acme.example", "regid.2008-09.example.acme",
        "Acme Packaging <packages@acme.example>", "  acme  ltd ",
    ],
)  # fmt: skip
def test_every_spelling_of_a_publisher_is_the_publisher(acme: LoadedCatalog, publisher: str) -> None:
    assert one(acme, "Sketch 11", publisher).product == "acme/sketch"


@pytest.mark.parametrize(
    "publisher", ["Contoso", "Acme Robotics", "https://contoso.example", "O=Contoso", "NotAcme Inc."]
)
def test_an_explicit_other_publisher_never_matches(acme: LoadedCatalog, publisher: str) -> None:
    assert one(acme, "Sketch 11", publisher).state is State.UNKNOWN


def test_reported_versions_become_releases(acme: LoadedCatalog) -> None:
    assert one(acme, "Sketch", version="9.4.2").version == "11"
    assert one(acme, "Sketch 10", version="9.4.2").version == "10"
    assert one(acme, "Sketch", version="77.1").version == "77.1"


def test_releases_are_found_whatever_case_and_spaces() -> None:
    catalog = load_catalog()
    assert catalog.resolve_version("microsoft/windows-server", "2012r2") == "2012 R2"
    assert catalog.resolve_version("oracle/database", "11g release 2") == "11.2"
    assert one(catalog, "windows server 2012 r2 standard").version == "2012 R2"


@pytest.mark.parametrize(
    ("name", "cell", "edition"),
    [
        ("Sketch 11 Std", "", "standard"),
        ("Sketch 11 Professional", "", "professional"),
        ("Sketch 11 Pro Plus (64-bit)", "", "professional"),
        ("Sketch 11 Professional", "Standard Edition", "standard"),
        ("Sketch 11", "std", "standard"),
        ("Sketch 11", "Gold", "gold"),
        ("Sketch 11", "", ""),
        ("Sketch 11 standard and professional", "", ""),
    ],
)
def test_editions_come_from_the_cell_then_the_title(acme: LoadedCatalog, name: str, cell: str, edition: str) -> None:
    assert one(acme, name, edition=cell).edition == edition


def test_noise_goes_before_a_broad_rule_but_not_before_one_that_spells_it(acme: LoadedCatalog) -> None:
    assert one(acme, "Sketch 11 Language Pack").state is State.COMPONENT
    assert one(acme, "Sketch 11 (KB1234567)").state is State.PATCH
    assert one(acme, "Acme Runtime").product == "acme/runtime-studio"


def test_the_publishers_name_in_front_is_no_hindrance(acme: LoadedCatalog) -> None:
    assert one(acme, "Acme Sketch 11", "Acme Inc.").product == "acme/sketch"
    assert one(acme, "Acme Corporation Sketch 10", "Acme").version == "10"
    assert one(acme, "Contoso Sketch 11", "Contoso").state is State.UNKNOWN


def test_an_excluded_title_says_which_exclusion(acme: LoadedCatalog) -> None:
    found = one(acme, "Sketch Viewer 11")
    assert (found.state, found.product, found.rule) == (State.UNKNOWN, "", "acme/sketch#not-1")
    assert found.matched == "Viewer"


def test_rule_and_matched_text_explain_the_decision(acme: LoadedCatalog) -> None:
    found = one(acme, "Sketch™  11 Std")
    assert (found.rule, found.matched) == ("acme/sketch#title-1", "Sketch 11")


def test_packages_of_a_distribution_are_free_unless_a_product_claims_them(acme: LoadedCatalog) -> None:
    free = one(acme, "libsketch2", "Debian Maintainers <team@debian.example>", kind="package", code="deb")
    assert (free.state, free.rule) == (State.FREE, "package:deb")
    assert one(acme, "sketch", "Acme <p@acme.example>", kind="package", code="deb").product == "acme/sketch"
    assert one(acme, "bash", kind="package", code="rpm").rule == "package:rpm"
    assert one(acme, "linux-firmware", kind="package", code="deb").state is State.FREE


@pytest.mark.parametrize(
    ("kind", "state", "rule"),
    [
        ("swid-patch", State.PATCH, "swid:patch"),
        ("swid-media", State.COMPONENT, "swid:media"),
        ("swid-supplemental", State.COMPONENT, "swid:supplemental"),
    ],
)
def test_tags_that_are_no_installation(acme: LoadedCatalog, kind: str, state: State, rule: str) -> None:
    found = one(acme, "Sketch 11", "Acme", kind=kind)
    assert (found.state, found.rule, found.product) == (state, rule, "")


def test_answers_stand_in_the_order_of_the_titles(acme: LoadedCatalog) -> None:
    titles = [Title("Sketch 11"), Title("nobody knows"), Title("Sketch 10"), Title("Sketch 11")]
    assert [r.version for r in recognize(acme, titles)] == ["11", "", "10", "11"]


def test_the_users_rule_goes_before_the_packaged_one(write: Write) -> None:
    loaded = write(r"""
        publisher: microsoft
        products: [{id: microsoft/our-word, titles: [{regex: '^Microsoft Word'}]}]
    """)
    assert one(loaded, "Microsoft Word 2016", "Microsoft").product == "microsoft/our-word"


def test_a_product_is_recognised_by_its_name_without_any_rule(write: Write) -> None:
    loaded = write("publisher: acme\nproducts: [{id: acme/draw-it, name: Draw It!, aliases: [DI Suite]}]\n")
    for name in ("Draw It!", "Acme Draw It!", "acme DI suite", "Draw It! 4.2.1 (64-bit)", "draw it"):
        assert one(loaded, name).product == "acme/draw-it", name
    assert one(loaded, "Draw It!", "Contoso").state is State.UNKNOWN
    assert one(loaded, "Word").state is State.UNKNOWN
    assert one(loaded, "Word", "Microsoft").product == "microsoft/word"
