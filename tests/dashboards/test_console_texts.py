"""One text: evidence, hidden identities, what was decided; and deciding on it."""

import pytest
from httpx2 import Response
from lxml.html import HtmlElement, document_fromstring
from starlette.testclient import TestClient

from core.contracts import Relabel, State, What
from core.errors import BadInput
from core.records.decisions import decisions
from core.records.people import Role, User
from dashboards.console.acts import act, seal
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import (
    BARE,
    COLLEAGUE,
    COPIES,
    GRAVE_NEW,
    LEADER,
    LENGTHY,
    LONG,
    MARKED,
    MASKED,
    OFF_TOPIC,
    PHONE,
    POSTS,
    SCRIPT,
    SCRIPTED,
    SECRET_NAME,
    UNCONCERNED,
    UNTITLED,
    documents,
    revised,
    token_of,
)


def page(browser: TestClient, page_id: str, q: str = "") -> HtmlElement:
    answer = browser.get(f"/texts/{page_id}", params={"q": q} if q else None)
    assert answer.status_code == 200
    return document_fromstring(answer.content)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def body(root: HtmlElement) -> HtmlElement:
    return root.xpath("//div[@class='body']")[0]


def trail(root: HtmlElement) -> list[str]:
    return [words(entry) for entry in root.xpath("//ol[@class='trail']/li")]


def decide(browser: TestClient, page_id: str, what: str, **given: object) -> Response:
    """Send a form of the text's page as it stands now; `given` is what the person filled in."""
    root = page(browser, page_id)
    hidden = {name: root.xpath("//input[@name=$n]/@value", n=name)[-1] for name in ("csrf", "sealed")}
    return browser.post(f"/texts/{page_id}/decide", data=hidden | {"what": what} | given)


def test_evidence_is_marked_where_it_stands_overlaps_too(client: Client) -> None:
    root = page(client(), MARKED)

    marked = [m.text_content() for m in body(root).xpath(".//mark")]
    assert marked == ["bị bạn ", "đánh", " nhiều lần", "tung clip lên mạng"]
    whole = [words(p) for p in body(root).xpath("./p")]
    assert whole == [
        "Đoạn đầu kể về lớp học.",
        "Em bị bạn đánh nhiều lần và bị tung clip lên mạng.",
        "Nhà trường đã họp.",
    ]
    assert [m.get("title") for m in body(root).xpath(".//mark")][-1] == "Lộ đời tư, thông tin cá nhân"


def test_the_legend_says_which_words_speak_for_which_category_and_how_sure_the_model_is(
    client: Client,
) -> None:
    root = page(client(), MARKED)
    legend = [words(li) for li in root.xpath("//section[@class='legend']//li")]

    assert len(legend) == 2
    assert "Bắt nạt, bạo lực học đường" in legend[0]
    assert "“bị bạn đánh”, “đánh nhiều lần”" in legend[0]
    assert "rất chắc chắn (0,9)" in legend[0]
    assert "“tung clip lên mạng”" in legend[1]


def test_searched_words_are_marked_beside_the_evidence(client: Client) -> None:
    found = body(page(client(), MARKED, "bi ban")).xpath(".//mark[@class='found']")

    assert "bị" in [m.text for m in found]
    assert page(client(), MARKED, '""').xpath("//div[@class='body']"), (
        "a search that can't be read marks nothing"
    )


@pytest.mark.parametrize("address", [f"/texts/{MASKED}", "/queue?q=cuu+chau", "/search?q=cuu+chau"])
def test_what_identifies_a_child_is_on_no_page(client: Client, address: str) -> None:
    html = client().get(address).text

    assert "•••" in html
    for secret in (SECRET_NAME, SECRET_NAME.split(maxsplit=1)[1], PHONE):
        assert secret not in html
    assert "••••" not in html, "the length of a name says something"


def test_it_is_said_why_something_is_hidden(client: Client) -> None:
    root = page(client(), MASKED)

    assert "Nghị định 56/2017/NĐ-CP" in words(root)
    assert words(body(root)) == "Cháu ••• ở thôn bên bị bạn đánh. Gọi ••• để giúp cháu."


def test_what_is_hidden_cannot_be_searched_for(client: Client) -> None:
    browser = client()
    for typed in ("tí", "nguyen van ti", "0912345678", '"0912 345 678"'):
        assert f"/texts/{MASKED}" not in browser.get("/search", params={"q": typed, "all": "1"}).text


