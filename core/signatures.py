"""Where the signatures of texts are kept, so that copies find their leader across runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.contracts import Contract


class Signed(Contract):
    """A text and its signature; none if it is too short to be called a copy of another."""

    page_id: str
    signature: str | None
    dated_at: datetime
    fetched_at: datetime


class Copies(Contract):
    """The texts that share a signature: the earliest leads."""

    leader: str
    followers: tuple[str, ...]


class SignatureStore(Protocol):
    """Keeps which text has which signature. Joining again, or with an older revision, changes nothing."""

    def join(self, texts: Sequence[Signed]) -> list[Copies]:
        """Add texts; return every group that they are in now or were in before, as it is afterwards."""
