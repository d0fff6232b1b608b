"""The stages as functions: the command line and Airflow call the same ones.

Each stage takes what waits for it and writes down one outcome for each item; a stage that is killed is
run again and goes on where it stopped. What is slow to load (models, charts) is loaded by the stage that
needs it, so that commands start quickly.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from core.archive import Partition
from core.contracts import Alert, Document, Page, ReportFile
from core.errors import BadSettings, BadUsage, LangngheError, PartitionDamaged
from core.logs import log
from core.makeup import HISTORY
from core.outcomes import Outcome, Result, Stage, page_outcome
from core.records import crawled, decisions, notices, partners, runs, tombstones
from core.records.days import source_days
from core.records.standing import standings
from core.settings import Settings
from crawlers.run import Days
from crawlers.run import crawl as crawl_sources
from crawlers.source import SourceSpec
from index.alerts import alerts as index_alerts
from index.as_of import as_of
from langnghe import erasing, partitions, reconciling
from langnghe.following import following
from langnghe.house import House
from langnghe.indexing import index_documents
from langnghe.schedule import WATCHED_EVERY
from langnghe.source_alerts import source_alerts

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

OnOutcome = Callable[[Outcome], None]


def run(
    house: House, run_id: str, source_ids: Sequence[str] = (), on_outcome: OnOutcome | None = None
) -> list[Alert]:
    """Crawl the named sources or all that are due, analyse, index and watch, once. Return the new alerts.

    What the crawl has archived is analysed and indexed while it goes on, so that a grave text can be found
    before the last source is through. `on_outcome` is called from two threads then, by one at a time.
    """
    telling = Lock()

    def tell(outcome: Outcome) -> None:
        with telling:
            if on_outcome is not None:
                on_outcome(outcome)

    def catch_up() -> None:
        analyse(house, run_id, tell)
        index(house, run_id, tell)

    with following(catch_up) as arrived:

        def crawled_one(outcome: Outcome) -> None:
            tell(outcome)
            if outcome.result is Result.ARCHIVED:
                arrived()

        crawl(house, run_id, source_ids, crawled_one)
    catch_up()
    return watch(house, datetime.now(UTC))


def crawl(
    house: House,
    run_id: str,
    source_ids: Sequence[str] = (),
    on_outcome: OnOutcome | None = None,
    dated: Days | None = None,
) -> None:
    """Fetch new and changed pages of the named sources, or of all that are due, into the archive.

    A source is passed over that another process crawls, or has crawled since this run began, unless its turn
    has come again: each is crawled once, whoever else begins at the same time or comes to it late. `dated`:
    of what is new just what lists date from the one day to the other (`crawlers.run.crawl`). A source file
    with a mistake is reported as an outcome and leaves the others running. Raises BadUsage for a name that is
    no source.
    """
    declare(house)
    faults = [
        Outcome(
            stage=Stage.CRAWL,
            item=str(fault.path),
            source_id=fault.path.stem,
            result=Result.DROPPED,
            reason="source_file",
            detail=fault.message,
        )
        for fault in house.sources.faults
    ]
    record(house, run_id, faults, on_outcome)
    if not source_ids:  # not once for each source: a damaged partition keeps an erasure open
        _finish_erasing(house)
    specs = [find_source(house, name) for name in source_ids or due(house)]
    with house.rearranging():
        adopt(house, run_id, source_ids or None)
    named_contact(house.settings, specs)
    if not specs:
        return
    with house.collecting(*(spec.id for spec in specs)) as free:
        done = _crawled_since(house, runs.run(house.records, run_id).started_at) - set(due(house))
        mine = [spec for spec in specs if spec.id in free - done]
        for spec in specs:
            if spec not in mine:
                log("pipeline").info("source passed over: another run crawls it or just did", source=spec.id)
        if mine:
            crawl_sources(house.settings, run_id, mine, on_outcome=on_outcome, dated=dated)


def _crawled_since(house: House, at: datetime) -> set[str]:
    health = crawled.source_health(house.records)
    return {s.source_id for s in health if s.checked_at is not None and s.checked_at >= at}


def named_contact(settings: Settings, specs: Sequence[SourceSpec]) -> None:
    """Raise BadSettings when a public source would be crawled by someone who can't be asked to stop."""
    public = [spec.id for spec in specs if not spec.allow_addresses]
    if public and not settings.crawl.contact:
        raise BadSettings(
            f"crawling {public[0]} needs the setting 'crawl.contact': an e-mail or URL for its owners"
        )


def _finish_erasing(house: House) -> None:
    """Go on with erasures that were cut off. What stands in the way of one does not hold up a run.

    While others crawl, one that let a page in before its tombstone may still be about to archive it: the next
    crawl that begins alone goes on.
    """
    if not tombstones.tombstones(house.records, unfinished=True):
        return
    with house.nobody_collects() as alone:
        if not alone:
            log("pipeline").info("erasure waits until no other run crawls")
            return
        try:
            unsearched = erasing.go_on(house).unsearched
        except LangngheError as error:
            log("pipeline").error("erasure not finished", error=str(error))
        else:
            for path in unsearched:
                log("pipeline").error("erasure not finished: a partition is damaged", partition=path)


