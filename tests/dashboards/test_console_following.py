"""Following a discussion: who wanted it, since when, and what the crawler is told."""

from core.records.follows import follow_marks, followed_threads
from core.records.people import Role
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import COLLEAGUE, PEOPLE, POSTS, THREAD, token_of


def test_an_analyst_follows_a_discussion_and_ends_it_and_both_stay_on_record(
    client: Client, house: House
) -> None:
    browser, address = client(), f"/texts/{POSTS[1]}"
    shown = browser.get(address).text
    assert "Theo dõi thảo luận</button>" in shown

    answer = browser.post(f"{address}/follow", data={"csrf": token_of(shown), "followed": "true"})

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    (thread,) = followed_threads(house.records, "dien-dan")
    assert (thread.thread_id, thread.who) == (THREAD, PEOPLE[Role.ANALYST][0])
    assert "#" not in thread.url
    other = client(COLLEAGUE)
    shown = other.get(f"/texts/{POSTS[0]}").text
    assert "Bỏ theo dõi</button>" in shown, "a mark holds for all texts of the thread and all people"
    assert f"Bắt đầu theo dõi: {PEOPLE[Role.ANALYST][1]}" in " ".join(shown.split())

    other.post(f"/texts/{POSTS[0]}/follow", data={"csrf": token_of(shown), "followed": "false"})

    assert followed_threads(house.records, "dien-dan") == []
    marks = follow_marks(house.records, THREAD)
    assert [(m.who, m.followed) for m in marks] == [(COLLEAGUE, False), (PEOPLE[Role.ANALYST][0], True)]


def test_a_mark_that_stands_already_is_not_repeated(client: Client, house: House) -> None:
    browser, address = client(), f"/texts/{POSTS[1]}"
    token = token_of(browser.get(address).text)
    for followed in ("false", "true", "true", "false", "false"):
        browser.post(f"{address}/follow", data={"csrf": token, "followed": followed})
    assert [mark.followed for mark in follow_marks(house.records, THREAD)] == [False, True]


def test_a_text_that_is_not_there_can_not_be_followed(client: Client) -> None:
    browser = client()
    token = token_of(browser.get("/queue").text)
    assert browser.post("/texts/nothing/follow", data={"csrf": token, "followed": "true"}).status_code == 404
