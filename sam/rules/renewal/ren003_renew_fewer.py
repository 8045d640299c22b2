"""REN003: a contract covers more than is needed."""

from collections.abc import Iterator
from decimal import Decimal

from sam.model import Policy, Renewal, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.renewal.contracts import contract_name
from sam.rules.wording import amount, count, decimal_text


@rule("REN003", severity=Severity.WARNING, family="renewal")
def renew_fewer(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A contract that ends soon covers more units than are needed.

    What it does:
        Reports contracts ending within `renewal_days` days for which fewer units than today would do, found by solving
        the whole estate again without the contract and with its units on offer.

    Why it matters:
        The renewal is the one moment at which the quantity can go down.

    How to fix:
        Renew the quantity named. Check first what the estate will need over the next term: the calculation knows the
        day of the run only.

    Source:
        Trueup's own definition: docs/architecture.md, the renewal quantity.
    """
    for renewal in facts.renewals:
        if renewal.recommended is None or renewal.recommended >= renewal.quantity:
            continue
        fewer = renewal.quantity - renewal.recommended
        saving = _saving(renewal)
        cost = f" All purchases together then cost {amount(saving, facts.currency)} less." if saving else ""
        numbers: dict[str, int | str] = {"quantity": renewal.quantity, "recommended": renewal.recommended}
        if saving:
            numbers["saving"] = decimal_text(saving)
        yield Hit(
            subject=f"contract:{renewal.contract_id}",
            message=f"{contract_name(renewal)}: {renewal.recommended:,} of {count(renewal.quantity, 'unit')} would do"
            f" when it ends on {renewal.ends_on}, {fewer:,} fewer.{cost}",
            numbers=numbers,
            remedy=f"Renew {count(renewal.recommended, 'unit')}." if renewal.recommended else "Do not renew it.",
        )


def _saving(renewal: Renewal) -> Decimal | None:
    costs = {point.quantity: point.cost for point in renewal.bill}
    now, then = costs.get(renewal.quantity), costs.get(renewal.recommended or 0)
    return now - then if now is not None and then is not None and now > then else None
