"""Searches that people keep."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for saved searches."""
    op.create_table(
        "saved_searches",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_saved_searches_name", "saved_searches", ["username", "name"], unique=True)


def downgrade() -> None:
    """Drop saved searches."""
    op.drop_index("ix_saved_searches_name", table_name="saved_searches")
    op.drop_table("saved_searches")
