"""Searching in the console: its language explained, mistakes shown in their place, searches kept."""

from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from lxml.html import HtmlElement, document_fromstring
from starlette.testclient import TestClient

from core.contracts import Kind, PageType, Sentiment, State, What
from core.records.saved import save_search, saved_searches
from core.taxonomy import taxonomy
from dashboards.console.asking import HELP, PROBLEMS
from dashboards.console.language import language
from dashboards.console.words import STATES, TYPES
from index.language import parse
from index.language.faults import PROBLEMS as KNOWN_PROBLEMS
from index.language.keys import KEYS, stored
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import COLLEAGUE, GRAVE_NEW, GRAVE_OLD, GRAVEST, LEADER, token_of
from tests.dashboards.test_console_queue import decide, page, rows, words


def asked(browser: TestClient, text: str, place: str = "search", status: int = 200) -> HtmlElement:
    answer = browser.get(f"/{place}", params={"q": text})
    assert answer.status_code == status
    return document_fromstring(answer.content)


def send(browser: TestClient, route: str, /, **form: str) -> Response:
    token = token_of(browser.get("/search").text)
    return browser.post(route, data={"csrf": token} | form)


# The language


def test_every_example_of_the_help_can_be_read_in_both_languages() -> None:
    english = language("en")
    for typed, _ in HELP:
        assert parse(typed)
        assert parse(english.say(typed))


def test_the_help_names_every_filter(client: Client) -> None:
    (said,) = {words(e) for e in page(client(), "/search").xpath("//dl[@class='ways']")}

    for names in KEYS.values():
        assert names[0] in said


def test_the_console_calls_values_what_the_language_understands() -> None:
    known = taxonomy()
    for code, name in STATES.items():
        assert stored("state", name) == code
    for code, name in TYPES.items():
        assert stored("type", name) == code
    assert [stored("category", c.vi) for c in known.categories] == list(known.codes)
    assert {stored("severity", term.vi) for term in known.severity.values()} == {"0", "1", "2", "3"}
    assert {stored("kind", term.vi) for term in known.kind.values()} == set(Kind) - {Kind.NONE}
    assert {stored("sentiment", term.vi) for term in known.sentiment.values()} == set(Sentiment)
    assert set(STATES) == set(State)
    assert set(TYPES) == set(PageType)


def test_filters_can_be_typed(client: Client) -> None:
    browser = client()

    assert rows(asked(browser, 'mức:3 tỉnh:"Cần Thơ"')) == [GRAVE_OLD]
    assert rows(asked(browser, "đuối OR tỉnh:da_nang mức>=3")) == [LEADER, GRAVE_NEW]
    assert rows(asked(browser, "severity>=3 -province:hanoi -category:violence", "queue"))


def test_the_queue_shows_other_states_when_they_are_asked_for_by_words(client: Client) -> None:
    browser = client()
    decide(browser, GRAVE_OLD, What.DISMISS)

    assert rows(asked(browser, "trạng_thái:đã_loại", "queue")) == [GRAVE_OLD]
    assert rows(asked(browser, "trạng_thái:đã_loại")) == [GRAVE_OLD]
    assert GRAVE_OLD not in rows(asked(browser, "mức:3", "queue"))


# Mistakes


def test_every_mistake_has_words_of_the_console() -> None:
    assert set(PROBLEMS) == set(KNOWN_PROBLEMS)


@pytest.mark.parametrize(
    ("typed", "marked", "said"),
    [
        ("trẻ tinnh:Huế", "tinnh", "Ký tự thứ 5: Không có bộ lọc tên là “tinnh”. Có thể dùng: tỉnh"),
        ("tỉnh:hanoy", "hanoy", 'Bộ lọc “tỉnh” không có giá trị hanoy. Có thể viết: "Hà Nội"'),
        ("mức>=9", "9", "Có thể viết: 0, 1, 2, 3."),
        ("(trẻ OR em", "(", "Dấu ngoặc này chưa được đóng."),
        ("trẻ OR", "OR", "“OR” không có gì để nối hay loại trừ."),
    ],
)
@pytest.mark.parametrize("place", ["queue", "search"])
def test_the_place_of_a_mistake_is_marked_and_told(
    client: Client, place: str, typed: str, marked: str, said: str
) -> None:
    root = asked(client(), typed, place, 400)

    assert root.xpath("//p[@class='typed']//text()[normalize-space()]")
    assert words(root.xpath("//p[@class='typed']")[0]) == typed
    assert [mark.text for mark in root.xpath("//mark[@class='wrong']")] == [marked]
    assert said in words(root)
    assert root.xpath("//input[@id='q']/@value") == [typed]


def test_filters_stay_while_a_mistake_is_mended(client: Client) -> None:
    root = page(client(), "/search?q=(&category=privacy&all=1&cursor=x", 400)

    kept = {
        (f.get("name"), f.get("value"))
        for f in root.xpath("//form[@action='/search']//input[@type='hidden']")
    }
    assert kept == {("category", "privacy"), ("all", "1")}


