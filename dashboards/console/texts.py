"""One text: what it says, why it was flagged, what was decided."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import Contract, Decision, Span, TextField
from core.errors import BadQuery
from core.records.decisions import decisions
from core.records.follows import follow_marks
from core.taxonomy import taxonomy
from core.text import MASK
from dashboards.console.acts import offered, seal
from dashboards.console.following import discussion
from dashboards.console.marking import Marks, paragraphs, pieces
from dashboards.console.pages import console, page, people, reading, signed_in_person, source_names
from dashboards.console.permissions import Action, may, needs
from dashboards.console.reading import Reading
from dashboards.console.words import REASONS_TO_DISMISS
from index.engine import Hit, Query
from index.language import parse
from index.words import highlights, sought

router = APIRouter()

GROUP_SHOWN = 30  # of a long thread; the rest is behind a link to the search
SIMILAR_SHOWN = 5
PHRASES_SHOWN = 6  # per category, beside the marks in the text itself


class Entry(Contract):
    """A decision in the audit trail; `undone` names the one that took it back."""

    decision: Decision
    undone: int | None
    may_undo: bool


@router.get("/texts/{page_id}")
@needs(Action.READ_TEXTS)
def text(request: Request, page_id: str, q: str = "") -> Response:
    """Show a text with its evidence marked; words of `q` are marked too."""
    return show_text(request, page_id, q)


def show_text(request: Request, page_id: str, q: str = "", problem: str = "", status: int = 200) -> Response:
    """Return the page of a text, with the `problem` that stands against a decision. 404 for no text."""
    sight = reading(request)
    hit = _found(request, page_id)
    document, analysis = hit.document.page, hit.document.analysis
    marks = Marks(evidence=analysis.evidence, masked=analysis.masked, found=_words(hit, q))
    kinds = {span.kind for span in analysis.evidence}
    legend = {code: n for n, code in enumerate((c for c in taxonomy().codes if c in kinds), 1)}
    title = document.title or document.thread_title
    field: TextField = "title" if document.title else "thread_title"
    thread_id = discussion(console(request).records, document)
    group = sight.search(Query(group=hit.group, relevant=None, limit=GROUP_SHOWN))
    values = {
        "hit": hit,
        "page": document,
        "analysis": analysis,
        "title": pieces(title, field, marks),
        "lead": paragraphs(document.lead, "lead", marks),
        "body": paragraphs(document.text, "text", marks),
        "legend": legend,
        "phrases": {code: _phrases(hit, code) for code in legend},
        "masked": bool(analysis.masked),
        "parent": sight.get(document.parent_id) if document.parent_id else None,
        "group": [other for other in group.hits if other.document.id != page_id],
        "similar": _similar(sight, group.hits, page_id),
        "more": group.total - len(group.hits),
        "acts": offered([hit]),
        "sealed": seal([hit]),
        "trail": _trail(request, page_id),
        "followable": thread_id is not None,
        "follows": follow_marks(console(request).records, thread_id or ""),
        "taxonomy": taxonomy(),
        "reasons": REASONS_TO_DISMISS,
        "source_names": source_names(request),
        "people": people(request),
        "problem": problem,
    }
    return page(request, "text.html", values, status)


def _found(request: Request, page_id: str) -> Hit:
    hit = reading(request).get(page_id)
    if hit is None:
        raise HTTPException(404)
    return hit


def _similar(sight: Reading, group: Sequence[Hit], page_id: str) -> list[Hit]:
    """Return the texts most like one that do not stand under its group anyway."""
    known = {hit.document.id for hit in group}
    found = sight.similar(page_id, SIMILAR_SHOWN + len(known))
    return [hit for hit in found if hit.document.id not in known][:SIMILAR_SHOWN]


def _words(hit: Hit, q: str) -> tuple[Span, ...]:
    try:
        return highlights(hit.document, sought(parse(q[:500])))
    except BadQuery:
        return ()


def _phrases(hit: Hit, code: str) -> list[str]:
    """Return the first stretches of text that speak for the category `code`, masked as everywhere."""
    texts = [
        str(getattr(hit.document.page, span.field))[span.start : span.end].strip()
        for span in hit.document.analysis.evidence
        if span.kind == code
    ]
    seen = dict.fromkeys(text for text in texts if text and MASK not in text)
    return list(seen)[:PHRASES_SHOWN]


def _trail(request: Request, page_id: str) -> list[Entry]:
    """Return the decisions on a text, newest first."""
    user = signed_in_person(request).user
    made = decisions(console(request).records, page_id)
    undone = {d.undoes: d.seq for d in made if d.undoes is not None}
    entries = [
        Entry(
            decision=d,
            undone=undone.get(d.seq),
            # Only the last word can be taken back; what came after it was decided in its light.
            may_undo=d is made[-1]
            and d.undoes is None
            and (d.who == user.username or may(user.role, Action.UNDO_OTHERS)),
        )
        for d in made
    ]
    return entries[::-1]
