"""Fills the two newspapers: written cases, invented news in brief, everyday news, and readers' comments."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from core.contracts import Kind, Sentiment
from core.provinces import current_names, provinces
from core.taxonomy import taxonomy
from langnghe.demo.site.cases import Case, cases
from langnghe.demo.site.chance import seeded
from langnghe.demo.site.dates import NEWS_HOURS, Calendar
from langnghe.demo.site.invented import Label, Row, invented
from langnghe.demo.site.texts import Article, Remark
from langnghe.demo.site.wording import Wording, topics

# So many articles per newspaper give about 400 article pages: a crawl of the whole web in under a minute.
FIRST_PAPER, SECOND_PAPER, THIRD_PAPER = 200, 190, 30
PER_CATEGORY = 3
IN_FIRST_PAPER = 34
COPIES = 4
# A week without relevant comments, so that no category but the one that shall rise gathers in the last days.
CALM = timedelta(days=9)
ABROAD = re.compile(
    r"Philippines|Mỹ|Úc|Nhật|Hàn Quốc|Trung Quốc|Thái Lan|Ấn Độ|Campuchia|châu Âu|Anh|Pháp|Indonesia"
)
# Characters below which a text of news gets closing sentences, so that its page looks like an article.
BRIEF = 450
# How many comments an everyday article has, and the shares of negative, neutral, positive ones. Invented.
TALK, TONES = (0, 1, 2, 3, 3, 4, 5, 7), (40, 35, 25)
# Which of the everyday articles of each newspaper (by rank) stand on a page with a fault.
FAULTS = {3: "no-charset", 17: "windows-1258", 31: "truncated", 45: "broken-json-ld"}
CLOSINGS = {
    Kind.INCIDENT: (
        "Cơ quan chức năng đang tiếp tục xác minh, làm rõ vụ việc.",
        "Chính quyền địa phương đã cử cán bộ đến thăm hỏi, hỗ trợ gia đình.",
        "Tòa soạn không nêu danh tính để bảo vệ các em.",
        "Người dân biết thêm thông tin có thể báo công an nơi gần nhất hoặc gọi Tổng đài 111.",
        "Hội bảo vệ quyền trẻ em tỉnh đề nghị xử lý nghiêm theo quy định.",
    ),
    Kind.ISSUE: (
        "Các chuyên gia cho rằng gia đình, nhà trường và cơ quan quản lý cần cùng vào cuộc.",
        "Số liệu sẽ được cập nhật trong báo cáo cuối năm.",
        "Phụ huynh có thể gọi Tổng đài quốc gia bảo vệ trẻ em 111 để được tư vấn.",
        "Nhiều ý kiến đề nghị có thêm nhân viên công tác xã hội ở trường học.",
    ),
    Kind.RESPONSE: (
        "Mô hình sẽ được đánh giá sau một năm trước khi nhân rộng.",
        "Kinh phí lấy từ ngân sách địa phương và nguồn xã hội hóa.",
        "Mọi cuộc gọi đến Tổng đài 111 đều miễn phí và được giữ kín.",
        "Ban tổ chức mong nhận thêm góp ý của phụ huynh.",
    ),
    Kind.NONE: (
        "Thông tin chi tiết sẽ được tòa soạn cập nhật.",
        "Sự việc thu hút nhiều ý kiến của bạn đọc.",
        "Các bên liên quan chưa đưa ra bình luận thêm.",
        "Bạn đọc quan tâm có thể xem thêm ở các số báo tới.",
        "Đây là thông tin ban đầu từ cộng tác viên.",
    ),
}


@dataclass
class Desk:
    """One newspaper being filled: gives numbers to articles and comments."""

    rng: Random
    number: int
    remark: int

    def next_number(self) -> int:
        """Return the next article's number; gaps as in a real archive."""
        self.number += self.rng.randint(1, 7)
        return self.number

    def next_remark(self) -> int:
        """Return the next comment's number."""
        self.remark += self.rng.randint(1, 9)
        return self.remark


