"""OVR004: a device that is gone still holds licenses or software."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sam.model import Device, Entitlement, Policy, RunFacts, Severity
from sam.rules.pricing import UnitPrices
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import count, decimal_text, listed, places, worth


@rule("OVR004", severity=Severity.WARNING, family="overspend")
def retired_devices(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A retired device still holds licenses or reports software.

    What it does:
        Reports devices with lifecycle retired or disposed that still have a license allocated, or that still report
        licensable software: seen within the last `stale_days` days, or on an unknown day.

    Why it matters:
        A license allocated to a device that is gone serves nobody. A device that is said to be gone and still reports
        software is either in use, and then its software needs licenses, or was never wiped.

    How to fix:
        Take the license back by ending the row in `allocations`. Where the device still reports, correct its lifecycle
        or wipe it.

    Source:
        Trueup's own definition: docs/counting.md, "From rows to installations", 5 (a retired device that holds an
        allocation still consumes).
    """
    prices = UnitPrices(facts)
    lines = {e.entitlement_id: e for e in facts.entitlements}
    devices = {d.device_id: d for d in facts.devices}
    seen_since = facts.as_of - timedelta(days=threshold(policy, "stale_days"))
    for name in sorted(set(facts.retired_allocated) | set(facts.retired_with_software)):
        device = devices.get(name)
        held = facts.retired_allocated.get(name, ())
        reports = device is None or device.last_seen is None or device.last_seen >= seen_since
        software = facts.retired_with_software.get(name, 0) if reports else 0
        if not held and not software:
            continue
        value = sum((_price(lines[i], prices) for i in held if i in lines), Decimal(0))
        yield Hit(
            subject=f"device:{name}",
            message=f"{name} is {device.lifecycle if device else 'retired'} and still {_still(held, software, device)}"
            f"{worth(value, facts.currency)}.",
            numbers={"allocated": len(held), "installations": software, "amount": decimal_text(value)},
            remedy=_remedy(held, software),
            evidence=places([device.origin]) if device else (),
            products=tuple(sorted({lines[i].product for i in held if i in lines})),
        )


def _price(line: Entitlement, prices: UnitPrices) -> Decimal:
    return prices.value(1, line.product, line.edition, line.metric)


def _still(held: tuple[str, ...], software: int, device: Device | None) -> str:
    seen = f" (last seen {device.last_seen})" if device and device.last_seen else ""
    parts = (
        f"holds {'a license' if len(held) == 1 else 'licenses'} of {listed(held)}" if held else "",
        f"reports {count(software, 'licensable installation')}{seen}" if software else "",
    )
    return " and ".join(part for part in parts if part)


def _remedy(held: tuple[str, ...], software: int) -> str:
    parts = (
        "Take the licenses back." if held else "",
        "Correct its lifecycle if it is in use, else wipe it." if software else "",
    )
    return " ".join(part for part in parts if part)
