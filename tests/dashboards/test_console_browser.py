"""The console in a real browser: what an analyst does, with mouse, keyboard, phone and without script."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.contracts import What
from core.records.decisions import decisions
from core.records.people import Role
from core.records.saved import saved_searches
from dashboards.console.guard import SESSION_COOKIE
from tests.dashboards.conftest import Furnished, House
from tests.dashboards.console_world import (
    GRAVE_NEW,
    GRAVEST,
    LEADER,
    LENGTHY,
    MARKED,
    MASKED,
    PASSWORD,
    PEOPLE,
    POSSIBLY_GRAVE,
    SCRIPTED,
    SECRET_NAME,
    THREAD,
    UNTITLED,
)

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
DEADLINE_S = 10
PAGES = [
    "/overview",
    "/queue",
    "/queue?possibly_grave=1",
    "/search?q=tai&all=1",
    "/search?q=tinnh:hue",
    "/saved",
    "/alerts",
    "/reports",
    "/sources",
    "/sources/bao",
    "/sources/bao-khac",
    "/operation",
    "/nowhere",
]
TEXTS = [
    f"/texts/{name}"
    for name in (GRAVE_NEW, MARKED, MASKED, LENGTHY, SCRIPTED, UNTITLED, LEADER, POSSIBLY_GRAVE[0])
]

Open = Callable[..., Page]

# The least contrast of WCAG 2.2 AA: 4.5, for large letters 3. Returns the letters that have less.
FAINT = """() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const e = node.parentElement;
    if (!node.textContent.trim() || e.closest('svg') || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(parse(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(1)} ${node.textContent.trim().slice(0, 40)}`);
  }
  return faint;
}"""


@pytest.fixture(scope="module")  # for its event loop must not be there for the tests of other modules
def chromium() -> Iterator[Browser]:
    """The system's browser, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the console on a free port of loopback; give its address."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(64)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.should_exit = True
        thread.join(DEADLINE_S)


@pytest.fixture
def open_page(app: FastAPI, chromium: Browser, furnished: Furnished) -> Iterator[Open]:
    """A function that opens the console as a role (None: signed out). Any complaint of the browser fails."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    with served(app) as base:

        def opened(role: Role | None = Role.ANALYST, size: dict[str, int] = DESK, **more: object) -> Page:
            context = chromium.new_context(base_url=base, viewport=size, **more)
            contexts.append(context)
            context.set_default_timeout(DEADLINE_S * 1000)
            if role is not None:
                token = furnished.tokens[PEOPLE[role][0]]
                context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base}])
            page = context.new_page()
            page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
            return page

        yield opened
        for context in contexts:
            context.close()
    # Refusals are asked for on purpose; the browser reports their status.
    assert [c for c in complaints if "the server responded with a status of 4" not in c] == []


def ids(page: Page) -> list[str]:
    links = page.locator(".row h2 a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    return [link.split("/")[2].split("?")[0] for link in links]


def test_an_analyst_signs_in_finds_decides_and_undoes(open_page: Open, house: House) -> None:
    page = open_page(None)
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(PEOPLE[Role.ANALYST][0])
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Hàng chờ", level=1)).to_be_visible()
    assert ids(page)[: len(GRAVEST)] == GRAVEST

    page.get_by_label("Từ cần tìm").fill("duoi nuoc")
    page.get_by_role("button", name="Tìm", exact=True).click()
    assert ids(page) == [GRAVE_NEW]
    expect(page.locator(".row mark.found")).to_have_text(["đuối", "nước"])

    page.locator(".row").get_by_role("button", name="Xác nhận").click()
    expect(page.get_by_role("status")).to_contain_text("Đã xác nhận: 1 tin.")
    expect(page.get_by_text("Không có tin nào khớp.")).to_be_visible()
    assert [d.what for d in decisions(house.records)] == [What.CONFIRM]

    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("status")).to_contain_text("Đã hoàn tác")
    assert ids(page) == [GRAVE_NEW]
    assert decisions(house.records)[-1].undoes == 1

    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def test_the_search_finds_words_typed_without_diacritics_and_the_text_shows_them(open_page: Open) -> None:
    page = open_page()
    page.goto("/search")
    page.get_by_label("Từ cần tìm").fill("khuyen giup")
    page.get_by_label("Từ cần tìm").press("Enter")

    page.locator(".row h2 a").first.click()

    expect(page.locator("mark.found")).to_have_text(["khuyên", "giúp"])


def test_a_search_is_saved_opened_renamed_and_deleted(open_page: Open, house: House) -> None:
    page = open_page()
    page.goto("/search")
    page.get_by_label("Từ cần tìm").fill("mức:3 tỉnh:tinnh")
    page.get_by_label("Từ cần tìm").press("Enter")
    expect(page.locator("mark.wrong")).to_have_text("tinnh")
    page.get_by_label("Từ cần tìm").fill('mức:3 tỉnh:"Hà Nội"')
    page.get_by_role("button", name="Tìm", exact=True).click()
    assert ids(page) == [GRAVE_NEW]

    page.get_by_text("Tìm kiếm đã lưu (0)").click()
    page.get_by_label("Lưu tìm kiếm đang xem, với tên").fill("Hà Nội")
    page.get_by_role("button", name="Lưu").click()
    page.goto("/queue")
    page.get_by_text("Tìm kiếm đã lưu (1)").click()
    page.get_by_role("link", name="Hà Nội", exact=True).click()
    assert ids(page) == [GRAVE_NEW]

    page.get_by_text("Tìm kiếm đã lưu (1)").click()
    page.get_by_role("link", name="Sửa tên, xoá").click()
    page.get_by_text("Sửa tên, xoá").click()
    page.get_by_label("Tên mới").fill("Thủ đô")
    page.get_by_role("button", name="Đổi tên").click()
    expect(page.get_by_role("heading", name="Thủ đô")).to_be_visible()
    assert [s.name for s in saved_searches(house.records, PEOPLE[Role.ANALYST][0])] == ["Thủ đô"]
    page.get_by_text("Sửa tên, xoá").click()
    page.get_by_role("button", name="Xoá tìm kiếm này").click()
    expect(page.get_by_text("Chưa lưu tìm kiếm nào.")).to_be_visible()


def test_filters_narrow_the_queue_and_stand_in_the_address(open_page: Open) -> None:
    page = open_page()
    page.goto("/queue")
    page.get_by_label("Nghiêm trọng", exact=True).check()
    page.get_by_label("Bắt nạt, bạo lực học đường").check()
    page.get_by_role("button", name="Áp dụng bộ lọc").click()

    assert ids(page) == ["grave-likely"]
    assert "category=bullying" in page.url
    assert "severity=3" in page.url
    page.get_by_role("link", name="Từ mức: Nghiêm trọng").click()
    assert len(ids(page)) > 1


def test_what_was_dismissed_is_found_again_and_reopened(open_page: Open) -> None:
    page = open_page()
    page.goto("/queue?q=duoi+nuoc")
    page.locator(".row").get_by_role("button", name="Loại").click()
    page.get_by_label("Đã loại 1").check()
    page.get_by_role("button", name="Áp dụng bộ lọc").click()

    expect(page.locator(".row .state")).to_have_text("Đã loại")
    page.locator(".row").get_by_role("button", name="Mở lại").click()
    expect(page.get_by_role("status")).to_contain_text("Đã mở lại: 1 tin.")
    page.goto("/queue")
    assert GRAVE_NEW in ids(page)


def test_an_act_on_a_row_says_that_it_is_for_the_whole_group(open_page: Open, house: House) -> None:
    page = open_page()
    page.goto("/queue?severity=2&category=online_exploitation")
    row = page.locator(".row", has=page.get_by_label("Cho cả nhóm 3 tin"))

    row.get_by_role("button", name="Loại").click()

    expect(page.get_by_role("status")).to_contain_text("Đã loại: 3 tin.")
    assert len(decisions(house.records)) == 3
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_label("Cho cả nhóm 3 tin")).to_be_visible()


def test_the_page_of_a_text_marks_evidence_by_category_where_it_overlaps_too(open_page: Open) -> None:
    page = open_page()
    page.goto(f"/texts/{MARKED}")

    expect(page.get_by_role("heading", name="Vì sao tin này được đánh dấu")).to_be_visible()
    marked = page.locator(".body mark.evidence").all_inner_texts()
    assert "".join(marked) == "bị bạn đánh nhiều lầntung clip lên mạng"
    assert page.locator(".legend li").count() == 2
    colours = page.locator(".body mark.evidence").evaluate_all(
        "marks => marks.map((m) => getComputedStyle(m).backgroundColor)"
    )
    assert len(set(colours)) == 2


def test_a_hidden_identity_is_nowhere_on_the_page(open_page: Open) -> None:
    page = open_page()
    page.goto(f"/texts/{MASKED}")

    assert SECRET_NAME not in page.content()
    assert page.locator(".body .masked").count() == 2


def test_a_script_in_a_title_is_shown_as_text(open_page: Open) -> None:
    page = open_page()
    page.goto(f"/texts/{SCRIPTED}")

    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert('x')</script>")
    page.goto("/queue?severity=2")
    expect(page.get_by_text("<script>alert('x')</script>").first).to_be_attached()


def test_labels_are_changed_and_the_trail_says_so(open_page: Open) -> None:
    page = open_page()
    page.goto(f"/texts/{MARKED}")
    page.get_by_text("Sửa nhãn", exact=True).click()
    page.get_by_label("Thông tin chung").check()
    page.get_by_label("Lộ đời tư, thông tin cá nhân").uncheck()
    page.get_by_role("button", name="Lưu nhãn mới").click()

    trail = page.locator(".trail")
    expect(trail).to_contain_text("Đã sửa nhãn")
    expect(trail).to_contain_text("Nhãn mới: Thông tin chung; Bắt nạt, bạo lực học đường")
    expect(trail).to_contain_text("Khi đó hiển thị: Có nguy cơ; Bắt nạt, bạo lực học đường; Lộ đời tư")
    expect(page.locator(".paper .badge")).to_have_text("Thông tin chung")

    trail.get_by_role("button", name="Hoàn tác quyết định này").click()
    expect(page.locator(".paper .badge")).to_have_text("Có nguy cơ")
    expect(page.locator(".trail li.undone")).to_contain_text("Đã sửa nhãn")


def test_who_comes_second_sees_what_the_first_decided(open_page: Open, house: House) -> None:
    first, second = open_page(Role.ANALYST), open_page(Role.LEAD)
    first.goto(f"/texts/{GRAVE_NEW}")
    second.goto("/queue?q=duoi+nuoc")
    first.get_by_role("button", name="Báo cáo lãnh đạo").click()
    expect(first.get_by_role("status")).to_be_visible()

    with second.expect_response(lambda answer: answer.status == 409):
        second.locator(".row").get_by_role("button", name="Loại").click()

    expect(second.get_by_role("alert")).to_contain_text("quyết định của bạn chưa được ghi")
    expect(second.locator(".paper .state")).to_have_text("Đã báo cáo lãnh đạo")
    assert [d.what for d in decisions(house.records)] == [What.ESCALATE]


def test_everything_goes_by_keyboard(open_page: Open, house: House) -> None:
    page = open_page()
    page.goto("/queue")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Từ cần tìm")).to_be_focused()

    page.locator(".row h2 a").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".row h2 a").nth(1)).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"

    page.keyboard.press("Tab")
    expect(page.locator(".row").nth(1).get_by_role("button", name="Xác nhận")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã xác nhận: 1 tin.")
    assert [d.page_id for d in decisions(house.records)] == [GRAVEST[1]]


def test_everything_goes_without_script(open_page: Open) -> None:
    page = open_page(None, java_script_enabled=False)
    page.goto("/queue?q=duoi+nuoc")
    page.get_by_label("Tên đăng nhập").fill(PEOPLE[Role.LEAD][0])
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()

    page.get_by_text("Thao tác khác, ghi lý do").click()
    page.get_by_label("Lý do").fill("Đã gọi 111")
    page.get_by_role("button", name="Chuyển cơ quan chức năng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã chuyển cơ quan chức năng: 1 tin.")
    page.get_by_role("button", name="Hoàn tác").click()

    expect(page.locator(".row")).to_have_count(1)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_fits_its_screen_and_can_be_read(open_page: Open, size: dict[str, int]) -> None:
    page = open_page(Role.LEAD, size)
    for address in [*PAGES, *TEXTS, f"/search?group={THREAD}&all=1"]:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{address} scrolls sideways"
        assert page.evaluate(FAINT) == [], f"{address} has faint letters"


def test_on_a_phone_filters_open_on_demand_and_buttons_fit_a_thumb(open_page: Open) -> None:
    page = open_page(size=PHONE, has_touch=True)
    page.goto("/queue")
    expect(page.get_by_role("button", name="Áp dụng bộ lọc")).to_be_hidden()
    page.get_by_role("link", name="Bộ lọc").tap()
    page.get_by_label("Nghiêm trọng", exact=True).tap()
    page.get_by_role("button", name="Áp dụng bộ lọc").tap()

    expect(page.get_by_role("button", name="Áp dụng bộ lọc")).to_be_hidden()
    assert ids(page) == GRAVEST
    button = page.locator(".row").first.get_by_role("button", name="Xác nhận").bounding_box()
    assert button is not None
    assert button["height"] >= 44


def test_the_overview_leads_from_its_charts_to_the_texts_behind(open_page: Open) -> None:
    page = open_page()
    page.goto("/overview")
    page.get_by_role("link", name="Tai nạn, thương tích: 7 ngày qua").first.click()

    page.wait_for_url("**/search?category=accident*")
    assert page.locator(".row").count() > 0


def test_policy_staff_see_numbers_and_no_way_to_texts(open_page: Open) -> None:
    page = open_page(Role.POLICY)
    page.goto("/")

    expect(page.get_by_role("heading", name="Tổng quan", level=1)).to_be_visible()
    assert page.get_by_role("navigation").get_by_role("link").all_inner_texts() == [
        "Tổng quan",
        "Báo cáo tuần",
        "Nguồn tin",
    ]
    links = page.locator("main a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    assert links == []
