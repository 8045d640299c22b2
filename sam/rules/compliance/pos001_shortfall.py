"""POS001: a position is short."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sam.model import Policy, Position, RemedyLine, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import PLACES_SHOWN, amount, between, count, decimal_text, label, licenses, noun_of


@rule("POS001", severity=Severity.ERROR, family="compliance")
def shortfall(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """More is used than is owned.

    What it does:
        Reports every position that is short on the day after all owned licenses are assigned in the best way: own
        licenses, suites, downgrades, higher editions. Where facts are missing it reports the shortfall that remains
        when they turn out best; POS003 tells the rest.

    Why it matters:
        This is the line an auditor writes down. The exposure is the shortfall at the list price of what is installed;
        the remedy is the least-cost purchase, which may be another product and cost less.

    How to fix:
        Follow the position to its devices and users with `trueup explain position ID`. Take the software off where it
        is not needed, assign it where a free license covers it, or buy what the remedy names.

    Source:
        Trueup's own definition: docs/counting.md, "Positions" and "What can be bought".
    """
    purchases: dict[str, list[RemedyLine]] = defaultdict(list)
    for line in facts.remedy:
        for covered in line.covers:
            purchases[covered].append(line)
    for position in facts.positions:
        least = position.at_low.shortfall if position.at_low else position.shortfall
        if position.shortfall <= 0 or least <= 0:
            continue
        exposure = f" Exposure {amount(position.exposure, facts.currency)}." if position.exposure is not None else ""
        yield Hit(
            subject=f"position:{position.id}",
            message=f"{label(position)}: short of {_short(position, least)}. {_balance(position)}.{exposure}",
            numbers=_numbers(position, least),
            remedy=_remedy(position, purchases[position.id], facts.currency),
            evidence=tuple(sorted(position.sources))[:PLACES_SHOWN],
            products=(position.product,),
        )


def _short(position: Position, least: int) -> str:
    if position.demand.high is None:
        return f"{between(least, None)} {noun_of(position.metric, least)}"
    low, high = sorted((least, position.shortfall))
    return f"{between(low, high)} {noun_of(position.metric, high)}"


def _balance(position: Position) -> str:
    needed = between(position.demand.low, position.demand.high)
    disputed = "; the reading of the contract is disputed" if position.status == "disputed" else ""
    return f"Needed {needed}, covered {position.covered:,}, owned {position.entitled:,}{disputed}"


def _numbers(position: Position, least: int) -> dict[str, int | str]:
    numbers: dict[str, int | str] = {
        "entitled": position.entitled,
        "demand": position.solved,
        "shortfall": position.shortfall,
    }
    if least < position.shortfall:
        numbers["shortfall_at_least"] = least
    if position.exposure is not None:
        numbers["exposure"] = decimal_text(position.exposure)
    return numbers


def _remedy(position: Position, lines: Sequence[RemedyLine], currency: str) -> str:
    if not lines:
        return f"Buy the missing {noun_of(position.metric, 2)}, or take the software off where it is not needed."
    others = {other for line in lines for other in line.covers} - {position.id}
    shared = f" This also ends {count(len(others), 'other shortfall')}." if others else ""
    return f"Least-cost purchase: {'; '.join(sorted(_purchase(line, currency) for line in lines))}.{shared}"


def _purchase(line: RemedyLine, currency: str) -> str:
    name = " ".join(part for part in (line.product_name or line.product, line.edition, line.version) if part)
    packs = f" in {count(line.packs, 'pack')} of {line.pack:,}" if line.pack > 1 else ""
    price = f"for {amount(line.cost, currency)}" if line.cost is not None else "at a price that is not known yet"
    return f"{licenses(line.units, line.metric)} of {name}{packs} {price}"