@pytest.mark.parametrize("address", [f"/texts/{SCRIPTED}", "/queue?category=violence", "/search?q=alert"])
def test_script_in_a_text_is_shown_as_text(client: Client, address: str) -> None:
    answer = client().get(address)
    root = document_fromstring(answer.content)

    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert SCRIPT in root.text_content()
    assert {s.get("src").split("?")[0] for s in root.xpath("//script")} == {"/static/keys.js"}


def test_a_title_of_ten_thousand_characters_is_shown_whole(client: Client) -> None:
    root = page(client(), LENGTHY)

    assert words(root.xpath("//h1")[0]) == LONG.strip()


def test_a_text_with_neither_title_nor_words_says_so(client: Client) -> None:
    root = page(client(), UNTITLED)

    assert words(root.xpath("//h1")[0]) == "(không có tiêu đề)"
    assert "không có nội dung ngoài tiêu đề" in words(root)


def test_a_comment_names_its_thread_and_leads_to_the_first_post_and_the_others(client: Client) -> None:
    root = page(client(), POSTS[1])

    assert "Trong chủ đề: Con tôi bị bắt nạt ở lớp" in words(root.xpath("//h1")[0])
    related = root.xpath("//ul[@class='related']//a/@href")
    assert related[0] == f"/texts/{POSTS[0]}"
    assert {f"/texts/{POSTS[2]}", f"/texts/{OFF_TOPIC}"} <= set(related)
    facts = words(root.xpath("//section[@aria-labelledby='facts']")[0])
    assert "Sắc thái Tích cực" in facts.replace("Sắc tháiTích", "Sắc thái Tích")
    assert "Lời lẽ thù địch" in facts


def test_a_copy_says_so_and_its_leader_lists_the_copies(client: Client) -> None:
    browser = client()

    assert "Nội dung trùng với một tin khác trong nhóm." in words(page(browser, COPIES[0]))
    leader = page(browser, LEADER)
    assert words(leader.xpath("//ul[@class='related']")[0]).count("bản trùng") == len(COPIES)


def test_a_text_of_no_concern_can_be_read_and_says_what_it_is(client: Client) -> None:
    said = words(page(client(), f"{UNCONCERNED}-00"))

    assert "Không liên quan" in said
    assert "rất chắc chắn (xác suất 0,05, ngưỡng 0,5)" in said


def test_a_text_leads_to_its_source_without_telling_where_from(client: Client) -> None:
    (link,) = page(client(), GRAVE_NEW).xpath("//dd[@class='address']/a")

    assert link.get("href") == f"https://bao.example/{GRAVE_NEW}"
    assert {"noreferrer", "noopener"} == set(link.get("rel").split())


def test_the_words_of_an_address_which_may_name_a_child_are_not_shown(client: Client) -> None:
    page = document_fromstring(client(Role.ANALYST).get(f"/texts/{MARKED}").text)
    [link] = page.cssselect(".address a")

    assert link.get("href", "").startswith("https://")
    assert "/" not in link.text_content()


def test_an_address_that_is_not_of_the_web_is_no_link(client: Client, house: House) -> None:
    (old,) = [d for d in documents() if d.id == BARE]
    house.engine.write([revised(old, url="javascript:alert(1)")])

    assert not page(client(), BARE).xpath("//dd[@class='address']/a")


def test_a_text_that_is_not_there_gets_a_plain_page(client: Client) -> None:
    answer = client().get("/texts/none")

    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


def test_every_act_is_in_the_trail_newest_first_with_who_what_why_and_what_was_shown(client: Client) -> None:
    browser = client()
    assert "Chưa có quyết định nào." in words(page(browser, GRAVE_NEW))

    decide(browser, GRAVE_NEW, What.CONFIRM, why="Báo đã đăng <b>tên</b> xã")
    decide(client(COLLEAGUE), GRAVE_NEW, What.ESCALATE)

    root = page(browser, GRAVE_NEW)
    newest, first = trail(root)
    assert newest.startswith("Đã báo cáo lãnh đạo Số 2 · Ngô Bình")
    assert first.startswith("Đã xác nhận Số 1 · Phan Thị An")
    assert "Báo đã đăng <b>tên</b> xã" in first
    assert "Khi đó hiển thị: Nghiêm trọng; Bạo lực, bạo hành · risk 1 · bản hash-1" in first
    assert words(root.xpath("//p[@class='now']")[0]) == "Trạng thái: Đã báo cáo lãnh đạo"


