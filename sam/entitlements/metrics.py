"""How many units one subject needs: pure functions of a device and the parameters of a term.

A missing fact gives an interval, never a zero: the low end is what every machine has (one processor, one core) or the
term's minimum, the high end None where nothing bounds it.
"""

from sam.errors import SamError
from sam.model import CountRule, Device, Interval, LicenseTerms

VIRTUAL_MACHINE = "virtual-machine"
ONE_PER_DEVICE = frozenset({"device", "server", "instance"})
"""Metrics of which a device that holds the product needs one unit."""
ONE_PER_USER = frozenset({"user", "named-user", "seat"})
"""Metrics of which a person needs one unit, whatever the device."""
PER_DEVICE = ONE_PER_DEVICE | {"core", "processor"}
"""Metrics whose subject is one device."""


def subject_units(device: Device, term: LicenseTerms) -> Interval:
    """Return the units that one device, or one user of it, needs under a term.

    Args:
        device: The subject: the host for a term that counts hosts.
        term: Its metric and count rule are read.

    Raises:
        SamError: The metric cannot be counted from one device (`concurrent`, `pvu`, …).
    """
    if term.metric in ONE_PER_DEVICE or term.metric in ONE_PER_USER:
        return Interval.exact(1)
    if term.metric == "core":
        return core_units(device, term.count)
    if term.metric == "processor":
        return processor_units(device)
    raise SamError(
        f"the metric '{term.metric}' cannot be counted from a single device",
        where=term.id,
        hint=f"metrics counted by device: {', '.join(sorted(PER_DEVICE))}",
    )


def core_units(device: Device, rule: CountRule) -> Interval:
    """Return the core licenses of a device: virtual cores where the rule counts them, else physical ones.

    A rule with `cores: own` (or none) counts virtual cores of a virtual machine and physical cores of any other device.
    """
    virtual = device.kind == VIRTUAL_MACHINE
    if rule.cores == "virtual" or (virtual and rule.cores != "physical"):
        return vm_core_units(device, rule)
    return host_core_units(device, rule)


def host_core_units(device: Device, rule: CountRule) -> Interval:
    """Return the core licenses of a physical machine: Σ over processors max(minimum, cores), at least the server's.

    Cores are spread over the sockets as evenly as whole numbers allow; blank sockets are one processor. A virtual
    machine stands here for a host that is not known: the minimum of one server, without a bound.
    """
    if device.kind == VIRTUAL_MACHINE:
        return Interval(_server_units(1, 1, rule), None)
    processors = _positive(device.sockets) or 1
    cores = _positive(device.cores)
    if cores is None:
        return Interval(_server_units(processors, processors, rule), None)
    return Interval.exact(_server_units(cores, processors, rule))


def _server_units(cores: int, processors: int, rule: CountRule) -> int:
    smaller, larger_ones = divmod(cores, processors)
    minimum = rule.minimum_processor
    spread = (processors - larger_ones) * max(minimum, smaller) + larger_ones * max(minimum, smaller + 1)
    return max(rule.minimum_server, spread)


def vm_core_units(device: Device, rule: CountRule) -> Interval:
    """Return the core licenses of a virtual machine: its virtual cores, at least the minimum for each machine."""
    cores = _positive(device.vcpus)
    if cores is None:
        return Interval(max(rule.minimum_vm, 1), None)
    return Interval.exact(max(rule.minimum_vm, cores))


def processor_units(device: Device) -> Interval:
    """Return the processors of a device: sockets that hold one, or at most those it has room for when unknown."""
    populated = _positive(device.sockets)
    if populated is not None:
        return Interval.exact(populated)
    room = device.vcpus if device.kind == VIRTUAL_MACHINE else device.socket_capacity
    return Interval(1, _positive(room))


def _positive(number: int | None) -> int | None:
    """Treat a zero or negative count of hardware as not known: no machine has it."""
    return number if number is not None and number > 0 else None
