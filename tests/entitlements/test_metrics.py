"""Units a subject needs, against numbers worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam.entitlements.metrics import core_units, host_core_units, processor_units, subject_units, vm_core_units
from sam.errors import SamError
from sam.model import CountRule, Device, Interval, LicenseTerms, Origin

ORIGIN = Origin(file="0", path="devices.csv", record=1)
PLAIN = CountRule(cores="own")
WINDOWS_SERVER = CountRule(subject="host", cores="physical", minimum_processor=8, minimum_server=16)
SQL_SERVER = CountRule(cores="own", minimum_processor=4, minimum_vm=4)
VMWARE = CountRule(cores="physical", minimum_processor=16)


def machine(sockets: int | None = None, cores: int | None = None, **facts: int) -> Device:
    return Device(origin=ORIGIN, device_id="S1", kind="server", sockets=sockets, cores=cores, **facts)  # type: ignore[arg-type]


def guest(vcpus: int | None, **facts: int) -> Device:
    return Device(origin=ORIGIN, device_id="V1", kind="virtual-machine", vcpus=vcpus, **facts)  # type: ignore[arg-type]


def term(metric: str, rule: CountRule = PLAIN) -> LicenseTerms:
    return LicenseTerms(id=f"test/{metric}", product="*", metric=metric, count=rule)


@pytest.mark.parametrize(
    ("rule", "sockets", "cores", "units"),
    [
        (PLAIN, 2, 12, 12),
        (PLAIN, None, 7, 7),
        (WINDOWS_SERVER, 2, 8, 16),  # 2 × max(8, 4)
        (WINDOWS_SERVER, 1, 6, 16),  # max(16, 8)
        (WINDOWS_SERVER, 4, 16, 32),  # 4 × max(8, 4)
        (WINDOWS_SERVER, 2, 20, 20),  # 2 × max(8, 10)
        (WINDOWS_SERVER, 4, 32, 32),  # 4 × max(8, 8)
        (WINDOWS_SERVER, None, 24, 24),  # one processor of 24
        (SQL_SERVER, 2, 4, 8),  # 2 × max(4, 2)
        (SQL_SERVER, 2, 7, 8),  # max(4, 3) + max(4, 4)
        (SQL_SERVER, 2, 9, 9),  # max(4, 4) + max(4, 5)
        (SQL_SERVER, 1, 2, 4),
        (VMWARE, 2, 16, 32),  # 2 × max(16, 8), Broadcom KB 313548
        (VMWARE, 2, 48, 48),  # 2 × max(16, 24), Broadcom KB 313548
        (VMWARE, 2, 33, 33),  # max(16, 16) + max(16, 17)
        (VMWARE, 3, 34, 48),  # 3 × max(16, 11 or 12)
    ],
)
def test_physical_cores(rule: CountRule, sockets: int | None, cores: int, units: int) -> None:
    assert core_units(machine(sockets, cores), rule) == Interval.exact(units)


@pytest.mark.parametrize(
    ("rule", "sockets", "low"),
    [
        (WINDOWS_SERVER, None, 16),
        (WINDOWS_SERVER, 4, 32),
        (SQL_SERVER, 2, 8),
        (SQL_SERVER, None, 4),
        (PLAIN, None, 1),
        (PLAIN, 4, 4),
    ],
)
def test_unknown_cores_are_the_minimum_without_a_bound(rule: CountRule, sockets: int | None, low: int) -> None:
    assert core_units(machine(sockets, None), rule) == Interval(low, None)


@pytest.mark.parametrize(
    ("vcpus", "units"),
    [(2, Interval.exact(4)), (6, Interval.exact(6)), (None, Interval(4, None)), (0, Interval(4, None))],
)
def test_virtual_cores(vcpus: int | None, units: Interval) -> None:
    assert core_units(guest(vcpus), SQL_SERVER) == units
    assert vm_core_units(guest(vcpus), SQL_SERVER) == units


def test_a_rule_for_physical_cores_takes_a_guest_for_a_host_of_unknown_size() -> None:
    assert core_units(guest(4), WINDOWS_SERVER) == Interval(16, None)
    assert host_core_units(guest(4, sockets=2, cores=64), WINDOWS_SERVER) == Interval(16, None)


def test_a_rule_for_virtual_cores_reads_them_on_any_device() -> None:
    rule = CountRule(cores="virtual", minimum_vm=8)
    assert core_units(machine(2, 64, vcpus=4), rule) == Interval.exact(8)


def test_threads_are_not_cores() -> None:
    assert core_units(machine(2, 48, threads=96), SQL_SERVER) == Interval.exact(48)


@pytest.mark.parametrize(
    ("device", "units"),
    [
        (machine(2, socket_capacity=4), Interval.exact(2)),
        (machine(None, socket_capacity=4), Interval(1, 4)),
        (machine(None), Interval(1, None)),
        (machine(0, socket_capacity=2), Interval(1, 2)),
        (guest(8), Interval(1, 8)),
    ],
)
def test_processors(device: Device, units: Interval) -> None:
    assert processor_units(device) == units
    assert subject_units(device, term("processor")) == units


@pytest.mark.parametrize("metric", ["device", "server", "instance", "user", "named-user", "seat"])
def test_one_unit_a_subject(metric: str) -> None:
    assert subject_units(machine(4, 64), term(metric)) == Interval.exact(1)


def test_cores_by_the_term() -> None:
    assert subject_units(machine(2, 8), term("core", WINDOWS_SERVER)) == Interval.exact(16)


def test_a_metric_that_no_device_tells_is_refused() -> None:
    with pytest.raises(SamError, match="concurrent"):
        subject_units(machine(2, 8), term("concurrent"))


rules = st.builds(
    CountRule,
    cores=st.sampled_from(["", "own", "physical", "virtual"]),
    minimum_processor=st.integers(0, 32),
    minimum_server=st.integers(0, 64),
    minimum_vm=st.integers(0, 16),
)
counts = st.none() | st.integers(1, 256)


@st.composite
def devices(draw: st.DrawFn) -> Device:
    kind = draw(st.sampled_from(["server", "host", "workstation", "virtual-machine", ""]))
    return Device(
        origin=ORIGIN,
        device_id="D",
        kind=kind,
        sockets=draw(st.none() | st.integers(1, 8)),
        cores=draw(counts),
        vcpus=draw(counts),
    )


@given(device=devices(), rule=rules)
def test_units_are_never_zero_and_low_never_passes_high(device: Device, rule: CountRule) -> None:
    units = core_units(device, rule)
    assert units.low >= 1
    assert units.high is None or units.low <= units.high


@given(cores=st.integers(1, 256), more=st.integers(0, 64), sockets=st.none() | st.integers(1, 8), rule=rules)
def test_more_cores_never_need_fewer_units(cores: int, more: int, sockets: int | None, rule: CountRule) -> None:
    fewer, larger = (host_core_units(machine(sockets, n), rule) for n in (cores, cores + more))
    assert fewer.low <= larger.low
    assert vm_core_units(guest(cores), rule).low <= vm_core_units(guest(cores + more), rule).low


@given(cores=st.integers(1, 256), sockets=st.integers(1, 8), rule=rules)
def test_known_hosts_are_exact_and_never_below_minimums_or_cores(cores: int, sockets: int, rule: CountRule) -> None:
    units = host_core_units(machine(sockets, cores), rule)
    assert units.known
    assert units.low >= max(cores, rule.minimum_server, rule.minimum_processor * sockets)
    spread = [cores // sockets + (n < cores % sockets) for n in range(sockets)]
    assert units.low == max(rule.minimum_server, sum(max(rule.minimum_processor, c) for c in spread))


@given(cores=st.integers(1, 256), sockets=st.none() | st.integers(1, 8), rule=rules)
def test_an_unknown_fact_never_raises_the_low_value(cores: int, sockets: int | None, rule: CountRule) -> None:
    if sockets is None or cores >= sockets:
        assert host_core_units(machine(sockets, None), rule).low <= host_core_units(machine(sockets, cores), rule).low
