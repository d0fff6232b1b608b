"""Retention: each class goes when it is due and not before, from everywhere, and only once."""

import json
import signal
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.archive import Archive
from core.contracts import Alert, AlertKind, Document, Kind, Page, Severity, State, Triage, What
from core.errors import Busy
from core.records import crawled, notices
from core.records.signatures import signatures
from index.embedded import EmbeddedEngine
from langnghe import retention
from langnghe.house import House, running
from langnghe.rebuild import rebuild
from langnghe.retention import Pruned, prune
from nlp import duplicates
from nlp.analyser import Analyser
from tests.conftest import NOON
from tests.langnghe.conftest import archive, command, decide, in_a_process, indexed, killed_at, opened, run
from tests.langnghe.decided import DROWNED, GOLD
from tests.langnghe.world import made

WORD = "quetzimar"  # of no language, so that it can be looked for in any file


def old(number: int, days: int, told: Mapping[str, str], **given: Any) -> Page:
    """A page dated and fetched so many days before noon."""
    at = NOON - timedelta(days=days)
    text = f"{told['text']} Số {number}."
    return made(
        number, **{"title": told["title"], "text": text, "published_at": at, "fetched_at": at} | given
    )


def pruned(house: House, *, days: int = 0, dry_run: bool = False) -> Pruned:
    with running(house, "prune"):
        return prune(house, NOON + timedelta(days=days), dry_run=dry_run)


def archived(house: House) -> set[str]:
    return {name.id for path in house.archive.partitions() for name in house.archive.names(path)}


@pytest.fixture
def pages(filled: House) -> dict[str, Page]:
    """Texts a day before and after their class is due, in partitions that are due in part or as a whole."""
    pages = {
        "irrelevant, young": old(800, 90, GOLD),
        "irrelevant, due": old(801, 91, GOLD, text=f"Giá vàng {WORD} tăng nhẹ."),
        "irrelevant, due, fetched late": old(802, 91, GOLD, fetched_at=NOON - timedelta(days=2)),
        "relevant, not due as irrelevant": old(803, 91, DROWNED),
        "relevant, young": old(804, 730, DROWNED),
        "relevant, due": old(805, 731, DROWNED),
        "irrelevant, decided on": old(806, 1826, GOLD),
        "relevant, decided on": old(807, 1826, DROWNED),
    }
    archive(filled, list(pages.values()))
    run(filled)
    for name, what in (("irrelevant, decided on", What.NOTE), ("relevant, decided on", What.DISMISS)):
        decide(filled, pages[name].id, what)
    found = indexed(filled)
    for name, page in pages.items():
        assert found[page.id].document.analysis.relevant is name.startswith("relevant"), name
    return pages


DUE = {"irrelevant, due", "irrelevant, due, fetched late", "relevant, due"}


def test_each_class_goes_when_it_is_due(filled: House, pages: dict[str, Page]) -> None:
    before, held = archived(filled), indexed(filled)
    assert before == set(held)
    due = {pages[name].id for name in DUE}

    for name in ("relevant, due", "relevant, young"):
        facts = {"page_id": pages[name].id, "title": pages[name].title}
        notices.raise_alerts(filled.records, [Alert(key=name, kind=AlertKind.GRAVE, at=NOON, facts=facts)])

    tried = pruned(filled, dry_run=True)
    assert (tried.irrelevant, tried.relevant, tried.decided, tried.unjudged) == (2, 1, 0, 0)
    assert (archived(filled), indexed(filled)) == (before, held)

    done = pruned(filled)
    assert done == tried.model_copy(
        update={"dry_run": False, "dropped": done.dropped, "rewritten": done.rewritten}
    )
    assert (done.dropped, done.rewritten) == (2, 1)
    assert archived(filled) == set(indexed(filled)) == before - due
    assert {name: hit for name, hit in held.items() if name not in due} == indexed(filled)
    assert crawled.known_partitions(filled.records) == set(filled.archive.partitions())
    with signatures(filled.records, duplicates.KIND) as store:
        assert not any(store.get(name) for name in due)
    assert [alert.key for alert in notices.alerts(filled.records)] == ["relevant, young"]
    for file in filled.settings.data_dir.glob("index*"):
        assert WORD.encode() not in file.read_bytes()

    again = pruned(filled)
    assert (again.irrelevant, again.relevant, again.decided, again.dropped, again.rewritten) == (0,) * 5
    assert run(filled) == []
    assert rebuild(filled).documents == len(before - due)


