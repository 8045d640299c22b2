"""REN004: nobody looks after a contract that ends soon."""

from collections.abc import Iterator

from sam.model import Policy, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.renewal.contracts import contract_name
from sam.rules.thresholds import threshold
from sam.rules.wording import count


@rule("REN004", severity=Severity.WARNING, family="renewal")
def no_owner(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A contract ends soon and has no owner.

    What it does:
        Reports contracts that end within the next `renewal_days` days and name no owner.

    Why it matters:
        A date that nobody owns is missed.

    How to fix:
        Name the person or team in the `owner` column of `contracts`.

    Source:
        Trueup's own practice: docs/tables.md, contracts.
    """
    ahead = threshold(policy, "renewal_days")
    for renewal in facts.renewals:
        if renewal.owner.strip() or renewal.ends_on is None:
            continue
        days = (renewal.ends_on - facts.as_of).days
        if not 0 <= days <= ahead:
            continue
        when = f"in {count(days, 'day')}" if days else "today"
        yield Hit(
            subject=f"contract:{renewal.contract_id}",
            message=f"{contract_name(renewal)}: ends on {renewal.ends_on}, {when}, and has no owner.",
            numbers={"days": days, "ends_on": str(renewal.ends_on)},
            remedy="Name an owner in the contracts table.",
        )
