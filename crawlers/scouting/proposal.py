"""A source file proposed for a site that was looked over."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from core.contracts import Contract
from core.urls import normalise
from crawlers.scouting.shapes import folder_of, patterns
from crawlers.scouting.sights import Items, Scouted, Sight
from crawlers.source import SourceSpec

# Of the text of a thread's page its posts have more than this share, comments under an article less. On the
# demo web they have 0.48 to 0.86 of a thread with several posts and up to 0.33 of an article.
POSTS_SHARE = 0.45
THREAD_WORDS = re.compile(r"thread|topic|viewtopic|discussion|chu-de|^t$|^d$", re.IGNORECASE)
COMMENT_WORDS = re.compile(r"comment|binh-?luan|y-?kien|reply|cmt|remark|response", re.IGNORECASE)
# A page of a thread is no thread of its own.
THREAD_PAGES = r"[?&](?:page|trang|start)=\d"


class Proposal(Contract):
    """A source file, and by its keys what a person must check there.

    `sections` are further ones that could be crawled, which feeds or sitemaps make needless.
    """

    spec: SourceSpec
    checks: dict[str, str]
    sections: tuple[dict[str, str], ...] = ()


def propose(scouted: Scouted, allow_addresses: Sequence[str], today: date) -> Proposal | None:
    """Return a source file for the site that was `scouted`; None if no page of it looks like a text."""
    threads = [sight for sight in scouted.samples if _is_thread(sight)]
    articles = [sight for sight in scouted.samples if sight.article and not _is_thread(sight)]
    forum = len(threads) > len(articles) or any(
        THREAD_WORDS.search(word) for sight in threads for word in folder_of(sight.url)
    )
    good = threads if forum else articles
    if not good:
        return None
    bad = [sight.url for sight in scouted.samples if sight not in good]
    allow = patterns([sight.url for sight in good], bad, scouted.told)
    checks = {"allow": f"found by {len(good)} of the {len(scouted.samples)} pages looked at: {good[0].url}"}
    facts: dict[str, Any] = {
        "id": _id(scouted.home),
        "name": scouted.name or urlsplit(scouted.home).hostname,
        "home": scouted.home,
        "type": "forum" if forum else "news",
        "language": scouted.language if re.fullmatch(r"[a-z]{2,3}", scouted.language) else "vi",
        "checked": today,
        "allow_addresses": list(allow_addresses),
        "discover": _discover(scouted, forum),
    }
    if forum:
        facts["threads"] = {"allow": allow, "deny": [THREAD_PAGES], **_thread_rule(threads)}
    else:
        facts["articles"] = {"allow": allow}
        items = _comments(articles)
        if items is not None:
            facts["comments"] = {"item": items.item, "text": items.text, "date": items.date, "id": items.id}
    unused = () if "sections" in facts["discover"] else tuple(_sections(scouted))
    return Proposal(spec=SourceSpec.model_validate(facts), checks=checks, sections=unused)


def _is_thread(sight: Sight) -> bool:
    return sight.items is not None and sight.items.share > POSTS_SHARE and not sight.declared


def _id(home: str) -> str:
    host = urlsplit(normalise(home)).hostname or ""
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:60].rstrip("-")


def _discover(scouted: Scouted, forum: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if scouted.feeds:
        found["feeds"] = list(scouted.feeds)
    if scouted.sitemaps:
        found["sitemaps"] = list(scouted.sitemaps)
    if scouted.sections and (forum or not found):
        found["sections"] = _sections(scouted)
    return found or {"sections": [{"url": scouted.home}]}


def _sections(scouted: Scouted) -> list[dict[str, str]]:
    return [
        {"url": section.url} | ({"next": section.next} if section.next else {})
        for section in scouted.sections
    ]


def _thread_rule(threads: Sequence[Sight]) -> dict[str, str]:
    found = max((sight.items for sight in threads if sight.items), key=lambda items: items.count)
    onward = next((sight.next for sight in threads if sight.next), None)
    rule = {"post": found.item, "text": found.text, "date": found.date, "next": onward, "id": found.id}
    return {key: value for key, value in rule.items() if value}


def _comments(articles: Sequence[Sight]) -> Items | None:
    named = [s.items for s in articles if s.items and COMMENT_WORDS.search(f"{s.items.item} {s.items.text}")]
    return max(named, key=lambda items: items.count, default=None)
