"""Sources, their problems and their records."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create the tables of versions, problems and records."""
    _create_sources()
    for name, columns in _RECORDS.items():
        op.create_table(
            name,
            sa.Column("source_version_id", sa.BigInteger(), sa.ForeignKey("source_versions.id"), nullable=False),
            sa.Column("ordinal", sa.BigInteger(), nullable=False),
            sa.Column("record", sa.BigInteger(), nullable=False),
            sa.Column("sheet", sa.Text(), nullable=False),
            *(_column(word) for word in columns.split()),
            sa.PrimaryKeyConstraint("source_version_id", "ordinal"),
        )


def _create_sources() -> None:
    op.create_table(
        "source_versions",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        *(_column(word) for word in _VERSION.split()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_source_versions_path", "source_versions", ["path"])
    is_open = sa.column("known_to").is_(None)
    op.create_index(
        "uq_source_versions_open",
        "source_versions",
        ["path"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "source_problems",
        sa.Column("source_version_id", sa.BigInteger(), sa.ForeignKey("source_versions.id"), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        *(_column(word) for word in _PROBLEM.split()),
        sa.PrimaryKeyConstraint("source_version_id", "ordinal"),
    )


def _column(word: str) -> sa.Column[Any]:
    """Read `name:type` (text by default), with `?` where the column may be null."""
    name, _, kind = word.partition(":")
    optional = word.endswith("?")
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "": sa.Text(),
        "int": sa.BigInteger(),
        "date": sa.Date(),
        "bool": sa.Boolean(),
    }
    return sa.Column(name.rstrip("?"), types[kind.rstrip("?")], nullable=optional)


_VERSION = """
    path sha256 format observed_on:date? known_from known_to? account partial:bool has_software:bool default_device
    reading
"""
_PROBLEM = """
    code severity place message remedy origin_file? origin_path? origin_record:int? origin_sheet?
"""
_RECORDS = {
    "devices": """
        device_id hostname domain manufacturer model serial uuid kind os cpu_model sockets:int?
        socket_capacity:int? cores:int? threads:int? smt:bool? vcpus:int? host_id host_role cluster_id vcenter_id
        partition partition_capacity:int? cloud environment failover_of failover_kind lifecycle primary_user_id
        org_unit country location last_seen:date? purchased_on:date? cost? currency macs
    """,
    "people": """
        user_id name email status org_unit country left_on:date?
    """,
    "org_units": """
        org_unit parent country
    """,
    "device_links": """
        device_id source source_key
    """,
    "access": """
        user_id device_id server_id product last_used:date?
    """,
    "seats": """
        user_id product publisher sku assigned_on:date? last_active:date?
    """,
    "sessions": """
        product started_at ended_at? user_id device_id
    """,
    "measures": """
        product metric quantity scope measured_at:date?
    """,
    "contracts": """
        contract_id vendor title starts_on:date? ends_on:date? notice_days:int? auto_renews:bool? term_months:int?
        uplift_cap_percent? currency value? owner parent_id
    """,
    "entitlements": """
        entitlement_id product metric quantity contract_id publisher edition version transaction base_id
        replaces_id purchased_on:date? starts_on:date? ends_on:date? maintenance_until:date? unit_price? currency
        pack_size:int scope rights part_number description proof
    """,
    "allocations": """
        entitlement_id kind device_id user_id org_unit quantity assigned_on:date?
    """,
    "prices": """
        product unit_price publisher edition version metric part_number basis currency per pack:int?
        minimum_order:int tier_from:int? tier_mode sold_from:date? sold_to:date? source
    """,
}
