"""OVR002: a suite and its component are both licensed."""

from collections.abc import Iterator

from sam.model import Policy, RunFacts, Severity
from sam.rules.free_units import double_units, free_positions
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.wording import count, decimal_text, listed, worth


@rule("OVR002", severity=Severity.WARNING, family="overspend")
def double_coverage(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A suite and one of its components are both paid for.

    What it does:
        Reports products of which licenses lie idle because suite licenses already cover the installations: at most as
        many as are free.

    Why it matters:
        The same need is paid for twice.

    How to fix:
        Do not renew the component's licenses, or end their maintenance. If the suite is the dearer way for these
        people, give its licenses to others and keep the component.

    Source:
        Trueup's own definition: docs/counting.md, "What covers what" (a suite's unit covers installations of its
        components).
    """
    prices = UnitPrices(facts)
    metric = {p.product: (p.edition or "", p.metric) for p in reversed(free_positions(facts))}
    for component, (units, suites) in double_units(facts).items():
        value = prices.value(units, component, *metric[component])
        name = facts.catalog.name(component)
        lie = "lies" if units == 1 else "lie"
        cover = "covers" if len(suites) == 1 else "cover"
        yield Hit(
            subject=f"product:{component}",
            message=f"{name}: {count(units, 'license')} {lie} idle, because {listed(map(facts.catalog.name, suites))}"
            f" already {cover} what is installed{worth(value, facts.currency)}.",
            numbers={"units": units, "amount": decimal_text(value)},
            remedy=f"Do not renew these licenses of {name}, or end their maintenance.",
            products=(component, *suites),
        )