def test_from_each_state_only_fitting_acts_are_offered(client: Client) -> None:
    browser = client()

    def offered() -> list[str]:
        return page(browser, GRAVE_NEW).xpath("//div[@class='act-grid']/button/@value")

    assert offered() == ["confirm", "dismiss", "escalate", "refer"]
    decide(browser, GRAVE_NEW, What.DISMISS)
    assert offered() == ["reopen"]
    assert decide(browser, GRAVE_NEW, What.CONFIRM).status_code == 409
    decide(browser, GRAVE_NEW, What.REOPEN)
    assert offered() == ["confirm", "dismiss", "escalate", "refer"]


def test_dismissing_takes_a_reason_from_a_list(client: Client, house: House) -> None:
    browser = client()
    reasons = page(browser, GRAVE_NEW).xpath("//button[@name='why']/@value")
    assert "Không liên quan đến trẻ em" in reasons

    decide(browser, GRAVE_NEW, What.DISMISS, why=reasons[0])

    (made,) = decisions(house.records)
    assert (made.what, made.why) == (What.DISMISS, reasons[0])
    assert house.engine.get(GRAVE_NEW).relevant is False  # type: ignore[union-attr]


def test_a_note_changes_no_state_and_must_say_something(client: Client, house: House) -> None:
    browser = client()

    empty = decide(browser, GRAVE_NEW, What.NOTE, why="   ")
    decide(browser, GRAVE_NEW, What.NOTE, why="Đã gọi cho xã.")

    assert empty.status_code == 400
    assert "Hãy viết nội dung ghi chú." in empty.text
    assert [(d.what, d.why) for d in decisions(house.records)] == [(What.NOTE, "Đã gọi cho xã.")]
    assert house.engine.get(GRAVE_NEW).triage.state is State.OPEN  # type: ignore[union-attr]


def test_a_reason_longer_than_its_field_is_refused(client: Client, house: House) -> None:
    assert decide(client(), GRAVE_NEW, What.NOTE, why="x" * 2001).status_code == 400
    assert decisions(house.records) == []


def test_relabelling_counts_at_once_everywhere(client: Client, house: House) -> None:
    browser = client()

    answer = decide(
        browser, MARKED, What.RELABEL, severity="3", category=["privacy", "neglect"], why="Xem lại"
    )

    assert answer.status_code == 303
    (made,) = decisions(house.records)
    assert made.relabel == Relabel(categories=("neglect", "privacy"), severity=3)
    assert made.categories_shown == ("bullying", "privacy")
    root = page(browser, MARKED)
    assert "Nhãn mới: Nghiêm trọng; Bỏ rơi, bỏ mặc; Lộ đời tư, thông tin cá nhân" in trail(root)[0]
    assert [words(c) for c in root.xpath("//article//span[@class='cat']")] == [
        "Bỏ rơi, bỏ mặc",
        "Lộ đời tư, thông tin cá nhân",
    ]
    assert f"/texts/{MARKED}" in browser.get("/queue?severity=3&category=neglect").text


def test_relabelling_to_no_concern_takes_a_text_out_of_the_queue(client: Client, house: House) -> None:
    browser = client()

    decide(browser, MARKED, What.RELABEL, severity="0")

    assert house.engine.get(MARKED).relevant is False  # type: ignore[union-attr]
    assert f"/texts/{MARKED}" not in browser.get("/queue?category=privacy").text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"severity": "2"},
        {"severity": "0", "category": ["neglect"]},
        {"category": ["neglect"]},
        {"severity": "4", "category": ["neglect"]},
        {"severity": "2", "category": ["nonsense"]},
        {"severity": "x", "category": ["neglect"]},
    ],
)
def test_labels_that_contradict_each_other_or_are_unknown_are_refused(
    client: Client, house: House, given: dict[str, object]
) -> None:
    assert decide(client(), MARKED, What.RELABEL, **given).status_code == 400
    assert decisions(house.records) == []


