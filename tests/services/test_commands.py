"""What operators do to an index on Elasticsearch: make it anew, let old texts go, erase a page."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from core.contracts import VIETNAM, Page, State, What
from core.records import crawled
from core.settings import ElasticSettings, Settings
from langnghe.house import House
from nlp.analyser import Analyser
from tests.index.emptying import gone
from tests.langnghe.conftest import archive, decide, indexed, opened, run
from tests.langnghe.decided import BEATEN, DROWNED, GOLD, langnghe
from tests.langnghe.world import made

pytestmark = pytest.mark.services
TODAY = datetime.now(UTC)
WORD = "quetzimar"  # of no language, so that it can be looked for in any file


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    """The packaged models, loaded once."""
    return Analyser.load()


@pytest.fixture
def house(
    settings: Settings,
    elastic_settings: ElasticSettings,
    analyser: Analyser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A house whose index is on the real node, as the environment says too."""
    (tmp_path / "sources").mkdir()
    variables = {
        "DATA_DIR": str(settings.data_dir),
        "SOURCES_DIR": str(tmp_path / "sources"),
        "ELASTIC__HOSTS": json.dumps(elastic_settings.hosts),
        "ELASTIC__PREFIX": elastic_settings.prefix,
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"LANGNGHE_{name}", value)
    given = {"sources_dir": tmp_path / "sources", "elastic": elastic_settings}
    made = opened(settings.model_copy(update=given), analyser)
    yield made
    made.engine.close()
    made.records.close()
    gone(elastic_settings)


def page(number: int, told: Mapping[str, str], days: int = 1, **given: Any) -> Page:
    """A page dated and fetched so many days before today."""
    at = TODAY - timedelta(days=days)
    text = f"{told['text']} Số {number}."
    facts = {"title": f"{told['title']} ({number})", "text": text, "published_at": at, "fetched_at": at}
    return made(number, **facts | given)


def month(page: Page) -> str:
    return f"{page.dated_at.astimezone(VIETNAM):%Y.%m}"


def months(house: House) -> set[str]:
    """The months of which there is an index."""
    elastic = house.settings.elastic
    with Elasticsearch(list(elastic.hosts)) as client:
        return {index[-7:] for index in client.indices.get_alias(index=f"{elastic.prefix}-*.*")}


def test_a_rebuild_keeps_what_was_decided_before_and_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [page(n, told, days=20 * n) for n, told in enumerate((BEATEN, DROWNED, GOLD), 1)]
    for each in pages:  # each in a partition of its own
        archive(house, [each])
    run(house)
    decide(house, pages[0].id, What.ESCALATE)
    before, old = indexed(house), house.generations.serving()
    built = crawled.partition_built

    def decided_meanwhile(*given: Any) -> None:
        monkeypatch.setattr(crawled, "partition_built", built)
        decide(house, pages[1].id, What.CONFIRM)
        built(*given)

    monkeypatch.setattr(crawled, "partition_built", decided_meanwhile)
    said = langnghe(monkeypatch, capsys, "rebuild", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["documents"], told["decided"]) == (3, 2)
    assert house.generations.names() == [told["generation"]] == [house.generations.serving()] != [old]
    after = indexed(house)
    assert {i: hit.document for i, hit in after.items()} == {i: hit.document for i, hit in before.items()}
    states = [after[each.id].triage.state for each in pages]
    assert states == [State.ESCALATED, State.CONFIRMED, State.OPEN]


def test_prune_drops_a_month_as_a_whole_and_takes_single_texts_out_of_others(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ages = {"irrelevant": page(1, GOLD, days=95), "kept": page(2, DROWNED, days=95)}
    ages |= {"whole month": page(3, DROWNED, days=740), "young": page(4, GOLD)}
    archive(house, list(ages.values()))
    run(house)
    assert month(ages["whole month"]) in months(house)
    said = langnghe(monkeypatch, capsys, "prune", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["irrelevant"], told["relevant"], told["decided"]) == (1, 1, 0)
    assert set(indexed(house)) == {ages["kept"].id, ages["young"].id}
    assert months(house) == {month(ages["kept"]), month(ages["young"])}


def test_of_an_erased_page_no_word_is_left_in_any_file_of_the_node(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"Bé trai {WORD} bị lạc ở chợ. " + " ".join(f"Câu {n}." for n in range(40))
    asked = page(1, BEATEN, text=text)
    archive(house, [asked, page(2, DROWNED)])
    run(house)
    archive(house, [page(1, BEATEN, days=0, text=f"{text} Bản sửa.")])
    run(house)
    decide(house, asked.id, What.ESCALATE)
    with Elasticsearch(list(house.settings.elastic.hosts)) as client:
        client.indices.flush(index=f"{house.settings.elastic.prefix}-*")
        (node,) = client.nodes.info(metric="settings")["nodes"].values()
    data = Path(node["settings"]["path"]["data"])
    assert files_with(WORD, data), "it would be found"
    said = langnghe(monkeypatch, capsys, "erase", asked.id, "--why", "the family asked", "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["pages"] == [asked.id]
    assert asked.id not in indexed(house)
    assert len(indexed(house)) == 1
    assert files_with(WORD, data) == []
    assert files_with(WORD, house.settings.data_dir) == []


def files_with(word: str, folder: Path) -> list[str]:
    """The files below `folder` that hold `word`."""
    return sorted(str(f) for f in folder.rglob("*") if f.is_file() and word.encode() in f.read_bytes())
