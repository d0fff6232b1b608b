"""Pages that have an article and must be archived, however they hide it."""

import unicodedata

from tests.site import breakage
from tests.site.case import Case, Family, leads, sends
from tests.site.exchange import Answer, Exchange
from tests.site.pages import article, paragraphs

GOOD = 12
DATA_URI = "data:image/png;base64," + "iVBORw0KGgo" * 200
HTML = "text/html"
ARCHIVED = (Family.ARCHIVED,)
LATIN = "Tiếng Việt bị khai sai bảng mã"


async def _busy_once(to: Exchange) -> None:
    if to.visits == 1:
        await to.send("Quá nhiều yêu cầu", status="429 Too Many Requests", Retry_After="1")
    else:
        await to.send(article("Bài sau lần chờ", seed=5))


async def _refresh(to: Exchange) -> None:
    head = f'<meta charset="utf-8"><meta http-equiv="refresh" content="0; url={to.trap}/bai/khong.html">'
    await to.send(article("Trang tự chuyển hướng", head=head, seed=2))


def _encoded(title: str, encoding: str, declared: str, bom: bytes = b"") -> bytes:
    """Return a page in `encoding` whose meta tag says `declared`."""
    head = f'<meta charset="{declared}">' if declared else ""
    text = article(title, head=head, seed=4)
    if encoding == "cp1258":
        # windows-1258 writes tones behind the vowel, but has â ă ê ô ơ ư whole.
        letters = (unicodedata.normalize("NFD", c) for c in text)
        text = "".join(_windows_1258(c) for c in letters)
    return bom + text.encode(encoding, "replace")


def _windows_1258(decomposed: str) -> str:
    tones = [c for c in decomposed[1:] if c in "\u0300\u0301\u0303\u0309\u0323"]
    shape = "".join(c for c in decomposed[1:] if c not in tones)
    return unicodedata.normalize("NFC", decomposed[:1] + shape) + "".join(tones)


def good() -> tuple[Case, ...]:
    """Return sound articles, every other one with JSON-LD."""
    return tuple(
        Case(
            f"/bai/tot-{i}.html",
            sends(article(f"Bài lành số {i}", seed=i, linked=i % 2 == 0)),
            ARCHIVED,
            "a sound article",
            f"Bài lành số {i}",
        )
        for i in range(1, GOOD + 1)
    )


def _text(
    name: str, body: str | bytes, about: str, title: str, kind: str | None = "text/html; charset=utf-8"
) -> Case:
    return Case(f"/bai/{name}.html", sends(body, kind), ARCHIVED, about, title)


TEXTS = (
    _text(
        "charset-lie",
        _encoded(LATIN, "utf-8", "iso-8859-1"),
        "UTF-8 called Latin-1",
        LATIN,
        "text/html; charset=iso-8859-1",
    ),
    _text("charset-none", _encoded(LATIN, "utf-8", ""), "UTF-8 without a word of it", LATIN, HTML),
    _text(
        "charset-unknown",
        _encoded(LATIN, "utf-8", "utf-99"),
        "a charset that does not exist",
        LATIN,
        "text/html; charset=utf-99",
    ),
    _text("charset-1258", _encoded(LATIN, "cp1258", "windows-1258"), "windows-1258", LATIN, HTML),
    _text("charset-1258-lie", _encoded(LATIN, "cp1258", "utf-8"), "windows-1258 called UTF-8", LATIN),
    _text("charset-16", _encoded(LATIN, "utf-16-le", "utf-8", b"\xff\xfe"), "UTF-16 with its mark", LATIN),
    _text(
        "no-type",
        article("Không có Content-Type", seed=6),
        "no Content-Type at all",
        "Không có Content-Type",
        None,
    ),
    _text(
        "nfd", unicodedata.normalize("NFD", article("Chữ tổ hợp rời", seed=7)), "NFD text", "Chữ tổ hợp rời"
    ),
    _text(
        "future",
        article("Bài của năm sau", published="2098-01-01T00:00:00+07:00"),
        "a date in the future",
        "Bài của năm sau",
    ),
    _text(
        "no-date",
        article("Ngày không đọc được", published="hôm qua", seed=8),
        "a date that is none",
        "Ngày không đọc được",
    ),
    _text("long-title", article("Tít dài " * 1_250, seed=9), "a title of 10,000 characters", ""),
    _text(
        "script-title",
        article("<script>alert('xin chào')</script> trong tít", seed=10),
        "script in a title",
        "<script>alert('xin chào')</script> trong tít",
    ),
    _text(
        "data-uri",
        article("Ảnh nhúng", extra=f'<img src="{DATA_URI}"><p>Xem {DATA_URI} này.</p>', seed=11),
        "data: URIs in attributes and in text",
        "Ảnh nhúng",
    ),
    _text(
        "unclosed",
        article("Thẻ không đóng", seed=12).replace("</p>", "").replace("</article>", "</div></b>")[:-20],
        "broken HTML",
        "Thẻ không đóng",
    ),
    Case(
        "/bai/moved-image.html",
        sends("Đã dời", "image/png", "301 Moved Permanently", Location="/bai/moved-from-image.html"),
        ARCHIVED,
        "a sound redirect that calls itself an image",
        "Bài dời lần hai",
    ),
    Case("/bai/moved.html", leads("BASE/bai/moved-here.html"), ARCHIVED, "a sound redirect", "Bài đã dời"),
    Case(
        "/bai/busy-once.html",
        _busy_once,
        (Family.ARCHIVED, Family.STATUS),
        "429 and Retry-After of 1 s, then the page",
    ),
    Case(
        "/bai/odd-headers.html",
        breakage.ODD_HEADERS,
        (Family.ARCHIVED, Family.NETWORK),
        "header lines that are none",
    ),
    Case(
        "/bai/refresh.html",
        _refresh,
        (Family.ARCHIVED, Family.ADDRESS),
        "meta refresh to a forbidden address",
    ),
    Case(
        "/bai/deep.html",
        sends("<div>" * 50_000 + paragraphs()),
        (Family.ARCHIVED, Family.EMPTY),
        "50,000 open tags",
    ),
    Case(
        "/bai/cookie.html",
        sends(article("Trang đặt cookie", seed=1), Set_Cookie="ma=1; Path=/"),
        ARCHIVED,
        "a cookie, which must not come back",
        "Trang đặt cookie",
    ),
)
MOVED: dict[str, Answer] = {
    "/bai/moved-here.html": sends(article("Bài đã dời", seed=13)),
    "/bai/moved-from-image.html": sends(article("Bài dời lần hai", seed=14)),
}
