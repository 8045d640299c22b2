"""Real titles, written down by product in titles.yml, come out as a license specialist would read them."""

from pathlib import Path

import pytest
import yaml

from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.recognize import recognize
from sam.model import Recognition, State, Title

BLOCKS: list[dict[str, object]] = yaml.safe_load(Path(__file__).with_name("titles.yml").read_text("utf-8"))
KINDS = {"os": "operating-system", "deb": "package", "rpm": "package", "swid": "swid"}


@pytest.fixture(scope="module")
def catalog() -> LoadedCatalog:
    return load_catalog()


def cases(part: str) -> list[object]:
    return [
        pytest.param(block["product"], case, id=f"{block['product']}: {case['title']}")
        for block in BLOCKS
        for case in block.get(part, ())
    ]


def recognised(catalog: LoadedCatalog, case: dict[str, str]) -> Recognition:
    source = case["from"]
    title = Title(
        name=case["title"],
        publisher=case.get("publisher", ""),
        version=str(case.get("reported", "")),
        edition=case.get("cell", ""),
        kind=KINDS.get(source, "application"),
        code=source if source in {"deb", "rpm"} else "",
    )
    return recognize(catalog, [title])[0]


@pytest.mark.parametrize(("product", "case"), cases("match"))
def test_title_is_the_product(catalog: LoadedCatalog, product: str, case: dict[str, str]) -> None:
    found = recognised(catalog, case)
    assert found.product == product
    assert found.state == case.get("state", "licensable")
    assert found.edition == case.get("edition", "")
    if "version" in case:
        assert found.version == case["version"]
    if found.state is State.LICENSABLE:
        assert found.license_class == case.get("class", "paid")
    assert found.rule
    assert found.matched


@pytest.mark.parametrize(("product", "case"), cases("near"))
def test_title_is_not_the_product(catalog: LoadedCatalog, product: str, case: dict[str, str]) -> None:
    found = recognised(catalog, case)
    needs_license = found.state is State.LICENSABLE and (not product or found.product == product)
    assert not needs_license, f"{case['title']} is {case['because']}"
    if catalog.catalog.products.get(found.product) and found.product == product:
        assert found.state in {State.COMPONENT, State.FREE, State.PATCH, State.DRIVER}


def test_every_deep_product_is_tried_from_several_sources() -> None:
    deep = [
        block for block in BLOCKS
        if len(block.get("match", ())) >= 3
        and len({case["from"] for case in block["match"]}) >= 2
        and len(block.get("near", ())) >= 2
    ]  # fmt: skip
    assert [b["product"] for b in BLOCKS if b not in deep] == [""]
    assert len(deep) >= 20
    assert len({str(block["product"]).partition("/")[0] for block in deep}) >= 8