def adopt(house: House, run_id: str, source_ids: Collection[str] | None = None) -> int:
    """Take up partitions that a killed run archived but did not write down; return how many.

    Only of the sources named, if any are; those that another process crawls are left to it. A partition that
    was rewritten since is no such, be it that a backup brought it back: it is removed. Hold
    `house.rearranging()`.
    """
    orphans = partitions.clear(house, source_ids)
    adopted = 0
    for source in sorted({house.archive.describe(path, 0).source_id for path in orphans}):
        with house.only_one_on(source) as free:
            # Once more: what was found before may have been written down meanwhile.
            for path in partitions.clear(house, [source]) if free else ():
                adopted += _adopt(house, run_id, path)
    return adopted


def _adopt(house: House, run_id: str, path: str) -> bool:
    pages = read_partition(house, run_id, Stage.ANALYSE, house.archive.describe(path, 0), None)
    if pages is None:
        return False
    seen = map(crawled.remembered, pages)
    crawled.record_batch(house.records, run_id, [house.archive.describe(path, len(pages))], seen, [])
    return True


def waiting(house: House) -> list[str]:
    """Return the paths of the partitions that are not both analysed and indexed, the oldest first.

    Damaged ones wait to be restored, not for a stage: they are no news.
    """
    return [partition.path for partition in crawled.partitions_waiting(house.records, damaged=False)]


def analyse(
    house: House,
    run_id: str,
    on_outcome: OnOutcome | None = None,
    paths: Collection[str] | None = None,
) -> None:
    """Judge every archived page that has not been judged; only those in the partitions `paths`, if given.

    A partition that another process works on is passed over.
    """
    for partition in crawled.partitions_to_do(house.records, Stage.ANALYSE, paths):
        with house.partition(partition.path) as mine:
            if not mine or not crawled.waits(house.records, partition.path, Stage.ANALYSE):
                continue
            pages = read_partition(house, run_id, Stage.ANALYSE, partition, on_outcome)
            if pages is None:
                continue
            documents, outcomes = analyse_pages(house, pages)
            house.spool.write(partition.path, documents)
            crawled.partition_done(house.records, run_id, partition.path, Stage.ANALYSE, outcomes)
        _tell(outcomes, on_outcome)


