"""What a rebuild has done so far, what was erased, and partitions that were rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for both."""
    op.add_column("partitions", sa.Column("built_in", sa.String(), nullable=True))
    op.create_table(
        "tombstones",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("page_id"),
    )
    op.create_table(
        "retired",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("retired")
    op.drop_table("tombstones")
    op.drop_column("partitions", "built_in")
