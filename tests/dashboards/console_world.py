"""What the console's tests look at: invented documents dated back from now, people, sources, runs, alerts.

Everything that a page can show is here at least once; the names say what each text is for.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from core.contracts import (
    VIETNAM,
    Alert,
    AlertKind,
    Document,
    Kind,
    Label,
    PageType,
    Reason,
    Sentiment,
    Severity,
    SourceState,
    Span,
    TextField,
    Why,
)
from core.outcomes import Outcome, Result, Stage
from core.records import Records
from core.records.crawled import declare_sources, source_ran
from core.records.days import add_day
from core.records.notices import raise_alerts
from core.records.people import Role, add_user
from core.records.runs import finish_run, record_outcomes, start_run
from core.source_days import Makeup, SourceDay
from tests.index.documents import document

PASSWORD = "mot mat khau de thu"
PEOPLE = {
    Role.ANALYST: ("an", "Phan Thị An"),
    Role.LEAD: ("linh", "Lê Văn Linh"),
    Role.POLICY: ("chi", "Đỗ Chi"),
    Role.OPERATOR: ("van", "Trần Vận"),
}
COLLEAGUE = "binh"  # a second analyst

NOW = datetime.now(UTC).replace(microsecond=0)
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
LONG = "Nguy cơ cho trẻ em. " * 500  # 10,000 characters
SECRET_NAME = "Nguyễn Văn Tí"
PHONE = "0912 345 678"
MASKED_TEXT = f"Cháu {SECRET_NAME} ở thôn bên bị bạn đánh. Gọi {PHONE} để giúp cháu."
EVIDENCE_TEXT = (
    "Đoạn đầu kể về lớp học.\n\nEm bị bạn đánh nhiều lần và bị tung clip lên mạng.\n\nNhà trường đã họp."
)

GRAVE_OLD = "grave-old"
GRAVE_NEW = "grave-new"
GRAVE_LIKELY = "grave-likely"
GRAVE_UNSURE = "grave-unsure"
LEADER, COPIES = "leader", ("copy-1", "copy-2")
THREAD, POSTS = "thread-1", ("post-1", "post-2", "post-3")
OFF_TOPIC = "post-4"  # in the thread, but not relevant
SCRIPTED = "scripted"
LENGTHY = "lengthy"
UNTITLED = "untitled"
MASKED = "masked"
MARKED = "marked"
BARE = "bare"
# The queue's first rows: severity, band of relevance, oldest.
GRAVEST = [GRAVE_OLD, GRAVE_NEW, LEADER, GRAVE_LIKELY, GRAVE_UNSURE]
FILLERS = 30  # accidents, mild: two pages of the queue and a rise
UNCONCERNED = "unconcerned"
# Not relevant for the model, but perhaps grave: the longest waiting first.
POSSIBLY_GRAVE = ["possibly-2", "possibly-1", "possibly-0"]

REPORT_WEEK = "2026-W40"
GRAVE_ALERT = f"grave:{GRAVE_NEW}"
UNREADABLE = Reason(
    code=Why.DISCOVERY, facts={"url": "https://bao-khac.example/rss", "reason": "http_500", "more": 1}
)
RISE_ALERT = "rise:accident:2026-W46"


def documents() -> Iterator[Document]:
    """Yield the whole world, about a hundred texts."""
    number = count(1)

    def text(name: str, days: float, **given: object) -> Document:
        at = NOW - timedelta(days=days)
        fields: dict[str, object] = {
            "id": name,
            "published_at": at,
            "fetched_at": at + timedelta(minutes=30),
            "title": f"Tin {name}",
            "text": "Nội dung của một bản tin được dựng để thử.",
        }
        return document(next(number), **(fields | given))

    yield text(
        GRAVE_NEW, 1, severity=3, relevance=0.91, provinces=("Hà Nội",), title="Cháu bé đuối nước ở Hà Nội"
    )
    yield text(GRAVE_OLD, 4, severity=3, relevance=0.9, provinces=("Cần Thơ",))
    yield text(GRAVE_LIKELY, 12, severity=3, relevance=0.89, categories=("bullying",))
    yield text(GRAVE_UNSURE, 30, severity=3, relevance=0.69)

    yield text(
        LEADER,
        0.5,
        severity=3,
        relevance=0.99,
        title="Bắt quả tang kẻ dụ dỗ trẻ qua mạng",
        categories=("online_exploitation",),
        provinces=("Đà Nẵng",),
    )
    for n, name in enumerate(COPIES):
        yield text(
            name,
            0.4 - n / 10,
            severity=2,
            relevance=0.99,
            duplicate_of=LEADER,
            source_id="bao-khac",
            title="Bắt quả tang kẻ dụ dỗ trẻ qua mạng",
            categories=("online_exploitation",),
        )

    spoken = {"type": PageType.COMMENT, "source_id": "dien-dan", "thread_id": THREAD, "parent_id": POSTS[0]}
    first = {"type": PageType.POST, "source_id": "dien-dan", "thread_id": THREAD}
    yield text(
        POSTS[0],
        2,
        severity=2,
        title="",
        thread_title="Con tôi bị bắt nạt ở lớp",
        categories=("bullying",),
        text="Mọi người khuyên giúp, con tôi sợ đến trường.",
        sentiment=Sentiment.NEGATIVE,
        **first,
    )
    yield text(
        POSTS[1],
        1.9,
        severity=1,
        title="",
        text="Chị nên gặp cô chủ nhiệm sớm.",
        categories=("bullying",),
        thread_title="Con tôi bị bắt nạt ở lớp",
        sentiment=Sentiment.POSITIVE,
        hostility=0.02,
        **spoken,
    )
    yield text(
        POSTS[2],
        1.8,
        severity=1,
        title="",
        text="Cháu nhà em cũng từng bị như thế.",
        categories=("bullying",),
        thread_title="Con tôi bị bắt nạt ở lớp",
        sentiment=Sentiment.NEUTRAL,
        hostility=0.1,
        **spoken,
    )
    yield text(
        OFF_TOPIC,
        1.7,
        relevant=False,
        title="",
        text="Hôm nay trời đẹp quá.",
        thread_title="Con tôi bị bắt nạt ở lớp",
        sentiment=Sentiment.NEUTRAL,
        **spoken,
    )

    yield text(SCRIPTED, 6, severity=2, title=SCRIPT, lead=SCRIPT, text=f"Trước {SCRIPT} sau")
    yield text(LENGTHY, 7, severity=2, title=LONG.strip())
    yield text(UNTITLED, 8, severity=2, title="", text="", lead="")
    yield text(
        MASKED,
        9,
        severity=2,
        title=f"Cứu cháu {SECRET_NAME}",
        text=MASKED_TEXT,
        masked=(
            span("title", f"Cứu cháu {SECRET_NAME}", SECRET_NAME, "name"),
            span("text", MASKED_TEXT, SECRET_NAME, "name"),
            span("text", MASKED_TEXT, PHONE, "phone"),
        ),
    )
    yield text(
        MARKED,
        10,
        severity=2,
        text=EVIDENCE_TEXT,
        categories=("bullying", "privacy"),
        evidence=(
            span("text", EVIDENCE_TEXT, "bị bạn đánh", "bullying"),
            span("text", EVIDENCE_TEXT, "đánh nhiều lần", "bullying"),
            span("text", EVIDENCE_TEXT, "tung clip lên mạng", "privacy"),
        ),
    )
    yield text(
        BARE, 11, severity=1, title="Xin loi khuyen", text="Con toi bi bat nat o truong, phai lam sao?"
    )

    for n in range(FILLERS):
        week = 0 if n < 20 else 1 + (n - 20) % 7
        yield text(
            f"accident-{n:02}",
            week * 7 + n % 6 + 0.2,
            severity=1 + n % 2,
            categories=("accident",),
            provinces=(("Hà Nội", "Đà Nẵng", "Cần Thơ")[n % 3],),
            title=f"Tai nạn số {n}",
            kind=Kind.ISSUE if n % 2 else Kind.INCIDENT,
        )
    for n in range(3):
        yield text(
            f"possibly-{n}",
            n + 0.6,
            relevant=False,
            relevance=0.31,
            natural_relevance=0.02,
            possibly_grave=True,
            title=f"Tìm người thân số {n}",
            text="Gia đình mất liên lạc với con từ tối qua, ai thấy xin báo giúp.",
            severity=Severity(level=0, probabilities=(0.69, 0.07, 0.1, 0.14)),
        )
    for n in range(
        56
    ):  # a text of no concern on each day of eight weeks, so that there is something to compare
        yield text(f"{UNCONCERNED}-{n:02}", n + 0.3, relevant=False, title=f"Giá vàng ngày {n}")


def span(field: TextField, text: str, part: str, kind: str) -> Span:
    """The place of `part` in `text`."""
    start = text.index(part)
    return Span(field=field, start=start, end=start + len(part), kind=kind)


def revised(old: Document, **given: object) -> Document:
    """The document as it was fetched again with another text."""
    page = old.page.model_copy(
        update={
            "fetched_at": old.page.fetched_at + timedelta(hours=5),
            "content_hash": f"{old.page.content_hash}-again",
            **given,
        }
    )
    return old.model_copy(update={"page": page})


def labels(*codes: str) -> tuple[Label, ...]:
    """Categories as a model gives them."""
    return tuple(Label(code=code, probability=0.9) for code in codes)


def furnish(records: Records) -> None:
    """Fill empty records: people, sources in several states, two runs, what is quarantined, alerts."""
    for role, (username, name) in PEOPLE.items():
        add_user(records, username, name, role, PASSWORD)
    add_user(records, COLLEAGUE, "Ngô Bình", Role.ANALYST, PASSWORD)
    declare_sources(
        records,
        [
            ("bao", "Báo Mai", "https://bao.example/", True),
            ("bao-khac", "Báo Khác", "https://bao-khac.example/", True),
            ("dien-dan", "Diễn đàn Cha Mẹ", "https://dien-dan.example/", True),
            ("tat", "Báo đã tắt", "https://tat.example/", False),
        ],
    )
    with records.write() as session:
        for day in source_days():
            add_day(session, day)
    source_ran(records, "bao", SourceState.OK, new=True)
    source_ran(records, "bao-khac", SourceState.FAILED, reasons=[UNREADABLE])
    run = start_run(records, "run")
    told = [
        (Stage.CRAWL, "https://bao.example/1", Result.ARCHIVED, ""),
        (Stage.CRAWL, "https://bao.example/2", Result.DROPPED, "robots"),
        (Stage.CRAWL, "https://bao.example/3", Result.QUARANTINED, "http_500"),
        (Stage.ANALYSE, GRAVE_NEW, Result.ANALYSED, ""),
        (Stage.INDEX, GRAVE_NEW, Result.INDEXED, ""),
    ]
    record_outcomes(
        records,
        run,
        [Outcome(stage=s, item=i, source_id="bao", result=r, reason=why) for s, i, r, why in told],
    )
    finish_run(records, run, "done")
    start_run(records, "crawl")
    since, until = NOW.date() - timedelta(days=6), NOW.date()
    raise_alerts(
        records,
        [
            Alert(
                key=GRAVE_ALERT,
                kind=AlertKind.GRAVE,
                at=NOW,
                facts={
                    "page_id": GRAVE_NEW,
                    "title": "Cháu bé đuối nước ở Hà Nội",
                    "source": "bao",
                    "severity": 3,
                    "categories": "accident, neglect",
                    "provinces": "Hà Nội",
                },
            ),
            Alert(
                key=RISE_ALERT,
                kind=AlertKind.RISE,
                at=NOW - timedelta(hours=1),
                facts={
                    "category": "accident",
                    "count": 20,
                    "expected": 1.4,
                    "since": since.isoformat(),
                    "until": until.isoformat(),
                },
            ),
            Alert(
                key="silent:bao:1",
                kind=AlertKind.SILENT,
                at=NOW - timedelta(hours=2),
                facts={"source": "bao", "name": "Báo Mai"},
            ),
            Alert(
                key="failed:bao-khac:1",
                kind=AlertKind.FAILED,
                at=NOW - timedelta(hours=3),
                facts={"source": "bao-khac", "name": "Báo Khác"},
            ),
            Alert(
                key="late:bao:1",
                kind=AlertKind.LATE,
                at=NOW - timedelta(hours=4),
                facts={
                    "source": "bao",
                    "name": "Báo Mai",
                    "why": "fewer",
                    "hours": 6,
                    "got": 1,
                    "low": 12,
                    "usual": 18,
                },
            ),
            Alert(
                key="changed:bao:1",
                kind=AlertKind.CHANGED,
                at=NOW - timedelta(hours=5),
                facts={"source": "bao", "name": "Báo Mai", "measure": "linked", "before": 0.97, "after": 0.0},
            ),
        ],
    )


def source_days() -> Iterator[SourceDay]:
    """Two papers' last ten weeks: one lost its JSON-LD four days ago, the other can't be read for three."""
    today = NOW.astimezone(VIETNAM).date()
    for back in range(70, 0, -1):
        day = today - timedelta(days=back)
        hours = tuple(2 + (h + back) % 3 if 6 <= h < 22 else 0 for h in range(24))
        pages = sum(hours)
        makeup = Makeup(
            pages=pages,
            linked=0 if back <= 4 else pages - 1,
            dated=pages - 1,
            title=4.1 * pages,
            title_squared=17.0 * pages,
            text=7.5 * pages,
            text_squared=56.5 * pages,
            paragraphs=12 * pages,
            repeated=pages,
        )
        yield SourceDay(source_id="bao", day=day, checks=24, late=2, hours=hours, makeup=makeup)
        if back > 3:
            yield SourceDay(source_id="bao-khac", day=day, checks=24, hours=hours, makeup=makeup)
        else:
            yield SourceDay(source_id="bao-khac", day=day, checks=24, failed=24)


def token_of(html: str) -> str:
    """The token that the first form of a page carries."""
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]
