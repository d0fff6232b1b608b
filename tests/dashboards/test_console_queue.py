"""The queue: what stands first, one row per group, filters and pages in the address, decisions, undo."""

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from httpx2 import Response
from lxml.html import HtmlElement, document_fromstring
from starlette.testclient import TestClient

from core.contracts import State, What
from core.records.decisions import decide as write_down
from core.records.decisions import decisions, verify
from core.records.people import Role
from dashboards.console.acts import shown
from dashboards.console.app import create_app
from dashboards.console.pages import DONE_COOKIE
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import (
    BARE,
    COLLEAGUE,
    COPIES,
    GRAVE_LIKELY,
    GRAVE_NEW,
    GRAVE_OLD,
    GRAVEST,
    LEADER,
    NOW,
    OFF_TOPIC,
    POSTS,
    THREAD,
    UNCONCERNED,
    UNTITLED,
    documents,
    revised,
    token_of,
)


def page(browser: TestClient, address: str, status: int = 200) -> HtmlElement:
    answer = browser.get(address)
    assert answer.status_code == status
    return document_fromstring(answer.content)


def rows(root: HtmlElement) -> list[str]:
    """The ids of the texts in a list, in order."""
    links = root.xpath("//ol[@class='rows']/li//h2/a/@href")
    return [urlsplit(link).path.removeprefix("/texts/") for link in links]


def row(root: HtmlElement, page_id: str) -> HtmlElement:
    return root.xpath("//ol[@class='rows']/li[.//h2[@id=$id]]", id=f"t-{page_id}")[0]


def form_of(element: HtmlElement) -> dict[str, str]:
    """What the first form that posts within `element` sends, its boxes as they are ticked."""
    form = element.xpath(
        "self::form | .//form[@method='post'][.//input[@name='page_id'] or .//input[@name='sealed']]"
    )[0]
    return {
        field.get("name"): field.get("value") or ""
        for field in form.xpath(
            ".//input[@name][not(@type='checkbox') or @checked][not(@type='radio') or @checked]"
        )
    }


def words(root: HtmlElement) -> str:
    return " ".join(root.text_content().split())


def decide(browser: TestClient, page_id: str, what: str, at: str = "", **given: str) -> Response:
    """Press the button `what` of a row of the queue at an address; `given` replaces what the form sends."""
    form = form_of(row(page(browser, f"/queue?{at}"), page_id))
    return browser.post("/queue/decide", data=form | {"what": what} | given)


def undo_last(browser: TestClient, root: HtmlElement) -> Response:
    form = root.xpath("//form[@action='/undo']")[0]
    return browser.post("/undo", data={f.get("name"): f.get("value") for f in form.xpath(".//input")})


def test_the_gravest_stand_first_then_the_surest_then_the_oldest(client: Client) -> None:
    found = rows(page(client(), "/queue"))

    assert found[: len(GRAVEST)] == GRAVEST


def test_the_order_is_explained(client: Client) -> None:
    said = words(page(client(), "/queue"))

    assert "tin nghiêm trọng hơn trước" in said
    assert "từ 0,9; từ 0,7; còn lại" in said
    assert "sau đó tin cũ hơn trước" in said


def test_a_thread_and_a_set_of_duplicates_take_one_row_each(client: Client) -> None:
    root = page(client(), "/queue?type=post&type=comment")
    grave = page(client(), "/queue?category=online_exploitation")

    assert rows(root) == [POSTS[0]]
    assert "+ 2 tin cùng nhóm" in words(row(root, POSTS[0]))  # the fourth of the thread is not relevant
    assert rows(grave) == [LEADER]
    assert f"+ {len(COPIES)} tin cùng nhóm" in words(row(grave, LEADER))


def test_the_rest_of_a_group_is_behind_a_link(client: Client) -> None:
    browser = client()
    link = row(page(browser, "/queue"), LEADER).xpath(".//a[contains(@href, 'group=')]/@href")[0]

    assert sorted(rows(page(browser, link))) == sorted([LEADER, *COPIES])


