"""POS003: how much is needed is not known."""

from collections.abc import Iterator

from sam.model import Policy, Position, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import PLACES_SHOWN, label, licenses, metric_words, noun_of


@rule("POS003", severity=Severity.WARNING, family="compliance")
def unknown_demand(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """How much is needed is not known.

    What it does:
        Reports every position whose demand rests on a fact that is missing (the cores of a server, the host of a
        virtual machine, the user of a device), and every position whose metric Trueup cannot count from what it reads.
        It names the reasons.

    Why it matters:
        Unknown is not zero. Until the fact is known, nobody can say that the position is compliant, and an auditor
        will take the higher number.

    How to fix:
        Fill in what DAT002 names: cores, sockets, host, primary user. For a metric that is not counted, bring the
        reading of the vendor's own tool and compare it with what is owned.

    Source:
        Trueup's own definition: docs/counting.md, "Units", and docs/terms.md, "Metrics that are not computed yet".
    """
    for position in facts.positions:
        if position.demand.known and position.status != "unknown":
            continue
        yield Hit(
            subject=f"position:{position.id}",
            message=f"{label(position)}: {_told(position)}.{_reasons(position)}",
            numbers=_numbers(position),
            remedy="Add the missing facts to the devices concerned; see the reasons."
            if not position.demand.known
            else f"Compare the {position.entitled:,} owned with the reading of the vendor's own tool.",
            evidence=tuple(sorted(position.sources))[:PLACES_SHOWN],
            products=(position.product,),
        )


def _told(position: Position) -> str:
    low, high = position.demand.low, position.demand.high
    if position.demand.known:
        return f"{licenses(position.entitled, position.metric)} are owned, and how many are needed is not counted here"
    owned = f"; {position.covered:,} are covered"
    if high is None:
        return f"at least {licenses(low, position.metric)} needed, how many more is not known{owned}"
    return f"between {low:,} and {high:,} {noun_of(position.metric, high)} needed{owned}"


def _reasons(position: Position) -> str:
    reasons = "; ".join(position.confidence) or f"the {metric_words(position.metric)} count rests on missing facts"
    return f" Reasons: {reasons}."


def _numbers(position: Position) -> dict[str, int | str]:
    numbers: dict[str, int | str] = {"entitled": position.entitled, "demand_low": position.demand.low}
    if position.demand.high is not None:
        numbers["demand_high"] = position.demand.high
    if position.shortfall:
        numbers["shortfall"] = position.shortfall
    return numbers