def test_a_decision_keeps_a_text_for_as_long_as_its_own_class_says(
    filled: House, pages: dict[str, Page]
) -> None:
    decide(filled, pages["irrelevant, due"].id, What.CONFIRM)
    decide(filled, pages["relevant, due"].id, What.NOTE)
    done = pruned(filled)
    assert (done.irrelevant, done.relevant, done.decided) == (1, 0, 0)
    assert {pages["irrelevant, due"].id, pages["relevant, due"].id} <= archived(filled)
    # Long after, when texts and decisions are older than that, nothing is left.
    done = pruned(filled, days=1900)
    assert done.decided == 6
    assert archived(filled) == set(indexed(filled)) == set()
    assert list(filled.archive.partitions()) == []


def test_a_decision_that_the_index_had_missed_counts(filled: House, pages: dict[str, Page]) -> None:
    name = pages["irrelevant, due"].id
    decide(filled, name, What.CONFIRM)
    filled.engine.remove([name])
    filled.engine.write([indexed_as_new(filled, pages["irrelevant, due"])])
    pruned(filled)
    assert name in archived(filled)
    assert name in indexed(filled)


def indexed_as_new(house: House, page: Page) -> Any:
    """Return the document of a page, as if nobody had decided on it."""
    return Document(page=page, analysis=house.analyser.analyse([page])[0])


def test_all_revisions_of_a_text_go_together(filled: House, pages: dict[str, Page]) -> None:
    first = pages["irrelevant, due"]
    archive(filled, [old(801, 91, GOLD, text=f"Giá vàng {WORD}, bản sửa.", fetched_at=NOON)])
    run(filled)
    pruned(filled)
    assert first.id not in archived(filled) | set(indexed(filled))


def test_the_copy_that_stays_leads(filled: House) -> None:
    text = " ".join(f"Câu thứ {n} của bài viết được đăng lại trên nhiều báo." for n in range(12))
    first, copy = (
        old(820 + n, days, GOLD, text=text, source_id=f"bao-{n}") for n, days in enumerate((100, 30))
    )
    archive(filled, [first, copy])
    run(filled)
    assert indexed(filled)[copy.id].document.analysis.duplicate_of == first.id
    pruned(filled)
    assert indexed(filled)[copy.id].document.analysis.duplicate_of is None
    assert rebuild(filled).documents == filled.engine.size()


def test_a_page_that_was_never_judged_stays_as_long_as_a_relevant_one(filled: House) -> None:
    young, due = old(830, 720, GOLD), old(831, 740, GOLD)
    archive(filled, [young, due])
    with running(filled, "test") as name:  # its analysis had failed
        for path in crawled.partitions_to_do(filled.records, "analyse"):
            crawled.partition_done(filled.records, name, path.path, "analyse", [])
            crawled.partition_done(filled.records, name, path.path, "index", [])
    assert pruned(filled, dry_run=True).unjudged == 1
    pruned(filled)
    assert archived(filled) & {young.id, due.id} == {young.id}


def test_what_was_pruned_is_remembered_as_seen(filled: House, pages: dict[str, Page]) -> None:
    pruned(filled)
    page = pages["irrelevant, due"]
    assert crawled.seen(filled.records, [page.id])[page.id].content_hash == page.content_hash


def test_a_damaged_partition_is_left_alone(filled: House, pages: dict[str, Page]) -> None:
    [path] = [
        p for p in filled.archive.partitions() if f"day={pages['relevant, due'].fetched_at:%Y-%m-%d}" in p
    ]
    file = Path(filled.settings.archive_location) / path
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert pruned(filled).unsearched == (path,)
    file.write_bytes(whole)
    assert pruned(filled).unjudged == 1
    assert pages["relevant, due"].id not in archived(filled)