def test_every_relevant_text_is_on_exactly_one_page(client: Client) -> None:
    browser, address = client(), "/queue"
    found: list[str] = []
    pages = 0
    while address:
        root = page(browser, address)
        found += rows(root)
        pages += 1
        address = next(iter(root.xpath("//nav[@class='pages']/a[@rel='next']/@href")), "")

    leaders = {d.id for d in documents() if d.analysis.relevant} - {*COPIES, *POSTS[1:]}
    assert pages > 1
    assert sorted(found) == sorted(leaders)
    assert words(page(browser, "/queue")).count(f"{len(leaders)} tin hoặc nhóm tin") == 1


def test_a_page_is_an_address_and_leads_back_to_the_first(client: Client) -> None:
    browser = client()
    first = page(browser, "/queue?category=accident")
    following = first.xpath("//a[@rel='next']/@href")[0]

    assert parse_qs(urlsplit(following).query)["category"] == ["accident"]
    second = page(browser, following)
    back = second.xpath("//nav[@class='pages']/a[not(@rel)]/@href")[0]
    assert rows(page(browser, back)) == rows(first)
    assert not set(rows(first)) & set(rows(second))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("severity=3", {*GRAVEST}),
        ("category=privacy", {"marked"}),
        ("category=privacy&category=online_exploitation", {"marked", LEADER}),
        ("source=bao-khac", {COPIES[0]}),
        ("type=post", {POSTS[0]}),
        ("tone=positive", {POSTS[1]}),
        ("severity=3&province=" + quote("Cần Thơ"), {GRAVE_OLD}),
        (f"severity=3&until={(NOW - timedelta(days=8)).date()}", {GRAVE_LIKELY, "grave-unsure"}),
        (
            f"severity=3&since={(NOW - timedelta(days=8)).date()}&until=",
            {*GRAVEST} - {GRAVE_LIKELY, "grave-unsure"},
        ),
        ("severity=&category=&q=&since=&category=privacy", {"marked"}),
        (f"group={THREAD}", {*POSTS}),
        ("q=" + quote("Giá vàng"), set()),
        ("unheard=of&category=privacy", {"marked"}),
    ],
)
def test_filters_stand_in_the_address(client: Client, asked: str, expected: set[str]) -> None:
    assert set(rows(page(client(), f"/queue?{asked}"))) == expected


def test_a_filter_in_force_is_shown_and_can_be_taken_off(client: Client) -> None:
    browser = client()
    root = page(browser, "/queue?category=privacy&severity=2&province=" + quote("Hà Nội"))
    chips = {words(a).rstrip(" ×"): a.get("href") for a in root.xpath("//ul[@class='chips']//a")}

    assert set(chips) == {"Lộ đời tư, thông tin cá nhân", "Từ mức: Có nguy cơ", "Hà Nội"}
    assert "Không có tin nào khớp." in words(root)
    left = parse_qs(urlsplit(chips["Hà Nội"]).query)
    assert left["category"] == ["privacy"]
    assert left["severity"] == ["2"]
    assert "province" not in left
    assert rows(page(browser, chips["Hà Nội"])) == ["marked"]
    ticked = root.xpath("//form[@id='filters']//input[@checked]/@value")
    assert {"privacy", "Hà Nội", "2"} <= set(ticked)


def test_filters_offer_what_there_is_with_counts(client: Client) -> None:
    root = page(client(), "/queue?category=bullying")
    offered = {
        words(label).rsplit(" ", 1)[0]: words(label).rsplit(" ", 1)[1]
        for label in root.xpath("//label[input[@name='category']]")
    }

    counted = sum("bullying" in {c.code for c in d.analysis.categories} for d in documents())
    assert offered["Bắt nạt, bạo lực học đường"] == str(counted)  # as it would be without this filter
    assert "Tai nạn, thương tích" in offered


