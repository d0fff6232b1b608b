"""What counts: a person's word before the model's, and the place in the queue that follows from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from core.contracts import VIETNAM, Document, Kind, Triage

# The bands of the design: within one, what waits longest comes first.
BANDS = (0.9, 0.7)

# Times are shifted between zones; within a day of the calendar's ends that would overflow.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Effective:
    """What a document counts as. Not relevant: severity 0, no category, kind none.

    `possibly_grave`: the model holds it for not relevant but perhaps grave, and no person has said which.
    """

    relevant: bool
    possibly_grave: bool
    severity: int
    categories: tuple[str, ...]
    kind: Kind


def effective(document: Document, triage: Triage) -> Effective:
    """Return what `document` counts as after `triage`."""
    analysis = document.analysis
    relevant = analysis.relevant if triage.relevant is None else triage.relevant
    if not relevant:
        possibly_grave = analysis.possibly_grave and triage.relevant is None
        return Effective(False, possibly_grave, 0, (), Kind.NONE)
    labels = tuple(label.code for label in analysis.categories)
    return Effective(
        relevant=True,
        possibly_grave=False,
        severity=analysis.severity.level if triage.severity is None else triage.severity,
        categories=labels if triage.categories is None else triage.categories,
        kind=analysis.kind,
    )


def group_of(page_id: str, thread_id: str | None, duplicate_of: str | None) -> str:
    """Return the id under which a document is listed: its thread's, else its leader's, else its own."""
    return thread_id or duplicate_of or page_id


def moment(time: datetime) -> str:
    """Return `time` in UTC as text of fixed length that sorts by time."""
    inside = min(max(time, _EARLIEST), _LATEST)
    return inside.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def stamp(document: Document) -> str:
    """Return the key that orders documents by `dated_at`, then id. It is unique."""
    return moment(document.page.dated_at) + document.id


def place(severity: int, relevance: float, document_stamp: str) -> str:
    """Return the key that orders the queue: severity falling, then relevance in bands, then oldest first."""
    band = sum(relevance < bound for bound in BANDS)
    return f"{3 - severity}{band}{document_stamp}"


def day_of(document: Document) -> date:
    """Return the calendar day of `dated_at` in Vietnam."""
    return min(max(document.page.dated_at, _EARLIEST), _LATEST).astimezone(VIETNAM).date()
