"""What must be licensed: classes of bundles that are alike, each one value with a count.

A bundle is what licensing ties together: a device, a user with their devices, a host with its virtual machines.
"""

from dataclasses import dataclass

from sam.model import Device


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One installation or seat inside a bundle; `slot` is the device's place in it, -1 for a seat."""

    product: str
    edition: str
    version: str
    slot: int = 0

    @property
    def seat(self) -> bool:
        """True when the item is an assigned seat and not an installation."""
        return self.slot < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The license-relevant facts of one device of a bundle."""

    device: Device
    """Only kind, sockets, cores, vcpus and threads are read."""
    scopes: frozenset[str]
    """The scopes, as written on entitlements, that hold for this device."""
    user_scopes: frozenset[str] = frozenset()
    """The scopes that hold for a user license used on it: the person's place, the device's where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandClass:
    """`count` bundles with the same items, facts and eligible scopes.

    `kind`: `device` (one slot), `user` (any slots, seats), `host` (slot 0 is the host; `instances` hold its guests).
    """

    id: str
    kind: str
    count: int
    slots: tuple[Slot, ...]
    items: tuple[Item, ...] = ()
    instances: tuple[tuple[Item, int], ...] = ()
    """Host classes: OS instances by product, edition and version, with how many there are on each host."""
    user_scopes: frozenset[str] = frozenset()
    """The scopes that hold for the person alone: for seats."""
    known_user: bool = False
    """False: nobody is known to use the device, so a user license is [0, 1] units."""
    known_host: bool = True
    """False: a virtual machine whose host is not known."""
