"""One finding: what it says, its numbers, the rows behind it, and what its rule is about."""

from collections.abc import Iterator

from sam.engine.explain_desk import Desk, plain
from sam.engine.facts import facts_of
from sam.engine.renewals import find_renewals
from sam.engine.run import RENEWAL_DAYS, UNUSED_DAYS
from sam.model import Finding
from sam.rules import RULES, run_rules
from sam.rules.registry import SECTIONS


def find(desk: Desk) -> tuple[Finding, ...]:
    """Apply the rules to the solved run, as `check` does."""
    solved = desk.solved
    days = solved.policy.threshold("renewal_days", RENEWAL_DAYS)
    renewals = find_renewals(solved.licensed, solved.estate.contracts, solved.as_of, days)
    return tuple(run_rules(facts_of(solved, renewals, UNUSED_DAYS, names=desk.names), solved.policy))


def explain_finding(desk: Desk, finding: Finding) -> Iterator[str]:
    """Yield the explanation of a finding."""
    yield f"Finding {finding.id} on {desk.solved.as_of}: {finding.severity}, {finding.family}"
    yield plain(finding.message)
    if finding.waived_by:
        yield f"waived: {plain(finding.waived_by)}"
    yield from (f"  {name}: {plain(str(value))}" for name, value in finding.numbers.items())
    if finding.remedy:
        yield f"What to do: {plain(finding.remedy)}"
    if finding.evidence:
        yield "Rows behind it"
        yield from (f"  {desk.at_text(place)}" for place in finding.evidence)
    kind, _, ident = finding.subject.partition(":")
    if kind in ("position", "device"):
        yield f"More: trueup explain {kind} {plain(ident)}"
    rule = RULES.get(finding.rule)
    if rule is not None:
        yield f"Rule {rule.code}: {rule.title}"
        yield f"  {_what_it_does(rule.doc)}"
        yield f"  More: trueup rule {rule.code}"


def _what_it_does(page: str) -> str:
    """Return the first section of a rule's page as one paragraph."""
    section = page.partition(f"{SECTIONS[0]}:")[2].partition(f"{SECTIONS[1]}:")[0]
    return " ".join(section.split())