def test_a_mistake_is_shown_as_text(client: Client) -> None:
    answer = client().get("/search", params={"q": "a<script>:alert(1) <b>:x"})

    assert answer.status_code == 400
    assert "<script>:" not in answer.text
    assert "<b>:x" not in answer.text


# Saved searches


def test_a_search_is_saved_and_opened_again(client: Client, house: House) -> None:
    browser = client()
    root = page(browser, "/search?q=mức:3&province=Hà Nội")
    form = root.xpath("//form[@action='/saved']")[0]
    fields = {f.get("name"): f.get("value") for f in form.xpath(".//input")}

    answer = browser.post("/saved", data=fields | {"name": "  Hà Nội, nghiêm trọng "})

    assert answer.status_code == 303
    again = page(browser, answer.headers["location"])
    assert rows(again) == rows(root) == [GRAVE_NEW]
    (link,) = again.xpath("//ul[@class='chips']//a[@aria-current='page']")
    assert (words(link), link.get("href")) == ("Hà Nội, nghiêm trọng", answer.headers["location"])
    (kept,) = saved_searches(house.records, "an")
    listed = page(browser, "/saved")
    assert listed.xpath("//h2/a/@href") == [f"/search?{kept.address}"]
    assert "mức:3" in words(listed)
    assert "Hà Nội" in [words(e) for e in listed.xpath("//span[@class='cat']")]


def test_a_search_of_the_queue_opens_the_queue(client: Client, house: House) -> None:
    browser = client()
    answer = send(browser, "/saved", name="Nghiêm trọng", place="queue", address="severity=3&cursor=x")

    assert urlsplit(answer.headers["location"]).path == "/queue"
    assert rows(page(browser, answer.headers["location"])) == GRAVEST
    assert "cursor" not in saved_searches(house.records, "an")[0].address
    assert "Chưa xử lý" not in [words(e) for e in page(browser, "/saved").xpath("//span[@class='cat']")]


def test_a_name_that_is_taken_or_empty_is_asked_for_again(client: Client, house: House) -> None:
    browser = client()
    send(browser, "/saved", name="Một", place="search", address="q=a")

    for name, status, said in (("Một", 409, "Hãy đặt tên khác"), ("  ", 400, "Hãy đặt tên cho tìm kiếm")):
        answer = send(browser, "/saved", name=name, place="search", address="q=b")
        root = document_fromstring(answer.content)
        assert answer.status_code == status
        assert said in words(root)
        form = {f.get("name"): f.get("value") for f in root.xpath("//form[@action='/saved']//input")}
        assert (form["address"], form["place"]) == ("q=b", "search")
    assert [s.address for s in saved_searches(house.records, "an")] == ["q=a"]


def test_a_search_that_cannot_be_read_is_not_saved(client: Client, house: House) -> None:
    browser = client()

    for form in (
        {"address": "q=("},
        {"address": "severity=9"},
        {"place": "texts"},
        {"address": "q=" + "x" * 501},
    ):
        answer = send(browser, "/saved", **({"name": "Một", "place": "search", "address": ""} | form))
        assert answer.status_code == 400
    assert saved_searches(house.records, "an") == []


def test_a_saved_search_is_renamed_and_deleted(client: Client, house: House) -> None:
    browser = client()
    for name in ("Một", "Hai"):
        send(browser, "/saved", name=name, place="search", address="q=a")
    (two, one) = saved_searches(house.records, "an")

    assert send(browser, "/saved/rename", number=str(one.number), name="Ba").status_code == 303
    assert send(browser, "/saved/rename", number=str(one.number), name="Hai").status_code == 409
    assert send(browser, "/saved/rename", number="99", name="Bốn").status_code == 404
    assert [s.name for s in saved_searches(house.records, "an")] == ["Ba", "Hai"]
    assert send(browser, "/saved/drop", number=str(two.number)).status_code == 303
    assert [s.name for s in saved_searches(house.records, "an")] == ["Ba"]


def test_nobody_sees_or_changes_what_another_person_saved(client: Client, house: House) -> None:
    made = save_search(house.records, COLLEAGUE, "Của Bình", "search", "q=a")
    assert made is not None
    browser = client()

    assert "Của Bình" not in browser.get("/saved").text + browser.get("/search").text
    assert send(browser, "/saved/rename", number=str(made.number), name="Của tôi").status_code == 404
    send(browser, "/saved/drop", number=str(made.number))
    assert saved_searches(house.records, COLLEAGUE) == [made]


def test_what_an_older_program_saved_is_listed_and_says_what_is_wrong_when_opened(
    client: Client, house: House
) -> None:
    save_search(house.records, "an", "Cũ", "search", "q=x&category=gone")
    browser = client()

    (link,) = page(browser, "/saved").xpath("//h2/a/@href")

    assert "Không đọc được câu tìm kiếm" in words(page(browser, link, 400))
