"""A small world of invented texts: cases told by several papers, copies, comments, and what is no case."""

from datetime import timedelta
from typing import Any
from urllib.parse import urldefrag

from core.contracts import Page, PageType, content_hash
from core.urls import page_id
from tests.conftest import NOON
from tests.langnghe.decided import BEATEN, DROWNED, GOLD


def made(number: int, **given: Any) -> Page:
    """One page with the hash of its content, dated `number` hours before noon."""
    url = given.get("url", f"https://bao.example/{number}.html")
    facts: dict[str, Any] = {
        "id": page_id(*urldefrag(url)),
        "url": url,
        "canonical_url": url,
        "source_id": "bao",
        "type": PageType.ARTICLE,
        "language": "vi",
        "published_at": NOON - timedelta(hours=number),
        "fetched_at": NOON,
    } | given
    digest = content_hash(facts.get("title", ""), facts.get("lead", ""), facts["text"])
    return Page(content_hash=digest, **facts)


def world(size: int = 24) -> list[list[Page]]:
    """Pages in batches as crawls would bring them, of two papers."""
    pages = []
    for n in range(size):
        told = (BEATEN, DROWNED, GOLD, GOLD)[n % 4]
        text = f"{told['text']} {' '.join(f'Câu {i} của tin {n // 8} nói thêm đôi điều.' for i in range(9))}"
        pages.append(made(n, source_id=f"bao-{n % 2}", title=f"{told['title']} ({n})", text=text))
        if n % 8 == 0:
            article = pages[-1]
            pages += [
                made(
                    1000 + 10 * n + i,
                    source_id=article.source_id,
                    type=PageType.COMMENT,
                    title="",
                    text=f"Thương các cháu quá, mong cơ quan chức năng vào cuộc sớm ({n}, {i})",
                    parent_id=article.id,
                    thread_id=article.id,
                    thread_title=article.title,
                )
                for i in range(2)
            ]
    batches = [pages[i : i + 9] for i in range(0, len(pages), 9)]
    newer = {"fetched_at": NOON + timedelta(days=1), "text": pages[3].text + " Bản tin được sửa."}
    batches.append([made(3, source_id=pages[3].source_id, title=pages[3].title, **newer)])
    return batches
