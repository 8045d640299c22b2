"""REN001: a notice date is near."""

from collections.abc import Iterator

from sam.model import Policy, Renewal, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.renewal.contracts import contract_name
from sam.rules.thresholds import threshold
from sam.rules.wording import count


@rule("REN001", severity=Severity.WARNING, family="renewal")
def notice_near(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """The last day to give notice is near.

    What it does:
        Reports contracts whose last day for notice (the end less the notice days) lies within the next
        `notice_warning_days` days, the day itself included.

    Why it matters:
        After that day a contract that renews itself runs for another term, whatever is needed; until then quantity and
        price can be talked about.

    How to fix:
        Decide with the quantity that REN003 and `trueup renewals` give, and let the owner give notice in the form that
        the contract asks for.

    Source:
        Common Paper, "Auto-renewal", section Non-Renewal Notice Date (undated): notice counts as days before the end of
        the contract.
    """
    ahead = threshold(policy, "notice_warning_days")
    for renewal in facts.renewals:
        if renewal.notice_by is None or not 0 <= (days := (renewal.notice_by - facts.as_of).days) <= ahead:
            continue
        when = f"in {count(days, 'day')}" if days else "today"
        yield Hit(
            subject=f"contract:{renewal.contract_id}",
            message=f"{contract_name(renewal)}: notice is due by {renewal.notice_by}, {when}; {_after(renewal)}.",
            numbers={"days": days, "notice_by": str(renewal.notice_by), "ends_on": str(renewal.ends_on)},
            remedy=f"Decide before that day how many units to keep, and give notice{_who(renewal)}.",
        )


def _after(renewal: Renewal) -> str:
    if renewal.auto_renews:
        return f"else it renews itself after {renewal.ends_on}"
    if renewal.auto_renews is None:
        return f"it ends on {renewal.ends_on}, and whether it renews itself is not known"
    return f"it ends on {renewal.ends_on} and does not renew itself"


def _who(renewal: Renewal) -> str:
    return f" (owner: {renewal.owner})" if renewal.owner else ""
