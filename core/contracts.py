"""The records that the rooms hand to each other: one sub-record per stage, frozen, JSON on every wire."""

import hashlib
import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from core.text import nfc

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Vietnam went online on 19 November 1997; earlier dates are faults.
EARLIEST = datetime(1997, 1, 1, tzinfo=UTC)

Text = Annotated[str, AfterValidator(nfc)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
SeverityLevel = Annotated[int, Field(ge=0, le=3)]
TextField = Literal["title", "lead", "text", "thread_title"]


class Contract(BaseModel):
    """Base of all records: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class PageType(StrEnum):
    """What a page is: an article, a reader's comment, a forum post, a report handed in."""

    ARTICLE = "article"
    COMMENT = "comment"
    POST = "post"
    REPORT = "report"


class Kind(StrEnum):
    """What a relevant text is about; `none` when it is not relevant."""

    NONE = "none"
    INCIDENT = "incident"
    ISSUE = "issue"
    RESPONSE = "response"


class Sentiment(StrEnum):
    """Tone of a comment or post."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


def content_hash(title: str, lead: str, text: str) -> str:
    """Return 32 hex digits that name this content: with the page's id, a revision."""
    return hashlib.sha256(json.dumps([title, lead, text]).encode()).hexdigest()[:32]


class Page(Contract):
    """One public text as it was found. Nothing of an author is kept.

    `id` comes from the normalised URL (`core.urls.page_id`), for a comment with its anchor. A revision is
    (`id`, `content_hash`). Times are aware UTC; all text is NFC.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    id: str
    url: str
    canonical_url: str
    source_id: str
    type: PageType
    parent_id: str | None = None
    thread_id: str | None = None
    thread_title: Text = ""
    section: Text = ""
    title: Text = ""
    lead: Text = ""
    text: Text = ""
    language: str = ""
    published_at: AwareDatetime | None = None
    modified_at: AwareDatetime | None = None
    fetched_at: AwareDatetime
    content_hash: str

    @property
    def dated_at(self) -> datetime:
        """The time that counts, weeks and monthly indices use: published if known and believable."""
        if self.published_at is not None and EARLIEST <= self.published_at <= self.fetched_at:
            return self.published_at
        return self.fetched_at

    @property
    def day(self) -> date:
        """The calendar day of `dated_at` in Vietnam."""
        return self.dated_at.astimezone(VIETNAM).date()


class Span(Contract):
    """A stretch of one field of a page: code points `start` to `end` (exclusive) of the archived NFC text.

    `kind` is a category code for evidence, a kind of identity (`name`, `phone`, …) for masked spans,
    and empty for highlights.
    """

    field: TextField
    start: int = Field(ge=0)
    end: int
    kind: str = ""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")
        return self


class Label(Contract):
    """A category and how probable the model holds it."""

    code: str
    probability: Probability


class Severity(Contract):
    """How grave (0 not relevant to 3 grave), with the probability of each level."""

    level: SeverityLevel
    probabilities: tuple[Probability, Probability, Probability, Probability]


class ModelInfo(Contract):
    """Which model judged: its name, version, and the threshold above which a text is relevant."""

    name: str
    version: str
    threshold: Probability


class Analysis(Contract):
    """What the model makes of a page. Not relevant: `kind` none, `categories` empty, severity 0.

    `relevance` is calibrated to the mix of the texts that the model was judged by; `natural_relevance` is
    the same where 5 in 100 texts are relevant, as among all that is collected, and null from a model that
    does not know its mix. `possibly_grave`: not relevant, yet so likely grave that a person should look.

    `sentiment` and `hostility` (probability that it is toxic) are null except for comments and posts.
    `provinces` are names of `core.provinces`. `duplicate_of` is the id of the leader of equal texts.
    """

    relevance: Probability
    natural_relevance: Probability | None = None
    relevant: bool
    possibly_grave: bool = False
    categories: tuple[Label, ...] = ()
    severity: Severity
    kind: Kind = Kind.NONE
    sentiment: Sentiment | None = None
    hostility: Probability | None = None
    provinces: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()
    masked: tuple[Span, ...] = ()
    story_id: str | None = None
    duplicate_of: str | None = None
    model: ModelInfo

    @model_validator(mode="after")
    def _irrelevant_says_nothing_more(self) -> Self:
        if not self.relevant and (self.categories or self.kind is not Kind.NONE or self.severity.level):
            raise ValueError("a text that is not relevant has no category, kind or severity")
        if self.relevant and self.possibly_grave:
            raise ValueError("a text is possibly grave only where it is not relevant")
        return self


class Document(Contract):
    """A page and its analysis: what is indexed."""

    page: Page
    analysis: Analysis

    @property
    def id(self) -> str:
        """The page's id."""
        return self.page.id


class What(StrEnum):
    """What a person decides about a text."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ESCALATE = "escalate"
    REFER = "refer"
    REOPEN = "reopen"
    RELABEL = "relabel"
    NOTE = "note"


class Relabel(Contract):
    """What a person says the text is; it overrides the model."""

    categories: tuple[str, ...]
    severity: SeverityLevel


class Decision(Contract):
    """One act of a person on one text: who, when, what, why, and what the person was shown.

    `seq` is its place in the register. `undoes` names the decision that this one takes back
    (always with `what` reopen). `hash` covers the row and the hash of the row before it.
    """

    seq: int
    page_id: str
    who: str
    at: AwareDatetime
    what: What
    why: Text = ""
    relabel: Relabel | None = None
    undoes: int | None = None
    content_hash: str
    model: str
    severity_shown: SeverityLevel
    categories_shown: tuple[str, ...]
    previous_hash: str
    hash: str


class State(StrEnum):
    """Where a text stands in triage."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ESCALATED = "escalated"
    REFERRED = "referred"
    DISMISSED = "dismissed"


class Triage(Contract):
    """What the decisions on one text add up to (`core.triage.settle`). A null leaves the model's word."""

    state: State = State.OPEN
    relevant: bool | None = None
    categories: tuple[str, ...] | None = None
    severity: SeverityLevel | None = None
    seq: int = 0


class AlertKind(StrEnum):
    """Why an alert was raised."""

    GRAVE = "grave"
    RISE = "rise"
    SILENT = "silent"
    FAILED = "failed"
    LATE = "late"
    CHANGED = "changed"
    DRIFT = "drift"
    TASK = "task"


class Alert(Contract):
    """Something a person should look at now. `key` makes it unique; `facts` fill its message."""

    key: str
    kind: AlertKind
    at: AwareDatetime
    facts: dict[str, str | int | float]
    acknowledged_by: str | None = None
    acknowledged_at: AwareDatetime | None = None


class SourceState(StrEnum):
    """Health of a source after its last run."""

    NEW = "new"
    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    LATE = "late"
    FAILED = "failed"
    DISABLED = "disabled"


class Why(StrEnum):
    """Why a source is in its state: a code, worded where it is shown."""

    NO_PAGE = "no_page"
    DISCOVERY = "discovery"
    NONE_KEPT = "none_kept"
    RESTING = "resting"
    BELOW_MINIMUM = "below_minimum"
    FEWER = "fewer"
    PASSED_OVER = "passed_over"
    BUDGET = "budget"
    HOST_WAITS = "host_waits"
    BROKE_OFF = "broke_off"


class Reason(Contract):
    """Why a source is in its state; `facts` fill the sentence that says so."""

    code: Why
    facts: dict[str, str | int] = {}


class SourceHealth(Contract):
    """How a source does: its state `since` when, and why.

    `checked_at` is its last run, `read_at` the last that could read it, `new_at` the last with a new page.
    """

    source_id: str
    name: str
    url: str
    state: SourceState
    reasons: tuple[Reason, ...] = ()
    since: AwareDatetime | None = None
    checked_at: AwareDatetime | None = None
    read_at: AwareDatetime | None = None
    new_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    declared_at: AwareDatetime | None = None
    failures: int = 0


class ReportFile(Contract):
    """A weekly report that has been made: its ISO week (`2026-W47`), when, and its files."""

    week: str
    made_at: AwareDatetime
    html: str
    pdf: str
