"""DAT003: devices that nobody has seen for long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sam.model import Policy, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import count, listed, places

_NOT_IN_USE: Final = frozenset({"retired", "disposed", "planned", "in-stock"})


@rule("DAT003", severity=Severity.INFO, family="data-quality")
def stale_devices(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """Devices have not been seen for a long time.

    What it does:
        Reports in one finding the devices in use whose last sighting is more than `stale_days` days before the day, and
        says whether their software counts (`exclude_stale`).

    Why it matters:
        A device that is gone and not retired in the books still needs licenses in every calculation, an auditor's too.

    How to fix:
        Find out whether they still exist, and set `lifecycle` to retired, disposed or missing where they do not; repair
        the agent where they do.

    Source:
        Trueup's own definition: docs/counting.md, "From rows to installations", 4 (stale devices count and are
        findings). The 90 days are Trueup's default, not a standard.
    """
    days = threshold(policy, "stale_days")
    limit = facts.as_of - timedelta(days=days)
    active = [d for d in facts.devices if d.lifecycle not in _NOT_IN_USE]
    stale = [d for d in active if d.last_seen is not None and d.last_seen < limit]
    if not stale:
        return
    counted = "does not count" if threshold(policy, "exclude_stale") else "counts all the same"
    yield Hit(
        subject="devices:stale",
        message=f"{len(stale):,} of {count(len(active), 'device')} in use not seen for {count(days, 'day')}"
        f" ({listed(d.device_id for d in stale)}); what is installed there {counted}.",
        numbers={"stale": len(stale), "devices": len(active)},
        remedy="Retire them in the devices table where they are gone, else repair their inventory.",
        evidence=places(d.origin for d in stale),
    )
