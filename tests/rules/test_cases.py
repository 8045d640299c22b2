"""Every rule reports what its file of cases says, in the words of an auditor, and nothing else."""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam.model import Finding, RunFacts
from sam.rules import RULES, run_rules
from tests.rules.build import FOLDER, MAPS, Values, case_files, cases, facts, policy

ALL: Final = [(path, case) for path in case_files() for case in cases(path)]
SHUFFLED: Final = (
    "positions", "remedy", "renewals", "devices", "people", "seats", "contracts", "entitlements", "prices", "usage",
    "double_coverage", "unknown_titles", "problems",
)  # fmt: skip


def found(path: Path, case: Values) -> list[Finding]:
    findings = run_rules(facts(case["given"]), policy(case.get("policy", {})))
    return [f for f in findings if f.rule == path.stem]


@pytest.mark.parametrize(("path", "case"), [pytest.param(p, c, id=f"{p.stem}: {c['name']}") for p, c in ALL])
def test_the_rule_reports_what_the_case_says(path: Path, case: Values) -> None:
    findings = found(path, case)
    assert [f.message for f in findings] == case.get("fail", [])
    for finding in findings:
        assert finding.family == RULES[path.stem].family
        if "numbers" in case:
            assert dict(finding.numbers) == case["numbers"]
        if "remedy" in case:
            assert finding.remedy == case["remedy"]
        if "evidence" in case:
            assert list(finding.evidence) == case["evidence"]
    if "subjects" in case:
        assert [f.subject for f in findings] == case["subjects"]


def test_every_rule_has_cases_that_pass_and_cases_that_fail() -> None:
    passing = {path.stem for path, case in ALL if case.get("pass")}
    failing = {path.stem for path, case in ALL if case.get("fail")}
    assert passing == failing == set(RULES)
    assert all(bool(case.get("pass")) != bool(case.get("fail")) for _, case in ALL)


def test_every_overspend_finding_names_its_saving() -> None:
    amounts = [
        f.numbers["amount"] for path, case in ALL for f in found(path, case) if RULES[f.rule].family == "overspend"
    ]
    assert amounts
    assert all(isinstance(a, str) and len(a.rpartition(".")[2]) == 2 for a in amounts)


def apart(value: Any, number: int) -> Any:
    """Give what a case names names of its own, so that cases stand side by side in one estate."""
    if isinstance(value, Mapping):
        return {apart(k, number): apart(v, number) for k, v in value.items()}
    if isinstance(value, list):
        return [apart(v, number) for v in value]
    if isinstance(value, str):
        named = re.sub(r"\b(acme|nimbus|bigco)/", rf"\g<1>{number}/", value)
        return re.sub(r"\b(C|DB|E|PC|VM|user)-(?=\w)", rf"\g<1>{number}-", named)
    return value


def side_by_side() -> RunFacts:
    every = [facts(apart(case["given"], n)) for n, (_, case) in enumerate(ALL)]
    maps: dict[str, dict[str, Any]] = {name: {} for name in MAPS}
    for each in every:
        for name in MAPS:
            maps[name] |= getattr(each, name) or {}
    tables = {name: tuple(row for each in every for row in getattr(each, name)) for name in SHUFFLED}
    return replace(every[0], **tables, **{**maps, "rates": {}})


EVERYTHING: Final = side_by_side()
DEFAULTS: Final = policy({})
WITH_WAIVER: Final = policy(cases(FOLDER / "WAV001.yml")[0]["policy"])


def shuffled(estate: RunFacts, chance: random.Random) -> RunFacts:
    rows = {name: list(getattr(estate, name)) for name in SHUFFLED}
    for each in rows.values():
        chance.shuffle(each)
    return replace(estate, **{name: tuple(each) for name, each in rows.items()})