def analyse_pages(house: House, pages: Sequence[Page]) -> tuple[list[Document], list[Outcome]]:
    """Judge `pages`; one that can't be judged is quarantined alone."""
    try:
        analyses = house.analyser.analyse(pages)
    except LangngheError:
        raise
    except Exception as error:
        if len(pages) == 1:
            # The message may hold words of the page.
            log("nlp").error("analysis failed", page=pages[0].id, error=type(error).__name__)
            fault = page_outcome(
                Stage.ANALYSE, pages[0], Result.QUARANTINED, "analysis_failed", type(error).__name__
            )
            return [], [fault]
        halves = [analyse_pages(house, half) for half in (pages[: len(pages) // 2], pages[len(pages) // 2 :])]
        return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
    documents = [Document(page=p, analysis=a) for p, a in zip(pages, analyses, strict=True)]
    return documents, [page_outcome(Stage.ANALYSE, page, Result.ANALYSED) for page in pages]


def index(
    house: House,
    run_id: str,
    on_outcome: OnOutcome | None = None,
    paths: Collection[str] | None = None,
) -> None:
    """Index every judged page, fold copies under their leader, and put missed decisions into force.

    Only pages in the partitions `paths`, if given, and decisions on these. A partition that another process
    works on is passed over. An index that is new or was removed gets everything again.
    """
    with house.folding():  # nobody writes meanwhile
        if house.engine.size() == 0:
            crawled.index_anew(house.records)
    partitions.clear_spool(house)
    for partition in crawled.partitions_to_do(house.records, Stage.INDEX, paths):
        with house.partition(partition.path) as mine:
            if mine and crawled.waits(house.records, partition.path, Stage.INDEX):
                _index_partition(house, run_id, partition, on_outcome)
    if paths is None:  # what a kill kept from the index
        house.engine.apply(decisions.triages(house.records))


def _index_partition(house: House, run_id: str, partition: Partition, on_outcome: OnOutcome | None) -> None:
    """Index what was judged of a partition, judging it again if that is lost, with the decisions on it."""
    documents = house.spool.read(partition.path)
    if documents is None:
        pages = read_partition(house, run_id, Stage.INDEX, partition, on_outcome)
        if pages is None:
            return
        documents, failed = analyse_pages(house, pages)
        record(house, run_id, [o for o in failed if o.result is Result.QUARANTINED], on_outcome)
    outcomes = index_documents(house, documents)
    house.engine.apply(decisions.triages(house.records, [document.id for document in documents]))
    crawled.partition_done(house.records, run_id, partition.path, Stage.INDEX, outcomes)
    house.spool.drop(partition.path)
    _tell(outcomes, on_outcome)


def watch(house: House, now: datetime) -> list[Alert]:
    """Raise alerts for fresh grave texts, rises, and sources in need of a look; return the new.

    For a `now` in the past those that a run at that time raised, by what had been fetched by then
    (`index.as_of`), but none for a text that people have decided on since. How sources stood is known of the
    present only: a run so late that the next was due has no alerts for them.
    """
    declare(house)
    found = index_alerts(as_of(house.engine, now), now, house.settings.watch)
    if datetime.now(UTC) - now < WATCHED_EVERY:
        found += source_alerts(standings(house.records, now), now, house.settings.watch)
    return notices.raise_alerts(house.records, found)


def report(house: House, week: str | None, now: datetime, output: Path | None = None) -> ReportFile:
    """Make the weekly report of `week` (default: the last complete one) and record it.

    HTML and PDF go to `output`, by default the data folder's `reports`. For a `now` in the past the numbers
    are those of what had been fetched by then (`index.as_of`); what people decided until today counts, as
    do the state and the names of sources, so that a mistake that was put right isn't printed once more.
    """
    from dashboards.report import make_report
    from index.weekly import last_complete_week, week_start

    declare(house)
    week = week or last_complete_week(now)
    health = crawled.source_health(house.records)
    made = make_report(
        as_of(house.engine, now),
        house.settings,
        week,
        health,
        source_days(house.records, week_start(week) - HISTORY),
        partners.source_names(house.records),
        output or house.settings.reports_dir,
        now,
    )
    if output is None:  # one written elsewhere is not the console's; names, so that the folder can be moved
        names_only = {"html": Path(made.html).name, "pdf": Path(made.pdf).name}
        notices.record_report(house.records, made.model_copy(update=names_only))
    return made


def reconcile(house: House, run_id: str, were_due: Sequence[str] = ()) -> dict[str, int]:
    """Adopt what kills left of any source, then hold a run's outcomes against what should have come of them.

    A task that crawls one source adopts its partitions alone, and a source that is switched off has none.
    Returns and raises as `langnghe.reconciling.reconcile`.
    """
    with house.rearranging():
        adopt(house, run_id)
    return reconciling.reconcile(house, run_id, were_due)


def read_partition(
    house: House, run_id: str, stage: Stage, partition: Partition, on_outcome: OnOutcome | None
) -> list[Page] | None:
    """Return the pages of a partition, or None: a damaged one is quarantined and waits to be restored."""
    try:
        return house.archive.read(partition.path)
    except PartitionDamaged as error:
        outcome = Outcome(
            stage=stage,
            item=partition.path,
            source_id=partition.source_id,
            result=Result.QUARANTINED,
            reason="partition_damaged",
            detail=str(error),
        )
        record(house, run_id, [outcome], on_outcome)
        return None


def declare(house: House) -> None:
    """Make the records know the sources as their files are now."""
    rows = [(s.id, s.name, s.home, s.enabled) for s in house.sources.specs]
    crawled.declare_sources(house.records, rows)


def due(house: House, ahead: timedelta = timedelta(0), most: int | None = None) -> list[str]:
    """Return the ids of the enabled sources whose turn it is, or comes within the time `ahead`.

    The longest overdue come first; of more than `most` the others are left, and the log says how many. A turn
    further ahead than the source's interval means that the clock was set back since: it is due.
    """
    now = datetime.now(UTC)
    turns = {s.source_id: s.due_at for s in crawled.source_health(house.records)}

    def turn(spec: SourceSpec) -> datetime:
        at = turns.get(spec.id)
        return at if at is not None and at - now <= timedelta(minutes=spec.every_minutes) else _LONG_AGO

    ready = [spec for spec in house.sources.specs if spec.enabled and turn(spec) - now <= ahead]
    ids = [spec.id for spec in sorted(ready, key=turn)]
    if most is not None and len(ids) > most:
        log("pipeline").warning("more sources are due than a run takes", left=len(ids) - most)
    return ids[:most]


def find_source(house: House, name: str) -> SourceSpec:
    """Return the source named. Raises BadUsage that says how to list them."""
    for spec in house.sources.specs:
        if spec.id == name:
            return spec
    raise BadUsage(f"no source {name!r}; `langnghe sources list` names them all")


def record(house: House, run_id: str, outcomes: Sequence[Outcome], on_outcome: OnOutcome | None) -> None:
    """Write outcomes down and tell them."""
    runs.record_outcomes(house.records, run_id, outcomes)
    _tell(outcomes, on_outcome)


def _tell(outcomes: Sequence[Outcome], on_outcome: OnOutcome | None) -> None:
    for outcome in outcomes if on_outcome else ():
        on_outcome(outcome)  # type: ignore[misc]
