"""An edited article is one text with revisions: each is kept, the latest is shown, decisions keep theirs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.contracts import What
from core.records import runs
from core.records.decisions import Shown, decide, decisions
from core.urls import page_id
from langnghe import pipeline
from langnghe.house import House
from langnghe.revisions import archived, revisions
from tests.crawlers.smallweb import Place, Web, article, place_settings

NAME = "Nguyễn Văn Tí"
BEFORE = f"Cháu {NAME}, 9 tuổi, ở thôn Đông bị bạn cùng lớp đánh trong giờ ra chơi, gia đình đã báo công an."
AFTER = f"{BEFORE} Sáng nay nhà trường cho biết đã mời phụ huynh của các em đến làm việc về vụ đánh bạn."


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web("127.0.0.71")
    yield found
    found.close()


def crawl_on(house: House, web: Web, text: str) -> None:
    """Let the article say `text`, and bring it from there into the index a day later."""
    web.put("/bai/1", article("Học sinh lớp 4 bị bạn đánh", text))
    place = Place(house.settings, house.records)
    place.later(days=1).crawl(web.spec())
    run_id = runs.start_run(house.records, "index")
    pipeline.analyse(house, run_id)
    pipeline.index(house, run_id)


def test_an_edited_article_keeps_its_revisions_and_each_decision_the_one_it_judged(
    web: Web, tmp_path: Path
) -> None:
    house = House(place_settings(tmp_path))
    web.feed("/rss.xml", ["/bai/1"])
    name = page_id(f"{web.base}/bai/1")
    crawl_on(house, web, BEFORE)
    hit = house.engine.get(name)
    assert hit is not None
    shown = Shown(
        page_id=name,
        content_hash=hit.document.page.content_hash,
        model="m",
        severity=hit.severity,
        categories=hit.categories,
        seq=0,
    )
    decide(house.records, "an", What.CONFIRM, [shown])

    crawl_on(house, web, AFTER)
    crawl_on(house, web, BEFORE)

    found = revisions(house, name)
    assert [page.text.count("mời phụ huynh") > 0 for page in found] == [False, True, False]
    assert all(NAME not in page.text and "•" in page.text for page in found)
    assert [NAME in page.text for page in archived(house, [name])[name]] == [True] * 3
    hit = house.engine.get(name)
    assert hit is not None
    assert hit.document.page.content_hash == found[-1].content_hash
    assert hit.document.page.fetched_at == found[-1].fetched_at
    (decision,) = decisions(house.records, name)
    assert decision.content_hash == found[0].content_hash != found[1].content_hash
    assert house.engine.size() == 1, "revisions are one text"
    assert revisions(house, "0" * 24) == []
    house.engine.close()
    house.records.close()
