"""Signatures that find what is alike, not only what is equal: of copies, and of texts about one case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the signatures anew: every partition waits for the index again, which signs its texts."""
    op.drop_index("ix_signatures_signature", table_name="signatures")
    op.drop_table("signatures")
    op.create_table(
        "signatures",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("anchors", sa.LargeBinary(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_signatures_text", "signatures", ["page_id", "kind"], unique=True)
    op.create_index("ix_signatures_group", "signatures", ["group", "kind"], unique=False)
    op.create_table(
        "anchors",
        sa.Column("anchor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("anchor", "day", "number"),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE partitions SET indexed_at = NULL")


def downgrade() -> None:
    """Make the signatures of equal texts anew."""
    op.drop_table("anchors")
    op.drop_index("ix_signatures_group", table_name="signatures")
    op.drop_index("ix_signatures_text", table_name="signatures")
    op.drop_table("signatures")
    op.create_table(
        "signatures",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=True),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page_id"),
    )
    op.create_index("ix_signatures_signature", "signatures", ["signature"], unique=False)
