"""The tables of the records."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "0008"  # the newest of the migrations that make these tables


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time in the records needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class SourceRow(Table):
    """A source's state and health."""

    __tablename__ = "sources"
    source_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    new_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    declared_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)


class SeenRow(Table):
    """A URL or text once fetched: what makes the next request conditional, and what it held."""

    __tablename__ = "seen"
    id: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    content_hash: Mapped[str]
    fetched_at: Mapped[datetime]


class PartitionRow(Table):
    """An archive partition and how far it has come; `built_in`: the new generation that holds it already."""

    __tablename__ = "partitions"
    path: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    day: Mapped[str]
    pages: Mapped[int]
    archived_at: Mapped[datetime]
    analysed_at: Mapped[datetime | None] = mapped_column(index=True)
    indexed_at: Mapped[datetime | None] = mapped_column(index=True)
    built_in: Mapped[str | None]
    __table_args__ = (Index("ix_partitions_day", "source_id", "day"),)


class RetiredRow(Table):
    """A partition that was rewritten, dropped or merged: a file of this name is not taken up again."""

    __tablename__ = "retired"
    path: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class TombstoneRow(Table):
    """A page that was erased on request, and must not come back; `finished_at` is null while parts remain."""

    __tablename__ = "tombstones"
    page_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]
    finished_at: Mapped[datetime | None]


class RunRow(Table):
    """One run of a command."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    command: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    status: Mapped[str]


class OutcomeRow(Table):
    """What became of one item at one stage of one run."""

    __tablename__ = "outcomes"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    result: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    __table_args__ = (Index("ix_outcomes_source", "source_id", "at"),)


class QuarantineRow(Table):
    """An item that failed for good at a stage, kept to be replayed."""

    __tablename__ = "quarantine"
    stage: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=1)


class SignatureRow(Table):
    """A text's signature of one kind (`core.signatures.Signed`)."""

    __tablename__ = "signatures"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    page_id: Mapped[str]
    group: Mapped[str]
    anchors: Mapped[bytes]
    profile: Mapped[bytes]
    dated_at: Mapped[datetime]
    fetched_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_signatures_text", "page_id", "kind", unique=True),
        Index("ix_signatures_group", "group", "kind"),
    )


class AnchorRow(Table):
    """Which signature (by its number) has an anchor, and the day (ordinal, UTC) that its text is dated."""

    __tablename__ = "anchors"
    anchor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class UserRow(Table):
    """A person who may sign in."""

    __tablename__ = "users"
    username: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class SavedRow(Table):
    """A search that a person keeps under a name."""

    __tablename__ = "saved_searches"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    username: Mapped[str]
    name: Mapped[str]
    place: Mapped[str]
    address: Mapped[str]
    saved_at: Mapped[datetime]
    __table_args__ = (Index("ix_saved_searches_name", "username", "name", unique=True),)


class SessionRow(Table):
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AttemptRow(Table):
    """A failed sign-in, by account name and address, for throttling."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


class DecisionRow(Table):
    """A person's decision; rows are only ever added."""

    __tablename__ = "decisions"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page_id: Mapped[str] = mapped_column(index=True)
    who: Mapped[str]
    at: Mapped[datetime]
    what: Mapped[str]
    why: Mapped[str]
    relabel: Mapped[dict[str, Any] | None]
    undoes: Mapped[int | None]
    content_hash: Mapped[str]
    model: Mapped[str]
    severity_shown: Mapped[int]
    categories_shown: Mapped[list[str]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AlertRow(Table):
    """An alert, raised once."""

    __tablename__ = "alerts"
    key: Mapped[str] = mapped_column(String, primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]


class ReportRow(Table):
    """A weekly report that was made."""

    __tablename__ = "reports"
    week: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    html: Mapped[str]
    pdf: Mapped[str]
