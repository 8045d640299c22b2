"""Catalog files are a public format: what is written is what counts, and every fault names file, line and remedy."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from sam.catalog.document import read_document
from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.noise import NOISE
from sam.catalog.recognize import recognize
from sam.catalog.schema import CatalogFile, EditionEntry, ProductEntry, PublisherEntry, ReleaseEntry, TitleEntry
from sam.errors import ConfigError
from sam.model import State, SuiteComponent, Title

Write = Callable[..., LoadedCatalog]

DESIGN = r"""
    publisher: {id: acme, name: Acme, aliases: [Acme Corporation, Acme Corp.], regids: [acme.example]}
    products:
      - id: acme/sketch
        name: Sketch
        category: design
        editions:
          - {id: express, class: free}
          - {id: developer, class: free, environments: [development, test]}
          - {id: standard, rank: 1}
          - {id: enterprise, rank: 2}
        releases:
          - {version: "10", internal: "8", released: 2020-03-01}
          - {version: "11", internal: ["9", "9.5"], released: 2022-11-16}
        titles: [{regex: '^Sketch (?P<version>\d\d) (?P<edition>\w+)$'}, {regex: '^Sketch (?P<version>\d\d)$'}]
        not_titles: ['Viewer', 'Language Kit']
      - id: acme/paint
        titles: [{regex: '^Acme Paint(?: (?P<version>\d+))?$'}]
      - {id: acme/studio, name: Studio, suite: [acme/paint, {product: acme/sketch, edition: standard, version: "11"}]}
