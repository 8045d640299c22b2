"""DAT002: a device that is licensed by its cores does not tell them."""

from collections.abc import Iterator

from sam.model import Device, Policy, RunFacts, Severity
from sam.rules.registry import Hit, rule
from sam.rules.wording import listed, places


@rule("DAT002", severity=Severity.WARNING, family="data-quality")
def no_cores(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A device needs cores for its licenses and tells none.

    What it does:
        Reports devices that hold software counted by cores or processors, or through their host, where these are not
        known. POS003 tells what the gap does to the position.

    Why it matters:
        Without the number the demand has no upper bound, and the calculation can only name what is certain.

    How to fix:
        Fill in `cores` and `sockets` of a physical machine, `vcpus` and `host_id` of a virtual one, by hand in
        `devices` or from an inventory agent.

    Source:
        Trueup's own definition: docs/counting.md, "Units" (unknown cores: the minimum, without a bound).
    """
    devices = {d.device_id: d for d in facts.devices}
    for name, products in sorted(facts.core_gaps.items()):
        device = devices.get(name)
        kind = f" ({device.kind.replace('-', ' ')})" if device and device.kind else ""
        missing = _missing(device)
        licensed = f"{listed(facts.catalog.name(p) for p in products)} {'is' if len(products) == 1 else 'are'} licensed"
        them = "it" if missing.endswith("is") else "them"
        yield Hit(
            subject=f"device:{name}",
            message=f"{name}{kind}: {missing} not known, and {licensed} by {them}.",
            numbers={"products": len(products)},
            remedy=f"Fill in {_columns(device)} of {name} in the devices table.",
            evidence=places([device.origin]) if device else (),
            products=tuple(sorted(products)),
        )


def _missing(device: Device | None) -> str:
    if device is None or device.kind not in ("virtual-machine", "container"):
        return "its cores are"
    if device.vcpus is not None:
        return "its host is"
    return "its virtual cores are" if device.host_id else "its virtual cores or its host are"


def _columns(device: Device | None) -> str:
    if device is None or device.kind not in ("virtual-machine", "container"):
        return "cores and sockets"
    missing = ("" if device.vcpus is not None else "vcpus", "" if device.host_id else "host_id")
    return " and ".join(name for name in missing if name) or "the facts"
