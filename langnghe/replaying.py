"""What failed for good is tried again."""

from collections.abc import Mapping, Sequence

from core.contracts import Page
from core.errors import BadUsage
from core.outcomes import Stage
from core.records import runs
from crawlers.run import crawl as crawl_sources
from langnghe import partitions
from langnghe.house import House
from langnghe.indexing import index_documents
from langnghe.pipeline import OnOutcome, analyse, analyse_pages, find_source, index, named_contact, record


def replay(house: House, run_id: str, items: Sequence[str], on_outcome: OnOutcome | None = None) -> int:
    """Try the quarantined `items` again, or all; return how many. What fails again stays, as does what came
    from a source that another process crawls now or that is no longer there, and rows of a partner's file,
    which is to be imported again.

    Raises BadUsage for an item that is not in quarantine.
    """
    held = runs.quarantined(house.records)
    unknown = set(items) - {q.item for q in held}
    if unknown:
        raise BadUsage(f"not in quarantine: {', '.join(sorted(unknown))}; see `langnghe quarantine list`")
    chosen = [q for q in held if not items or q.item in items]
    known = {spec.id for spec in house.sources.specs}
    urls: dict[str, list[str]] = {}
    for q in chosen:
        if q.stage is Stage.CRAWL and q.source_id in known:
            urls.setdefault(q.source_id, []).append(q.url or q.item)
    if urls:
        specs = [find_source(house, name) for name in urls]
        named_contact(house.settings, specs)
        with house.collecting(*urls) as free:
            mine = [spec for spec in specs if spec.id in free]
            if mine:
                crawl_sources(house.settings, run_id, mine, urls=urls, on_outcome=on_outcome)
    judged = [q for q in chosen if q.stage in (Stage.ANALYSE, Stage.INDEX)]
    pages = _archived(house, {q.item: q.source_id for q in judged})
    if pages:
        documents, outcomes = analyse_pages(house, pages)
        record(house, run_id, outcomes + index_documents(house, documents), on_outcome)
    analyse(house, run_id, on_outcome)
    index(house, run_id, on_outcome)
    return len(chosen)


def _archived(house: House, wanted: Mapping[str, str]) -> list[Page]:
    sources = set(wanted.values())
    found: dict[str, Page] = {}
    for pages in partitions.pages(house, sources) if wanted else ():
        for page in pages:
            newer = page.id in wanted and (
                page.id not in found or found[page.id].fetched_at < page.fetched_at
            )
            found |= {page.id: page} if newer else {}
    return list(found.values())
