"""License terms: how a product is counted under a metric, and which rights it carries, with dates and source."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSource:
    """The document a term was read in."""

    title: str
    section: str
    read: date
    published: str = ""
    """The document's own date or version, as it prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRule:
    """How many units a subject needs.

    `subject`: `device`, `user`, `host` (a physical machine with its virtual machines) or `vm`.
    `cores`: `physical` (of the machine), `virtual` (given to the virtual machine) or `own` (virtual cores of a
    virtual machine, physical ones otherwise); "" for metrics that do not count cores.
    """

    subject: str = "device"
    cores: str = ""
    minimum_processor: int = 0
    """Cores counted at least for each processor."""
    minimum_server: int = 0
    """Cores counted at least for each physical server."""
    minimum_vm: int = 0
    """Cores counted at least for each virtual machine."""
    devices_per_user: int | None = None
    """Devices one user license covers; None: any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRule:
    """What a fully licensed host gives: `slots` OS instances (None: unlimited); sets stack when limited."""

    edition: str
    gives: str = "os-instance"
    slots: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTerms:
    """A dated, cited rule. `product` is an id, or `*` (generic, or the publisher's when `publisher` is given)."""

    id: str
    product: str
    metric: str
    publisher: str = ""
    editions: tuple[str, ...] = ()
    """Empty: all."""
    effective_from: date | None = None
    effective_to: date | None = None
    kind: str = "additive"
    """`additive`, `grouped` or `aggregate`."""
    count: CountRule = CountRule()
    order_pack: int = 1
    grants: tuple[GrantRule, ...] = ()
    rights: tuple[str, ...] = ()
    words: str = ""
    """The rule in one plain sentence."""
    notes: str = ""
    """How sure the rule is, and what it leaves out."""
    source: TermSource | None = None

    def in_force(self, day: date) -> bool:
        """True on every day from `effective_from` to `effective_to`, both included."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )
