"""The contract of the HTTP intake: what a partner sends, and what it is answered."""

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from core.contracts import Contract

TEXT_LIMIT = 20_000  # characters; a page of a form filled in closely has 3,000
Line = Annotated[str, StringConstraints(max_length=200)]


class Report(Contract):
    """A report that somebody made to the hotline. Text only; nothing of the reporter but what stands here."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    text: str = Field(
        min_length=1, max_length=TEXT_LIMIT, description="What was reported, in the reporter's words."
    )
    title: str = Field(default="", max_length=500, description="A heading, if the form asks for one.")
    url: str = Field(default="", max_length=2_000, description="The web address that the report is about.")
    id: str = Field(
        default="",
        max_length=200,
        description="Your own number of the report. Sent again with another text, it replaces the first.",
    )
    reported_at: AwareDatetime | None = Field(
        default=None, description="When it was reported, RFC 3339 with zone; left out: now."
    )


class Accepted(Contract):
    """The report is archived. The same request gets the same answer as long as its key is remembered."""

    id: str = Field(description="Our id of the report: 24 hex digits.")
    received_at: AwareDatetime


class Fault(Contract):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(Contract):
    """What went wrong (RFC 9457), in words that say what to do. Nothing that was sent is repeated."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = ()