@pytest.mark.parametrize(
    "asked",
    [
        "severity=9",
        "severity=x",
        "category=nonsense",
        "province=Atlantis",
        "type=book",
        "since=2026-13-45",
        "until=yesterday",
        "cursor=nonsense",
        "state=lost",
        "q=" + "x" * 501,
        "q=%22%22",
        "q=%2A",
        "q=-",
        "source=" + "x" * 201,
    ],
)
@pytest.mark.parametrize("place", ["queue", "search"])
def test_what_cannot_be_read_gets_a_plain_page_that_helps(client: Client, place: str, asked: str) -> None:
    root = page(client(), f"/{place}?{asked}", 400)

    assert "Không đọc được câu tìm kiếm" in words(root)
    assert root.xpath("//form[@action=$to]//input[@name='q']", to=f"/{place}")


def test_a_cursor_of_another_list_is_refused(client: Client) -> None:
    browser = client()
    cursor = parse_qs(urlsplit(page(browser, "/queue").xpath("//a[@rel='next']/@href")[0]).query)["cursor"][0]

    assert browser.get("/search", params={"cursor": cursor}).status_code == 400


def test_a_decision_leaves_the_queue_and_says_what_was_done(client: Client, house: House) -> None:
    browser = client()

    answer = decide(browser, GRAVE_OLD, What.CONFIRM, why="  Có vụ việc.  ")

    assert answer.status_code == 303
    root = page(browser, answer.headers["location"])
    assert GRAVE_OLD not in rows(root)
    assert "Đã xác nhận: 1 tin." in words(root)
    (made,) = decisions(house.records)
    assert (made.page_id, made.who, made.what, made.why) == (GRAVE_OLD, "an", What.CONFIRM, "Có vụ việc.")
    assert (made.content_hash, made.model, made.severity_shown, made.categories_shown) == (
        "hash-2",
        "risk 1",
        3,
        ("violence",),
    )
    hit = house.engine.get(GRAVE_OLD)
    assert hit is not None
    assert hit.triage.state is State.CONFIRMED
    assert "Đã xác nhận: 1 tin." not in words(page(browser, "/queue")), "said once"


def test_who_decides_stays_on_the_page_and_filters_of_the_queue(client: Client) -> None:
    browser = client()
    following = urlsplit(page(browser, "/queue?category=accident").xpath("//a[@rel='next']/@href")[0]).query
    first = rows(page(browser, f"/queue?{following}"))[0]

    answer = decide(browser, first, What.CONFIRM, following)

    where = parse_qs(urlsplit(answer.headers["location"]).query)
    assert where["category"] == ["accident"]
    assert where["cursor"] == parse_qs(following)["cursor"]


@pytest.mark.parametrize(
    ("leader", "group", "at"),
    [(LEADER, [LEADER, *COPIES], ""), (POSTS[0], [*POSTS], "category=bullying")],
    ids=["duplicates", "thread"],
)
def test_a_decision_on_a_group_is_one_decision_for_each_of_its_texts(
    client: Client, house: House, leader: str, group: list[str], at: str
) -> None:
    browser = client()

    answer = decide(browser, leader, What.DISMISS, at)

    made = decisions(house.records)
    assert sorted(d.page_id for d in made) == sorted(group)
    assert OFF_TOPIC not in {d.page_id for d in made}
    assert f"Đã loại: {len(group)} tin." in words(page(browser, answer.headers["location"]))
    assert {house.engine.get(d.page_id).triage.state for d in made} == {State.DISMISSED}  # type: ignore[union-attr]
    assert verify(house.records) == len(made)


def test_a_decision_can_be_for_the_one_text_only(client: Client, house: House) -> None:
    browser = client()
    form = form_of(row(page(browser, "/queue"), LEADER))
    del form["whole"]

    browser.post("/queue/decide", data=form | {"what": "confirm"})

    assert [d.page_id for d in decisions(house.records)] == [LEADER]
    assert COPIES[0] in rows(page(browser, "/queue?category=online_exploitation"))


def test_a_group_seen_through_a_filter_is_what_the_filter_lets_through(client: Client, house: House) -> None:
    decide(client(), COPIES[0], What.CONFIRM, "source=bao-khac")

    assert sorted(d.page_id for d in decisions(house.records)) == sorted(COPIES)


