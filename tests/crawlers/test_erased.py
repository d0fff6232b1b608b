"""What was erased on request is not collected again, whatever way leads to it."""

from pathlib import Path

from core.outcomes import Outcome
from core.records import tombstones
from core.urls import page_id
from tests.crawlers.smallweb import Place, Web, article
from tests.crawlers.test_crawl import THREADS, thread

COMMENT = "<div class='c' id='c{n}'><p class='t'>Bình luận số {n} của bạn đọc</p></div>"
COMMENTS = COMMENT.format(n=1) + COMMENT.format(n=2)


def erase(place: Place, url: str, anchor: str = "") -> str:
    """Set a tombstone on what is at `url`."""
    name = page_id(url, anchor)
    tombstones.erase(place.records, {name: {url}}, "an", "by request")
    return name


def said(told: list[Outcome]) -> dict[str, str]:
    """Return what became of each item, by its id or the last part of its address."""
    return {o.item.rsplit("/", 1)[-1]: o.label for o in told}


def kept(place: Place) -> str:
    """Return all that the records' files hold."""
    folder = Path(place.settings.data_dir)
    return "".join(f.read_bytes().decode("latin-1") for f in folder.glob("records.db*"))


def test_an_erased_article_is_not_even_asked_for(web: Web, place: Place) -> None:
    web.put("/bai/con", article("Tin còn"))
    web.put("/bai/da-xoa", article("Tin đã xóa", below=COMMENTS))
    web.feed("/rss.xml", ["/bai/con", "/bai/da-xoa?utm_source=rss"])
    spec = web.spec(comments={"item": ".c", "text": ".t"})
    name = erase(place, f"{web.base}/bai/da-xoa")
    for _ in range(2):
        assert said(place.crawl(spec))[name] == "dropped:erased"
    assert web.times("/bai/da-xoa?utm_source=rss") == 0
    assert {p.title for p in place.pages()} == {"Tin còn"}
    assert "da-xoa" not in kept(place)
    assert said(place.crawl(spec, urls={"bao-thu": [f"{web.base}/bai/da-xoa"]})) == {name: "dropped:erased"}
    assert web.times("/bai/da-xoa") == 0


def test_an_erased_article_that_has_another_address_is_dropped_with_its_comments(
    web: Web, place: Place
) -> None:
    link = f'<link rel="canonical" href="{web.base}/bai/12345/da-xoa">'
    web.put("/bai/12345/moi", article("Tin đã xóa", head=link, below=COMMENTS), etag=True)
    web.feed("/rss.xml", ["/bai/12345/moi"])
    spec = web.spec(comments={"item": ".c", "text": ".t"})
    name = erase(place, f"{web.base}/bai/12345/da-xoa")
    told = place.crawl(spec)
    assert said(told)[name] == "dropped:erased"
    assert {o.label for o in told} == {"dropped:erased"}
    assert len(told) == 3
    assert place.pages() == []
    assert "moi" not in "".join(o.item for o in told)


def test_an_erased_comment_or_post_is_dropped_alone(web: Web, place: Place) -> None:
    web.put("/bai/1", article("Tin", below=COMMENTS))
    web.put("/t/12", thread(1, 2))
    web.feed("/rss.xml", ["/bai/1", "/t/12"])
    spec = web.spec(comments={"item": ".c", "text": ".t"}, threads=THREADS)
    gone = {erase(place, f"{web.base}/bai/1", "c1"), erase(place, f"{web.base}/t/12", "p2")}
    told = said(place.crawl(spec))
    assert {name for name, label in told.items() if label == "dropped:erased"} == gone
    assert {p.url.rsplit("/", 1)[-1] for p in place.pages()} == {"1", "1#c2", "12#p1"}


def test_an_erased_thread_is_not_asked_for(web: Web, place: Place) -> None:
    web.put("/t/12", thread(1, 2))
    web.feed("/rss.xml", ["/t/12"])
    name = erase(place, f"{web.base}/t/12")
    assert said(place.crawl(web.spec(threads=THREADS))) == {name: "dropped:erased"}
    assert web.times("/t/12") == 0
