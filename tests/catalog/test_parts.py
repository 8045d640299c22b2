"""Parts of a product (drivers, tools, set-up entries) are told from it and take none of its releases."""

from collections.abc import Callable

import pytest

from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.recognize import recognize
from sam.errors import ConfigError
from sam.model import Recognition, State, Title

Write = Callable[..., LoadedCatalog]
CATALOG = load_catalog()


def one(catalog: LoadedCatalog, name: str, publisher: str = "", **fields: str) -> Recognition:
    return recognize(catalog, [Title(name, publisher, **fields)])[0]


ACME = r"""
    publisher: acme
    products:
      - id: acme/sketch
        releases: [{version: "10", internal: "8"}, {version: "11", internal: "9"}]
        editions: [standard, {id: viewer, class: free}]
        titles:
          - {regex: '^Sketch(?: (?P<version>\d\d))?'}
          - {regex: '^Sketch Connector(?: (?P<version>\d\d))?$', state: component}
          - {regex: '^Sketch Set-up Entry$', state: component, name: set-up-entry}
          - {regex: '^Sketch Manual Viewer$', edition: viewer}
        not_titles: ['Connector', 'Viewer']
"""


def test_an_exclusion_spares_the_products_own_rules_for_parts(write: Write) -> None:
    acme = write(ACME)
    part = one(acme, "Sketch Connector", "Acme")
    assert (part.state, part.product, part.rule) == (State.COMPONENT, "acme/sketch", "acme/sketch#title-2")
    assert one(acme, "Sketch Connector Plus", "Acme").rule == "acme/sketch#not-1"
    assert one(acme, "Sketch Manual Viewer", "Acme").rule == "acme/sketch#not-2"


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("ACAD Private (2026)", "autodesk/autocad"),
        ("ACAD Private", "autodesk/autocad"),
        ("AutoCAD 2024 Language Pack - English", "autodesk/autocad"),
        ("Revit Content Libraries 2025", "autodesk/revit"),
        ("Autodesk Cloud Models for Revit 2025", "autodesk/revit"),
        ("C3D Private Pack", "autodesk/civil-3d"),
    ],
)
def test_parts_of_autodesk_products_are_components(name: str, product: str) -> None:
    for publisher in ("", "Autodesk"):
        found = one(CATALOG, name, publisher)
        assert (found.state, found.product) == (State.COMPONENT, product)


@pytest.mark.parametrize(
    ("name", "state", "product"),
    [
        ("Microsoft Visio Viewer 2016", State.FREE, "microsoft/visio"),
        ("Microsoft Office Visio Viewer 2007", State.FREE, "microsoft/visio"),
        ("Windows Server Update Services", State.COMPONENT, "microsoft/windows-server"),
        ("Windows Server Update Services 3.0 SP2", State.COMPONENT, "microsoft/windows-server"),
        ("Microsoft ODBC Driver 17 for SQL Server", State.COMPONENT, "microsoft/sql-server"),
    ],
)
def test_viewers_roles_and_drivers_need_no_license(name: str, state: State, product: str) -> None:
    found = one(CATALOG, name, "Microsoft Corporation", version="17.10.3.1")
    assert (found.state, found.product) == (state, product)
    assert found.version == (name[-4:] if state is State.FREE else "")


def test_what_a_part_reports_is_never_a_release_of_the_product(write: Write) -> None:
    acme = write(ACME)
    for reported in ("9.4.2", "11", "8"):
        assert one(acme, "Sketch Connector", "Acme", version=reported).version == ""
    assert one(acme, "Sketch Connector 10", "Acme", version="9.4.2").version == "10"
    assert one(acme, "Sketch", "Acme", version="9.4.2").version == "11"


def test_no_packaged_rule_for_parts_takes_a_release_from_a_reported_version() -> None:
    titles = [
        "Microsoft ODBC Driver 17 for SQL Server", "Microsoft OLE DB Driver 18 for SQL Server", "SQL Server Browser",
        "Microsoft VSS Writer for SQL Server 2019", "MySQL Workbench 8.0 CE", "Visual Studio Build Tools 2022",
        "Microsoft Visual Studio Installer", "VMware Horizon Agent", "ACAD Private", "Adobe Creative Cloud",
    ]  # fmt: skip
    for reported in ("17.10.3.1", "16.0", "8.0.36", "15.0.1", "24.3", "10.50"):
        found = recognize(CATALOG, [Title(name, version=reported) for name in titles])
        assert {r.state for r in found} <= {State.COMPONENT, State.FREE}
        assert [r.version for r in found] == [""] * len(titles)


def test_the_set_up_entry_of_sql_server_says_what_it_is() -> None:
    entry = one(CATALOG, "Microsoft SQL Server 2019 (64-bit)", "Microsoft Corporation", version="15.0.2000.5")
    assert (entry.state, entry.version, entry.rule) == (
        State.COMPONENT, "2019", "microsoft/sql-server#set-up-entry-without-edition",
    )  # fmt: skip
    named = one(CATALOG, "Microsoft SQL Server 2019 (64-bit)", "Microsoft Corporation", edition="Standard")
    assert (named.state, named.edition, named.version) == (State.LICENSABLE, "standard", "2019")
    assert named.rule == "microsoft/sql-server#edition-cell"


def test_a_rule_may_have_a_name_of_its_own(write: Write) -> None:
    assert one(write(ACME), "Sketch Set-up Entry", "Acme").rule == "acme/sketch#set-up-entry"


@pytest.mark.parametrize(
    ("names", "says"),
    [(("one", "one"), "twice"), (("Two Words", "x"), "not a name"), (("title-2", "x"), "not a name")],
)
def test_names_of_rules_are_words_and_unique(write: Write, names: tuple[str, str], says: str) -> None:
    rules = "".join(f"      - {{regex: '^Acme {n}$', name: '{name}'}}\n" for n, name in enumerate(names))
    with pytest.raises(ConfigError) as caught:
        write(acme="publisher: acme\nproducts:\n  - id: acme/a\n    titles:\n" + rules)
    assert says in caught.value.message
    assert caught.value.where.startswith("catalog/acme.yaml:")
    assert caught.value.hint
