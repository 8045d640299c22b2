"""The policy sets severities and waives findings; its file is read strictly, every fault told by file and line."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam.errors import ConfigError
from sam.model import Policy, Severity, Waiver
from sam.rules import RULES, Hit, load_policy, run_rules
from sam.rules.policyfile import TEMPLATE
from sam.rules.thresholds import THRESHOLDS, threshold
from sam.rules.waivers import covers
from tests.rules.build import AS_OF, facts

PAGE: Final = Path(__file__).parents[2] / "docs" / "policy.md"
SHORT: Final = facts({
    "positions": [
        {"id": "rrd-core", "product": "acme/rrd", "metric": "core", "entitled": 15, "demand": 16, "unit_price": 1200},
        {"id": "crm-seat", "product": "nimbus/crm", "metric": "seat", "entitled": 5, "demand": 9, "unit_price": 100},
    ]
})  # fmt: skip


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def waiver(**changed: object) -> Waiver:
    return replace(
        Waiver(rule="POS001", subject="acme/rrd", owner="license office", reason="true-up ordered", until=AS_OF),
        **changed,
    )


def open_subjects(policy: Policy, day: date = AS_OF) -> list[str]:
    findings = run_rules(replace(SHORT, as_of=day), policy)
    return [f.subject for f in findings if f.rule == "POS001" and f.waived_by is None]


def test_without_a_file_the_defaults_hold() -> None:
    assert load_policy(None) == (Policy(), ())


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    text = """\
# ours
fail_on: Warning
horizon_months: 12
severities: {DAT001: off, POS001: info}
thresholds:
  unused_days: 120
waivers:
  - rule: POS001
    subject: "microsoft/*"
    owner: license office
    reason: true-up ordered,
      order 4711
    until: 2026-12-31
  - {rule: REN001, owner: purchasing, reason: known, until: "2026-07-31"}
