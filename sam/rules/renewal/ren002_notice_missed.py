"""REN002: a notice date is missed."""

from collections.abc import Iterator
from decimal import Decimal

from sam.model import Policy, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.renewal.contracts import contract_name
from sam.rules.wording import count, decimal_text, worth


@rule("REN002", severity=Severity.ERROR, family="renewal")
def notice_missed(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """The last day to give notice has passed and the contract renews itself.

    What it does:
        Reports contracts that have not ended yet, renew themselves, and whose last day for notice is over.

    Why it matters:
        Without an agreement with the vendor, the next term is owed in full.

    How to fix:
        If notice was given, record it: set `auto_renews` to no. Else talk to the vendor now, and put the notice date of
        the next term into the calendar.

    Source:
        Common Paper, "Auto-renewal", section Non-Renewal Notice Date (undated): without notice before that day the
        contract goes on.
    """
    terms = {c.contract_id: c.term_months for c in facts.contracts}
    for renewal in facts.renewals:
        if renewal.notice_by is None or renewal.ends_on is None or not renewal.auto_renews:
            continue
        if not renewal.notice_by < facts.as_of <= renewal.ends_on:
            continue
        late = (facts.as_of - renewal.notice_by).days
        months = terms.get(renewal.contract_id)
        term = f" for {count(months, 'month')}" if months else ""
        value = worth(renewal.value or Decimal(0), renewal.currency or facts.currency)
        numbers: dict[str, int | str] = {"days_late": late, "notice_by": str(renewal.notice_by)}
        if renewal.value is not None:
            numbers["value"] = decimal_text(renewal.value)
        yield Hit(
            subject=f"contract:{renewal.contract_id}",
            message=f"{contract_name(renewal)}: notice was due by {renewal.notice_by}, {count(late, 'day')} ago;"
            f" it renews itself after {renewal.ends_on}{term}{value}.",
            numbers=numbers,
            remedy="Record the notice if it was given; else talk to the vendor before the new term begins.",
        )
