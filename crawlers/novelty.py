"""What is new in what was read, against what is remembered of each text."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from core.contracts import Page, PageType
from core.outcomes import Outcome, Result, Stage
from core.records.crawled import Seen, later, remembered
from core.urls import page_id
from crawlers.batches import Haul
from crawlers.failures import Verdict

# A dead link costs one request a day, not one a run. Not longer: papers' feeds list an article for a day or
# two, and one that was met while its site was walled or not yet ready must be asked for while it is listed.
REST = timedelta(days=1)


def crawl_outcome(source_id: str, item: str, url: str, why: Verdict) -> Outcome:
    """Return the outcome of `item`, which was asked for at `url`, at the crawl."""
    return Outcome(
        stage=Stage.CRAWL,
        item=item,
        source_id=source_id,
        url=url,
        result=why.result,
        reason=why.reason,
        detail=why.detail,
    )


def erased_outcome(source_id: str, name: str) -> Outcome:
    """Return the outcome of a page that was erased on request. It goes by the page's id: no address stays."""
    why = Verdict(Result.DROPPED, "erased", "erased on request; it is not collected again")
    return crawl_outcome(source_id, name, "", why)


def what_is_new(
    item: str, pages: Sequence[Page], before: Mapping[str, Seen], erased: Set[str] = frozenset()
) -> Haul:
    """Return the pages that are new or changed since `before`, and one outcome for each of `pages`.

    An article's outcome bears the name `item`, a comment's or post's its own address. Of those that were
    `erased` nothing is kept.
    """
    kept: list[Page] = []
    outcomes: list[Outcome] = []
    for page in pages:
        if page.id in erased:
            outcomes.append(erased_outcome(page.source_id, page.id))
            continue
        known = before.get(page.id)
        changed = known is None or known.content_hash != page.content_hash
        name = item if page.type is PageType.ARTICLE else page.canonical_url
        result = Result.ARCHIVED if changed else Result.UNCHANGED
        outcomes.append(crawl_outcome(page.source_id, name, page.url, Verdict(result, "", "")))
        if changed:
            kept.append(later(page, known))
    had_text = {name for name, seen in before.items() if seen.content_hash}
    fresh = frozenset(page.id for page in kept if page.id not in had_text)
    return Haul(tuple(kept), tuple(map(remembered, kept)), tuple(outcomes), fresh=fresh)


def nothing_found(source_id: str, item: str, at: datetime) -> Seen:
    """Return what is remembered of `item`, a page that was dropped `at` this time."""
    return Seen(id=page_id(item), source_id=source_id, url=item, fetched_at=at)


def gave_nothing(before: Seen) -> bool:
    """Say whether `before` is of a page that was dropped: what gave a text has a hash or a validator."""
    return not (before.content_hash or before.etag or before.last_modified)


def rests(before: Seen, now: datetime) -> bool:
    """Say whether `before` is of a page that was dropped so lately that it is not asked for again."""
    return gave_nothing(before) and now - before.fetched_at < REST


def with_validators(
    haul: Haul,
    source_id: str,
    url: str,
    pages: Sequence[Page],
    before: Mapping[str, Seen],
    etag: str | None,
    last_modified: str | None,
) -> Haul:
    """Return `haul` with what makes the next request for `url`, where `pages` were found, conditional.

    The text that has the very id of `url` and the address itself are remembered in one.
    """
    name = page_id(url)
    texts = {text.id: text for text in haul.texts}
    if name not in texts and not (etag or last_modified):
        return haul
    times = [known.fetched_at for known in (texts.get(name), before.get(name)) if known is not None]
    texts[name] = Seen(
        id=name,
        source_id=source_id,
        url=url,
        etag=etag,
        last_modified=last_modified,
        content_hash=next((page.content_hash for page in pages if page.id == name), ""),
        fetched_at=max([*times, pages[0].fetched_at]),
    )
    return replace(haul, texts=tuple(texts.values()))
