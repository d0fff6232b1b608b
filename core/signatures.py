"""Where the signatures of texts are kept, so that copies and stories are found across runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.contracts import Contract


class Signed(Contract):
    """A text with its signature, in the revision fetched at `fetched_at`.

    `group` is the id that its group goes by. `anchors` (64 bits each) are what it is found by: texts that
    are much alike share some. `profile` is what it is compared by; its form is the signer's affair.
    """

    page_id: str
    group: str
    anchors: tuple[int, ...]
    profile: bytes
    dated_at: datetime
    fetched_at: datetime


class Copies(Contract):
    """A text and its later copies."""

    leader: str
    followers: tuple[str, ...]


class SignatureStore(Protocol):
    """Keeps signatures of one kind. Each call is a few index look-ups, however many texts are kept."""

    def get(self, page_id: str) -> Signed | None:
        """Return what is kept of a text."""

    def sharing(
        self,
        anchors: Sequence[int],
        at_least: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Signed]:
        """Return texts that share `at_least` so many anchors, most first, of the days `since` to `until`.

        Bounded: of the texts with one anchor only the earliest are looked at, and only the nearest returned.
        """

    def members(self, group: str) -> list[Signed]:
        """Return the texts of a group, the earliest first."""

    def put(self, text: Signed) -> None:
        """Keep a text's signature in place of an older one."""

    def remove(self, page_id: str) -> None:
        """Forget a text; nothing of it stays."""
