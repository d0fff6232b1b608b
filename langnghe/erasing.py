"""Erasure on request: a page leaves every place that holds its text, and does not come back.

First a tombstone is set, so that no crawl, index or rebuild lets the page in again, and so that a kill at any
later point is made good by the next `erase` or `run`. Then archive, index, signatures, records and reports
let go of it, in an order in which each step finds what it needs however often it is repeated. What stands
under an erased page (the comments on an article) bears its title and goes with it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urldefrag

from markupsafe import escape

from core.contracts import Contract, Page, PageType
from core.errors import BadUsage, Busy, PartitionDamaged
from core.handed_in import SCHEME
from core.records import notices, tombstones
from core.records.signatures import signatures
from core.urls import normalise, page_id
from index.engine import Engine, Query
from langnghe.house import House
from langnghe.partitions import clear, clear_spool, rewrite
from nlp import duplicates, stories

AT_ONCE = 200  # texts whose signatures are forgotten in one transaction
_ID = frozenset("0123456789abcdef")


class Erased(Contract):
    """What was removed: pages, partitions rewritten or dropped, weekly reports that showed one.

    `copies` are other pages that hold nearly the same text; nobody asked for those. `unsearched` are damaged
    partitions that may hold an erased page: the erasure is not finished while there are such.
    """

    pages: tuple[str, ...] = ()
    partitions: int = 0
    reports: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()


def request(house: House, page: str, who: str, why: str) -> tuple[set[str], set[str]]:
    """Set tombstones on what `page`, an id or address, names: it is not let in any more.

    Returns the ids, and the weeks of reports that linked to the address, which are removed: a page that was
    pruned is found there only. An address names the page whose id it gives, and those that were found at it.
    Raises BadUsage for what is neither.
    """
    if "://" not in page:
        if len(page) != 24 or not _ID.issuperset(page):
            raise BadUsage(f"{page!r} is neither a page's id (24 hex digits) nor an address")
        tombstones.erase(house.records, {page: ()}, who, why)
        return {page}, set()
    try:
        bare, anchor = urldefrag(page)
        ids = {page_id(bare, anchor)} | tombstones.pages_at(house.records, page)
        urls = {page, normalise(bare) + (f"#{anchor}" if anchor else "")}
    except ValueError as error:
        raise BadUsage(str(error)) from error
    tombstones.erase(house.records, dict.fromkeys(ids, urls), who, why)
    return ids, {week for url in urls for week in _out_of_reports(house, url)}


def go_on(house: House) -> Erased:
    """Remove all that is left of pages with an unfinished tombstone. Call it as a run that is alone,
    or while nobody collects: what was let in before a tombstone was set must be in the archive by then.

    Raises ArchiveUnavailable, IndexUnavailable or RecordsUnavailable where something can't be changed now;
    the tombstones stay unfinished then.
    """
    if not tombstones.tombstones(house.records, unfinished=True):
        return Erased()
    with suppress(Busy), house.alone("rebuild"):  # one under way drops the old index before a next run begins
        house.drop_leftovers()
    reports: set[str] = set()
    rewritten = 0
    with house.rearranging():
        house.archive.sweep()
        clear(house)
        while True:
            stones = len(tombstones.tombstones(house.records))
            shown, changed, damaged = _out_of_archive(house)
            reports |= shown
            rewritten += changed
            # What answers to a page that was found now may lie in a partition that was looked through before.
            if len(tombstones.tombstones(house.records)) == stones:
                break
    clear_spool(house)
    with house.folding(), house.engines() as engines:
        reports |= _out_of_records(house, _indexed(house, engines))
        names = [t.page_id for t in tombstones.tombstones(house.records, unfinished=True)]
        copies = _copies(house, names) - set(names)
        forget(house, engines, names)
        for engine in engines:
            engine.remove(names)
    house.records.pack()
    if not damaged:
        tombstones.finish(house.records, names)
    return Erased(
        pages=tuple(sorted(names)),
        partitions=rewritten,
        reports=tuple(sorted(reports)),
        copies=tuple(sorted(copies)),
        unsearched=tuple(damaged),
    )


def _out_of_archive(house: House) -> tuple[set[str], int, list[str]]:
    """Take erased pages out of all partitions; return reports removed, partitions rewritten, and damaged."""
    reports: set[str] = set()
    rewritten, damaged = 0, []
    for path in list(house.archive.partitions()):
        try:
            if gone := tombstones.erased(house.records, house.archive.names(path)):
                pages = [page for page in house.archive.read(path) if page.id in gone]
                reports |= _out_of_records(house, pages)
                rewrite(house, path, gone)
                rewritten += 1
        except PartitionDamaged:
            damaged.append(path)
    return reports, rewritten, damaged


def forget(house: House, engines: Sequence[Engine], page_ids: Sequence[str]) -> None:
    """Forget the signatures of texts; their copies get another leader. Hold `house.folding`."""
    for start in range(0, len(page_ids), AT_ONCE):
        part = page_ids[start : start + AT_ONCE]
        with signatures(house.records, stories.KIND) as store:
            for name in part:
                store.remove(name)
        with signatures(house.records, duplicates.KIND) as store:
            # Told before the signatures are gone for good: after a kill nobody would know who has to lead.
            for group in duplicates.forget_copies(store, part):
                for engine in engines:
                    engine.lead(group.leader, group.followers)


def _out_of_records(house: House, pages: Iterable[Page]) -> set[str]:
    """Set a tombstone on each page, as on the one that it stands under; return the reports removed."""
    stones = {t.page_id: t for t in tombstones.tombstones(house.records)}
    reports: set[str] = set()
    named: dict[tuple[str, str], dict[str, set[str]]] = {}
    for page in pages:
        over = [stones[n] for n in (page.id, page.thread_id, page.parent_id) if n in stones]
        if not over:
            continue  # another writing of the page stands under an erased one, and takes this along
        stone = over[0]
        urls = _addresses(page)
        names = named.setdefault((stone.who, stone.why), {})
        names.setdefault(page.id, set()).update(urls)
        if page.type is PageType.ARTICLE and not page.url.startswith(SCHEME):
            names.setdefault(page_id(page.url), set()).update(urls)  # or it would be asked for again
        reports |= _out_of_reports(house, page.url)
    for (who, why), addresses in named.items():
        tombstones.erase(house.records, addresses, who, why)
    return reports


def _addresses(page: Page) -> set[str]:
    urls = {page.url, page.canonical_url}
    return urls if page.url.startswith(SCHEME) else urls | {normalise(page.url)}


def _out_of_reports(house: House, url: str) -> set[str]:
    """Remove the weekly reports that link to `url`; return their weeks."""
    removed = set()
    for report in notices.reports(house.records):
        files = [house.settings.reports_dir / name for name in (report.html, report.pdf)]
        if files[0].is_file() and str(escape(url)) in files[0].read_text(encoding="utf-8"):
            for file in files:
                file.unlink(missing_ok=True)
            notices.forget_report(house.records, report.week)
            removed.add(report.week)
    return removed


def _indexed(house: House, engines: Sequence[Engine]) -> list[Page]:
    """Return the indexed pages that are being erased or stand under one, be they in no whole partition."""
    names = [t.page_id for t in tombstones.tombstones(house.records, unfinished=True)]
    found = [hit.document.page for e in engines for name in names if (hit := e.get(name))]
    found += [h.document.page for e in engines for n in names for h in e.scan(Query(relevant=None, group=n))]
    erased = tombstones.erased(house.records, found)
    return [page for page in found if page.id in erased]


def _copies(house: House, names: Sequence[str]) -> set[str]:
    """Return the texts that fold with those of `names`."""
    with signatures(house.records, duplicates.KIND) as store:
        groups = {signed.group for name in names if (signed := store.get(name))}
        return {signed.page_id for group in groups for signed in store.members(group)}
