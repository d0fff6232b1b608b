"""Where the signatures of texts are kept, so that copies find their leader across runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.contracts import Contract


class Copies(Contract):
    """The pages that share a signature: the earliest leads."""

    leader: str
    followers: tuple[str, ...]


class SignatureStore(Protocol):
    """Keeps which page has which signature. Joining again changes nothing."""

    def join(self, rows: Sequence[tuple[str, str, datetime]]) -> dict[str, Copies]:
        """Add (signature, page id, dated_at) rows; return the copies of each signature named."""