def newspapers(calendar: Calendar) -> tuple[list[Article], list[Article]]:
    """Return the articles of the newspaper with feeds and of the one with comments."""
    first, second = Desk(seeded("first paper"), 100_200, 0), Desk(seeded("second paper"), 20_400, 7_000)
    rng = seeded("newsroom")
    rising, told = _cases(calendar, rng)
    relevant, everyday = _briefs(calendar, rng)
    paper_one = [replace(a, number=first.next_number()) for a in rising[1]]
    paper_one += [replace(a, number=first.next_number()) for a in relevant[:IN_FIRST_PAPER] + everyday[::2]]
    paper_one += _everyday(calendar, FIRST_PAPER - len(paper_one), first)
    paper_one = _with_faults(paper_one)
    paper_two = [_commented(a, calendar, second) for a in rising[0] + told]
    paper_two += [replace(a, number=second.next_number()) for a in relevant[IN_FIRST_PAPER:] + everyday[1::2]]
    paper_two += [_copy(a, calendar, second) for a in _to_copy(paper_one)]
    generated = _everyday(calendar, SECOND_PAPER - len(paper_two), second, talk=True)
    return paper_one, _with_faults(paper_two + generated)


def third_newspaper(calendar: Calendar) -> list[Article]:
    """Return the articles of the small newspaper whose list and comments come as JSON."""
    return _everyday(calendar, THIRD_PAPER, Desk(seeded("third paper"), 3_100, 0), talk=True)


def _cases(calendar: Calendar, rng: Random) -> tuple[tuple[list[Article], list[Article]], list[Article]]:
    """Return the rising cases (with readers' comments, without) and the others."""
    commented = {row.title for row in invented() if row.type == "comment"}
    rising = sorted((c for c in cases() if c.rise), key=lambda c: (c.severity == 1, rng.random()))
    others = [c for c in cases() if not c.rise]
    rng.shuffle(others)
    risen = [_told(c, at) for c, at in zip(rising, calendar.rise(len(rising), rng, NEWS_HOURS), strict=True)]
    told = [
        _told(c, at)
        for c, at in zip(others, calendar.spread(len(others), rng, NEWS_HOURS, CALM), strict=True)
    ]
    return ([a for a in risen if a.title in commented], [a for a in risen if a.title not in commented]), told


def _told(case: Case, at: datetime) -> Article:
    return Article(0, case.title, case.section, at, case.lead, case.body, case.label)


def _briefs(calendar: Calendar, rng: Random) -> tuple[list[Article], list[Article]]:
    """Return chosen relevant news of `invented.jsonl`, all categories, and all that are not relevant."""
    news = [row for row in invented() if row.type == "news"]
    rng.shuffle(news)
    chosen: list[Row] = []
    for code in taxonomy().codes:
        chosen += [row for row in news if row.categories[:1] == (code,)][:PER_CATEGORY]
    others = [row for row in news if not row.relevant]
    # Of each category one after the other, so that each is spread over all weeks.
    chosen = [row for turn in range(PER_CATEGORY) for row in chosen[turn::PER_CATEGORY]]
    relevant = [
        _brief(r, at, rng)
        for r, at in zip(chosen, calendar.spread(len(chosen), rng, NEWS_HOURS), strict=True)
    ]
    rng.shuffle(relevant)
    return relevant, [
        _brief(r, at, rng)
        for r, at in zip(others, calendar.spread(len(others), rng, NEWS_HOURS), strict=True)
    ]


