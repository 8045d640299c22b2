"""DAT004: purchases that nothing proves."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sam.model import Entitlement, Policy, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import count, listed, places

_TAKES: Final = frozenset({"return", "transfer-out"})


@rule("DAT004", severity=Severity.WARNING, family="data-quality")
def no_paper(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Purchases name neither a contract nor a proof.

    What it does:
        Reports products with purchase lines in force that name neither a contract nor a proof (order, invoice,
        certificate). Returns and outgoing transfers are left out.

    Why it matters:
        In an audit a license counts when a paper shows it. Lines without one are the first to be struck out.

    How to fix:
        Fill in `contract_id` or `proof` in `entitlements`; ask the vendor or reseller for its purchase history where
        the paper is lost.

    Source:
        Trueup's own practice: docs/tables.md, entitlements.
    """
    bare: dict[str, list[Entitlement]] = defaultdict(list)
    for line in facts.entitlements:
        ended = line.ends_on is not None and line.ends_on < facts.as_of
        if not line.contract_id and not line.proof and line.transaction not in _TAKES and not ended:
            bare[line.product].append(line)
    for product, lines in sorted(bare.items()):
        be = "names" if len(lines) == 1 else "name"
        yield Hit(
            subject=f"product:{product}",
            message=f"{facts.catalog.name(product)}: {count(len(lines), 'purchase line')} {be} neither a contract nor a"
            f" proof ({listed(line.entitlement_id for line in lines)}).",
            numbers={"lines": len(lines)},
            remedy="Name the contract or the order, invoice or certificate that proves them.",
            evidence=places(line.origin for line in lines),
            products=(product,),
        )
