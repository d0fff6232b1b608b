"""The tables of the records."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, String, TypeDecorator, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "0009"  # the newest of the migrations that make these tables


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
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """Return `text` as every database can keep it: PostgreSQL has no place for a NUL character in a text."""
    return text.replace("\0", "\ufffd")


class Words(TypeDecorator[str]):
    """A text of any length, with U+FFFD for each NUL character, so that databases keep the same."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it storable."""
        return None if value is None else storable(value)


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        str: Words,
        dict[str, Any]: JSON,
        dict[str, float]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[dict[str, Any]]: JSON,
    }


class SourceRow(Table):
    """A source's state and health; `whole`: its last run took up all that it found."""

    __tablename__ = "sources"
    source_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    state: Mapped[str]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    since: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    new_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    declared_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    whole: Mapped[bool] = mapped_column(default=False, server_default=false())


class SourceDayRow(Table):
    """What a source gave on one day in Vietnam, in counts (`core.source_days.SourceDay`)."""

    __tablename__ = "source_days"
    source_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    checks: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    hours: Mapped[list[int]]
    makeup: Mapped[dict[str, float]]


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


class VisitRow(Table):
    """How often a page was asked for again, how often it had changed, and when its next turn is."""

    __tablename__ = "visits"
    id: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    url: Mapped[str]
    published_at: Mapped[datetime | None]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    checks: Mapped[int]
    changes: Mapped[int]
    watched_s: Mapped[float]
    ended_at: Mapped[str | None]
    due_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_visits_due", "source_id", "due_at"),)


class HostRow(Table):
    """A host that asked to be left alone, until when, and how often in a row it refused."""

    __tablename__ = "hosts"
    host: Mapped[str] = mapped_column(primary_key=True)
    wait_until: Mapped[datetime]
    refusals: Mapped[int]


class RobotsRow(Table):
    """The last robots.txt of a site: its text, or since when it can't be had and why."""

    __tablename__ = "robots"
    site: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    text: Mapped[str]
    detail: Mapped[str]


class SpentRow(Table):
    """What a source was asked for on a day (UTC): requests, and bytes received."""

    __tablename__ = "spent"
    source_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    requests: Mapped[int]
    received: Mapped[int] = mapped_column(BigInteger)


class FollowRow(Table):
    """That a person began or ended to follow a discussion; the last row of a thread counts."""

    __tablename__ = "follows"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    thread_id: Mapped[str] = mapped_column(index=True)
    source_id: Mapped[str]
    url: Mapped[str]
    followed: Mapped[bool]
    who: Mapped[str]
    at: Mapped[datetime]


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
    """One run of a command; `unfinished`: its parts that were begun and have not been done."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    command: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    status: Mapped[str]
    unfinished: Mapped[list[str]] = mapped_column(default=list)


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


class PartnerRow(Table):
    """Who hands in texts, by file or by HTTP: a source that is not crawled."""

    __tablename__ = "partners"
    source_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    declared_at: Mapped[datetime]


class TokenRow(Table):
    """A partner's right to hand in by HTTP. Only the token's hash is kept; rows stay when it is revoked."""

    __tablename__ = "tokens"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    source_id: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class IdempotencyRow(Table):
    """A request under a key of its sender, so that sent again it gets the same answer and adds nothing.

    `page_id` and `received_at` are fixed before the report is archived, `archived_at` when it is.
    """

    __tablename__ = "idempotency_keys"
    token_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    page_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    archived_at: Mapped[datetime | None]


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
    key: Mapped[str] = mapped_column(primary_key=True)
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
