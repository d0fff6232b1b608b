"""The overview, alerts, reports, and how sources and runs do: for each role what is its to see."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from lxml.html import HtmlElement, document_fromstring
from starlette.testclient import TestClient

from core import errors
from core.contracts import VIETNAM, Alert, AlertKind, Document, ReportFile, State, Triage, What
from core.records import open_records
from core.records.decisions import decide
from core.records.notices import alerts, raise_alerts, record_report
from core.records.people import Role, add_user, sign_in
from core.settings import Settings
from dashboards.console.acts import shown
from dashboards.console.alert_words import ERRORS, message
from dashboards.console.app import create_app
from dashboards.console.guard import SESSION_COOKIE
from dashboards.console.language import language
from dashboards.console.notices import REPORT_POLICY
from dashboards.console.words import Names
from index.embedded import EmbeddedEngine
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import (
    GRAVE_ALERT,
    GRAVE_NEW,
    NOW,
    PASSWORD,
    REPORT_WEEK,
    documents,
    token_of,
)
from tests.index.documents import document


def page(browser: TestClient, address: str) -> HtmlElement:
    answer = browser.get(address)
    assert answer.status_code == 200
    return document_fromstring(answer.content)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def figures(root: HtmlElement) -> dict[str, int]:
    names = [words(f) for f in root.xpath("//dl[@class='figures']//dt")]
    values = [words(f) for f in root.xpath("//dl[@class='figures']//dd[not(@class)]")]
    return dict(zip(names, map(int, values), strict=True))


def relevant() -> list[Document]:
    return [d for d in documents() if d.analysis.relevant]


def of_the_week(found: list[Document]) -> list[Document]:
    today = datetime.now(VIETNAM).date()
    return [d for d in found if today - timedelta(days=7) < d.page.day <= today]


def test_the_overview_counts_the_last_seven_days_and_what_waits(client: Client) -> None:
    week = of_the_week(relevant())

    assert figures(page(client(), "/overview")) == {
        "Tin liên quan đến nguy cơ đối với trẻ em": len(week),
        "Tin nghiêm trọng": sum(d.analysis.severity.level == 3 for d in week),
        "Tin đang chờ xử lý": len(relevant()),
    }


def test_a_verdict_counts_at_once(client: Client, house: House) -> None:
    browser = client()
    before = figures(page(browser, "/overview"))
    hit = house.engine.get(GRAVE_NEW)
    assert hit is not None
    (made,) = decide(house.records, "an", What.DISMISS, [shown(hit)])
    house.engine.apply({GRAVE_NEW: Triage(state=State.DISMISSED, relevant=False, seq=made.seq)})

    after = figures(page(browser, "/overview"))

    assert {name: before[name] - after[name] for name in before} == dict.fromkeys(before, 1)


def test_what_rose_is_named_with_its_numbers_and_leads_to_the_texts(client: Client) -> None:
    browser = client()
    (link, *_) = page(browser, "/overview").xpath("//section[@aria-labelledby='rose']//li/a")
    week = [d for d in of_the_week(relevant()) if d.analysis.categories[0].code == "accident"]

    assert words(link).startswith(f"Tai nạn, thương tích: {len(week)} tin, gấp ")
    behind = page(browser, link.get("href"))
    assert f"{len(week)} tin" in words(behind.xpath("//div[@class='tally']")[0])


def test_every_number_with_a_link_is_the_number_of_texts_behind_it(client: Client) -> None:
    browser = client()
    root = page(browser, "/overview")
    links = root.xpath("//table[@class='shares']//tr[.//a]")
    assert links

    for line in links:
        address = line.xpath(".//a/@href")[0]
        counted = int(words(line.xpath(".//td[@class='num']")[0]))
        listed = sum(
            1 + sum(int("".join(filter(str.isdigit, words(a)))) for a in li.xpath(".//p[@class='meta']//a"))
            for li in every_row(browser, address)
        )
        assert listed == counted, address


def every_row(browser: TestClient, address: str) -> Iterator[HtmlElement]:
    while address:
        root = page(browser, address)
        yield from root.xpath("//ol[@class='rows']/li")
        address = next(iter(root.xpath("//a[@rel='next']/@href")), "")


def test_charts_name_themselves_and_their_marks_lead_to_searches(client: Client) -> None:
    root = page(client(), "/overview")

    assert root.xpath("//svg/title | //svg[@aria-label]")
    targets = root.xpath("//svg//a/@href | //svg//a/@*[local-name()='href']")
    assert targets
    assert all(target.startswith("/search?") for target in targets)


def titles() -> set[str]:
    return {d.page.title for d in documents()} | {d.page.thread_title for d in documents()} - {""}


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.POLICY, ["/overview", "/reports", "/sources", "/sources/bao"]),
        (Role.OPERATOR, ["/sources", "/sources/bao", "/operation"]),
    ],
    ids=str,
)
def test_who_may_not_read_texts_sees_no_title_no_text_and_no_way_to_them(
    client: Client, role: Role, pages: list[str]
) -> None:
    for address in pages:
        answer = client(role).get(f"{address}?q=duoi&group=thread-1")
        assert answer.status_code == 200
        assert not [t for t in titles() if t and t in answer.text]
        assert not [d.id for d in documents() if f"/{d.id}" in answer.text]
        links = document_fromstring(answer.content).xpath("//@href | //@*[local-name()='href']")
        assert not [a for a in links if a.startswith(("/queue", "/search", "/texts", "/alerts"))]


def test_a_policy_reader_counts_the_same_whatever_the_address_asks(client: Client) -> None:
    browser = client(Role.POLICY)
    plain = figures(page(browser, "/overview"))

    for asked in ("q=duoi+nuoc", "group=thread-1", "all=1", "category=privacy", "state=dismissed"):
        assert figures(page(browser, f"/overview?{asked}")) == plain


def test_the_navigation_shows_each_role_its_own_pages(client: Client) -> None:
    def offered(role: Role) -> list[str]:
        return page(client(role), client(role).get("/").headers["location"]).xpath("//nav//li/a/@href")

    readers = ["/overview", "/queue", "/search", "/alerts", "/reports", "/sources"]
    assert offered(Role.ANALYST) == readers
    assert offered(Role.LEAD) == [*readers, "/operation"]
    assert offered(Role.POLICY) == ["/overview", "/reports", "/sources"]
    assert offered(Role.OPERATOR) == ["/sources", "/operation"]


FEWER = "6 giờ qua có 1 tin mới, thường khoảng 18 tin, ít nhất 12 tin"
UNLINKED = "Trang có dữ liệu mô tả bài viết (JSON-LD): trước 97 %, nay 0 %"


def test_alerts_say_what_is_the_matter_newest_first_and_lead_there(client: Client) -> None:
    root = page(client(), "/alerts")
    said = [words(p) for p in root.xpath("//p[@class='alert-text']")]

    assert said == [
        "Cháu bé đuối nước ở Hà Nội · Tai nạn, thương tích, Bỏ rơi, bỏ mặc · Hà Nội",
        "Tai nạn, thương tích: 20 tin trong 7 ngày, thường khoảng 1,4 tin",
        "Báo Mai đã lâu không có tin mới, cần kiểm tra nguồn",
        "Thu thập từ Báo Khác không thành công, cần kiểm tra nguồn",
        f"Báo Mai ít tin hơn mức thường, cần kiểm tra nguồn. {FEWER}",
        f"Báo Mai có thể đã thay đổi cấu trúc trang. {UNLINKED}",
    ]
    grave, rise, *sources = root.xpath("//p[@class='alert-text']/a/@href")
    assert sources == ["/sources/bao", "/sources/bao-khac", "/sources/bao", "/sources/bao"]
    assert grave == f"/texts/{GRAVE_NEW}"
    assert client().get(rise).status_code == 200


def test_an_alert_is_acknowledged_once_with_the_name_of_who_did(client: Client, house: House) -> None:
    browser = client()
    token = token_of(browser.get("/alerts").text)

    answer = browser.post("/alerts/acknowledge", data={"csrf": token, "key": GRAVE_ALERT})
    lead = client(Role.LEAD)
    lead.post("/alerts/acknowledge", data={"csrf": token_of(lead.get("/alerts").text), "key": GRAVE_ALERT})

    assert answer.headers["location"] == "/alerts"
    root = page(browser, "/alerts")
    assert len(root.xpath("//ul[@class='alerts']/li")) == 5
    assert "Phan Thị An ghi nhận lúc" in words(root.xpath("//ul[@class='alerts seen']")[0])
    assert {a.key: a.acknowledged_by for a in alerts(house.records)}[GRAVE_ALERT] == "an"


def test_an_unknown_alert_gets_a_plain_page(client: Client) -> None:
    browser = client()
    token = token_of(browser.get("/alerts").text)

    assert browser.post("/alerts/acknowledge", data={"csrf": token, "key": "none"}).status_code == 404


def test_an_alert_on_what_is_no_longer_in_the_taxonomy_is_still_shown(client: Client, house: House) -> None:
    facts: dict[str, str | int | float] = {
        "category": "gone",
        "count": 9,
        "expected": 2,
        "since": "2020-01-01",
    }
    raise_alerts(house.records, [Alert(key="rise:gone:1", kind=AlertKind.RISE, at=NOW, facts=facts)])

    assert "gone: 9 tin trong 7 ngày" in words(page(client(), "/alerts"))


def test_an_alert_of_a_failed_task_says_what_is_the_matter_in_words_of_its_own(
    client: Client, house: House
) -> None:
    facts: dict[str, str | int | float] = {
        "dag": "crawl",
        "task": "source",
        "source": "bao",
        "run": "crawl:scheduled__2026-11-23T02:00:00+00:00",
        "error": "ArchiveUnavailable",
        "why": "archive /srv/archive: No space left on device",
    }
    unknown = facts | {"dag": "maintenance", "task": "prune", "name": "Báo Bến Sông", "error": "KeyError"}
    told = (facts, unknown, {"dag": "crawl", "task": "", "run": "crawl:x", "error": "timed_out"})
    tasks = [Alert(key=f"task:{n}", kind=AlertKind.TASK, at=NOW, facts=f) for n, f in enumerate(told)]
    raise_alerts(house.records, tasks)

    said = words(page(client(), "/alerts"))

    assert "Thu thập · bao: không đọc hoặc ghi được kho lưu trữ. Báo người vận hành hệ thống." in said
    assert "Nhật ký trong Airflow: crawl:scheduled__2026-11-23T02:00:00+00:00 · source" in said
    assert "Bảo trì hằng ngày · xoá tin quá hạn lưu · Báo Bến Sông: lỗi ngoài dự kiến" in said
    assert "Thu thập: lượt chạy quá thời gian cho phép" in said
    assert "Nhật ký trong Airflow: crawl:x " in said
    assert "No space left" not in said


@pytest.mark.parametrize(
    "kind", [name for name in vars(errors) if name != "LangngheError" and name[0].isupper()]
)
def test_every_error_of_a_task_has_words_of_its_own(kind: str) -> None:
    facts: dict[str, str | int | float] = {"dag": "crawl", "error": kind}
    said = message(Names(language("vi")), Alert(key="task:x", kind=AlertKind.TASK, at=NOW, facts=facts))
    assert ERRORS["unexpected"] not in said


@pytest.fixture
def report(house: House) -> ReportFile:
    """A report that was made and recorded, and a file beside it that was not."""
    folder = house.settings.reports_dir
    folder.mkdir(parents=True)
    (folder / "bao-cao.html").write_text("<!doctype html><style>p{}</style><p>Báo cáo tuần</p>", "utf-8")
    (folder / "bao-cao.pdf").write_bytes(b"%PDF-1.7 a report")
    (folder / "2026-W39.html").write_text("not listed", "utf-8")
    (house.settings.data_dir / "secret.html").write_text("secret", "utf-8")
    made = ReportFile(
        week=REPORT_WEEK,
        made_at=NOW,
        html=str(folder.resolve() / "bao-cao.html"),
        pdf=str(folder.resolve() / "bao-cao.pdf"),
    )
    record_report(house.records, made)
    return made


@pytest.mark.parametrize("role", [Role.POLICY, Role.ANALYST])
def test_reports_are_listed_and_opened(client: Client, report: ReportFile, role: Role) -> None:
    browser = client(role)
    root = page(browser, "/reports")

    html, pdf = (browser.get(a) for a in root.xpath("//td[@class='files']/a/@href"))

    assert "28/09/2026 – 04/10/2026" in words(root)
    assert "Báo cáo tuần" in html.text
    assert html.headers["content-security-policy"] == REPORT_POLICY
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-type"] == "application/pdf"
    for answer in (html, pdf):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "2026-W39.html",
        f"{REPORT_WEEK}.txt",
        f"{REPORT_WEEK}.",
        "..%2fsecret.html",
        "../secret.html",
        "%2e%2e/secret.html",
        "..%2f..%2frecords.db",
        "bao-cao.html",
        f"{REPORT_WEEK}%00.html",
    ],
)
def test_no_file_but_the_listed_ones_can_be_fetched(client: Client, report: ReportFile, name: str) -> None:
    assert client().get(f"/reports/{name}").status_code == 404


@pytest.mark.parametrize("place", ["../secret.html", "/etc/hostname"])
def test_a_record_that_names_a_file_elsewhere_fetches_nothing(
    client: Client, house: House, report: ReportFile, place: str
) -> None:
    record_report(house.records, report.model_copy(update={"html": place}))

    assert client().get(f"/reports/{REPORT_WEEK}.html").status_code == 404


def test_reports_are_found_after_the_data_folder_was_moved(
    client: Client, house: House, report: ReportFile
) -> None:
    record_report(house.records, report.model_copy(update={"html": "/where/it/was/before/bao-cao.html"}))

    assert client().get(f"/reports/{REPORT_WEEK}.html").status_code == 200


def test_a_report_whose_file_is_gone_gets_a_plain_page(client: Client, report: ReportFile) -> None:
    Path(report.pdf).unlink()

    answer = client().get(f"/reports/{REPORT_WEEK}.pdf")

    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


def test_runs_show_what_became_of_everything_and_what_waits(client: Client) -> None:
    root = page(client(Role.OPERATOR), "/operation")
    latest, before = root.xpath("//article[contains(@class, 'run')]")

    assert words(latest).startswith("crawl Đang chạy")
    assert words(before).startswith("run Xong")
    crawled = words(before.xpath(".//dd")[0])
    for told in ("Đã lưu trữ 1", "robots.txt", "mã 500"):
        assert told in crawled
    (held,) = root.xpath("//section[@aria-labelledby='held']//tbody/tr")
    assert [words(cell) for cell in held] == ["Thu thập", "máy chủ trả lời mã 500", "1"]
    head = root.xpath("//div[@class='page-head']")[0]
    assert f"{len(list(documents()))} tin" in words(head)


@pytest.fixture
def empty(settings: Settings) -> Iterator[TestClient]:
    """A console of a lead on the first day: nothing was collected yet."""
    records, engine = open_records(settings), EmbeddedEngine(settings.index_path)
    add_user(records, "linh", "Linh", Role.LEAD, PASSWORD)
    entered = sign_in(records, "linh", PASSWORD, "127.0.0.1", 1)
    assert entered
    app: FastAPI = create_app(settings, records, engine)
    with TestClient(app, follow_redirects=False, cookies={SESSION_COOKIE: entered[0]}) as browser:
        yield browser
    engine.close()
    records.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/queue", "Hàng chờ trống."),
        ("/search", "Chưa có tin nào."),
        ("/search?q=tai+nan", "Không có tin nào khớp."),
        ("/alerts", "Không có cảnh báo nào đang chờ."),
        ("/reports", "Chưa có báo cáo nào."),
        ("/sources", "Chưa khai báo nguồn nào."),
        ("/operation", "Chưa có lượt chạy nào."),
        ("/operation", "Không có trang nào bị cách ly."),
        ("/overview", "Chưa có tin liên quan trong 7 ngày qua."),
        ("/overview", "Chưa có tin liên quan trong 8 tuần qua."),
        ("/overview", "Chưa đủ dữ liệu của những tuần trước để so sánh."),
    ],
)
def test_a_page_without_anything_to_show_says_so(empty: TestClient, address: str, said: str) -> None:
    assert said in words(page(empty, address))


def test_numbers_of_nothing_are_zero(empty: TestClient) -> None:
    assert set(figures(page(empty, "/overview")).values()) == {0}


def pools(days: float) -> list[Document]:
    at = NOW - timedelta(days=days)
    return [
        document(
            900 + n,
            title=f"Bể bơi khu {'ABCDEF'[n]} thiếu rào chắn",
            lead="Phụ huynh lo lắng",
            published_at=at,
            fetched_at=at,
        )
        for n in range(6)
    ]


def test_what_stands_out_in_the_week_leads_to_the_texts_that_say_it(client: Client, house: House) -> None:
    house.engine.write(pools(days=1))
    browser = client()

    links = page(browser, "/overview").xpath("//ul[@class='terms']//a")
    (pool,) = [link for link in links if link.text_content() == "bể bơi"]
    assert "6 tin 7 ngày qua" in pool.get("title")
    assert "thiếu rào chắn" in browser.get(pool.get("href")).text


def test_who_may_not_read_texts_is_told_no_words_of_them(client: Client, house: House) -> None:
    house.engine.write(pools(days=1))
    assert "bể bơi" not in client(Role.POLICY).get("/overview").text


def test_a_source_that_is_late_because_it_was_not_read_is_not_said_to_have_few_texts() -> None:
    facts = {"name": "Báo Mai", "why": "discovery", "url": "https://mai.example/rss", "reason": "unreachable"}
    alert = Alert(key="late:bao:2026-11-28", kind=AlertKind.LATE, at=NOW, facts=facts)
    said = message(Names(language("vi")), alert)
    assert said.startswith(
        "Lượt thu thập vừa qua từ Báo Mai không thành công, lượt sau sẽ thử lại. Không đọc"
    )
