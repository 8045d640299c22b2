"""The words for formulas and refusals say what the counting and the covering say."""

import re
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sam.engine.explain_words import formula, refusal, way
from sam.entitlements.classes import Item
from sam.entitlements.covers import Covering
from sam.entitlements.licenses import Offer
from sam.entitlements.metrics import subject_units
from sam.entitlements.options import Block
from sam.model import Catalog, CountRule, Device, Edition, LicenseTerms, Origin, Product, Release, SuiteComponent

BASE = Product(
    id="acme/base", name="Base",
    editions=(Edition(id="standard", rank=1), Edition(id="enterprise", rank=2), Edition(id="odd")),
    releases=tuple(Release(version=str(n), released=date(2019 + n, 1, 1)) for n in (1, 2, 3)),
)  # fmt: skip
SUITE = Product(
    id="acme/suite", name="Suite", suite=(SuiteComponent(product="acme/base", edition="standard", version="2"),)
)
COVERING = Covering(Catalog(products={p.id: p for p in (BASE, SUITE)}))

hardware = st.one_of(st.none(), st.integers(0, 64))
facts = st.builds(
    lambda kind, sockets, cores, vcpus: Device(
        origin=Origin(file="", path=""), device_id="", kind=kind, sockets=sockets, cores=cores, vcpus=vcpus
    ),
    st.sampled_from(["server", "virtual-machine", ""]), st.one_of(st.none(), st.integers(0, 8)), hardware, hardware,
)  # fmt: skip
rules = st.builds(
    CountRule, cores=st.sampled_from(["physical", "virtual", "own", ""]), minimum_processor=st.sampled_from([0, 8]),
    minimum_server=st.sampled_from([0, 16]), minimum_vm=st.sampled_from([0, 4]),
)  # fmt: skip


def license_of(**fields: object) -> Offer:
    given = {"product": "acme/base", "edition": "", "version": "", "metric": "device", "rights": frozenset()} | fields
    term = LicenseTerms(id="t", product="*", metric=str(given["metric"]), count=given.pop("count", CountRule()))  # type: ignore[arg-type]
    return Offer(id=repr(sorted(given.items(), key=str)), term=term, **given)  # type: ignore[arg-type]


@given(facts, rules, st.sampled_from(["core", "processor"]))
def test_a_formula_ends_in_the_number_that_is_counted(device: Device, rule: CountRule, metric: str) -> None:
    license = license_of(metric=metric, count=rule)
    need = subject_units(device, license.term)
    counted = need.low if need.high is None else need.high
    text = formula(Block(0, (), counted, (license.id,)), license, device)

    end = text.rpartition(" → ")[2]
    if need.known:
        assert end == str(need.low)
        sums = re.search(r"^(.*) = (\d+)(?:, at least (\d+))? → ", text)
        if sums:
            # the sum, worked out from the words alone
            parts = re.findall(r"(\d+) processors? × (?:max\((\d+), (\d+)\)|(\d+) cores?)", sums[1])
            total = sum(int(n) * max(int(a or 0), int(b or 0), int(c or 0)) for n, a, b, c in parts)
            assert total == int(sums[2])
            assert max(total, int(sums[3] or 0)) == need.low
    else:
        assert end.startswith(f"at least {need.low}")
        assert end.endswith(f"{counted} counted")


licenses = st.builds(
    license_of,
    product=st.sampled_from(["acme/base", "acme/suite"]),
    edition=st.sampled_from(["", "standard", "enterprise", "odd"]),
    version=st.sampled_from(["", "1", "2", "3"]), maintenance_until=st.sampled_from([None, date(2021, 6, 1)]),
    rights=st.frozensets(st.sampled_from(["downgrade", "upgrade", "edition-below"])),
)  # fmt: skip
items = st.builds(
    Item,
    st.just("acme/base"),
    st.sampled_from(["", "standard", "enterprise", "odd"]),
    st.sampled_from(["", "1", "2", "3"]),
)


@given(licenses, items)
def test_what_covers_is_not_refused_and_what_does_not_is_given_a_reason(license: Offer, item: Item) -> None:
    covers = COVERING.relation(license, item) is not None

    assert (refusal(COVERING, license, item) == "") == covers


@given(licenses, items)
def test_a_refusal_for_version_names_the_right_that_would_help(license: Offer, item: Item) -> None:
    reason = refusal(COVERING, license, item)
    if "no downgrade right" in reason:
        helped = replace(license, id="helped-down", rights=license.rights | {"downgrade"})
    elif "no upgrade right" in reason:
        helped = replace(
            license, id="helped-up", rights=license.rights | {"upgrade"}, maintenance_until=date(2030, 1, 1)
        )
    elif "maintenance" in reason:
        helped = replace(license, id="helped-kept", maintenance_until=date(2030, 1, 1))
    elif "no edition-below right" in reason:
        helped = replace(license, id="helped-edition", version="", rights=license.rights | {"edition-below"})
    else:
        return
    assert refusal(Covering(COVERING.catalog), helped, item) == ""


def test_rights_are_told_with_who_gives_them() -> None:
    item = Item("acme/base", "standard", "1")
    by_line = license_of(edition="standard", version="2", rights=frozenset({"downgrade"}))

    assert way(COVERING, by_line, item) == "downgrade right given by the purchase line: a license of 2 is used for 1"
    term = replace(by_line.term, rights=("downgrade",))
    assert "given by the term" in way(COVERING, replace(by_line, term=term), item)
    above = license_of(edition="enterprise", rights=frozenset({"edition-below"}))
    assert way(COVERING, above, item).startswith("edition above: enterprise covers standard")


def test_a_seat_and_a_device_metric_do_not_meet() -> None:
    seat = Item("acme/base", "", "", -1)
    assert refusal(COVERING, license_of(), seat) == "a seat is a person's, and the metric device is for devices"
    assert refusal(COVERING, license_of(metric="pvu"), seat) == "use under the metric pvu is not measured here"
