"""What each source gave by day, since when it is in its state, and the reasons as codes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room; the reasons in English prose go, the next run of each source gives it new ones."""
    op.drop_column("sources", "reason")
    op.add_column("sources", sa.Column("reasons", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("sources", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sources", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "source_days",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("makeup", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "day"),
    )


def downgrade() -> None:
    """Forget all that."""
    op.drop_table("source_days")
    for name in ("read_at", "since", "reasons"):
        op.drop_column("sources", name)
    op.add_column("sources", sa.Column("reason", sa.String(), nullable=False, server_default=""))
