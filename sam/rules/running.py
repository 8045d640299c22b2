"""Apply the rules to a run: hits become findings with severity, id and waiver."""

from collections.abc import Iterator, Sequence
from datetime import date

from sam.model import Finding, Policy, RunFacts, Severity, Waiver
from sam.rules.registry import FAMILIES, Hit, Rule
from sam.rules.rulebook import RULES
from sam.rules.waivers import waived_by


def run_rules(facts: RunFacts, policy: Policy) -> tuple[Finding, ...]:
    """Return what the rules find: gravest first, then by family, code and subject.

    Args:
        facts: The run; the order of its rows does not matter.
        policy: Severities (a rule may be off), thresholds, and waivers, which mark findings and never remove them.
    """
    found: list[Finding] = []
    for rule in RULES.values():
        severity = policy.severity(rule.code, rule.severity)
        if severity is not None:
            found += _findings(rule, severity, facts, policy)
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return finding.severity.rank, FAMILIES.index(finding.family), finding.rule, finding.subject


def _findings(rule: Rule, severity: Severity, facts: RunFacts, policy: Policy) -> Iterator[Finding]:
    waivers = [w for w in policy.waivers if w.rule == rule.code]
    for hit in rule.check(facts, policy):
        yield _finding(rule, severity, hit, waivers, facts.as_of)


def _finding(rule: Rule, severity: Severity, hit: Hit, waivers: Sequence[Waiver], day: date) -> Finding:
    return Finding(
        id=f"{rule.code}:{hit.subject.partition(':')[2]}",
        rule=rule.code,
        family=rule.family,
        severity=severity,
        subject=hit.subject,
        message=hit.message,
        numbers=hit.numbers,
        remedy=hit.remedy,
        evidence=hit.evidence,
        waived_by=waived_by(hit, waivers, day),
    )
