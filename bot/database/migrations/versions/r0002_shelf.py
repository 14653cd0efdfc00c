"""Shelf: what several machines share of the workshop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, which are filled by whoever has something to share."""
    op.create_table(
        "shelf",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
    )
    op.create_table(
        "shelf_pieces",
        sa.Column("stamp", sa.String(32), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
