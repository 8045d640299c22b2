"""The run in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from sam.engine.solved import Solved
from sam.entitlements.positions import money
from sam.entitlements.priority import PriorityResult
from sam.model import Finding, Summary

PRIORITY = "suites, exact, downgrade, edition above"
NOT_COUNTED = frozenset({"unknown"})


def summarise(solved: Solved, priority: PriorityResult) -> Summary:
    """Return the numbers that do not need findings."""
    licensed, estate = solved.licensed, solved.estate
    rows = dict(solved.relations.fetch("SELECT state, COUNT(*) FROM coded GROUP BY state ORDER BY state"))
    counted = solved.relations.fetch("SELECT COUNT(*) FROM settled WHERE bucket = 'counted'")[0][0]
    exposure = sum((p.exposure or Decimal(0) for p in licensed.positions), Decimal(0))
    return Summary(
        devices=len(licensed.demand.devices),
        people=len(estate.people),
        installations=counted,
        products=len({p.product for p in licensed.positions}),
        entitlements=len(estate.entitlements),
        contracts=len(estate.contracts),
        true_up_cost=money(licensed.allocation.cost),
        true_up_unpriced_units=licensed.allocation.unpriced,
        exposure=exposure,
        exposure_unpriced_units=sum(p.shortfall for p in licensed.positions if p.unit_price is None),
        priority_order_cost=money(priority.cost),
        priority_order_unpriced_units=priority.unpriced,
        priority_orders={PRIORITY: money(priority.cost)},
        coverage=_coverage(solved, rows),
        rows=rows,
        status="optimal" if licensed.allocation.proven else "gap",
    )


def _coverage(solved: Solved, rows: Mapping[str, int]) -> dict[str, str]:
    """Return the shares that bound the claim: of rows, of distinct titles and of purchase spend."""
    total = sum(rows.values())
    titles = solved.licensed.demand.titles
    known = sum(1 for _, _, r in titles if r.state not in NOT_COUNTED)
    spent, matched = Fraction(0), Fraction(0)
    installed = {kind[0] for kind in solved.licensed.demand.kinds}
    for line in solved.estate.entitlements:
        amount = Fraction(line.quantity) * Fraction(line.unit_price or 0)
        value = solved.licensed.market.setting.prices.convert(amount, line.currency) or Fraction(0)
        spent += value
        product = solved.loaded.catalog.products.get(line.product)
        if (product and product.in_catalog) or line.product in installed:
            matched += value
    return {
        "rows": _share(total - sum(rows.get(s, 0) for s in NOT_COUNTED), total),
        "titles": _share(known, len(titles)),
        "spend": _share(matched, spent),
    }


def _share(part: Fraction | int, whole: Fraction | int) -> str:
    if not whole:
        return "1"
    share = Fraction(part) / Fraction(whole)
    # Rounded down, so that a share is 1 only when everything is covered.
    return str(Decimal(int(share * 10_000)) / 10_000)


def with_findings(summary: Summary, findings: Sequence[Finding]) -> Summary:
    """Add what only the findings tell: their number by severity, and the overspend they name."""
    open_findings = [f for f in findings if f.waived_by is None]
    counts: dict[str, int] = {}
    for finding in open_findings:
        counts[str(finding.severity)] = counts.get(str(finding.severity), 0) + 1
    spent = sum((_amount(f) for f in open_findings if f.family == "overspend"), Decimal(0))
    return replace(summary, findings=dict(sorted(counts.items())), overspend=spent)


def _amount(finding: Finding) -> Decimal:
    try:
        return Decimal(str(finding.numbers.get("amount", 0)))
    except InvalidOperation:
        return Decimal(0)