def test_undo_puts_a_whole_group_back_where_it_stood(client: Client, house: House) -> None:
    browser = client()
    before = rows(page(browser, "/queue"))
    answer = decide(browser, LEADER, What.DISMISS)

    answer = undo_last(browser, page(browser, answer.headers["location"]))

    root = page(browser, answer.headers["location"])
    assert "Đã hoàn tác, 3 tin trở lại trạng thái trước đó." in words(root)
    assert rows(root) == before
    assert not root.xpath("//form[@action='/undo']"), "an undo is not undone by itself"
    made = decisions(house.records)
    assert [d.undoes for d in made] == [None, None, None, 1, 2, 3]
    assert verify(house.records) == 6


def test_what_was_undone_cannot_be_undone_again(client: Client, house: House) -> None:
    browser = client()
    decide(browser, GRAVE_OLD, What.CONFIRM)
    form = {"csrf": token_of(browser.get("/queue").text), "first": "1", "last": "1"}
    assert browser.post("/undo", data=form).status_code == 303

    again = browser.post("/undo", data=form)

    assert again.status_code == 409
    assert "Đã có thay đổi" in again.text
    assert len(decisions(house.records)) == 2


@pytest.mark.parametrize("numbers", [("7", "9"), ("2", "1"), ("0", "1"), ("x", "1"), ("9" * 30, "9" * 31)])
def test_undo_of_what_is_not_there_changes_nothing(
    client: Client, house: House, numbers: tuple[str, str]
) -> None:
    browser = client()
    token = token_of(browser.get("/queue").text)

    answer = browser.post("/undo", data={"csrf": token, "first": numbers[0], "last": numbers[1]})

    assert answer.status_code in {400, 409}
    assert decisions(house.records) == []


def test_an_analyst_undoes_own_decisions_a_lead_those_of_others(client: Client, house: House) -> None:
    decide(client(COLLEAGUE), GRAVE_OLD, What.CONFIRM)

    def undo(browser: TestClient) -> int:
        form = {"csrf": token_of(browser.get("/queue").text), "first": "1", "last": "1"}
        return browser.post("/undo", data=form).status_code

    assert undo(client(Role.ANALYST)) == 403
    assert len(decisions(house.records)) == 1
    assert undo(client(Role.LEAD)) == 303
    assert decisions(house.records)[-1].who == "linh"


def test_undo_leads_only_to_pages_of_the_console(client: Client) -> None:
    browser = client()
    decide(browser, GRAVE_OLD, What.CONFIRM)
    form = {"csrf": token_of(browser.get("/queue").text), "first": "1", "last": "1", "next": "//evil.example"}

    assert browser.post("/undo", data=form).headers["location"] == "/queue"


def test_of_two_who_decide_at_once_the_second_is_shown_the_new_state(client: Client, house: House) -> None:
    one, other = client(), client(COLLEAGUE)
    seen_by_one = form_of(row(page(one, "/queue"), GRAVE_NEW))
    decide(other, GRAVE_NEW, What.ESCALATE)

    answer = one.post("/queue/decide", data=seen_by_one | {"what": "dismiss"})

    assert answer.status_code == 409
    assert "chưa được ghi" in answer.text
    assert "Ngô Bình" in answer.text
    assert "Đã báo cáo lãnh đạo" in answer.text
    assert [d.what for d in decisions(house.records)] == [What.ESCALATE]


def test_a_group_in_which_one_text_was_decided_on_is_left_alone_as_a_whole(
    client: Client, house: House
) -> None:
    one, other = client(), client(COLLEAGUE)
    seen_by_one = form_of(row(page(one, "/queue"), LEADER))
    decide(other, COPIES[0], What.CONFIRM, "source=bao-khac")
    before = len(decisions(house.records))

    answer = one.post("/queue/decide", data=seen_by_one | {"what": "dismiss"})

    assert answer.status_code == 409
    assert len(decisions(house.records)) == before