@settings(max_examples=30, deadline=None)
@given(case=st.sampled_from(range(len(ALL))), chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: int, chance: random.Random) -> None:
    rules = policy(ALL[case][1].get("policy", {}))
    estate = facts(ALL[case][1]["given"])
    assert run_rules(shuffled(estate, chance), rules) == run_rules(estate, rules)


@settings(max_examples=10, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_whole_estate_gives_the_same_findings_in_any_order(chance: random.Random) -> None:
    expected = run_rules(EVERYTHING, WITH_WAIVER)
    assert run_rules(shuffled(EVERYTHING, chance), WITH_WAIVER) == expected
    assert len({f.id for f in expected}) == len(expected)
    assert {f.rule for f in expected} == set(RULES)


def test_findings_are_sorted_by_gravity_family_code_and_subject() -> None:
    findings = run_rules(EVERYTHING, WITH_WAIVER)
    families = ["compliance", "overspend", "renewal", "lifecycle", "data-quality"]
    keys = [(["error", "warning", "info"].index(f.severity), families.index(f.family), f.rule, f.subject)
            for f in findings]  # fmt: skip
    assert keys == sorted(keys)
    assert {f.severity.value for f in findings} == {"error", "warning", "info"}


def test_one_subject_is_not_reported_twice_for_one_cause() -> None:
    """Pairs of rules that could speak of the same thing: no case makes both speak of the same subject."""
    pairs = [{"POS001", "POS002"}, {"POS003", "DAT002"}, {"OVR001", "OVR002"}, {"OVR005", "OVR006"},
             {"REN001", "REN002"}, {"POS004", "DAT006"}]  # fmt: skip
    for path, case in ALL:
        by_subject: dict[str, set[str]] = {}
        for finding in run_rules(facts(case["given"]), policy(case.get("policy", {}))):
            by_subject.setdefault(finding.subject, set()).add(finding.rule)
        assert not [rules for rules in by_subject.values() for pair in pairs if pair <= rules], path.stem


def test_free_units_are_reported_once_by_the_two_rules_together() -> None:
    for _, case in ALL:
        estate = facts(case["given"])
        findings = run_rules(estate, DEFAULTS)
        free = sum(p.surplus for p in estate.positions)
        told = sum(int(f.numbers["surplus"]) for f in findings if f.rule == "OVR001")
        told += sum(int(f.numbers["units"]) for f in findings if f.rule == "OVR002")
        assert told <= free


def test_an_id_outlives_other_rows_and_other_numbers() -> None:
    """The next export has more rows, and more is short: the finding is still the same finding."""
    before = facts({
        "entitlements": [{"entitlement_id": "E-1", "product": "acme/draw"}],
        "positions": [{"id": "rrd-core", "product": "acme/rrd", "metric": "core", "entitled": 15, "demand": 16}],
    })  # fmt: skip
    after = facts({
        "entitlements": [
            {"entitlement_id": "E-0", "product": "acme/draw"}, {"entitlement_id": "E-1", "product": "acme/draw"},
        ],
        "positions": [{"id": "rrd-core", "product": "acme/rrd", "metric": "core", "entitled": 15, "demand": 99}],
    })  # fmt: skip
    first, second = run_rules(before, DEFAULTS), run_rules(after, DEFAULTS)
    assert [f.id for f in first] == ["POS001:rrd-core", "POS004:acme/rrd", "DAT004:acme/draw"]
    assert [f.id for f in second] == [f.id for f in first]
    assert [f.message for f in second] != [f.message for f in first]


def test_hostile_names_stay_short_in_messages_and_whole_in_subjects() -> None:
    name = "=cmd|' /C calc'!A0\n<script>" + "x" * 5000
    (finding,) = run_rules(facts({"unknown_titles": [{"name": name, "devices": 9}]}), DEFAULTS)
    assert finding.subject == f"title:{name}"
    assert len(finding.message) < 200
    assert "\n" not in finding.message


def test_an_empty_estate_has_no_findings() -> None:
    assert run_rules(facts({}), DEFAULTS) == ()
