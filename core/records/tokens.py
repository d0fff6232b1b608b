"""Tokens of partners that hand in by HTTP. Only a token's SHA-256 is kept; every row stays as its audit."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime
from sqlalchemy import select

from core.contracts import Contract, Text
from core.errors import BadUsage
from core.records.database import Records
from core.records.tables import TokenRow

PREFIX = "lng_"  # so that a token in the wrong place is known for one, by people and by secret scanners
USE_NOTED = timedelta(minutes=1)  # a use is written down this often, not with each request


class Scope(StrEnum):
    """What a token lets its bearer do."""

    REPORTS = "reports:write"


class Token(Contract):
    """A token without its secret: for which source, for what, made and revoked by whom."""

    id: str
    name: Text
    source_id: str
    scopes: tuple[Scope, ...]
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    revoked_by: str | None = None

    def valid(self, now: datetime) -> bool:
        """Say whether the token is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


def create_token(
    records: Records, name: str, source_id: str, scopes: Sequence[Scope], who: str, lifetime: timedelta
) -> tuple[str, Token]:
    """Make a token of 256 random bits; return its secret, which is nowhere else, and the token."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    row = TokenRow(
        id=secrets.token_hex(4),
        token_hash=_hash(secret),
        name=name,
        source_id=source_id,
        scopes=[str(scope) for scope in scopes],
        created_at=now,
        created_by=who,
        expires_at=now + lifetime,
    )
    with records.write() as session:
        session.add(row)
        session.flush()
        return secret, _token(row)


def tokens(records: Records) -> list[Token]:
    """Return all tokens that were ever made, the oldest first."""
    with records.read() as session:
        return [_token(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.created_at))]


def revoke_token(records: Records, token_id: str, who: str) -> Token:
    """Revoke a token; one that is revoked already stays so as it was. Raises BadUsage if there is none."""
    with records.write() as session:
        row = session.get(TokenRow, token_id)
        if row is None:
            raise BadUsage(f"no token {token_id!r}; `langnghe tokens list` names them all")
        if row.revoked_at is None:
            row.revoked_at, row.revoked_by = datetime.now(UTC), who
        return _token(row)


def bearer(records: Records, secret: str) -> Token | None:
    """Return the valid token with this secret and note its use, or None."""
    now = datetime.now(UTC)
    wanted = select(TokenRow).where(TokenRow.token_hash == _hash(secret))
    with records.read() as session:
        row = session.scalars(wanted).one_or_none()
        token = _token(row) if row is not None else None
    if token is None or not token.valid(now):
        return None
    if token.used_at is None or now - token.used_at > USE_NOTED:
        with records.write() as session:
            session.get_one(TokenRow, token.id).used_at = now
    return token


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: TokenRow) -> Token:
    return Token.model_validate({f: getattr(row, f) for f in Token.model_fields})
