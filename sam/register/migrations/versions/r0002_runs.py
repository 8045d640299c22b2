"""Finished runs, for comparison and trend."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Create the table of runs."""
    texts = ("started_at", "version", "workspace", "currency", "inputs", "summary", "positions", "findings")
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("id"),
    )
