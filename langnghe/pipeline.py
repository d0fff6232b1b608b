"""The stages as functions: the command line and Airflow call the same ones.

Each stage takes what waits for it and writes down one outcome for each item; a stage that is killed is
run again and goes on where it stopped. What is slow to load (models, charts) is loaded by the stage that
needs it, so that commands start quickly.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from core.archive import Partition
from core.contracts import Alert, Document, Page, ReportFile
from core.errors import BadSettings, BadUsage, IndexUnavailable, LangngheError, PartitionDamaged
from core.logs import log
from core.makeup import HISTORY
from core.outcomes import Outcome, Result, Stage
from core.records import crawled, decisions, notices, partners, runs, tombstones
from core.records.days import source_days
from core.records.signatures import signatures
from core.records.standing import standings
from core.settings import Settings
from core.signatures import Copies
from crawlers.run import crawl as crawl_sources
from crawlers.source import SourceSpec
from index.alerts import alerts as index_alerts
from index.as_of import as_of
from index.engine import Engine
from langnghe import erasing, partitions
from langnghe.following import following
from langnghe.house import House
from langnghe.reconciling import reconcile as reconcile
from langnghe.source_alerts import source_alerts
from nlp import duplicates, stories

# How often the schedule watches (`dags/`).
WATCHED_EVERY = timedelta(minutes=30)

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
    *,
    if_due: bool = False,
) -> None:
    """Fetch new and changed pages of the named sources, or of all that are due, into the archive.

    A source that another process crawls is passed over; so is, among all or `if_due`, one that was crawled
    by another since and whose turn it is no more: each is crawled once, whoever else begins at the same time.
    A source file with a mistake is reported as an outcome and leaves the others running. Raises BadUsage
    for a name that is no source.
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
    _record(house, run_id, faults, on_outcome)
    _finish_erasing(house)
    specs = [find_source(house, name) for name in source_ids or due(house)]
    with house.rearranging():
        adopt(house, run_id, source_ids or None)
    named_contact(house.settings, specs)
    if not specs:
        return
    with house.collecting(*(spec.id for spec in specs)) as free:
        turns = due(house) if if_due or not source_ids else source_ids
        mine = [spec for spec in specs if spec.id in free and spec.id in turns]
        for spec in specs:
            if spec not in mine:
                log("pipeline").info("source passed over: another run crawls it or just did", source=spec.id)
        if mine:
            crawl_sources(house.settings, run_id, mine, on_outcome=on_outcome)


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
        with house.collecting(source) as free:
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
    """Return the paths of the partitions that are not both analysed and indexed, the oldest first."""
    return [partition.path for partition in crawled.partitions_waiting(house.records)]


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
            fault = _outcome(
                Stage.ANALYSE, pages[0], Result.QUARANTINED, "analysis_failed", type(error).__name__
            )
            return [], [fault]
        halves = [analyse_pages(house, half) for half in (pages[: len(pages) // 2], pages[len(pages) // 2 :])]
        return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
    documents = [Document(page=p, analysis=a) for p, a in zip(pages, analyses, strict=True)]
    return documents, [_outcome(Stage.ANALYSE, page, Result.ANALYSED) for page in pages]


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
    _clear_spool(house)
    done: list[str] = []
    for partition in crawled.partitions_to_do(house.records, Stage.INDEX, paths):
        with house.partition(partition.path) as mine:
            if mine and crawled.waits(house.records, partition.path, Stage.INDEX):
                done += _index_partition(house, run_id, partition, on_outcome)
    # What a kill kept from the index.
    house.engine.apply(decisions.triages(house.records, None if paths is None else done))


def _index_partition(
    house: House, run_id: str, partition: Partition, on_outcome: OnOutcome | None
) -> list[str]:
    """Index what was judged of a partition, judging it again if that is lost; return the ids of its pages."""
    documents = house.spool.read(partition.path)
    if documents is None:
        pages = read_partition(house, run_id, Stage.INDEX, partition, on_outcome)
        if pages is None:
            return []
        documents, failed = analyse_pages(house, pages)
        _record(house, run_id, [o for o in failed if o.result is Result.QUARANTINED], on_outcome)
    outcomes = index_documents(house, documents)
    crawled.partition_done(house.records, run_id, partition.path, Stage.INDEX, outcomes)
    house.spool.drop(partition.path)
    _tell(outcomes, on_outcome)
    return [document.id for document in documents]


def _clear_spool(house: House) -> None:
    """Forget judged documents that no index waits for: what a kill left behind."""
    waits = {partition.path for partition in crawled.partitions_to_do(house.records, Stage.INDEX)}
    for path in house.spool.partitions() - waits:
        with house.partition(path) as mine:  # nobody is about to write them
            if mine and not crawled.waits(house.records, path, Stage.INDEX):
                house.spool.drop(path)


def index_documents(
    house: House, documents: Sequence[Document], building: Engine | None = None
) -> list[Outcome]:
    """Write `documents` to the index, copies folded, with the story of each; return the outcomes.

    That is the serving index, or else the one that is `building`; both hear of new leaders.
    What was erased is left out.
    """
    with house.folding():
        if building is None:
            outcomes, groups = _fold_and_write(house, documents, house.engine)
            with house.building() as beside:
                if beside is not None:
                    _lead(beside, groups)
        else:
            outcomes, groups = _fold_and_write(house, documents, building)
            with suppress(IndexUnavailable):  # the new one may replace one that can't be used
                _lead(house.engine, groups)
    return outcomes


def _lead(engine: Engine, groups: Iterable[Copies]) -> None:
    for group in groups:
        engine.lead(group.leader, group.followers)


def _fold_and_write(
    house: House, documents: Sequence[Document], engine: Engine
) -> tuple[list[Outcome], Sequence[Copies]]:
    """Write to `engine`, and tell it who leads; return the outcomes and that."""
    gone = tombstones.erased(house.records, [d.page for d in documents])
    in_order = sorted(documents, key=lambda d: d.page.fetched_at)
    latest = {d.id: d for d in in_order}
    erased = [latest.pop(name) for name in sorted(gone)]
    # The engine keeps nothing of these but when they were fetched.
    older = [d for d in in_order if d.id in latest and d is not latest[d.id]]
    with signatures(house.records, duplicates.KIND) as store:
        groups = duplicates.fold_copies(store, [d.page for d in latest.values()])
    with signatures(house.records, stories.KIND) as store:
        told = stories.assign(store, latest.values())
    leaders = {follower: group.leader for group in groups for follower in group.followers}
    links = {name: {"duplicate_of": leaders.get(name), "story_id": told.get(name)} for name in latest}
    folded = [
        d.model_copy(update={"analysis": d.analysis.model_copy(update=links[d.id])}) for d in latest.values()
    ]
    written = {w.id: w for w in engine.write([*older, *folded])}
    _lead(engine, groups)
    # Of a refusal by the engine, its own code is the detail.
    outcomes = [
        _outcome(
            Stage.INDEX, latest[w.id].page, Result(w.result), "index_refused" if w.reason else "", w.reason
        )
        for w in written.values()
    ]
    dropped = [_outcome(Stage.INDEX, d.page, Result.DROPPED, "erased") for d in erased]
    return outcomes + dropped, groups


def watch(house: House, now: datetime) -> list[Alert]:
    """Raise alerts for fresh grave texts, rises, and sources in need of a look; return the new.

    For a `now` in the past those that a run at that time raised, by what had been fetched by then
    (`index.as_of`), but none for a text that people have decided on since. How a source stood is known of the
    present only: a run that comes later than the next would, has no alerts for sources.
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
        _record(house, run_id, outcomes + index_documents(house, documents), on_outcome)
    analyse(house, run_id, on_outcome)
    index(house, run_id, on_outcome)
    return len(chosen)


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
        _record(house, run_id, [outcome], on_outcome)
        return None


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


def declare(house: House) -> None:
    """Make the records know the sources as their files are now."""
    rows = [(s.id, s.name, s.home, s.enabled) for s in house.sources.specs]
    crawled.declare_sources(house.records, rows)


def due(house: House, ahead: timedelta = timedelta(0)) -> list[str]:
    """Return the ids of the enabled sources whose turn it is, or comes within the time `ahead`.

    A turn further ahead than the source's interval means that the clock was set back since: it is due.
    """
    now = datetime.now(UTC)
    turns = {s.source_id: s.due_at for s in crawled.source_health(house.records)}

    def waits(spec: SourceSpec) -> bool:
        at = turns.get(spec.id)
        return at is not None and ahead < at - now <= timedelta(minutes=spec.every_minutes)

    return [spec.id for spec in house.sources.specs if spec.enabled and not waits(spec)]


def find_source(house: House, name: str) -> SourceSpec:
    """Return the source named. Raises BadUsage that says how to list them."""
    for spec in house.sources.specs:
        if spec.id == name:
            return spec
    raise BadUsage(f"no source {name!r}; `langnghe sources list` names them all")


def _outcome(stage: Stage, page: Page, result: Result, reason: str = "", detail: str = "") -> Outcome:
    return Outcome(
        stage=stage, item=page.id, source_id=page.source_id, result=result, reason=reason, detail=detail
    )


def _record(house: House, run_id: str, outcomes: Sequence[Outcome], on_outcome: OnOutcome | None) -> None:
    runs.record_outcomes(house.records, run_id, outcomes)
    _tell(outcomes, on_outcome)


def _tell(outcomes: Sequence[Outcome], on_outcome: OnOutcome | None) -> None:
    for outcome in outcomes if on_outcome else ():
        on_outcome(outcome)  # type: ignore[misc]