"""
    policy, problems = load_policy(write(tmp_path, text))
    assert problems == ()
    assert policy == Policy(
        fail_on="warning",
        horizon_months=12,
        severities={"DAT001": "off", "POS001": "info"},
        thresholds={"unused_days": 120},
        waivers=(
            Waiver(
                rule="POS001", subject="microsoft/*", owner="license office", reason="true-up ordered, order 4711",
                until=date(2026, 12, 31), where="policy.yaml:8",
            ),
            Waiver(
                rule="REN001", subject="*", owner="purchasing", reason="known", until=date(2026, 7, 31),
                where="policy.yaml:14",
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing\n", "severities:\nthresholds:\nwaivers:\nfail_on:\nhorizon_months:\n"])
def test_what_is_left_empty_is_the_default(tmp_path: Path, text: str) -> None:
    assert load_policy(write(tmp_path, text)) == (Policy(), ())


FAULTS: Final = [
    ("severities:\n  POS001: error\n  POS999: off\n", "policy.yaml:3", "unknown rule 'POS999'", "known: DAT001, "),
    ("severities: {pos001: off}\n", "policy.yaml:1", "unknown rule 'pos001'", "did you mean POS001? "),
    ("severities:\n  POS001: fatal\n", "policy.yaml:2", "severities.POS001: 'fatal' is not known", "'error'"),
    ("thresholds:\n\n  unused_day: 90\n", "policy.yaml:3", "unknown threshold 'unused_day'", "mean unused_days? "),
    ("thresholds: {colour: 1}\n", "policy.yaml:1", "unknown threshold 'colour'", ", ".join(sorted(THRESHOLDS))),
    ("thresholds: {unused_days: -1}\n", "policy.yaml:1", "thresholds.unused_days: expected greater than", "policy.md"),
    ("thresholds: {unused_days: 1.5}\n", "policy.yaml:1", "thresholds.unused_days: expected a valid integer", ""),
    ("thresholds: {exclude_stale: 2}\n", "policy.yaml:1", "exclude_stale: 2 is too high", "from 0 to 1"),
    ("fail_on: sometimes\n", "policy.yaml:1", "fail_on: 'sometimes' is not known", "'none'"),
    ("horizon_months: 0\n", "policy.yaml:1", "horizon_months: expected greater than", ""),
    ("failon: error\n", "policy.yaml:1", "unknown key 'failon'", "did you mean fail_on? known: fail_on, "),
    ("waivers:\n  - {rule: POS001, owner: x, until: 2026-12-31}\n", "policy.yaml:2", "'reason' is missing", "owner"),
    ("waivers:\n  - {rule: POS001, owner: x, reason: y, until: soon}\n", "policy.yaml:2", "waivers.until: a day", ""),
    ("waivers:\n- {rule: POS00, owner: x, reason: y, until: 2026-12-31}\n", "policy.yaml:2", "rule 'POS00'", "POS001"),
    ("waivers:\n- {rule: POS001, owner: x, reason: y, until: 2026-12-31,\n   who: z}\n", "policy.yaml:3",
     "unknown key 'who'", "known: owner, reason, rule"),
    ("waivers:\n  - {rule: POS001, owner: ' ', reason: y, until: 2026-12-31}\n", "policy.yaml:2", "a text of 1 to", ""),
    ("waivers:\n  - rule: POS001\n    subject: *\n", "policy.yaml:3", "begins with * is not in quotes", "subject: '*'"),
    ("waivers:\n  - rule: POS001\n    subject: *office\n", "policy.yaml:3", "begins with * is not in quotes", ""),
    ("waivers: POS001\n", "policy.yaml:1", "waivers: expected a valid tuple", "policy.md"),
    ("- POS001\n", "policy.yaml:1", "the file: expected a valid dictionary", "policy.md"),
    ("severities: [POS001\n", "policy.yaml:2", "not valid YAML", ""),
    ("fail_on: error\nfail_on: none\n", "policy.yaml:2", "the key 'fail_on' twice", ""),
    ("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: {r: {s: {t: {u: 1}}}}}}}}}}}}}}}}}}}}}\n",
     "policy.yaml:1", "nested deeper", "see docs/policy.md"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "message", "hint"), FAULTS, ids=[f[2] for f in FAULTS])
def test_a_fault_is_told_by_file_and_line_with_a_remedy(
    tmp_path: Path, text: str, where: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_policy(write(tmp_path, text))
    assert caught.value.where == where
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "fail_on: error\nseverities: {POS998: off}\nthresholds: {colour: 1}\n"
    with pytest.raises(ConfigError) as caught:
        load_policy(write(tmp_path, text))
    told = str(caught.value)
    assert told.startswith("policy.yaml:2: unknown rule 'POS998'")
    assert "\npolicy.yaml:3: unknown threshold 'colour'" in told


def test_a_file_that_cannot_be_read_or_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"policy.yaml: cannot be read"):
        load_policy(tmp_path / "policy.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"fail_on: none\n# \xe4\n")
    with pytest.raises(ConfigError, match=r"latin.yaml:2: not UTF-8"):
        load_policy(path)


def test_a_waiver_of_a_rule_that_is_off_is_a_problem(tmp_path: Path) -> None:
    text = "severities: {POS001: off}\nwaivers:\n  - {rule: POS001, owner: x, reason: y, until: 2026-12-31}\n"
    _, (problem,) = load_policy(write(tmp_path, text))
    assert str(problem) == (
        "policy.yaml:3: the rule POS001 is off, so its waiver has no effect (remove the waiver, or switch the rule on)"
    )


def test_the_template_is_taken_as_it_stands_and_names_every_threshold_with_its_default(tmp_path: Path) -> None:
    policy, problems = load_policy(write(tmp_path, TEMPLATE))
    assert policy == Policy(thresholds={name: t.default for name, t in THRESHOLDS.items()})
    assert problems == ()


def test_what_the_template_shows_as_comments_can_be_taken_too(tmp_path: Path) -> None:
    policy, _ = load_policy(write(tmp_path, re.sub(r"^#(?=  )", "", TEMPLATE, flags=re.MULTILINE)))
    assert policy.severities == {"DAT001": "off"}
    assert [(w.rule, w.subject) for w in policy.waivers] == [("POS001", "microsoft/*")]


def test_the_page_names_every_threshold_and_its_example_is_taken(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", text, re.MULTILINE)
    assert told == [(name, str(t.default), t.meaning) for name, t in THRESHOLDS.items()]
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    policy, _ = load_policy(write(tmp_path, example))
    assert policy.fail_on == "error"
    assert policy.severities
    assert policy.thresholds
    assert len(policy.waivers) == 2


def test_a_severity_of_the_policy_replaces_that_of_the_rule() -> None:
    (first, _) = (f for f in run_rules(SHORT, Policy()) if f.rule == "POS001")
    (second, _) = (f for f in run_rules(SHORT, Policy(severities={"POS001": "info"})) if f.rule == "POS001")
    assert (first.severity, second.severity) == (Severity.ERROR, Severity.INFO)
    assert second == replace(first, severity=Severity.INFO)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_that_is_off_reports_nothing_and_the_others_report_the_same(code: str) -> None:
    estate = replace(SHORT, renewals=facts({"renewals": [{"contract_id": "C-1", "ends_on": AS_OF}]}).renewals)
    without = run_rules(estate, Policy(severities={code: "off"}))
    assert without == tuple(f for f in run_rules(estate, Policy()) if f.rule != code)


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ("acme/rrd", ["position:crm-seat"]),
        ("ACME/RRD", ["position:crm-seat"]),
        ("acme/*", ["position:crm-seat"]),
        ("position:rrd-core", ["position:crm-seat"]),
        ("position:*", []),
        ("*", []),
        ("*seat", ["position:rrd-core"]),
        ("*r*d*", ["position:crm-seat"]),
        ("rrd-core", ["position:crm-seat", "position:rrd-core"]),
        ("acme", ["position:crm-seat", "position:rrd-core"]),
        ("acme.rrd", ["position:crm-seat", "position:rrd-core"]),
    ],
)
def test_a_waiver_names_a_subject_or_a_product_with_wildcards(subject: str, left: list[str]) -> None:
    assert open_subjects(Policy(waivers=(waiver(subject=subject),))) == left


def test_a_waiver_holds_on_its_last_day_and_not_after() -> None:
    policy = Policy(waivers=(waiver(until=date(2026, 12, 31)),))
    assert open_subjects(policy, date(2026, 12, 31)) == ["position:crm-seat"]
    assert open_subjects(policy, date(2027, 1, 1)) == ["position:crm-seat", "position:rrd-core"]


def test_a_waiver_of_another_rule_waives_nothing() -> None:
    assert len(open_subjects(Policy(waivers=(waiver(rule="OVR001", subject="*"),)))) == 2


def test_a_waived_finding_stays_and_says_by_whom_until_when_and_why() -> None:
    policy = Policy(waivers=(waiver(), waiver(owner="board", reason="accepted", until=date(2027, 6, 30))))
    waived = [f for f in run_rules(SHORT, policy) if f.waived_by]
    assert [(f.id, f.waived_by) for f in waived] == [("POS001:rrd-core", "board until 2027-06-30: accepted")]


@given(
    parts=st.lists(st.text("ab:", max_size=3), min_size=1, max_size=4),
    fills=st.lists(st.text("ab:*", max_size=3), min_size=4, max_size=4),
)
def test_whatever_stands_for_a_wildcard_matches(parts: list[str], fills: list[str]) -> None:
    subject = parts[0] + "".join(fill + part for fill, part in zip(fills, parts[1:], strict=False))
    assert covers("*".join(parts), Hit(subject=subject, message=""))


@given(pattern=st.text("ab*", max_size=6), subject=st.text("ab", max_size=6))
def test_wildcards_agree_with_an_independent_matcher(pattern: str, subject: str) -> None:
    expected = re.fullmatch(pattern.replace("*", "[ab]*"), subject) is not None
    assert covers(pattern, Hit(subject=subject, message="")) is expected


def test_an_unknown_threshold_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        threshold(Policy(), "no_such_threshold")