def test_a_text_that_was_fetched_anew_is_shown_again_before_it_is_decided_on(
    client: Client, house: House
) -> None:
    browser = client()
    form = form_of(row(page(browser, "/queue"), GRAVE_NEW))
    old = next(d for d in documents() if d.id == GRAVE_NEW)
    house.engine.write([revised(old, title="Cháu bé đã được cứu sống")])

    answer = browser.post("/queue/decide", data=form | {"what": "confirm"})

    assert answer.status_code == 409
    assert "Cháu bé đã được cứu sống" in answer.text
    assert decisions(house.records) == []


def test_a_text_that_joined_the_group_meanwhile_is_not_decided_on_unseen(
    client: Client, house: House
) -> None:
    browser = client()
    form = form_of(row(page(browser, "/queue"), LEADER))
    house.engine.lead(LEADER, [*COPIES, GRAVE_OLD])

    assert browser.post("/queue/decide", data=form | {"what": "dismiss"}).status_code == 409
    assert decisions(house.records) == []


def test_a_decision_on_a_text_that_is_gone_gets_a_plain_page(client: Client) -> None:
    browser = client()
    form = form_of(row(page(browser, "/queue"), GRAVE_NEW))

    answer = browser.post("/queue/decide", data=form | {"what": "confirm", "page_id": "gone"})

    assert answer.status_code == 404


@pytest.mark.parametrize("what", ["relabel", "note", "reopen", "explode", ""])
def test_from_the_queue_only_what_its_buttons_say_can_be_done(
    client: Client, house: House, what: str
) -> None:
    answer = decide(client(), GRAVE_NEW, what)

    assert answer.status_code in {400, 409}
    assert decisions(house.records) == []
    assert create_app(house.settings, house.records, house.engine)


@pytest.mark.parametrize("address", ["severity=9", "category=x", "cursor=" + "x" * 300])
def test_a_form_whose_list_cannot_be_read_gets_a_plain_page(
    client: Client, house: House, address: str
) -> None:
    answer = decide(client(), LEADER, What.CONFIRM, address=address)

    assert answer.status_code == 400
    assert decisions(house.records) == []


def test_dismissed_texts_leave_counts_and_queue_but_can_be_found_and_reopened(
    client: Client, house: House
) -> None:
    browser = client()
    decide(browser, GRAVE_OLD, What.DISMISS)

    root = page(browser, "/queue?state=dismissed")

    assert rows(root) == [GRAVE_OLD]
    form = form_of(row(root, GRAVE_OLD))
    answer = browser.post("/queue/decide", data=form | {"what": "reopen"})
    assert answer.headers["location"] == "/queue?state=dismissed"
    assert rows(page(browser, "/queue"))[0] == GRAVE_OLD


def test_a_row_for_texts_in_different_states_offers_what_fits_all_of_them(
    client: Client, house: House
) -> None:
    browser = client()
    decide(browser, COPIES[0], What.CONFIRM, "source=bao-khac")  # the copies, not their leader
    root = page(browser, "/queue?state=open&state=confirmed&category=online_exploitation")
    offered = row(root, LEADER).xpath(".//button[@name='what']/@value")

    assert offered == ["dismiss", "escalate", "refer"]
    answer = decide(browser, LEADER, "refer", "state=open&state=confirmed&category=online_exploitation")
    assert answer.status_code == 303
    assert len(decisions(house.records)) == 5


def test_a_decision_that_a_kill_kept_from_the_index_is_in_force_at_the_next_start(
    client: Client, house: House
) -> None:
    hit = house.engine.get(GRAVE_OLD)
    assert hit is not None
    write_down(house.records, "an", What.DISMISS, [shown(hit)])
    assert house.engine.get(GRAVE_OLD).triage.state is State.OPEN  # type: ignore[union-attr]
    browser = client()

    create_app(house.settings, house.records, house.engine)

    assert GRAVE_OLD not in rows(page(browser, "/queue"))


def test_what_was_done_is_told_to_the_person_who_did_it_only(client: Client) -> None:
    decide(client(COLLEAGUE), GRAVE_OLD, What.CONFIRM)
    browser = client()
    browser.cookies.set(DONE_COOKIE, "1-1")

    assert "Đã xác nhận: 1 tin." not in browser.get("/queue").text