def _brief(row: Row, at: datetime, rng: Random) -> Article:
    sentences = re.split(r"(?<=[.!?…])\s+(?=[A-ZÀ-ỸĐ“\"])", row.body)
    body = [" ".join(sentences[i : i + 2]) for i in range(0, len(sentences), 2)]
    closings = rng.sample(CLOSINGS[row.kind], len(CLOSINGS[row.kind]))
    while closings and sum(map(len, body)) < BRIEF:
        body.append(" ".join(closings.pop() for _ in closings[:2]))
    whole = f"{row.title} {row.lead} {row.body}"
    if not ABROAD.search(whole) and not any(name in whole for name in current_names()):
        body.append(f"Tin do cộng tác viên của báo tại {rng.choice(provinces()).name} gửi về.")
    section = {Kind.RESPONSE: "thoi-su", Kind.ISSUE: "doi-song"}.get(
        row.kind, rng.choice(("phap-luat", "thoi-su"))
    )
    return Article(0, row.title, section, at, row.lead, tuple(body), row.label)


def _everyday(calendar: Calendar, n: int, desk: Desk, talk: bool = False) -> list[Article]:
    """Return `n` articles about no risk to children, all subjects in turn; with comments if they `talk`."""
    articles: list[Article] = []
    taken: set[str] = set()
    moments = calendar.spread(n, desk.rng, NEWS_HOURS)
    desk.rng.shuffle(moments)
    for i, at in enumerate(moments):
        topic = topics()[i % len(topics())]
        wording = Wording(topic, desk.rng)
        while (title := wording.one(topic.titles)) in taken:
            wording = Wording(topic, desk.rng)
        taken.add(title)
        lead, body = wording.lead(), wording.paragraphs()
        remarks = _talk(wording, at, calendar, desk, taken) if talk else ()
        articles.append(Article(desk.next_number(), title, topic.section, at, lead, body, comments=remarks))
    return articles


def _talk(
    wording: Wording, at: datetime, calendar: Calendar, desk: Desk, taken: set[str]
) -> tuple[Remark, ...]:
    """Return none to seven everyday comments on an article of `at`, none of them `taken` before."""
    remarks = []
    for _ in range(desk.rng.choice(TALK)):
        tone = desk.rng.choices(list(Sentiment), TONES)[0]
        while (text := wording.comment(tone)) in taken:
            wording = Wording(wording.topic, desk.rng)
        taken.add(text)
        remarks.append(Remark(desk.next_remark(), text, calendar.after(at, desk.rng), Label(sentiment=tone)))
    return tuple(sorted(remarks, key=lambda remark: remark.at))


def _commented(article: Article, calendar: Calendar, desk: Desk) -> Article:
    """Return the article with the comments of `invented.jsonl` that stand under its title."""
    rows = [row for row in invented() if row.type == "comment" and row.title == article.title]
    remarks = [
        Remark(desk.next_remark(), row.body, calendar.after(article.published_at, desk.rng), row.label)
        for row in rows
    ]
    return replace(article, number=desk.next_number(), comments=tuple(sorted(remarks, key=lambda r: r.at)))


def _to_copy(articles: list[Article]) -> list[Article]:
    """Return articles of the first newspaper that the second takes over: half of them relevant."""
    relevant = [a for a in articles if a.label.relevant and "online_exploitation" not in a.label.categories]
    return relevant[: COPIES // 2] + [a for a in articles if not a.label.relevant][-COPIES // 2 :]


def _copy(article: Article, calendar: Calendar, desk: Desk) -> Article:
    """Return the article as the other newspaper prints it: another title, the same text, some hours later."""
    title = f"{article.title.rstrip('?.!')}: những điều cần biết"
    at = calendar.after(article.published_at, desk.rng)
    return replace(article, number=desk.next_number(), title=title, published_at=at, copy_of=article.number)


def _with_faults(articles: list[Article]) -> list[Article]:
    """Return the articles, a few everyday ones of them on pages with a fault."""
    plain = [i for i, a in enumerate(articles) if not a.label.relevant and a.copy_of is None]
    faulty = {plain[nth]: fault for nth, fault in FAULTS.items()}
    return [replace(a, fault=faulty[i]) if i in faulty else a for i, a in enumerate(articles)]
