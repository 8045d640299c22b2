"""The library of terms: the format, the term that is found, and the packaged content."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sam.catalog.load import load_catalog
from sam.catalog.recognize import recognize
from sam.entitlements.termlib import TermLibrary, describe, load_terms
from sam.errors import ConfigError, SamError
from sam.model import CountRule, GrantRule, Interval, Product, State, Title
from sam.model.words import METRICS

DAY = date(2026, 6, 30)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "terms.md"
WINDOWS_SERVER = Product(id="microsoft/windows-server", name="Windows Server", publisher="microsoft")
VISIO = Product(id="microsoft/visio", name="Visio", publisher="microsoft")
UNKNOWN = Product(id="Acme Sketch", name="Acme Sketch", in_catalog=False)
TERM = """\
- id: acme/sketch/device
  product: acme/sketch
  metric: device
  words: One unit a device.
  source: {title: Acme Terms, section: '2', read: 2026-01-31}
"""


@pytest.fixture(scope="module")
def library() -> TermLibrary:
    return load_terms()


def load(folder: Path, text: str, name: str = "acme.yaml") -> TermLibrary:
    (folder / "terms").mkdir(exist_ok=True)
    (folder / "terms" / name).write_text(text, encoding="utf-8")
    return load_terms([folder / "terms"])


def fault(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value


def refusal(folder: Path) -> ConfigError | None:
    try:
        load_terms([folder])
    except ConfigError as error:
        return error
    return None


class TestFind:
    def test_the_products_own_term_comes_first(self, library: TermLibrary) -> None:
        assert library.find(WINDOWS_SERVER, "core", DAY).id == "microsoft/windows-server/core-2016"

    def test_then_the_publishers(self, library: TermLibrary) -> None:
        assert library.find(VISIO, "device", DAY).id == "microsoft/desktop/device"

    def test_then_the_generic_one(self, library: TermLibrary) -> None:
        assert library.find(VISIO, "core", DAY).id == "generic/core"
        assert library.find(UNKNOWN, "device", DAY).id == "generic/device"

    def test_a_term_counts_from_its_first_day(self, library: TermLibrary) -> None:
        assert library.find(WINDOWS_SERVER, "core", date(2016, 10, 12)).id == "microsoft/windows-server/core-2016"
        assert library.find(WINDOWS_SERVER, "core", date(2016, 10, 11)).id == "generic/core"

    def test_a_term_of_other_editions_is_not_taken(self, library: TermLibrary) -> None:
        assert library.find(WINDOWS_SERVER, "core", DAY, "standard").id == "microsoft/windows-server/core-2016"
        assert library.find(WINDOWS_SERVER, "core", DAY, "essentials").id == "generic/core"

    @pytest.mark.parametrize("metric", METRICS)
    def test_every_metric_has_a_term_on_every_day(self, library: TermLibrary, metric: str) -> None:
        for day in (date.min, DAY, date.max):
            assert library.find(UNKNOWN, metric, day).metric == metric

    def test_a_word_that_is_no_metric_is_refused(self, library: TermLibrary) -> None:
        with pytest.raises(SamError, match="use one of: device, user"):
            library.find(UNKNOWN, "crocodile", DAY)

    def test_the_edition_then_the_later_rule_decides(self, tmp_path: Path) -> None:
        old = TERM.replace("metric: device", "metric: device\n  effective: {to: 2025-12-31}")
        new = TERM.replace("sketch/device", "sketch/device-2026").replace(
            "metric: device", "metric: device\n  effective: {from: 2026-01-01}"
        )
        pro = TERM.replace("sketch/device", "sketch/pro").replace("metric: device", "metric: device\n  editions: [pro]")
        found = load(tmp_path, old + new + pro)
        sketch = Product(id="acme/sketch", name="Sketch", publisher="acme")
        assert found.find(sketch, "device", date(2025, 12, 31)).id == "acme/sketch/device"
        assert found.find(sketch, "device", date(2026, 1, 1)).id == "acme/sketch/device-2026"
        assert found.find(sketch, "device", DAY, "pro").id == "acme/sketch/pro"
        assert found.find(sketch, "device", DAY, "lite").id == "acme/sketch/device-2026"

    def test_a_publisher_is_found_whatever_its_case(self, tmp_path: Path) -> None:
        text = TERM.replace("product: acme/sketch", "product: '*'\n  publisher: Acme")
        found = load(tmp_path, text)
        assert found.find(Product(id="acme/x", name="X", publisher="acme"), "device", DAY).id == "acme/sketch/device"


class TestWorkspace:
    def test_its_files_are_read_and_hashed(self, tmp_path: Path) -> None:
        found = load(tmp_path, TERM)
        assert "terms/acme.yaml" in found.files
        assert len(found.files["terms/acme.yaml"]) == 64
        assert "sam/entitlements/terms/generic/counted.yaml" in found.files
        assert found.places["acme/sketch/device"] == "terms/acme.yaml:1"

    def test_the_same_id_replaces_a_packaged_term(self, tmp_path: Path) -> None:
        text = TERM.replace("acme/sketch/device", "microsoft/sql-server/core").replace(
            "metric: device", "metric: server"
        )
        found = load(tmp_path, text)
        (term,) = [t for t in found.terms if t.id == "microsoft/sql-server/core"]
        assert term.product == "acme/sketch"
        assert not any(e.term == term.id for e in found.examples)

    def test_another_id_for_the_same_product_wins_over_the_packaged_one(self, tmp_path: Path) -> None:
        text = TERM.replace("acme/sketch/device", "ours/windows").replace("acme/sketch", "microsoft/windows-server")
        text = text.replace("metric: device", "metric: core\n  count: {cores: own}")
        assert load(tmp_path, text).find(WINDOWS_SERVER, "core", DAY).id == "ours/windows"

    def test_no_folder_is_no_error(self, tmp_path: Path) -> None:
        assert load_terms([tmp_path / "terms"]).terms == load_terms().terms

    def test_a_generic_term_cannot_be_taken_away(self, tmp_path: Path) -> None:
        text = TERM.replace("acme/sketch/device", "generic/device")
        assert "no undated generic term for the metric 'device'" in str(fault(tmp_path, text))

    def test_an_empty_file_holds_no_terms(self, tmp_path: Path) -> None:
        assert load(tmp_path, "# nothing yet\n").terms == load_terms().terms


class TestFormat:
    def test_every_field_arrives(self, tmp_path: Path) -> None:
        text = """\
