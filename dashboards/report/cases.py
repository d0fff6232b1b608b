"""The gravest cases: what a reader may see of each, in its masked form."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from core.contracts import VIETNAM, Contract, Page, Span
from dashboards.console.language import language
from dashboards.console.words import Names
from dashboards.report.words import foreign
from index.engine import Hit, Query, Reader

TITLE = 140  # characters: two lines of the page
EXCERPT = 260  # three lines
URL = 2000  # longer addresses are not followed by all programs that show PDF
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
NAMES = Names(language("vi"))


class Case(Contract):
    """One grave case: a title, a sentence, and where it stands. `more` counts further texts on it."""

    title: str
    excerpt: str
    severity: int
    severity_name: str
    facts: tuple[str, ...]
    state: str
    url: str | None
    more: int


def cases(engine: Reader, page_ids: Sequence[str], source_names: Mapping[str, str]) -> list[Case]:
    """Return the cases of `page_ids` in the same order; one that is gone by now is left out."""
    hits = [hit for page_id in page_ids if (hit := engine.get(page_id)) is not None]
    return [_case(engine, hit, source_names) for hit in hits]


def _case(engine: Reader, hit: Hit, source_names: Mapping[str, str]) -> Case:
    page = hit.document.page
    provinces = ", ".join(hit.document.analysis.provinces) or "Chưa rõ địa phương"
    categories = "; ".join(NAMES.category(code) for code in hit.categories)
    title, excerpt = _title(page), _excerpt(page, hit.document.analysis.evidence)
    return Case(
        title=title,
        excerpt="" if excerpt == title else excerpt,
        severity=hit.severity,
        severity_name=NAMES.severity(hit.severity),
        facts=tuple(
            fact
            for fact in (
                categories,
                NAMES.type(page.type),
                provinces,
                f"{page.dated_at.astimezone(VIETNAM):%d/%m/%Y}",
                foreign(source_names.get(page.source_id, page.source_id), TITLE),
            )
            if fact
        ),
        state=NAMES.state(hit.triage.state),
        url=page.url if urlsplit(page.url).scheme in {"http", "https"} and len(page.url) <= URL else None,
        more=max(0, engine.search(Query(group=hit.group, limit=1)).total - 1),
    )


def _title(page: Page) -> str:
    if page.title.strip():
        return foreign(page.title, TITLE)
    if page.thread_title.strip():
        return f"Trong chủ đề: {foreign(page.thread_title, TITLE)}"
    return foreign(_sentence_at(page.lead.strip() or page.text.strip(), 0), TITLE) or "Không có tiêu đề"


def _excerpt(page: Page, evidence: Sequence[Span]) -> str:
    """The sentence that holds the first evidence in the text or lead, else the first sentence there is."""
    for span in evidence:
        if span.field in {"text", "lead"}:
            return foreign(_sentence_at(getattr(page, span.field), span.start), EXCERPT)
    return foreign(_sentence_at(page.lead.strip() or page.text.strip(), 0), EXCERPT)


def _sentence_at(text: str, place: int) -> str:
    begin = 0
    for gap in SENTENCE.finditer(text):
        if gap.start() > place:
            return text[begin : gap.start()]
        begin = gap.end()
    return text[begin:]