KILLED: dict[str, tuple[Any, str, bool]] = {
    "a partition is rewritten and the records do not know": (Archive, "write", True),
    "a partition is dropped": (Archive, "remove", True),
    "the archive is done": (retention, "forget", False),
    "signatures are forgotten": (retention, "forget", True),
    "the index is done in part": (EmbeddedEngine, "prune", True),
}


@pytest.mark.parametrize("part", KILLED)
def test_pruning_that_is_killed_is_ended_by_the_next(
    filled: House, pages: dict[str, Page], part: str
) -> None:
    owner, name, after = KILLED[part]
    kept = archived(filled) - {pages[name].id for name in DUE}

    def work() -> None:
        house = opened(filled.settings, filled.analyser)
        with killed_at(owner, name, after=after):
            pruned(house)

    assert in_a_process(work) == -signal.SIGKILL
    run(filled)
    pruned(filled)
    assert archived(filled) == set(indexed(filled)) == kept
    assert crawled.known_partitions(filled.records) == set(filled.archive.partitions())
    assert rebuild(filled).documents == len(kept)


def test_nothing_is_pruned_while_an_index_is_rebuilt(filled: House) -> None:
    with filled.alone("rebuild"), pytest.raises(Busy, match="rebuild"):
        pruned(filled)


def test_the_command_tells_counts_by_class(filled: House, pages: dict[str, Page]) -> None:
    arguments = ("--data-dir", str(filled.settings.data_dir), "prune", "--dry-run", "--json")
    days = {"IRRELEVANT": "89", "RELEVANT": "36500", "DECIDED": "36500"}
    asked = command(*arguments, **{f"LANGNGHE_RETENTION__{name}_DAYS": n for name, n in days.items()})
    assert asked.returncode == 0, asked.stderr
    said = json.loads(asked.stdout)
    assert said["dry_run"] is True
    assert said["irrelevant"] == 3
    assert said["relevant"] == said["decided"] == 0
    assert len(archived(filled)) == filled.engine.size()


def test_what_somebody_decides_on_while_it_works_stays(
    filled: House, pages: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, rewrite = pages["irrelevant, due, fetched late"], retention.rewrite

    def after_a_decision(house: House, path: str, gone: set[str]) -> Any:
        if page.id not in indexed_decided(filled):
            decide(filled, page.id, What.ESCALATE)
        return rewrite(house, path, gone)

    monkeypatch.setattr(retention, "rewrite", after_a_decision)
    before = archived(filled)
    pruned(filled)
    assert pages["irrelevant, due"].id in before - archived(filled)
    assert page.id in archived(filled)
    assert page.id in indexed(filled)


def indexed_decided(house: House) -> set[str]:
    return {i for i, hit in indexed(house).items() if hit.triage.seq > 0}


def test_a_verdict_that_the_register_does_not_know_keeps_its_text(filled: House) -> None:
    page = old(806, 1900, GOLD)
    archive(filled, [page])
    run(filled)
    filled.engine.apply({page.id: Triage(state=State.CONFIRMED, relevant=True, seq=99)})
    pruned(filled)
    assert page.id in indexed(filled)


def test_a_half_built_index_of_another_model_can_go_on_after_it(filled: House) -> None:
    page = old(803, 200, DROWNED)
    archive(filled, [page])
    run(filled)
    models = filled.analyser
    other = Analyser(models.risk, models.sentiment, models.hostility)
    other.info = models.info.model_copy(update={"version": "another"})
    judged = other.analyse
    nothing = {"relevant": False, "relevance": 0.1, "categories": (), "kind": Kind.NONE}
    nothing["severity"] = Severity(level=0, probabilities=(1.0, 0.0, 0.0, 0.0))
    other.analyse = lambda pages: [a.model_copy(update=nothing) for a in judged(pages)]  # type: ignore[method-assign]
    filled.__dict__["analyser"] = other

    def give_up(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(filled, give_up)
    pruned(filled)
    assert rebuild(filled).documents == len(archived(filled)) == filled.engine.size()


def test_a_dry_run_leaves_what_a_killed_writer_left(filled: House) -> None:
    folder = Path(filled.settings.archive_location) / next(filled.archive.partitions())
    draft = folder.with_name(f".{folder.name}.{'0' * 32}")
    draft.write_text("x")
    pruned(filled, dry_run=True)
    assert draft.exists()