- id: acme/base/core
  product: acme/base
  editions: [standard, datacenter]
  metric: core
  effective: {from: 2020-01-01, to: 2029-12-31}
  kind: grouped
  count: {subject: host, cores: physical, minimum: {processor: 8, server: 16}}
  order: {pack: 2}
  grants:
    - {edition: standard, gives: os-instance, slots: 2}
    - {edition: datacenter, gives: os-instance, slots: unlimited}
  rights: [Downgrade, edition below]
  words: All cores.
  notes: 'Confidence: high.'
  source: {title: Acme Terms, section: '2.1', read: 2026-01-31, published: May 2025}
  examples:
    - tables:
        devices: [{device_id: NO1, country: NO, sockets: 2, cores: 08, smt: yes}]
        prices: [{product: acme/base, unit_price: 1.50, currency: EUR, source: }]
      as_of: 2026-06-30
      expect:
        - {edition: standard, demand: 16, shortfall: 16}
        - {metric: device, version: '5', demand: {low: 0, high: null}}
      why: a test
"""
        found = load(tmp_path, text)
        (term,) = [t for t in found.terms if t.id == "acme/base/core"]
        assert (term.product, term.editions, term.metric, term.kind) == (
            "acme/base", ("standard", "datacenter"), "core", "grouped",
        )  # fmt: skip
        assert (term.effective_from, term.effective_to) == (date(2020, 1, 1), date(2029, 12, 31))
        assert term.count == CountRule(subject="host", cores="physical", minimum_processor=8, minimum_server=16)
        assert term.grants == (GrantRule(edition="standard", slots=2), GrantRule(edition="datacenter", slots=None))
        assert (term.order_pack, term.rights) == (2, ("downgrade", "edition-below"))
        assert term.source is not None
        assert (term.source.section, term.source.published) == ("2.1", "May 2025")
        (example,) = [e for e in found.examples if e.term == term.id]
        assert (example.id, example.where, example.as_of) == ("acme/base/core#1", "terms/acme.yaml:17", DAY)
        assert example.tables["devices"] == (
            {"device_id": "NO1", "country": "NO", "sockets": "2", "cores": "08", "smt": "yes"},
        )
        assert example.tables["prices"][0] == {
            "product": "acme/base", "unit_price": "1.50", "currency": "EUR", "source": "",
        }  # fmt: skip
        assert example.expect == (
            {
                "product": "acme/base",
                "metric": "core",
                "edition": "standard",
                "demand": Interval(16, 16),
                "shortfall": 16,
            },
            {"product": "acme/base", "metric": "device", "version": "5", "demand": Interval(0, None)},
        )

    @pytest.mark.parametrize(
        ("old", "new", "line", "said"),
        [
            ("metric: device", "metric: devices", 3, "'devices' is not a metric (use one of: device, user"),
            (
                "metric: device",
                "metric: device\n  rights: [downgrade, upgrad]",
                4,
                "'upgrad' is not a right (use one of: down",
            ),
            (
                "metric: device",
                "metric: device\n  colour: red",
                4,
                "unknown key 'colour' (expected one of: count, edit",
            ),
            (
                "metric: device",
                "metric: device\n  count: {color: 1}",
                4,
                "(expected one of: cores, devices_per_user, min",
            ),
            ("metric: device", "metric: device\n  kind: odd", 4, "kind: 'odd' is not known here (use 'additive'"),
            ("metric: device", "metric: device\n  order: {pack: 0}", 4, "greater than or equal to 1"),
            ("metric: device", "metric: device\n  effective: {from: 2026-02-30}", 4, "'2026-02-30' is not a day"),
            (
                "metric: device",
                "metric: device\n  effective: {from: 2026-02-01, to: 2026-01-01}",
                4,
                "before it begins",
            ),
            ("metric: device", "metric: device\n  count: {cores: own}", 1, "they belong to the metric core"),
            (
                "metric: device",
                "metric: device\n  count: {devices_per_user: 5}",
                1,
                "belongs to named-user, seat, user",
            ),
            ("metric: device", "metric: device\n  count: {subject: user}", 1, "does not count the subject 'user'"),
            ("metric: device", "metric: core", 1, "does not say which cores"),
            ("metric: device", "metric: device\n  publisher: acme", 1, "both a product and a publisher"),
            ("product: acme/sketch", "product: '*'\n  editions: [pro]", 1, "name the product"),
            ("  metric: device\n", "", 1, "the key 'metric' is missing"),
            ("read: 2026-01-31", "read: recently", 5, "'recently' is not a day"),
            ("One unit a device.", "[a, b]", 4, "a text is expected"),
            ("- id: acme/sketch/device", "- id: acme/sketch/device\n- id: x", 1, "is missing"),
        ],
    )
    def test_a_fault_names_file_line_and_remedy(self, tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
        error = fault(tmp_path, TERM.replace(old, new))
        assert error.where == f"terms/acme.yaml:{line}"
        assert said in str(error)

    def test_a_term_without_words_is_told_by_its_parameters(self, tmp_path: Path) -> None:
        found = load(tmp_path, TERM.replace("  words: One unit a device.\n", ""))
        (term,) = [t for t in found.terms if t.id == "acme/sketch/device"]
        assert "metric device. Counted for each device." in describe(term)

    def test_every_fault_of_a_file_is_told(self, tmp_path: Path) -> None:
        text = TERM.replace("metric: device", "metric: x").replace("read: 2026-01-31", "read: x")
        assert "terms/acme.yaml:5: read: 'x' is not a day" in str(fault(tmp_path, text))

    @pytest.mark.parametrize(
        "claim",
        [
            "grants: [{edition: pro, gives: os-instance, slots: 2}]",
            "rights: [downgrade]",
            "count: {devices_per_user: 5}",
        ],
    )
    def test_an_aggregate_term_that_claims_options_is_refused(self, tmp_path: Path, claim: str) -> None:
        text = TERM.replace("metric: device", f"metric: employee\n  kind: aggregate\n  {claim}")
        error = fault(tmp_path, text)
        assert "offers no options or grants" in str(error)
        assert claim.partition(":")[0] in error.hint

    def test_grants_need_a_host_and_an_edition_of_the_term(self, tmp_path: Path) -> None:
        grants = "grants: [{edition: pro, gives: os-instance, slots: 2}]"
        text = TERM.replace("metric: device", f"metric: core\n  count: {{cores: physical}}\n  {grants}")
        assert "subject that is no host" in str(fault(tmp_path, text))
        text = text.replace("{cores: physical}", "{cores: physical, subject: host}\n  editions: [lite]")
        assert "which the term is not for" in str(fault(tmp_path, text))

    @pytest.mark.parametrize("slots", ["0", "-1", "some", "1.5"])
    def test_slots_are_a_whole_number_or_unlimited(self, tmp_path: Path, slots: str) -> None:
        grants = f"grants: [{{edition: pro, gives: os-instance, slots: {slots}}}]"
        text = TERM.replace("metric: device", f"metric: core\n  count: {{cores: physical, subject: host}}\n  {grants}")
        assert "or unlimited" in str(fault(tmp_path, text))

    def test_the_same_id_twice_in_one_folder_is_refused(self, tmp_path: Path) -> None:
        error = fault(tmp_path, TERM + TERM)
        assert (error.where, error.hint) == ("terms/acme.yaml:6", "the other is at terms/acme.yaml:1")

    def test_two_terms_for_the_same_days_are_refused(self, tmp_path: Path) -> None:
        error = fault(tmp_path, TERM + TERM.replace("sketch/device", "sketch/also"))
        assert "count the same product and metric on the same days" in str(error)

    @pytest.mark.parametrize(
        ("example", "said"),
        [
            ("{tables: {gadgets: []}, as_of: 2026-06-30, expect: [{demand: 1}], why: x}", "no table 'gadgets'"),
            ("{tables: {devices: [{dev: 1}]}, as_of: 2026-06-30, expect: [{demand: 1}], why: x}", "no column 'dev'"),
            ("{tables: {}, as_of: 2026-06-30, expect: [{edition: pro}], why: x}", "no number is expected"),
            ("{tables: {}, as_of: 2026-06-30, expect: [], why: x}", "at least 1 item"),
            ("{tables: {}, as_of: 2026-06-30, expect: [{demand: 1}]}", "where the answer comes from"),
            (
                "{tables: {devices: [{device_id: {a: b}}]}, as_of: 2026-06-30, expect: [{demand: 1}]}",
                "one value or a list",
            ),
        ],
    )
    def test_an_example_that_cannot_be_run_is_refused(self, tmp_path: Path, example: str, said: str) -> None:
        assert said in str(fault(tmp_path, f"{TERM}  examples:\n    - {example}\n"))

    @pytest.mark.parametrize("text", ["id: x\n", "just text\n", "- [1, 2]\n", "- id: [\n"])
    def test_a_file_that_is_no_list_of_terms_is_refused(self, tmp_path: Path, text: str) -> None:
        assert fault(tmp_path, text).where.startswith("terms/acme.yaml:")

    def test_anchors_are_refused(self, tmp_path: Path) -> None:
        bomb = "- &a [x, x]\n" + "".join(f"- &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
        assert "alias" in str(fault(tmp_path, bomb))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(TERM)), end=st.integers(0, 12), text=st.text(max_size=12))
def test_a_damaged_file_is_read_or_refused_with_its_place(tmp_path: Path, at: int, end: int, text: str) -> None:
    data = (TERM[:at] + text + TERM[at + end :]).encode("utf-8", errors="surrogatepass")
    (tmp_path / "acme.yaml").write_bytes(data)
    error = refusal(tmp_path)
    assert error is None or error.where.startswith((tmp_path.name, "sam/entitlements/terms"))
    assert error is None or error.hint


class TestPackaged:
    def test_the_rules_are_those_read(self, library: TermLibrary) -> None:
        sql = library.find(Product(id="microsoft/sql-server", name="SQL Server", publisher="microsoft"), "core", DAY)
        assert sql.count == CountRule(subject="device", cores="own", minimum_processor=4, minimum_vm=4)
        windows = library.find(WINDOWS_SERVER, "core", DAY)
        assert windows.count == CountRule(subject="host", cores="physical", minimum_processor=8, minimum_server=16)
        assert [(g.edition, g.slots) for g in windows.grants] == [("standard", 2), ("datacenter", None)]
        assert (windows.order_pack, sql.order_pack) == (2, 2)
        vmware = library.find(Product(id="vmware/vsphere", name="vSphere", publisher="vmware"), "core", DAY)
        assert (vmware.count.minimum_processor, vmware.count.cores) == (16, "physical")
        users = (
            ("microsoft/m365-apps", "microsoft", "user", 5),
            ("microsoft/visual-studio", "microsoft", "user", None),
            ("autodesk/autocad", "autodesk", "named-user", 3),
            ("adobe/photoshop", "adobe", "user", None),
            ("jetbrains/pycharm", "jetbrains", "user", None),
        )
        for product, publisher, metric, devices in users:
            term = library.find(Product(id=product, name=product, publisher=publisher), metric, DAY)
            assert (term.publisher or term.product.split("/")[0], term.count.devices_per_user) == (publisher, devices)

    def test_there_are_worked_examples_with_their_calculation(self, library: TermLibrary) -> None:
        assert len(library.examples) >= 25
        assert all(e.why or e.source for e in library.examples)
        assert {e.term for e in library.examples} >= {
            "microsoft/windows-server/core-2016", "microsoft/sql-server/core", "vmware/core", "generic/device",
        }  # fmt: skip

    def test_every_product_and_publisher_is_in_the_catalog(self, library: TermLibrary) -> None:
        products = load_catalog().catalog.products
        publishers = {product.publisher for product in products.values()}
        for term in library.terms:
            assert term.product == "*" or term.product in products, term.id
            assert not term.publisher or term.publisher in publishers, term.id
            if term.product in products:
                assert {e.id for e in products[term.product].editions} >= set(term.editions), term.id

    def test_the_titles_of_examples_are_recognised(self, library: TermLibrary) -> None:
        loaded = load_catalog()
        named = {
            (example.id, row["name"], row.get("publisher", ""), row.get("edition", ""))
            for example in library.examples
            if not example.term.startswith("generic/")
            for row in example.tables.get("software", ())
        }
        titles = sorted(named)
        found = recognize(loaded, [Title(name=name, publisher=p, edition=e) for _, name, p, e in titles])
        missed = [title for title, r in zip(titles, found, strict=True) if r.state is not State.LICENSABLE]
        assert missed == []

    def test_every_packaged_term_is_told_in_words(self, library: TermLibrary) -> None:
        assert [term.id for term in library.terms if not term.words] == []

    def test_aggregate_terms_offer_nothing_and_say_so(self, library: TermLibrary) -> None:
        aggregate = [term for term in library.terms if term.kind == "aggregate"]
        assert {term.metric for term in aggregate} >= {"concurrent", "pvu", "employee", "user-cal", "token"}
        for term in aggregate:
            assert not term.grants
            assert not term.rights
            assert "not yet computed" in describe(term)

    def test_the_page_lists_every_packaged_term(self, library: TermLibrary) -> None:
        page = DOCS.read_text(encoding="utf-8")
        listed = {
            line.split("`")[1] for line in page.splitlines() if line.startswith("| `") and "/" in line.split("`")[1]
        }
        assert listed == {term.id for term in library.terms}


def test_a_term_is_told_in_words_with_days_and_source(library: TermLibrary) -> None:
    text = describe(library.find(WINDOWS_SERVER, "core", DAY))
    assert text.startswith(
        "microsoft/windows-server/core-2016: microsoft/windows-server (standard, datacenter), metric core."
    )
    for part in (
        "at least 8 a processor and 16 a server", "sold in packs of 2", "standard 2, datacenter unlimited",
        "Rights: downgrade", "In force from 2016-10-12.", "Licensing by physical cores", "read 2026-11-24",
    ):  # fmt: skip
        assert part in text
    assert describe(library.find(UNKNOWN, "device", DAY)).startswith(
        "generic/device: every product without a term of its own"
    )
