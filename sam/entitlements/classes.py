"""What must be licensed: classes of bundles that are alike, each one value with a count.

A bundle is what licensing ties together: a device, a user with their devices, a host with its virtual machines.
"""

from dataclasses import dataclass

from sam.model import Device


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One installation or seat inside a bundle.

    `slot` is the device's place in the bundle, -1 for a seat; `user` the place of the person who uses it.
    """

    product: str
    edition: str
    version: str
    slot: int = 0
    user: int = 0

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


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandClass:
    """`count` bundles with the same items, facts and eligible scopes.

    `kind`: `device` (one slot), `user` (any slots, seats), `host` (slot 0 is the host; `instances` hold its guests).
    A bundle holds several persons only where one device is used by more than one of them.
    """

    id: str
    kind: str
    count: int
    slots: tuple[Slot, ...]
    items: tuple[Item, ...] = ()
    instances: tuple[tuple[Item, int], ...] = ()
    """Host classes: OS instances by product, edition and version, with how many there are on each host."""
    user_scopes: tuple[frozenset[str], ...] = ()
    """Item by item, the scopes that hold for a user license: the person's place, the device's where that is unknown."""
    users: tuple[bool, ...] = (False,)
    """Person by person, whether it is known who that is; of an unknown one a user license is [0, 1] units."""
    known_host: bool = True
    """False: a virtual machine whose host is not known."""
