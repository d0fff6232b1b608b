"""Which parts of a run have been begun and not done: several processes may work in one run."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    op.add_column("runs", sa.Column("unfinished", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("runs", "unfinished")