"""


def test_the_designs_example_syntax_loads(write: Write) -> None:
    loaded: LoadedCatalog = write(DESIGN)
    sketch = loaded.catalog.products["acme/sketch"]
    assert (sketch.publisher, sketch.publisher_name, sketch.category) == ("acme", "Acme", "design")
    assert [(e.id, e.rank, e.license_class) for e in sketch.editions] == [
        ("express", None, "free"), ("developer", None, "free"), ("standard", 1, "paid"), ("enterprise", 2, "paid"),
    ]  # fmt: skip
    assert sketch.edition("developer").environments == ("development", "test")
    assert sketch.releases[1].released == date(2022, 11, 16)
    assert sketch.releases[1].internal == ("9", "9.5")
    assert loaded.catalog.products["acme/studio"].suite == (
        SuiteComponent(product="acme/paint"),
        SuiteComponent(product="acme/sketch", edition="standard", version="11"),
    )
    assert loaded.catalog.products["acme/paint"].name == "paint"


def test_a_file_says_what_it_was_by_hash(write: Write) -> None:
    loaded = write(DESIGN)
    written = {name: sha for name, sha in loaded.files.items() if name.startswith("catalog/")}
    (name,) = written
    assert name == "catalog/acme.yaml"
    assert len(written[name]) == len(hashlib.sha256().hexdigest())
    assert "sam/catalog/data/microsoft.yaml" in loaded.files


def test_unquoted_versions_keep_their_zeros(write: Write) -> None:
    loaded = write("""
        publisher: acme
        products:
          - id: acme/rrd
            releases:
              - {version: 9.9, internal: 8.10, released: 2020-01-01}
              - {version: 10.10, released: 2021-01-01}
    """)
    assert [r.version for r in loaded.catalog.products["acme/rrd"].releases] == ["9.9", "10.10"]
    assert loaded.resolve_version("acme/rrd", "10.10.3") == "10.10"
    assert loaded.resolve_version("acme/rrd", "8.10.3") == "9.9"


def test_the_workspace_replaces_a_packaged_product_and_keeps_the_others(write: Write) -> None:
    loaded = write("""
        publisher: {id: microsoft, aliases: [Microsoft Österreich GmbH]}
        products:
          - id: microsoft/word
            name: Word
            editions: [home, work]
            titles: [{regex: '^MS Word$'}]
    """)
    word = loaded.catalog.products["microsoft/word"]
    assert [e.id for e in word.editions] == ["home", "work"]
    assert word.releases == ()
    assert word.publisher_name == "Microsoft"
    assert "microsoft/excel" in loaded.catalog.products
    ours, theirs = recognize(
        loaded, [Title("MS Word", "Microsoft Österreich"), Title("Microsoft Word 2016", "Microsoft")]
    )
    assert ours.rule == "microsoft/word#title-1"
    assert theirs.rule != "microsoft/word#title-1"


def test_a_release_may_carry_its_own_suite(write: Write) -> None:
    loaded = write("""
        publisher: acme
        products:
          - {id: acme/a}
          - id: acme/all
            releases: [{version: "1", suite: [acme/a]}]
    """)
    assert loaded.catalog.products["acme/all"].releases[0].suite == (SuiteComponent(product="acme/a"),)


def test_missing_folder_and_empty_file_are_no_fault(tmp_path: Path, write: Write) -> None:
    assert load_catalog([tmp_path / "none"]).workspace == frozenset()
    assert write(acme="# nothing yet\n").workspace == frozenset()


HEAD = "publisher: {id: acme, name: Acme}\nproducts:\n"
FAULTS = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text("utf-8"))


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_faults_name_file_line_and_remedy(fault: dict[str, str], write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        write(acme=fault["file"].replace("TOO-LONG", "a" * 700))
    assert caught.value.where == f"catalog/acme.yaml:{fault['line']}"
    assert fault["says"] in caught.value.message
    assert fault["remedy"] in caught.value.hint


def test_the_second_fault_of_a_file_is_told_too(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        write(acme=HEAD + "  - id: acme/a\n    colour: red\n  - id: acme/b\n    size: 3\n")
    assert "catalog/acme.yaml:6: unknown key 'size'" in str(caught.value)


def test_the_same_product_in_two_files_names_both(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        write(a=HEAD + "  - id: acme/a\n", b=HEAD + "\n  - id: acme/a\n")
    assert caught.value.where == "catalog/b.yaml:4"
    assert "catalog/a.yaml:3" in caught.value.message


@pytest.mark.parametrize("data", [b"a: \xff\n", b"a: \x00\n", b"[" * 100_000, b"a: b: c", b"? [x]\n: 1\n"])
def test_hostile_bytes_are_refused_with_place_and_remedy(data: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        read_document("x.yaml", data)
    assert caught.value.where.startswith("x.yaml")
    assert caught.value.hint


DEEP = b"[" * 30 + b"]" * 30


@pytest.mark.parametrize("data", [DEEP, b"a: *b\n", b"- " + b"x" * 5_000_001], ids=["deep", "alias", "large"])
def test_a_file_that_is_no_catalog_is_not_told_to_be_one(data: bytes) -> None:
    with pytest.raises(ConfigError) as plain:
        read_document("terms/acme.yaml", data)
    assert "catalog file" not in f"{plain.value.message} {plain.value.hint}"
    assert "the catalog" not in f"{plain.value.message} {plain.value.hint}"


def test_the_remedy_names_the_page_of_the_format() -> None:
    with pytest.raises(ConfigError) as guided:
        read_document("terms/acme.yaml", DEEP, guide="docs/terms.md")
    assert guided.value.hint == "see docs/terms.md for the format"
    with pytest.raises(ConfigError) as plain:
        read_document("terms/acme.yaml", DEEP)
    assert "docs/terms.md" in plain.value.hint


def test_a_tag_builds_no_object() -> None:
    assert read_document("x.yaml", b"!!python/object:os.system {}").value == {}


def test_states_of_titles_and_of_products(write: Write) -> None:
    loaded = write(r"""
        publisher: acme
        products:
          - {id: acme/reader, class: free, titles: [{regex: '^Acme Reader$'}]}
          - {id: acme/helper, class: component, titles: [{regex: '^Acme Helper$'}]}
          - id: acme/paint
            editions: [{id: trial, class: trial, trial_days: 30}, {id: full}]
            titles:
              - {regex: '^Acme Paint Trial$', edition: trial}
              - {regex: '^Acme Paint Old$', class: free}
              - {regex: '^Acme Paint Skin$', state: component}
              - {regex: '^Acme Paint$', edition: full}
    """)
    names = ["Acme Reader", "Acme Helper", "Acme Paint Trial", "Acme Paint Old", "Acme Paint Skin", "Acme Paint"]
    found = recognize(loaded, [Title(name) for name in names])
    assert [(r.state, r.license_class) for r in found] == [
        (State.FREE, "free"), (State.COMPONENT, ""), (State.LICENSABLE, "trial"),
        (State.FREE, "free"), (State.COMPONENT, ""), (State.LICENSABLE, "paid"),
    ]  # fmt: skip


DOCS = Path(__file__).parents[2] / "docs" / "catalog.md"


def test_the_documented_example_is_a_catalog_file(write: Write) -> None:
    example = re.search(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL).group(1)
    loaded = write(acme=example)
    found = recognize(loaded, [Title("Sketch 11 Enterprise"), Title("Sketch Viewer 11"), Title("Sketch Font Pack")])
    assert [(r.product, r.edition, r.state.value) for r in found] == [
        ("acme/sketch", "enterprise", "licensable"),
        ("acme/sketch", "viewer", "licensable"),
        ("acme/sketch", "", "component"),
    ]


def test_every_general_rule_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    assert [rule.id for rule in NOISE if f"`{rule.id}`" not in text] == []


@pytest.mark.parametrize("model", [CatalogFile, PublisherEntry, ProductEntry, EditionEntry, ReleaseEntry, TitleEntry])
def test_every_key_of_the_format_is_documented(model: type[BaseModel]) -> None:
    text = DOCS.read_text("utf-8")
    keys = [f.alias or name for name, f in model.model_fields.items()]
    assert [key for key in keys if not re.search(rf"`(?:publisher\.)?{key}\b", text) and f"{key}:" not in text] == []
