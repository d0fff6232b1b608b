"""Accounts and sessions. Passwords are kept as Argon2id hashes, session tokens as SHA-256."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import AwareDatetime
from sqlalchemy import delete, func, select

from core.contracts import Contract
from core.errors import BadUsage
from core.records.database import Records
from core.records.tables import AttemptRow, SessionRow, UserRow

HASHER = PasswordHasher()  # RFC 9106, second recommended option: argon2-cffi's defaults
# A guesser gets 5 tries in 15 minutes for each account and 20 for each address (OWASP, authentication).
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 20
SHORTEST_PASSWORD = 12  # NIST SP 800-63B asks for at least 8, and for length rather than rules


class Role(StrEnum):
    """What a person is here for."""

    ANALYST = "analyst"
    LEAD = "lead"
    POLICY = "policy"
    OPERATOR = "operator"


class User(Contract):
    """A person who may sign in."""

    username: str
    name: str
    role: Role
    disabled: bool = False


class SignedIn(Contract):
    """A session: who, and the token that forms must carry."""

    user: User
    csrf: str
    expires_at: AwareDatetime


class Throttled(Exception):
    """Too many failed sign-ins; the console says how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        """Keep how long to wait."""
        super().__init__()
        self.wait = wait


def new_password() -> str:
    """Return a random password of 96 bits."""
    return secrets.token_urlsafe(12)


def add_user(records: Records, username: str, name: str, role: Role, password: str) -> User:
    """Make an account. Raises BadUsage if it exists, or the name or password won't do."""
    if not username.isidentifier() or not username.isascii():
        raise BadUsage(
            f"user name {username!r}: use letters, digits and underscores, beginning with a letter"
        )
    hashed = _hash(password)
    with records.write() as session:
        if session.get(UserRow, username) is not None:
            raise BadUsage(
                f"user {username!r} exists already; `langnghe users passwd {username}` sets a password"
            )
        session.add(
            UserRow(
                username=username, name=name, role=role, password_hash=hashed, created_at=datetime.now(UTC)
            )
        )
    return User(username=username, name=name, role=role)


def set_password(records: Records, username: str, password: str) -> None:
    """Set a password and end the account's sessions. Raises BadUsage if there is no such account."""
    hashed = _hash(password)
    with records.write() as session:
        row = session.get(UserRow, username)
        if row is None:
            raise BadUsage(f"no user {username!r}; `langnghe users add` makes one")
        row.password_hash = hashed
        session.execute(delete(SessionRow).where(SessionRow.username == username))
        session.execute(delete(AttemptRow).where(AttemptRow.key == f"user:{username}"))


def users(records: Records) -> list[User]:
    """Return all accounts by name."""
    with records.read() as session:
        return [_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.username))]


def sign_in(
    records: Records, username: str, password: str, address: str, hours: float
) -> tuple[str, SignedIn] | None:
    """Check a password; return the session's token and session, or None. Raises Throttled."""
    now = datetime.now(UTC)
    keys = {f"user:{username}": ATTEMPTS_PER_ACCOUNT, f"address:{address}": ATTEMPTS_PER_ADDRESS}
    with records.write() as session:
        session.execute(delete(AttemptRow).where(AttemptRow.at < now - ATTEMPT_WINDOW))
        for key, limit in keys.items():
            tries, oldest = session.execute(
                select(func.count(), func.min(AttemptRow.at)).where(AttemptRow.key == key)
            ).one()
            if tries >= limit:
                raise Throttled(oldest + ATTEMPT_WINDOW - now)
        # Counted before it is checked, so that parallel guesses can't slip through. The address's count stays
        # after a success: a guesser may have an account of his own.
        session.add_all(AttemptRow(key=key, at=now) for key in keys)
        row = session.get(UserRow, username)
    if not _fits(row.password_hash if row else DUMMY_HASH, password) or row is None or row.disabled:
        return None
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires = now + timedelta(hours=hours)
    with records.write() as session:
        session.execute(delete(AttemptRow).where(AttemptRow.key == f"user:{username}"))
        session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
        session.add(
            SessionRow(
                token_hash=_token_hash(token),
                username=username,
                csrf=csrf,
                created_at=now,
                expires_at=expires,
            )
        )
    return token, SignedIn(user=_user(row), csrf=csrf, expires_at=expires)


def signed_in(records: Records, token: str) -> SignedIn | None:
    """Return the session of a token, or None if there is none, it has ended, or the account is disabled."""
    with records.read() as session:
        row = session.get(SessionRow, _token_hash(token))
        user = session.get(UserRow, row.username) if row else None
    if row is None or user is None or user.disabled or row.expires_at <= datetime.now(UTC):
        return None
    return SignedIn(user=_user(user), csrf=row.csrf, expires_at=row.expires_at)


def sign_out(records: Records, token: str) -> None:
    """End a session."""
    with records.write() as session:
        session.execute(delete(SessionRow).where(SessionRow.token_hash == _token_hash(token)))


def _hash(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise BadUsage(f"the password is too short: take at least {SHORTEST_PASSWORD} characters")
    return HASHER.hash(password)


def _fits(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: UserRow) -> User:
    return User(username=row.username, name=row.name, role=Role(row.role), disabled=row.disabled)


# Checked when there is no such account, so that the answer takes as long.
DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
