"""One table per record type of `sam.model`; columns mirror the dataclass, the origin is version, sheet and record."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field, SQLModel

from sam.register.column_types import ExactDecimal, TextTuple
from sam.register.tables import key, moment, number, text


def amount() -> Any:  # noqa: ANN401  (SQLModel's fields are typed by their annotation)
    """An exact decimal number; optional when its annotation is."""
    return Field(default=None, sa_type=ExactDecimal)


def texts() -> Any:  # noqa: ANN401
    """A list of texts."""
    return Field(default=(), sa_type=TextTuple)


class RecordRow(SQLModel):
    """What every record has: the version it was read in, its place there, and its order as read."""

    source_version_id: int = key(foreign_key="source_versions.id")
    ordinal: int = key()
    """Counts the records of the version, whatever their type, in the order in which the reader gave them."""
    record: int = number()
    sheet: str = text()


class DeviceRow(RecordRow, table=True):
    """Rows of `Device`."""

    __tablename__ = "devices"

    device_id: str = text()
    hostname: str = text()
    domain: str = text()
    manufacturer: str = text()
    model: str = text()
    serial: str = text()
    uuid: str = text()
    kind: str = text()
    os: str = text()
    cpu_model: str = text()
    sockets: int | None = number()
    socket_capacity: int | None = number()
    cores: int | None = number()
    threads: int | None = number()
    smt: bool | None = None
    vcpus: int | None = number()
    host_id: str = text()
    host_role: str = text()
    cluster_id: str = text()
    vcenter_id: str = text()
    partition: str = text()
    partition_capacity: int | None = number()
    cloud: str = text()
    environment: str = text()
    failover_of: str = text()
    failover_kind: str = text()
    lifecycle: str = text()
    primary_user_id: str = text()
    org_unit: str = text()
    country: str = text()
    location: str = text()
    last_seen: date | None = None
    purchased_on: date | None = None
    cost: Decimal | None = amount()
    currency: str = text()
    macs: tuple[str, ...] = texts()


class PersonRow(RecordRow, table=True):
    """Rows of `Person`."""

    __tablename__ = "people"

    user_id: str = text()
    name: str = text()
    email: str = text()
    status: str = text()
    org_unit: str = text()
    country: str = text()
    left_on: date | None = None


class OrgUnitRow(RecordRow, table=True):
    """Rows of `OrgUnit`."""

    __tablename__ = "org_units"

    org_unit: str = text()
    parent: str = text()
    country: str = text()


class DeviceLinkRow(RecordRow, table=True):
    """Rows of `DeviceLink`."""

    __tablename__ = "device_links"

    device_id: str = text()
    source: str = text()
    source_key: str = text()


class AccessRow(RecordRow, table=True):
    """Rows of `Access`."""

    __tablename__ = "access"

    user_id: str = text()
    device_id: str = text()
    server_id: str = text()
    product: str = text()
    last_used: date | None = None


class SeatRow(RecordRow, table=True):
    """Rows of `Seat`."""

    __tablename__ = "seats"

    user_id: str = text()
    product: str = text()
    publisher: str = text()
    sku: str = text()
    assigned_on: date | None = None
    last_active: date | None = None


class SessionRow(RecordRow, table=True):
    """Rows of `Session`."""

    __tablename__ = "sessions"

    product: str = text()
    started_at: datetime = moment()
    ended_at: datetime | None = moment()
    user_id: str = text()
    device_id: str = text()


class MeasureRow(RecordRow, table=True):
    """Rows of `Measure`."""

    __tablename__ = "measures"

    product: str = text()
    metric: str = text()
    quantity: Decimal = amount()
    scope: str = text()
    measured_at: date | None = None


class ContractRow(RecordRow, table=True):
    """Rows of `Contract`."""

    __tablename__ = "contracts"

    contract_id: str = text()
    vendor: str = text()
    title: str = text()
    starts_on: date | None = None
    ends_on: date | None = None
    notice_days: int | None = number()
    auto_renews: bool | None = None
    term_months: int | None = number()
    uplift_cap_percent: Decimal | None = amount()
    currency: str = text()
    value: Decimal | None = amount()
    owner: str = text()
    parent_id: str = text()


class EntitlementRow(RecordRow, table=True):
    """Rows of `Entitlement`."""

    __tablename__ = "entitlements"

    entitlement_id: str = text()
    product: str = text()
    metric: str = text()
    quantity: Decimal = amount()
    contract_id: str = text()
    publisher: str = text()
    edition: str = text()
    version: str = text()
    transaction: str = text()
    base_id: str = text()
    replaces_id: str = text()
    purchased_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    maintenance_until: date | None = None
    unit_price: Decimal | None = amount()
    currency: str = text()
    pack_size: int = number()
    scope: str = text()
    rights: tuple[str, ...] = texts()
    part_number: str = text()
    description: str = text()
    proof: str = text()


class AllocationRow(RecordRow, table=True):
    """Rows of `AllocationRow`."""

    __tablename__ = "allocations"

    entitlement_id: str = text()
    kind: str = text()
    device_id: str = text()
    user_id: str = text()
    org_unit: str = text()
    quantity: Decimal = amount()
    assigned_on: date | None = None


class PriceRow(RecordRow, table=True):
    """Rows of `Price`."""

    __tablename__ = "prices"

    product: str = text()
    unit_price: Decimal = amount()
    publisher: str = text()
    edition: str = text()
    version: str = text()
    metric: str = text()
    part_number: str = text()
    basis: str = text()
    currency: str = text()
    per: str = text()
    pack: int | None = number()
    minimum_order: int = number()
    tier_from: int | None = number()
    tier_mode: str = text()
    sold_from: date | None = None
    sold_to: date | None = None
    source: str = text()
