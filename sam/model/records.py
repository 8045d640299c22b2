"""The register's nouns: one frozen value per row of the workspace tables (see docs/tables.md).

Absent cells are None (text cells ""), words are folded to their closed lists, amounts are Decimal,
dates are dates, and every record keeps its origin.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sam.model.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A machine, physical or virtual."""

    origin: Origin
    device_id: str
    hostname: str = ""
    domain: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    uuid: str = ""
    kind: str = ""
    os: str = ""
    cpu_model: str = ""
    sockets: int | None = None
    """Sockets that hold a processor."""
    socket_capacity: int | None = None
    """Sockets the model takes, empty ones included."""
    cores: int | None = None
    """Physical cores of the whole machine."""
    threads: int | None = None
    smt: bool | None = None
    vcpus: int | None = None
    """Virtual cores given to a virtual machine."""
    host_id: str = ""
    host_role: str = ""
    cluster_id: str = ""
    vcenter_id: str = ""
    partition: str = ""
    partition_capacity: int | None = None
    cloud: str = ""
    environment: str = ""
    failover_of: str = ""
    failover_kind: str = ""
    lifecycle: str = "in-use"
    primary_user_id: str = ""
    org_unit: str = ""
    country: str = ""
    location: str = ""
    last_seen: date | None = None
    purchased_on: date | None = None
    cost: Decimal | None = None
    currency: str = ""
    macs: tuple[str, ...] = ()
    """Hardware addresses, from agents only: a tie breaker of device identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareRow:
    """One raw row of discovered software, before recognition."""

    record: int
    """Record number in its file, from 1."""
    device_id: str
    """The device as this source names it; "" when the file has no device identity."""
    name: str
    publisher: str = ""
    version: str = ""
    edition: str = ""
    installed_on: date | None = None
    last_used: date | None = None
    user_id: str = ""
    kind: str = "application"
    """`application`, `operating-system`, `package` (deb, rpm), `swid`."""
    code: str = ""
    """Product code, tag id or package origin (`deb`), where the source has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who uses software."""

    origin: Origin
    user_id: str
    name: str = ""
    email: str = ""
    status: str = "active"
    org_unit: str = ""
    country: str = ""
    left_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgUnit:
    """A part of the organisation; `parent` names another org_unit."""

    origin: Origin
    org_unit: str
    parent: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLink:
    """Two records told to be one device: `source`'s key `source_key` is `device_id`."""

    origin: Origin
    device_id: str
    source: str
    source_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A user or device that reaches a server or product (client access)."""

    origin: Origin
    user_id: str = ""
    device_id: str = ""
    server_id: str = ""
    product: str = ""
    last_used: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A SaaS seat assigned to a person."""

    origin: Origin
    user_id: str
    product: str
    publisher: str = ""
    sku: str = ""
    assigned_on: date | None = None
    last_active: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A license checked out: half open, UTC."""

    origin: Origin
    product: str
    started_at: datetime
    ended_at: datetime | None = None
    user_id: str = ""
    device_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measured quantity; not a need by itself."""

    origin: Origin
    product: str
    metric: str
    quantity: Decimal
    scope: str = ""
    measured_at: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """An agreement with a vendor."""

    origin: Origin
    contract_id: str
    vendor: str = ""
    title: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    notice_days: int | None = None
    auto_renews: bool | None = None
    term_months: int | None = None
    uplift_cap_percent: Decimal | None = None
    currency: str = ""
    value: Decimal | None = None
    owner: str = ""
    parent_id: str = ""

    @property
    def notice_by(self) -> date | None:
        """The last day on which notice can be given: `ends_on` minus `notice_days`."""
        if self.ends_on is None or self.notice_days is None:
            return None
        return date.fromordinal(max(1, self.ends_on.toordinal() - self.notice_days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """A purchase line. Units = quantity × pack_size (blank pack size is 1)."""

    origin: Origin
    entitlement_id: str
    product: str
    metric: str
    quantity: Decimal
    contract_id: str = ""
    publisher: str = ""
    edition: str = ""
    version: str = ""
    transaction: str = "license"
    base_id: str = ""
    replaces_id: str = ""
    purchased_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    maintenance_until: date | None = None
    unit_price: Decimal | None = None
    currency: str = ""
    pack_size: int = 1
    scope: str = ""
    rights: tuple[str, ...] = ()
    part_number: str = ""
    description: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRow:
    """Units of an entitlement that are given or reserved."""

    origin: Origin
    entitlement_id: str
    kind: str
    device_id: str = ""
    user_id: str = ""
    org_unit: str = ""
    quantity: Decimal = Decimal(1)
    assigned_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit costs on the days it is on sale."""

    origin: Origin
    product: str
    unit_price: Decimal
    """Price of one unit (never of a pack), per `per`."""
    publisher: str = ""
    edition: str = ""
    version: str = ""
    metric: str = ""
    part_number: str = ""
    basis: str = "list"
    currency: str = ""
    per: str = "once"
    pack: int | None = None
    """Units sold together; None (blank) takes the pack of the product's term, else 1."""
    minimum_order: int = 0
    """Fewest units in one order, in units."""
    tier_from: int | None = None
    tier_mode: str = ""
    sold_from: date | None = None
    sold_to: date | None = None
    source: str = ""


Record = (
    Device
    | Person
    | OrgUnit
    | DeviceLink
    | Access
    | Seat
    | Session
    | Measure
    | Contract
    | Entitlement
    | AllocationRow
    | Price
)
"""Any row of a table but `software`, whose rows stay columnar."""
