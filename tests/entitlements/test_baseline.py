"""The baseline: what purchase lines come to on a day."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam.entitlements.baseline import build_lots
from sam.entitlements.lots import Baseline
from sam.model import Contract, Entitlement, Origin
from sam.model.words import TRANSACTIONS

ORIGIN = Origin(file="0", path="entitlements.csv", record=1)


def line(entitlement_id: str, quantity: object, transaction: str = "license", **cells: object) -> Entitlement:
    row = Entitlement(
        origin=ORIGIN,
        entitlement_id=entitlement_id,
        product="acme/draw",
        metric="device",
        quantity=Decimal(str(quantity)),
        transaction=transaction,
    )
    days = {"starts_on", "ends_on", "purchased_on", "maintenance_until"}
    return replace(row, **{k: date.fromisoformat(str(v)) if k in days else v for k, v in cells.items()})


def contract(contract_id: str, ends_on: str | None) -> Contract:
    return Contract(origin=ORIGIN, contract_id=contract_id, ends_on=date.fromisoformat(ends_on) if ends_on else None)


def build(*lines: Entitlement, as_of: str = "2026-06-30", contracts: tuple[Contract, ...] = ()) -> Baseline:
    return build_lots(lines, contracts, date.fromisoformat(as_of))


def held(baseline: Baseline, state: str = "valid") -> list[tuple[str, str, int, str | None]]:
    """Edition, version, units and last day of maintenance of the lots in a state."""
    return sorted(
        (lot.edition, lot.version, lot.units, str(lot.maintenance_until) if lot.maintenance_until else None)
        for lot in baseline.lots
        if lot.state == state
    )


def codes(baseline: Baseline) -> list[str]:
    return [problem.code for problem in baseline.exceptions]


def test_units_are_quantity_times_pack() -> None:
    baseline = build(line("E1", 8, pack_size=16))
    assert held(baseline) == [("", "", 128, None)]
    assert codes(baseline) == []


def test_a_lot_keeps_what_its_line_says() -> None:
    bought = line(
        "E1", 3, "subscription", publisher="Acme", edition="pro", version="5", metric="user", contract_id="C1",
        starts_on="2026-01-01", ends_on="2026-12-31", purchased_on="2025-12-20", unit_price=Decimal("9.50"),
        currency="EUR", scope="org: Corp / EMEA ; country:de", rights=("downgrade",),
    )  # fmt: skip
    (lot,) = build(bought).lots
    assert (lot.id, lot.entitlement_ids, lot.publisher, lot.product) == ("E1", ("E1",), "Acme", "acme/draw")
    assert (lot.edition, lot.version, lot.metric, lot.units) == ("pro", "5", "user", 3)
    assert (lot.subscription, lot.contract_id, lot.unit_price, lot.currency) == (True, "C1", Decimal("9.50"), "EUR")
    assert (lot.scope, lot.rights, lot.origins) == ("country:DE;org:Corp/EMEA", ("downgrade",), (ORIGIN,))


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2025-12-31", "future"), ("2026-01-01", "valid"), ("2026-12-31", "valid"), ("2027-01-01", "expired")],
)
def test_first_and_last_day_both_count(as_of: str, state: str) -> None:
    (lot,) = build(line("E1", 1, starts_on="2026-01-01", ends_on="2026-12-31"), as_of=as_of).lots
    assert lot.state == state


class TestEnds:
    def test_a_subscription_ends_with_its_contract(self) -> None:
        lines = (line("E1", 5, "subscription", contract_id="C1"),)
        assert held(build(*lines, contracts=(contract("C1", "2026-06-30"),))) == [("", "", 5, None)]
        assert held(build(*lines, contracts=(contract("C1", "2026-06-29"),)), "expired") == [("", "", 5, None)]

    def test_a_perpetual_right_outlives_its_contract(self) -> None:
        baseline = build(line("E1", 5, contract_id="C1"), contracts=(contract("C1", "2020-12-31"),))
        assert held(baseline) == [("", "", 5, None)]

    def test_a_subscription_without_any_end_counts_and_says_so(self) -> None:
        baseline = build(line("E1", 5, "subscription", contract_id="C9"), contracts=(contract("C9", None),))
        assert held(baseline) == [("", "", 5, None)]
        assert codes(baseline) == ["subscription-without-end"]

    def test_a_true_up_of_a_subscription_ends_with_its_contract(self) -> None:
        lines = (
            line("E1", 5, "subscription", contract_id="C1", starts_on="2025-01-01"),
            line("E2", 2, "true-up", contract_id="C1", base_id="E1", starts_on="2025-06-01"),
        )
        baseline = build(*lines, contracts=(contract("C1", "2025-12-31"),))
        assert held(baseline, "expired") == [("", "", 2, None), ("", "", 5, None)]

    def test_a_replaced_line_ends_the_day_before(self) -> None:
        lines = (
            line("E1", 100, "subscription", starts_on="2025-07-01", ends_on="2026-06-30"),
            line("E2", 80, "subscription", starts_on="2026-06-01", ends_on="2027-05-31", replaces_id="E1"),
        )
        assert held(build(*lines, as_of="2026-05-31")) == [("", "", 100, None)]
        assert held(build(*lines, as_of="2026-06-01")) == [("", "", 80, None)]
        ended = next(lot for lot in build(*lines).lots if lot.id == "E1")
        assert ended.ends_on == date(2026, 5, 31)

    def test_a_line_that_replaces_none_or_itself_is_told(self) -> None:
        baseline = build(line("E1", 1, replaces_id="E1"), line("E2", 1, replaces_id="E9"))
        assert held(baseline) == [("", "", 1, None), ("", "", 1, None)]
        assert codes(baseline) == ["unknown-replaced", "unknown-replaced"]

    def test_an_early_renewal_is_counted_once(self) -> None:
        lines = (
            line("E1", 50, "subscription", contract_id="C1", starts_on="2025-07-01", ends_on="2026-06-30"),
            line("E2", 50, "subscription", contract_id="C1", starts_on="2026-06-15", ends_on="2027-06-14"),
        )
        baseline = build(*lines)
        assert held(baseline) == [("", "", 50, None)]
        assert codes(baseline) == ["early-renewal"]

    def test_an_additional_purchase_of_the_same_term_is_added(self) -> None:
        lines = (
            line("E1", 50, "subscription", contract_id="C1", starts_on="2025-07-01", ends_on="2026-06-30"),
            line("E2", 50, "subscription", contract_id="C1", starts_on="2026-01-01", ends_on="2026-06-30"),
        )
        baseline = build(*lines)
        assert held(baseline) == [("", "", 50, None), ("", "", 50, None)]
        assert codes(baseline) == []

    def test_a_line_that_ends_before_it_begins_gives_nothing(self) -> None:
        baseline = build(line("E1", 5, starts_on="2026-06-01", ends_on="2026-01-01"))
        assert held(baseline) == []
        assert codes(baseline) == ["ends-before-start"]


class TestUpgrade:
    def test_e1_six_of_ten_are_upgraded(self) -> None:
        """Source: Novell ZENworks documentation, upgrade entitlements: the upgrade subtracts from its base."""
        baseline = build(line("E1", 10, version="1"), line("U1", 6, "upgrade", version="2"))
        assert held(baseline) == [("", "1", 4, None), ("", "2", 6, None)]
        assert {lot.id: lot.entitlement_ids for lot in baseline.lots} == {"E1": ("E1",), "E1+U1": ("E1", "U1")}
        assert codes(baseline) == []

    def test_without_enough_base_it_counts_as_far_as_the_base_reaches(self) -> None:
        baseline = build(line("E1", 4, version="1"), line("U1", 6, "upgrade", version="2"))
        assert held(baseline) == [("", "2", 4, None)]
        assert codes(baseline) == ["upgrade-without-base"]
        assert "6 units, of which 4" in baseline.exceptions[0].message
        assert (baseline.lines["U1"].applied, baseline.lines["U1"].left) == (4, 2)

    def test_alone_it_gives_nothing(self) -> None:
        baseline = build(line("U1", 6, "upgrade", version="2"))
        assert held(baseline) == []
        assert codes(baseline) == ["upgrade-without-base"]

    def test_a_later_version_is_no_base(self) -> None:
        assert codes(build(line("E1", 4, version="3"), line("U1", 4, "upgrade", version="2"))) == [
            "upgrade-without-base"
        ]

    def test_it_takes_the_base_it_names(self) -> None:
        lines = (
            line("E1", 5, version="1", starts_on="2020-01-01"),
            line("E2", 5, version="1", starts_on="2021-01-01"),
            line("U1", 5, "upgrade", version="2", base_id="E2", starts_on="2022-01-01"),
        )
        baseline = build(*lines)
        assert {lot.id: lot.version for lot in baseline.lots} == {"E1": "1", "E2+U1": "2"}

    def test_it_takes_effect_on_its_day(self) -> None:
        lines = (line("E1", 5, version="1"), line("U1", 5, "upgrade", version="2", starts_on="2026-07-01"))
        assert held(build(*lines)) == [("", "1", 5, None)]
        assert codes(build(*lines)) == []
        assert held(build(*lines, as_of="2026-07-01")) == [("", "2", 5, None)]

    def test_an_upgrade_for_a_time_is_given_back(self) -> None:
        lines = (line("E1", 5, version="1"), line("U1", 5, "upgrade", version="2", ends_on="2026-06-29"))
        assert held(build(*lines, as_of="2026-06-29")) == [("", "2", 5, None)]
        assert held(build(*lines)) == [("", "1", 5, None)]

    def test_a_base_bought_later_than_the_upgrade_it_is_named_by_still_serves(self) -> None:
        lines = (
            line("E1", 5, version="1", starts_on="2024-01-01"),
            line("U1", 5, "upgrade", version="2", base_id="E1", purchased_on="2023-12-20"),
        )
        assert held(build(*lines)) == [("", "2", 5, None)]

    def test_units_of_another_metric_or_product_are_no_base(self) -> None:
        lines = (
            line("E1", 5, version="1", metric="user"),
            replace(line("E2", 5, version="1"), product="acme/paint"),
            line("U1", 5, "upgrade", version="2"),
        )
        assert held(build(*lines)) == [("", "1", 5, None), ("", "1", 5, None)]


class TestMaintenance:
    def test_e2_partial_maintenance_splits_the_lot(self) -> None:
        """50 licenses, Software Assurance for 20 (split 50 to 20 + 30: ServiceNow, Software Assurance entitlements)."""
        lines = (
            line("E1", 50, edition="standard", version="2016", starts_on="2016-07-01"),
            line("M1", 20, "maintenance", edition="standard", starts_on="2016-07-01", maintenance_until="2019-06-30"),
        )
        expected = [("standard", "2016", 20, "2019-06-30"), ("standard", "2016", 30, None)]
        assert held(build(*lines, as_of="2019-06-30")) == expected
        assert held(build(*lines, as_of="2020-01-31")) == expected
        assert codes(build(*lines, as_of="2020-01-31")) == []

    def test_e3_maintenance_after_a_lapse_adds_nothing(self) -> None:
        """100 with cover to 2019-10-31; new cover from 2020-02-01 finds no license, from 2019-11-01 it does."""
        base = line("E1", 100, version="2016", starts_on="2016-11-01", maintenance_until="2019-10-31")
        late = line("M1", 100, "maintenance", starts_on="2020-02-01", ends_on="2023-01-31")
        baseline = build(base, late, as_of="2022-06-30")
        assert held(baseline) == [("", "2016", 100, "2019-10-31")]
        assert codes(baseline) == ["maintenance-without-base"]
        assert "100 units, of which 0" in baseline.exceptions[0].message
        unbroken = replace(late, starts_on=date(2019, 11, 1))
        assert held(build(base, unbroken, as_of="2022-06-30")) == [("", "2016", 100, "2023-01-31")]
        assert codes(build(base, unbroken, as_of="2022-06-30")) == []

    def test_renewals_go_to_the_units_that_were_covered(self) -> None:
        lines = (
            line("E1", 50, starts_on="2024-01-01"),
            line("M1", 20, "maintenance", starts_on="2024-01-01", ends_on="2024-12-31"),
            line("M2", 20, "maintenance", starts_on="2025-01-01", ends_on="2025-12-31"),
            line("M3", 25, "maintenance", starts_on="2026-01-01", ends_on="2026-12-31"),
        )
        baseline = build(*lines)
        assert held(baseline) == [("", "", 5, "2026-12-31"), ("", "", 20, "2026-12-31"), ("", "", 25, None)]
        assert codes(baseline) == ["maintenance-unproven"]

    def test_alone_it_is_no_license(self) -> None:
        baseline = build(line("M1", 10, "maintenance", ends_on="2026-12-31"))
        assert held(baseline) == []
        assert codes(baseline) == ["maintenance-without-base"]

    def test_a_second_line_for_the_same_units_is_told(self) -> None:
        lines = (
            line("E1", 10, starts_on="2026-01-01"),
            line("M1", 10, "maintenance", starts_on="2026-01-01", ends_on="2026-12-31"),
            line("M2", 10, "maintenance", starts_on="2026-01-01", ends_on="2026-12-31"),
        )
        baseline = build(*lines)
        assert held(baseline) == [("", "", 10, "2026-12-31")]
        assert codes(baseline) == ["maintenance-twice"]

    def test_its_rights_join_those_of_the_license(self) -> None:
        lines = (
            line("E1", 1, rights=("downgrade",)),
            line("M1", 1, "maintenance", ends_on="2026-12-31", rights=("upgrade", "mobility")),
        )
        assert [lot.rights for lot in build(*lines).lots] == [("downgrade", "upgrade", "mobility")]

    def test_without_an_end_it_adds_nothing(self) -> None:
        baseline = build(line("E1", 1), line("M1", 1, "maintenance"))
        assert held(baseline) == [("", "", 1, None)]
        assert codes(baseline) == ["maintenance-without-end"]

    def test_it_ends_with_its_contract_when_it_names_no_day(self) -> None:
        lines = (line("E1", 1), line("M1", 1, "maintenance", contract_id="C1"))
        assert held(build(*lines, contracts=(contract("C1", "2027-03-31"),))) == [("", "", 1, "2027-03-31")]


class TestStepUp:
    def test_units_move_to_the_edition_reached_and_count_once(self) -> None:
        lines = (
            line("E1", 10, edition="standard", version="2022", maintenance_until="2026-12-31"),
            line("S1", 4, "step-up", edition="enterprise", base_id="E1", starts_on="2026-01-01"),
        )
        baseline = build(*lines)
        assert held(baseline) == [
            ("enterprise", "2022", 4, "2026-12-31"),
            ("standard", "2022", 6, "2026-12-31"),
        ]
        assert codes(baseline) == []

    def test_without_a_named_base_the_matching_lot_serves(self) -> None:
        lines = (
            line("E1", 10, edition="standard", maintenance_until="2026-12-31"),
            line("S1", 4, "step-up", edition="enterprise"),
        )
        assert [(e, n) for e, _, n, _ in held(build(*lines))] == [("enterprise", 4), ("standard", 6)]

    def test_units_with_maintenance_go_first_and_others_are_told(self) -> None:
        lines = (
            line("E1", 3, edition="standard", starts_on="2020-01-01"),
            line("E2", 3, edition="standard", starts_on="2021-01-01", maintenance_until="2026-12-31"),
            line("S1", 4, "step-up", edition="enterprise", starts_on="2026-01-01"),
        )
        baseline = build(*lines)
        assert {lot.id: lot.units for lot in baseline.lots} == {"E1": 2, "E1+S1": 1, "E2+S1": 3}
        assert codes(baseline) == ["step-up-without-maintenance"]

    def test_without_base_nothing_is_owned(self) -> None:
        baseline = build(line("S1", 4, "step-up", edition="enterprise"))
        assert held(baseline) == []
        assert codes(baseline) == ["step-up-without-base"]

    def test_after_an_upgrade_the_whole_path_is_kept(self) -> None:
        lines = (
            line("E1", 2, edition="standard", version="2019", maintenance_until="2027-01-31", starts_on="2020-01-01"),
            line("U1", 2, "upgrade", version="2022", starts_on="2023-01-01"),
            line("S1", 1, "step-up", edition="enterprise", base_id="U1", starts_on="2024-01-01"),
        )
        assert [(lot.id, lot.edition, lot.version) for lot in build(*lines).lots] == [
            ("E1+U1+S1", "enterprise", "2022"),
            ("E1+U1", "standard", "2022"),
        ]


class TestTakenAway:
    @pytest.mark.parametrize("quantity", [3, -3])
    @pytest.mark.parametrize("transaction", ["return", "transfer-out"])
    def test_units_go_whatever_the_sign(self, transaction: str, quantity: int) -> None:
        baseline = build(line("E1", 10), line("R1", quantity, transaction, base_id="E1"))
        assert held(baseline) == [("", "", 7, None)]
        assert codes(baseline) == []

    def test_without_a_base_the_oldest_match_gives(self) -> None:
        lines = (
            line("E1", 5, starts_on="2022-01-01"),
            line("E2", 5, starts_on="2021-01-01"),
            line("R1", 6, "return", starts_on="2026-01-01"),
        )
        assert {lot.id: lot.units for lot in build(*lines).lots} == {"E1": 4}

    def test_never_below_zero(self) -> None:
        baseline = build(line("E1", 5), line("E2", 5), line("R1", 8, "return", base_id="E1"))
        assert {lot.id: lot.units for lot in baseline.lots} == {"E2": 5}
        assert codes(baseline) == ["return-without-base"]
        assert baseline.lines["R1"].left == 3

    def test_what_was_bought_later_cannot_go_back_earlier(self) -> None:
        lines = (line("E1", 5, starts_on="2023-01-01"), line("R1", 5, "return", starts_on="2022-01-01"))
        baseline = build(*lines)
        assert held(baseline) == [("", "", 5, None)]
        assert codes(baseline) == ["return-without-base"]

    def test_upgraded_units_of_the_named_base_can_go(self) -> None:
        lines = (
            line("E1", 5, version="1"),
            line("U1", 5, "upgrade", version="2"),
            line("R1", 2, "return", base_id="E1"),
        )
        assert held(build(*lines)) == [("", "2", 3, None)]

    def test_an_unknown_base_is_told_and_the_match_gives(self) -> None:
        baseline = build(line("E1", 5), line("R1", 2, "return", base_id="E9"))
        assert held(baseline) == [("", "", 3, None)]
        assert codes(baseline) == ["unknown-base"]


def test_transfer_in_and_true_up_add_units() -> None:
    baseline = build(line("E1", 10), line("T1", 5, "transfer-in"), line("T2", 2, "true-up"))
    assert sum(lot.units for lot in baseline.lots) == 17


class TestQuantities:
    def test_a_fraction_is_counted_down_and_told(self) -> None:
        baseline = build(line("E1", "2.5", pack_size=10))
        assert held(baseline) == [("", "", 20, None)]
        assert codes(baseline) == ["fractional-quantity"]

    def test_a_fraction_that_goes_back_is_counted_up(self) -> None:
        baseline = build(line("E1", 10), line("R1", "2.5", "return"))
        assert held(baseline) == [("", "", 7, None)]

    @pytest.mark.parametrize(
        ("quantity", "code"),
        [
            (-5, "negative-quantity"),
            ("NaN", "bad-quantity"),
            ("Infinity", "bad-quantity"),
            ("1E+999999", "bad-quantity"),
        ],
    )
    def test_what_is_no_number_of_licenses_gives_nothing(self, quantity: object, code: str) -> None:
        baseline = build(line("E1", quantity))
        assert baseline.lots == ()
        assert codes(baseline) == [code]

    def test_a_pack_of_none_counts_as_one(self) -> None:
        baseline = build(line("E1", 5, pack_size=0))
        assert held(baseline) == [("", "", 5, None)]
        assert codes(baseline) == ["bad-pack-size"]


def test_a_scope_that_cannot_be_read_is_kept_and_told() -> None:
    baseline = build(line("E1", 5, scope="site:Berlin"))
    assert [lot.scope for lot in baseline.lots] == ["site:Berlin"]
    assert codes(baseline) == ["bad-scope"]


def test_lot_ids_stay_apart_when_entitlement_ids_hold_the_separator() -> None:
    lines = (line("A+B", 1), line("A", 5, version="1"), line("B", 5, "upgrade", version="2"))
    assert len({lot.id for lot in build(*lines).lots}) == 2


days = st.dates(date(2023, 1, 1), date(2027, 12, 31))


@st.composite
def purchases(draw: st.DrawFn) -> list[Entitlement]:
    count = draw(st.integers(1, 8))
    ids = [f"E{n}" for n in range(count)]
    lines = []
    for entitlement_id in ids:
        cells: dict[str, object] = {
            "version": draw(st.sampled_from(["", "1", "2", "3"])),
            "edition": draw(st.sampled_from(["", "standard", "enterprise"])),
            "contract_id": draw(st.sampled_from(["", "C1"])),
            "base_id": draw(st.sampled_from(["", *ids, "none"])),
            "replaces_id": draw(st.sampled_from(["", "", "", *ids])),
            "pack_size": draw(st.integers(1, 3)),
        }
        for column in ("starts_on", "ends_on", "purchased_on", "maintenance_until"):
            day = draw(st.none() | days)
            if day:
                cells[column] = day.isoformat()
        quantity = draw(st.integers(-3, 20))
        lines.append(line(entitlement_id, quantity, draw(st.sampled_from(TRANSACTIONS)), **cells))
    return lines


@settings(max_examples=300, deadline=None)
@given(lines=purchases(), as_of=days)
def test_units_are_never_made_nor_lost(lines: list[Entitlement], as_of: date) -> None:
    baseline = build_lots(lines, [contract("C1", "2026-12-31")], as_of)
    accounts = baseline.lines.values()
    given_units = sum(
        a.applied for a in accounts if a.transaction in {"license", "subscription", "true-up", "transfer-in"}
    )
    taken = sum(a.applied for a in accounts if a.transaction in {"return", "transfer-out"})
    assert sum(lot.units for lot in baseline.lots) == given_units - taken
    assert all(lot.units > 0 for lot in baseline.lots)
    assert all(0 <= a.applied <= a.units for a in accounts)
    assert max(Counter(lot.id for lot in baseline.lots).values(), default=1) == 1


@settings(max_examples=150, deadline=None)
@given(lines=purchases(), as_of=days)
def test_what_finds_no_base_is_always_told(lines: list[Entitlement], as_of: date) -> None:
    baseline = build_lots(lines, [contract("C1", "2026-12-31")], as_of)
    told = {problem.message.partition(":")[0] for problem in baseline.exceptions}
    for bought in lines:
        account = baseline.lines[bought.entitlement_id]
        begun = all(d is None or d <= as_of for d in (bought.starts_on, bought.purchased_on))
        lasting = bought.transaction in {"return", "transfer-out", "maintenance"} or bought.ends_on is None
        named = bought.base_id or bought.replaces_id or any(b.replaces_id == bought.entitlement_id for b in lines)
        if account.left and begun and lasting and not named:
            assert bought.entitlement_id in told


@settings(max_examples=100, deadline=None)
@given(data=st.data(), lines=purchases(), as_of=days)
def test_the_order_of_the_rows_does_not_matter(data: st.DataObject, lines: list[Entitlement], as_of: date) -> None:
    shuffled = data.draw(st.permutations(lines))
    contracts = [contract("C1", "2026-12-31")]
    assert build_lots(shuffled, contracts, as_of) == build_lots(lines, contracts, as_of)


@settings(max_examples=100, deadline=None)
@given(lines=purchases(), as_of=days)
def test_only_the_units_in_force_are_valid(lines: list[Entitlement], as_of: date) -> None:
    for lot in build_lots(lines, [contract("C1", "2026-12-31")], as_of).lots:
        begun = lot.starts_on is None or lot.starts_on <= as_of
        lasting = lot.ends_on is None or as_of <= lot.ends_on
        assert (lot.state == "valid") == (begun and lasting)
