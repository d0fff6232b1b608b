"""The partitions of one source and day are found quickly."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_partitions_day", "partitions", ["source_id", "day"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_partitions_day", table_name="partitions")
