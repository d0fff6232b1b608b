"""What may be grave though the model holds it for not relevant: a list of its own, under the queue's."""

from urllib.parse import urlsplit

import pytest
from lxml.html import HtmlElement, document_fromstring
from starlette.testclient import TestClient

from core.contracts import State, What
from core.records.decisions import decisions
from core.records.people import Role
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import GRAVE_OLD, POSSIBLY_GRAVE, UNCONCERNED

LANE = "/queue?possibly_grave=1"


def page(browser: TestClient, address: str) -> HtmlElement:
    answer = browser.get(address)
    assert answer.status_code == 200
    return document_fromstring(answer.content)


def rows(root: HtmlElement) -> list[str]:
    links = root.xpath("//ol[@class='rows']/li//h2/a/@href")
    return [urlsplit(link).path.removeprefix("/texts/") for link in links]


def words(root: HtmlElement) -> str:
    return " ".join(root.text_content().split())


def tab(root: HtmlElement) -> str:
    """The words of the tab that leads to the list."""
    return words(root.xpath("//nav[@class='tabs']/a[contains(@href, 'possibly_grave')]")[0])


def form_of(root: HtmlElement, what: str) -> dict[str, str]:
    """What the first form with this button or hidden act sends."""
    form = root.xpath(
        "//form[@method='post'][.//button[@name='what'][@value=$what] or "
        ".//input[@name='what'][@value=$what]]",
        what=what,
    )[0]
    sent = {f.get("name"): f.get("value") for f in form.xpath(".//input[@type='hidden']")}
    return sent | {"what": what}


def dismiss_all(browser: TestClient) -> None:
    while rows(root := page(browser, LANE)):
        browser.post("/queue/decide", data=form_of(root, "dismiss"))


def test_the_list_stands_beside_the_queue_with_its_count_longest_waiting_first(client: Client) -> None:
    browser = client()
    queue, lane = page(browser, "/queue"), page(browser, LANE)
    assert tab(queue) == tab(lane) == f"Có thể nghiêm trọng {len(POSSIBLY_GRAVE)}"
    assert rows(lane) == POSSIBLY_GRAVE
    assert not set(rows(queue)) & set(POSSIBLY_GRAVE)
    assert "phần lớn không phải" in words(lane)
    assert "xác suất 0,14" in words(lane)


def test_the_end_of_the_queue_leads_to_the_list(client: Client) -> None:
    browser = client()
    narrowed = page(browser, "/queue?category=online_exploitation")
    (link,) = narrowed.xpath("//p[@class='onwards']/a")
    assert words(link) == f"Tiếp theo: {len(POSSIBLY_GRAVE)} tin có thể nghiêm trọng"
    assert rows(page(browser, link.get("href"))) == POSSIBLY_GRAVE
    dismiss_all(browser)
    assert not page(browser, "/queue?category=online_exploitation").xpath("//p[@class='onwards']")


def test_who_dismisses_stays_in_the_list_and_can_undo(client: Client, house: House) -> None:
    browser = client()
    form = form_of(page(browser, LANE), "dismiss")
    answer = browser.post("/queue/decide", data=form)
    root = page(browser, answer.headers["location"])
    assert rows(root) == POSSIBLY_GRAVE[1:]
    assert house.engine.get(POSSIBLY_GRAVE[0]).triage.state is State.DISMISSED  # type: ignore[union-attr]
    undo = {f.get("name"): f.get("value") for f in root.xpath("//form[@action='/undo']//input")}
    browser.post("/undo", data=undo)
    assert rows(page(browser, LANE)) == POSSIBLY_GRAVE


def test_a_list_that_has_been_cleared_says_so(client: Client) -> None:
    browser = client()
    dismiss_all(browser)
    root = page(browser, LANE)
    assert "Không còn tin nào có thể nghiêm trọng." in words(root)
    assert tab(root) == "Có thể nghiêm trọng 0"


def test_what_proves_relevant_gets_its_labels_from_the_person_and_joins_the_queue(
    client: Client, house: House
) -> None:
    browser, name = client(), POSSIBLY_GRAVE[0]
    text = page(browser, f"/texts/{name}")
    assert text.xpath("//details[.//input[@value='relabel']]/@open")
    labelled = form_of(text, "relabel") | {"severity": "3", "category": "abduction_trafficking"}
    assert browser.post(f"/texts/{name}/decide", data=labelled).status_code == 303
    assert rows(page(browser, LANE)) == POSSIBLY_GRAVE[1:]
    assert name in rows(page(browser, "/queue?severity=3&category=abduction_trafficking"))
    answer = browser.post(f"/texts/{name}/decide", data=form_of(page(browser, f"/texts/{name}"), "escalate"))
    assert answer.status_code == 303
    assert [d.what for d in decisions(house.records)] == [What.RELABEL, What.ESCALATE]
    hit = house.engine.get(name)
    assert hit is not None
    assert (hit.relevant, hit.severity, hit.categories) == (True, 3, ("abduction_trafficking",))


@pytest.mark.parametrize("name", [POSSIBLY_GRAVE[0], f"{UNCONCERNED}-00"])
@pytest.mark.parametrize("what", ["confirm", "escalate", "refer"])
def test_a_text_without_labels_cannot_be_called_relevant_without_giving_some(
    client: Client, house: House, name: str, what: str
) -> None:
    browser = client()
    form = form_of(page(browser, f"/texts/{name}"), "dismiss") | {"what": what}
    assert browser.post(f"/texts/{name}/decide", data=form).status_code == 409
    assert decisions(house.records) == []


def test_a_reopened_text_waits_in_the_list_again(client: Client) -> None:
    browser, name = client(), POSSIBLY_GRAVE[0]
    browser.post(f"/texts/{name}/decide", data=form_of(page(browser, f"/texts/{name}"), "dismiss"))
    assert name not in rows(page(browser, LANE))
    browser.post(f"/texts/{name}/decide", data=form_of(page(browser, f"/texts/{name}"), "reopen"))
    assert rows(page(browser, LANE)) == POSSIBLY_GRAVE


def test_filters_narrow_the_list_and_do_not_leave_it(client: Client) -> None:
    root = page(client(), f"{LANE}&q=mat+lien+lac&state=dismissed")
    assert rows(root) == POSSIBLY_GRAVE
    assert root.xpath("//form[@id='filters']//input[@name='possibly_grave']/@value") == ["1"]
    assert not root.xpath("//form[@id='filters']//input[@name='severity' or @name='state']")


def test_the_text_says_what_the_model_holds_of_it(client: Client) -> None:
    said = words(page(client(), f"/texts/{POSSIBLY_GRAVE[0]}"))
    assert "có thể là tin nghiêm trọng (xác suất 0,14)" in said
    assert "xác suất 0,31, ngưỡng 0,5; trong tin thu thập hằng ngày 0,02" in said


def test_who_may_not_decide_on_texts_does_not_see_the_list(client: Client) -> None:
    assert client(Role.POLICY).get(LANE).status_code == 403
    assert GRAVE_OLD in rows(page(client(), "/queue"))