def test_a_text_changed_meanwhile_is_shown_anew_and_nothing_is_written(client: Client, house: House) -> None:
    browser = client()
    root = page(browser, GRAVE_NEW)
    seen = {name: root.xpath("//input[@name=$n]/@value", n=name)[-1] for name in ("csrf", "sealed")}
    (old,) = [d for d in documents() if d.id == GRAVE_NEW]
    house.engine.write([revised(old, text="Bản sửa: cháu đã bình phục.")])

    answer = browser.post(f"/texts/{GRAVE_NEW}/decide", data=seen | {"what": "refer"})

    assert answer.status_code == 409
    shown = document_fromstring(answer.content)
    assert "quyết định của bạn chưa được ghi" in words(shown.xpath("//p[@role='alert']")[0])
    assert "Bản sửa: cháu đã bình phục." in words(shown)
    assert decisions(house.records) == []
    again = {name: shown.xpath("//input[@name=$n]/@value", n=name)[-1] for name in ("csrf", "sealed")}
    assert browser.post(f"/texts/{GRAVE_NEW}/decide", data=again | {"what": "refer"}).status_code == 303


def test_only_the_last_decision_can_be_taken_back_and_only_by_who_may(client: Client) -> None:
    browser = client()
    decide(browser, GRAVE_NEW, What.CONFIRM)
    decide(client(COLLEAGUE), GRAVE_NEW, What.ESCALATE)

    def undoable(who: TestClient) -> list[str]:
        return page(who, GRAVE_NEW).xpath("//ol[@class='trail']//input[@name='first']/@value")

    assert undoable(browser) == []
    assert undoable(client(COLLEAGUE)) == ["2"]
    assert undoable(client(Role.LEAD)) == ["2"]
    forced = {"csrf": token_of(browser.get("/queue").text), "first": "1", "last": "1"}
    assert browser.post("/undo", data=forced).status_code == 409


def test_taking_back_from_the_trail_leads_back_to_the_text_and_is_in_the_trail(client: Client) -> None:
    browser = client()
    decide(browser, GRAVE_NEW, What.CONFIRM)
    browser.get("/queue")  # what was done has been told
    form = page(browser, GRAVE_NEW).xpath("//ol[@class='trail']//form")[0]

    answer = browser.post("/undo", data={f.get("name"): f.get("value") for f in form.xpath(".//input")})

    assert answer.headers["location"] == f"/texts/{GRAVE_NEW}"
    newest, first = trail(page(browser, GRAVE_NEW))
    assert newest.startswith("Đã hoàn tác quyết định số 1")
    assert "(đã hoàn tác)" in first


def test_a_text_of_a_thread_longer_than_the_page_shows_links_to_the_rest(
    client: Client, house: House
) -> None:
    (post,) = [d for d in documents() if d.id == POSTS[2]]
    more = [
        post.model_copy(update={"page": post.page.model_copy(update={"id": f"more-{n}"})}) for n in range(40)
    ]
    house.engine.write(more)
    browser = client()

    link = page(browser, POSTS[0]).xpath("//a[contains(@href, '/search?all=1')]")[0]

    assert words(link) == "Xem thêm 14 tin"
    assert "more-9" in browser.get(link.get("href")).text


def test_a_decision_is_made_on_what_the_person_saw_whoever_calls(house: House) -> None:
    """The rule stands below the pages, where every caller meets it."""
    hit = house.engine.get(GRAVE_NEW)
    assert hit is not None
    person = User(username="an", name="", role=Role.ANALYST)

    with pytest.raises(BadInput):
        act(house.records, house.engine, person, [hit], seal([hit]), What.RELABEL)
    assert decisions(house.records) == []


def test_texts_that_are_alike_are_listed_below_without_those_of_the_same_group(
    client: Client, house: House
) -> None:
    (old,) = [d for d in documents() if d.id == GRAVE_NEW]
    other = old.model_copy(
        update={"page": old.page.model_copy(update={"id": "alike", "title": "Cháu bé đuối nước ở Hà Nam"})}
    )
    house.engine.write([other])
    browser = client()

    (entry, *_) = page(browser, GRAVE_NEW).xpath("//section[@aria-labelledby='similar']//li")
    assert "Cháu bé đuối nước ở Hà Nam" in words(entry)
    assert entry.xpath(".//a/@href") == ["/texts/alike"]
    alike_to_leader = page(browser, LEADER).xpath("//section[@aria-labelledby='similar']//a/@href")
    assert not {f"/texts/{c}" for c in COPIES} & set(alike_to_leader)
