"""The texts of the invented web, each with what a person would say of it: tests compare with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.contracts import PageType
from langnghe.demo.site.boards import threads
from langnghe.demo.site.dates import Calendar, recall
from langnghe.demo.site.faults import UNREADABLE
from langnghe.demo.site.forum import POSTS_PER_PAGE
from langnghe.demo.site.invented import Label
from langnghe.demo.site.newsroom import newspapers, third_newspaper
from langnghe.demo.site.texts import Article
from langnghe.demo.site.web import base, invented_sites

# What stands before a comment's number in its name on each site.
COMMENT = {"ben-song": "c", "doi-gio": "c", "suong-som": "y"}


@dataclass(frozen=True)
class Truth:
    """One text, and what is true of it.

    `url` and `anchor` (of a comment or post) name it, `page` shows it: a later page of a long thread, else
    `url` too; comments of `suong-som` come by script. `title` is the thread's or article's for posts and
    comments. `text` has a line per paragraph. `fault` names what is wrong with the page. `copy_of` is the
    address of the article that has the same text.
    """

    site: str
    url: str
    page: str
    type: PageType
    title: str
    lead: str
    text: str
    published_at: datetime
    label: Label
    anchor: str = ""
    fault: str = ""
    copy_of: str = ""


def truth(folder: Path) -> tuple[Truth, ...]:
    """Return all texts of the web that `folder` serves. Raises FileNotFoundError before its first run."""
    run = recall(folder)
    if run is None:
        raise FileNotFoundError(f"{folder}: no web has been served from here yet")
    first, second, forum, third = invented_sites(run)
    calendar = Calendar(run.at)
    one, two = newspapers(calendar)
    originals = {article.number: first.url(article) for article in one}
    told = [
        *_articles("ben-song", one, first.url, originals),
        *_articles("doi-gio", two, second.url, originals),
        *_articles("suong-som", third_newspaper(calendar), third.url, originals),
    ]
    for thread in threads(calendar):
        for nth, post in enumerate(thread.posts):
            shown = forum.url(thread, nth // POSTS_PER_PAGE + 1)
            said = (post.text, post.at, post.label, f"p{post.number}")
            told.append(Truth("hien-nha", forum.url(thread), shown, PageType.POST, thread.title, "", *said))
    return tuple(told)


def unreadable(folder: Path) -> dict[str, str]:
    """Return the addresses that are linked to but give no text, and why (`server error`, …)."""
    run = recall(folder)
    if run is None:
        raise FileNotFoundError(f"{folder}: no web has been served from here yet")
    return {
        address: why
        for number, why in UNREADABLE.items()
        for address in (
            f"{base('ben-song', run.port)}thoi-su/tin-cu-{number}.html",
            f"{base('doi-gio', run.port)}bai/{number}/tin-da-go",
        )
    }


def _articles(
    site: str, articles: list[Article], url: Callable[[Article], str], originals: dict[int, str]
) -> Iterator[Truth]:
    for a in articles:
        copied = originals[a.copy_of] if a.copy_of is not None else ""
        where, text = url(a), "\n".join(a.body)
        yield Truth(
            site,
            where,
            where,
            PageType.ARTICLE,
            a.title,
            a.lead,
            text,
            a.published_at,
            a.label,
            fault=a.fault,
            copy_of=copied,
        )
        for comment in a.comments:
            told = (comment.text, comment.at, comment.label, f"{COMMENT[site]}{comment.number}")
            yield Truth(site, where, where, PageType.COMMENT, a.title, "", *told)
