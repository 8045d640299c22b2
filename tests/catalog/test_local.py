"""Products that only the user's tables name are products all the same, and titles equal to them are theirs."""

from hypothesis import given
from hypothesis import strategies as st

from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.recognize import recognize
from sam.model import Recognition, State, Title
from sam.model.words import fold_name

PACKAGED = load_catalog()


def one(catalog: LoadedCatalog, name: str, publisher: str = "", **fields: str) -> Recognition:
    return recognize(catalog, [Title(name, publisher, **fields)])[0]


def test_names_of_the_catalog_resolve_in_every_spelling() -> None:
    for name in (
        "microsoft/sql-server",
        "SQL Server",
        "Microsoft SQL Server",
        "microsoft® sql  server",
        "MS SQL Server",
    ):
        assert PACKAGED.resolve(name, "") == "microsoft/sql-server", name
        assert PACKAGED.resolve(name, "Microsoft Corporation") == "microsoft/sql-server", name
    assert PACKAGED.resolve("SPE_E5", "") == "microsoft/m365-e5"
    assert PACKAGED.resolve("Java SE", "Oracle America, Inc.") == "oracle/java-se"
    assert PACKAGED.resolve("Microsoft Visio", "A Reseller") == "microsoft/visio"


def test_an_unknown_name_is_a_product_by_that_very_name() -> None:
    assert PACKAGED.resolve("  Widget Maker ", "Acme") == "Widget Maker"
    assert PACKAGED.resolve("Visio", "Contoso") == "Visio"


def test_the_first_spelling_names_the_product() -> None:
    named = [("widget maker", ""), ("Widget  Maker", "Acme"), ("Acme Widget Maker", "Acme Inc."), ("Gadget", "")]
    loaded = PACKAGED.with_local(named, {})
    local = sorted(p.id for p in loaded.catalog.products.values() if not p.in_catalog)
    assert local == ["Acme Widget Maker", "Gadget"]
    for name, publisher in named[:3]:
        assert loaded.resolve(name, publisher) == "Acme Widget Maker"
        assert loaded.resolve(name) == "Acme Widget Maker"
    assert loaded.catalog.products["Acme Widget Maker"].publisher == "acme"


def test_titles_equal_to_a_local_name_are_recognised_as_it() -> None:
    loaded = PACKAGED.with_local([("acme/rrd-plus", ""), ("Widget Maker", "Acme")], {})
    for name, publisher in [
        ("RRD Plus", ""), ("rrd plus", "Acme"), ("Acme RRD Plus", ""), ("Acme RRD Plus", "Acme Corp."),
        ("acme/rrd-plus", ""), ("RRD Plus (64-bit)", "Acme Software"), ("RRD Plus 4.1.2", ""),
    ]:  # fmt: skip
        found = one(loaded, name, publisher)
        assert (found.product, found.state) == ("acme/rrd-plus", State.LICENSABLE), name
        assert found.rule == "local:acme/rrd-plus"
    assert one(loaded, "Acme Widget Maker").product == "Widget Maker"
    assert one(loaded, "Widget Maker", "Contoso").state is State.UNKNOWN
    assert one(loaded, "Widget Maker Viewer", "Acme").state is State.UNKNOWN


def test_the_exact_name_goes_before_general_noise() -> None:
    loaded = PACKAGED.with_local([("Acme Runtime", "Acme")], {})
    assert one(loaded, "Acme Runtime", "Acme").product == "Acme Runtime"


def test_versions_and_editions_named_in_tables_become_releases_and_editions() -> None:
    loaded = PACKAGED.with_local(
        [("acme/rrd", ""), ("acme/other", "")],
        {"acme/rrd": ["10", "9.5", "10.1", " ", "9.5"], "microsoft/word": ["1997"]},
        {"acme/rrd": ["Pro", "Light"]},
    )
    rrd = loaded.catalog.products["acme/rrd"]
    assert [r.version for r in rrd.releases] == ["9.5", "10", "10.1"]
    assert [e.id for e in rrd.editions] == ["light", "pro"]
    assert loaded.catalog.products["acme/other"].releases == ()
    assert loaded.resolve_version("acme/rrd", "10.0.3") == "10"
    assert loaded.resolve_version("acme/rrd", "10.1.7") == "10.1"
    assert loaded.resolve_version("acme/rrd", "11.2") == "11.2"
    assert loaded.resolve_edition("acme/rrd", "PRO edition") == "pro"
    assert loaded.catalog.products["microsoft/word"].release("1997") is None
    found = one(loaded, "RRD", "Acme", version="10.0.3", edition="Pro")
    assert (found.version, found.edition) == ("10", "pro")


def test_the_catalog_itself_is_not_changed() -> None:
    before = set(PACKAGED.catalog.products)
    PACKAGED.with_local([("Widget", "")], {})
    assert set(PACKAGED.catalog.products) == before


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "Acme", "Microsoft Corporation"])), max_size=8))
def test_every_name_resolves_to_one_product_whatever_the_order(named: list[tuple[str, str]]) -> None:
    forward, backward = PACKAGED.with_local(named, {}), PACKAGED.with_local(reversed(named), {})
    assert forward.catalog.products == backward.catalog.products
    for name, publisher in named:
        if not name.strip():
            continue
        product = forward.catalog.products[forward.resolve(name, publisher)]
        assert product.in_catalog or any(product.id == other.strip() for other, _ in named)
        found = one(forward, name, publisher)
        if not product.in_catalog and found.state is not State.UNKNOWN and len(fold_name(name)) > 1:
            assert found.product == product.id
