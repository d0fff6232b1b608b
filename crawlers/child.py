"""The crawl process: Scrapy for all sources in one reactor. Run as `python -m crawlers.child`.

The job comes as JSON on standard input; outcomes go out as JSON lines on standard output, and at the end one
line says `done` or what failed. A process of its own can be run again and again (a reactor can not), from
Airflow's workers too, and ends when its parent does.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import install_reactor

from core.archive import Archive
from core.contracts import Contract, Reason, SourceState, Why
from core.errors import LangngheError
from core.logs import log, set_up_logs
from core.outcomes import Outcome, Result
from core.records import open_records
from core.records.crawled import source_ran
from core.records.days import source_days
from core.records.visits import end_walk
from core.settings import Settings
from core.volume import HISTORY, History
from crawlers.batches import Crawl
from crawlers.bound import bound_memory, die_with_parent
from crawlers.failures import named
from crawlers.health import health
from crawlers.hosts import Hosts
from crawlers.project import REACTOR, project_settings
from crawlers.readers import Readers
from crawlers.run import Days
from crawlers.source import SourceSpec

if TYPE_CHECKING:
    from crawlers.spider import SourceSpider

# Sources crawled at the same time; each has its own connections and pauses.
SOURCES_AT_ONCE = 16
# Sixteen sources of nothing but the largest pages, sixteen of each under way, hold 2 GiB as they come.
MEMORY_LIMIT = 3 * 2**30
READERS = max(1, min(4, os.cpu_count() or 1))


class Job(Contract):
    """What to crawl: `urls` None means that pages are discovered, if `dated` those of some days.

    `scout`: look over the site of the one source, and tell what was found instead.
    """

    settings: dict[str, Any]
    run_id: str
    specs: tuple[SourceSpec, ...]
    urls: dict[str, tuple[str, ...]] | None = None
    dated: Days | None = None
    scout: bool = False
    debug: bool = False


def main() -> None:
    """Crawl what standard input says, then end the process."""
    die_with_parent()
    bound_memory(MEMORY_LIMIT)
    job = Job.model_validate_json(sys.stdin.read())
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not get between the lines
    set_up_logs(debug=job.debug)
    structlog.contextvars.bind_contextvars(run=job.run_id)
    for noisy in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.DEBUG if job.debug else logging.CRITICAL)
    install_reactor(REACTOR)
    from twisted.internet import reactor

    from crawlers.connection import GuardedResolver

    reactor.installNameResolver(GuardedResolver(reactor.nameResolver))
    reactor.callWhenRunning(lambda: asyncio.ensure_future(_run(job, sink)))
    reactor.run(installSignalHandlers=False)  # type: ignore[misc, call-arg]


async def _run(job: Job, sink: TextIO) -> None:
    """Crawl, tell how it ended, and leave: what is not archived by then is fetched by the next run."""
    try:
        await _crawl(job, sink)
        _say(sink, {"end": "done"})
    except LangngheError as error:
        _say(sink, {"end": type(error).__name__, "message": str(error)})
    except BaseException as error:
        message = f"the crawl ended unexpectedly ({named(error)}); run it again"
        _say(sink, {"end": "StageFailed", "message": message})
    os._exit(0)


async def _crawl(job: Job, sink: TextIO) -> None:
    settings = Settings(**job.settings)
    failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(error: LangngheError) -> None:
        if not failure.done():
            failure.set_exception(error)

    def tell(outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            _say(sink, {"outcome": outcome.model_dump(mode="json")})

    readers = Readers()
    await readers.start(READERS)
    records = open_records(settings)

    def finished(source_id: str, steps: Mapping[str, tuple[bool, str]]) -> None:
        _say(sink, {"source": source_id, "steps": steps})

    crawl = Crawl(
        settings=settings,
        run_id=job.run_id,
        archive=Archive.of(settings),
        records=records,
        readers=readers,
        hosts=Hosts(records),
        tell=tell,
        finished=finished,
        fail=fail,
        dated=job.dated,
    )
    all_sources = asyncio.ensure_future(_scout(crawl, job, sink) if job.scout else _all(crawl, job))
    await asyncio.wait({all_sources, failure}, return_when=asyncio.FIRST_COMPLETED)
    if failure.done():
        failure.result()
    await all_sources
    await readers.close()
    records.close()


async def _scout(crawl: Crawl, job: Job, sink: TextIO) -> None:
    from crawlers.scouting.scout import scout

    found = await scout(crawl, job.specs[0])
    _say(sink, {"scouted": found.model_dump(mode="json")})


async def _all(crawl: Crawl, job: Job) -> None:
    room = asyncio.Semaphore(SOURCES_AT_ONCE)

    async def one(spec: SourceSpec) -> None:
        async with room:
            await _source(crawl, spec, None if job.urls is None else job.urls.get(spec.id, ()))

    await asyncio.gather(*(one(spec) for spec in job.specs))


async def _source(crawl: Crawl, spec: SourceSpec, urls: Sequence[str] | None) -> None:
    """Crawl one source and write down how it did; what is wrong with it stops no other."""
    from crawlers.spider import SourceSpider

    crawler = Crawler(SourceSpider, project_settings(crawl.settings, spec))
    broke_off = None
    try:
        await AsyncCrawlerRunner().crawl(crawler, spec=spec, crawl=crawl, urls=urls)
        assert isinstance(crawler.spider, SourceSpider)
        crawl.finished(spec.id, crawler.spider.steps)
    except Exception as error:
        log("crawlers").error("source failed", source=spec.id, error=named(error))
        broke_off = Reason(code=Why.BROKE_OFF)
    if urls is not None or crawl.dated is not None:
        return
    spider = crawler.spider if isinstance(crawler.spider, SourceSpider) else None
    try:
        await asyncio.to_thread(_write_down, crawl, spec, spider, broke_off)
    except LangngheError as error:
        crawl.fail(error)


def _write_down(
    crawl: Crawl, spec: SourceSpec, spider: "SourceSpider | None", broke_off: Reason | None
) -> None:
    """Write down how the source did: what `spider` saw, or why its crawl `broke_off`."""
    if spider is None or broke_off is not None:
        state, reasons = SourceState.FAILED, tuple(filter(None, [broke_off]))
    else:
        now = datetime.now(UTC)
        days = source_days(crawl.records, (now - HISTORY).date(), [spec.id]).get(spec.id, [])
        short = History(days).shortfall(now)
        state, reasons = health(
            spider.counts,
            spider.failed,
            spec.expect.minimum,
            spider.agenda.passed_over,
            spider.agenda.resting,
            spider.agenda.waiting,
            spider.halted,
            short,
        )
        if spider.took_up_all():
            end_walk(crawl.records, spec.id)
    new = spider is not None and spider.counts[Result.ARCHIVED, ""] > 0
    every = timedelta(minutes=spec.every_minutes)
    source_ran(crawl.records, spec.id, state, reasons=reasons, new=new, every=every)


def _say(sink: TextIO, line: dict[str, Any]) -> None:
    try:
        sink.write(json.dumps(line, ensure_ascii=False) + "\n")
        sink.flush()
    except BrokenPipeError:
        os._exit(1)  # the parent was killed: that is no fault of the sources, and the next run crawls them


if __name__ == "__main__":
    main()
