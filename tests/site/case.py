"""A case: a page of the hostile site, how it answers, and what should become of it."""

from dataclasses import dataclass
from enum import StrEnum

from tests.site.discovery import SLOW_PREFIX
from tests.site.exchange import Answer, Exchange


class Family(StrEnum):
    """The kinds of outcome: archived, or why not. A crawler's own codes are finer."""

    ARCHIVED = "archived"
    ROBOTS = "robots"
    MEDIA = "media"
    TYPE = "type"
    SIZE = "size"
    TIME = "time"
    ADDRESS = "address"
    REDIRECT = "redirect"
    STATUS = "status"
    NETWORK = "network"
    EMPTY = "empty"


@dataclass(frozen=True)
class Case:
    """A page, how it answers, and what may become of it; `title` is what an archived one must be called."""

    path: str
    answer: Answer
    expected: tuple[Family, ...]
    about: str
    title: str = ""

    @property
    def slow(self) -> bool:
        """Say whether the page takes until a limit of the client's to be over."""
        return self.path.startswith(SLOW_PREFIX)


def sends(
    body: str | bytes, kind: str | None = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> Answer:
    """Answer with this."""

    async def answer(to: Exchange) -> None:
        await to.send(body, kind, status, **headers)

    return answer


def leads(target: str) -> Answer:
    """Redirect; `TRAP`, `BASE` and `HOST` in the target stand for the forbidden server and for this one."""

    async def answer(to: Exchange) -> None:
        host = to.base.removeprefix("http://")
        await to.redirect(target.replace("TRAP", to.trap).replace("BASE", to.base).replace("HOST", host))

    return answer
