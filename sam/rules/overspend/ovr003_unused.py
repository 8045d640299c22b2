"""OVR003: installed software that nobody uses."""

from collections.abc import Iterator

from sam.model import Policy, ProductUsage, RunFacts, Severity
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import count, decimal_text, listed, places, worth


@rule("OVR003", severity=Severity.WARNING, family="overspend")
def unused_installations(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Installed software has not been used for a long time.

    What it does:
        Reports products of which installations were measured and not used for `unused_days` days: at least
        `unused_units` of them. An installation without a measured day of use is never called unused; the finding says
        how many there are. The saving is one license for each unused installation, at most as many as the product
        needs outside suites.

    Why it matters:
        A license held by software that nobody opens can serve somebody else or be saved at the next renewal.

    How to fix:
        Ask the users of the devices named, take the software off, and take in usage for the installations that are not
        measured.

    Source:
        ServiceNow, "Software reclamation rules", overview (10 September 2026): software that was not used by a set
        latest date is marked for reclamation. The 90 days are Trueup's default, not a standard.
    """
    prices = UnitPrices(facts)
    days = threshold(policy, "unused_days")
    fewest = max(1, threshold(policy, "unused_units"))
    origins = {d.device_id: d.origin for d in facts.devices}
    for usage in facts.usage:
        unused = min(usage.unused, usage.measured)
        if unused < fewest:
            continue
        saved, metric = _licenses(facts, usage)
        value = prices.value(min(unused, saved), usage.product, usage.edition, metric)
        name = " ".join(part for part in (facts.catalog.name(usage.product), usage.edition) if part)
        silent = usage.installed - usage.measured
        yield Hit(
            subject=f"product:{usage.product}{f':{usage.edition}' if usage.edition else ''}",
            message=f"{name}: {unused:,} of {count(usage.measured, 'measured installation')} not used for"
            f" {count(days, 'day')}{worth(value, facts.currency)}.{_silence(silent)}",
            numbers={
                "installed": usage.installed,
                "measured": usage.measured,
                "unused": unused,
                "not_measured": silent,
                "amount": decimal_text(value),
            },
            remedy=f"Take it off {listed(usage.unused_devices)}." if usage.unused_devices else "Take it off.",
            evidence=places(origins[device] for device in usage.unused_devices if device in origins),
            products=(usage.product,),
        )


def _silence(number: int) -> str:
    if not number:
        return ""
    return f" Not counted: {count(number, 'installation')} whose use is not measured."


def _licenses(facts: RunFacts, usage: ProductUsage) -> tuple[int, str]:
    """Return how many licenses the product needs outside suites, and the metric of most of them."""
    own = [p for p in facts.positions if p.product == usage.product and (p.edition or "") == usage.edition]
    units = {p.id: p.solved - p.covered_suite for p in own}
    most = min(own, key=lambda p: (-units[p.id], p.id), default=None)
    return max(0, sum(units.values())), most.metric if most else ""