@pytest.mark.parametrize("cookie", ["x", "1", "-", "9-1", "²-²", "9" * 40 + "-" + "9" * 41, "1-" + "9" * 40])
def test_a_spoiled_note_of_what_was_done_breaks_no_page(client: Client, cookie: str) -> None:
    browser = client()
    browser.cookies.set(DONE_COOKIE, quote(cookie, safe="-"))

    assert browser.get("/queue").status_code == 200


def test_a_list_that_becomes_empty_says_so(client: Client) -> None:
    browser = client()
    for page_id in GRAVEST:
        decide(browser, page_id, What.CONFIRM, "severity=3")

    assert "Không có tin nào khớp." in words(page(browser, "/queue?severity=3"))


def test_texts_of_no_concern_never_stand_in_the_queue(client: Client) -> None:
    browser = client()

    assert not [i for i in rows(page(browser, "/queue?all=1")) if i.startswith(UNCONCERNED)]
    assert rows(page(browser, f"/queue?all=1&group={THREAD}")) == [POSTS[0], POSTS[1], POSTS[2]]


def test_a_text_without_a_title_says_so_and_can_be_opened(client: Client) -> None:
    link = row(page(client(), "/queue"), UNTITLED).xpath(".//h2/a")[0]

    assert words(link) == "(không có tiêu đề)"


@pytest.mark.parametrize(
    ("typed", "found", "missed"),
    [
        ("đuối nước", {GRAVE_NEW}, set()),
        ("duoi nuoc", {GRAVE_NEW}, set()),
        ("DUOI NUOC", {GRAVE_NEW}, set()),
        ("bắt nạt", {BARE}, {GRAVE_NEW}),  # a text written without any marks is found by marks too
        ('"bat nat o truong"', {BARE}, {GRAVE_NEW}),
        ("trẻ -quả", set(), {LEADER}),
        ("giá vàng", set(), {f"{UNCONCERNED}-00"}),
    ],
)
def test_search_takes_words_with_and_without_diacritics(
    client: Client, typed: str, found: set[str], missed: set[str]
) -> None:
    got = set(rows(page(client(), f"/search?q={quote(typed)}")))

    assert found <= got
    assert not missed & got


def test_what_was_found_is_marked_and_its_order_explained(client: Client) -> None:
    root = page(client(), "/search?q=duoi+nuoc")

    marked = row(root, GRAVE_NEW).xpath(".//mark[@class='found']")
    assert [m.text for m in marked[:1]] in (["đuối nước"], ["đuối"])
    assert "tin có đủ từ trong tiêu đề trước" in words(root)
    assert row(root, GRAVE_NEW).xpath(".//h2/a/@href") == [f"/texts/{GRAVE_NEW}?q=duoi%20nuoc"]
    assert root.xpath("//input[@id='q']/@value") == ["duoi nuoc"]


def test_search_covers_all_states_and_on_request_what_is_not_relevant(client: Client) -> None:
    browser = client()
    decide(browser, GRAVE_NEW, What.CONFIRM)

    assert GRAVE_NEW in rows(page(browser, "/search?q=duoi+nuoc"))
    assert rows(page(browser, "/search?q=gia+vang")) == []
    assert rows(page(browser, "/search?q=gia+vang&all=1"))[0] == f"{UNCONCERNED}-00"


def test_what_was_typed_comes_back_as_text(client: Client) -> None:
    typed = '"><script>alert(1)</script>'
    answer = client().get("/search", params={"q": typed})

    assert "<script>alert" not in answer.text
    assert document_fromstring(answer.content).xpath("//input[@id='q']/@value") == [typed]


@pytest.mark.parametrize(
    "typed",
    [
        "\x00",
        "a\x00b",
        "%",
        "_",
        "NEAR(a b)",
        "a OR",
        "title:x",
        "'; DROP TABLE",
        "(",
        "“cụm từ”",
        "\ud83d\ude00",
    ],
)
def test_nothing_that_is_typed_breaks_the_search(client: Client, typed: str) -> None:
    typed = typed.encode("utf-16", "surrogatepass").decode("utf-16")

    assert client().get("/search", params={"q": typed}).status_code in {200, 400}
