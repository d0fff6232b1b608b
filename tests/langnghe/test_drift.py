"""The weekly check: an alert in the records and the console when texts are no longer what was learned."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.contracts import AlertKind, Page, PageType
from core.records import notices
from core.settings import Settings
from dashboards.console.alert_words import message
from dashboards.console.language import language
from dashboards.console.words import Names
from langnghe.drift import check
from langnghe.house import House
from nlp.analyser import PACKAGED
from nlp.in_use import Shelf
from nlp.task import Task
from nlp.train import train
from tests.conftest import NOON
from tests.langnghe.decided import Said, langnghe, revision, take_in
from tests.langnghe.trained import invented, written

MakePage = Callable[..., Page]
Command = Callable[..., Said]
WEEK = "2026-W47"
NEXT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of half of the invented rows, with a reference of its remarks."""
    folder = tmp_path_factory.mktemp("model")
    train(Task.RISK, [written(folder / "rows.jsonl", invented(0, 2))], folder / "model")
    return folder / "model"


@pytest.fixture
def house(settings: Settings, model: Path) -> Iterator[House]:
    """A house that uses the model."""
    Shelf(settings.data_dir / "models", PACKAGED).install(Task.RISK, model)
    opened = House(settings)
    yield opened
    opened.engine.close()
    opened.records.close()


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command line on the house's data folder."""
    return lambda *a: langnghe(monkeypatch, capsys, "--data-dir", settings.data_dir, *a)


def like_training(make_page: MakePage) -> list[Page]:
    """Posts as those that the model learned from, but others."""
    rows = [row for row in invented(1, 2) if row["type"] in ("post", "comment")][:150]
    return [
        revision(
            make_page(
                number=n,
                type=PageType.POST,
                thread_title=row["title"] if row["type"] == "comment" else "",
                title=row["title"] if row["type"] == "post" else "",
                text=row["body"],
            )
        )
        for n, row in enumerate(rows)
    ]


def unlike_training(make_page: MakePage, number: int = 80) -> list[Page]:
    """Posts of a new game in a jargon of its own."""
    return [
        revision(
            make_page(
                number=1000 + n,
                type=PageType.POST,
                title="",
                text=f"Server blorptok mở map zanfex, ae vào farm skin quybex lv {n} nhé, gank cực phê.",
            )
        )
        for n in range(number)
    ]


def test_a_week_like_the_training_rows_raises_nothing(house: House, make_page: MakePage) -> None:
    take_in(house, like_training(make_page))
    found = check(house, WEEK, NOON)
    assert [one.form for one in found.forms] == ["remark"]
    assert found.texts == 150
    assert found.alerts == ()
    assert notices.alerts(house.records) == []


def test_a_week_unlike_them_leaves_one_alert_of_numbers_that_the_console_shows(
    house: House, make_page: MakePage
) -> None:
    take_in(house, unlike_training(make_page))
    found = check(house, None, NEXT)
    assert found.week == WEEK
    assert "vocabulary" in found.forms[0].drifted
    assert "blorptok" in [one.term for one in found.new_terms]
    [alert] = notices.alerts(house.records)
    assert (alert.key,) == found.alerts
    assert alert.kind is AlertKind.DRIFT
    assert "blorptok" not in str(alert.facts)
    said = message(Names(language("vi")), alert)
    assert said.startswith("Tuần 2026-W47, bình luận và bài diễn đàn: ")
    assert "âm tiết lạ" in said
    assert message(Names(language("en")), alert).startswith("Week 2026-W47, comments and posts: ")
    check(house, None, NEXT)
    assert len(notices.alerts(house.records)) == 1


def test_the_same_drift_in_the_next_week_is_no_second_alert(house: House, make_page: MakePage) -> None:
    this = unlike_training(make_page)
    after = [
        revision(make_page(number=3000 + n, type=PageType.POST, title="", text=page.text + " Vào nha."))
        for n, page in enumerate(this)
    ]
    take_in(house, this)
    take_in(house, [revision(p, published_at=None, fetched_at=NOON + timedelta(days=7)) for p in after])
    first, second = check(house, WEEK, NOON), check(house, "2026-W48", NOON)
    assert first.alerts
    assert second.alerts == first.alerts
    assert len(notices.alerts(house.records)) == 1


def test_few_texts_and_texts_of_another_model_say_nothing(
    house: House, make_page: MakePage, settings: Settings
) -> None:
    take_in(house, unlike_training(make_page, 20))
    found = check(house, WEEK, NOON)
    assert (found.forms, found.too_few, found.alerts) == ((), {"remark": 20}, ())
    house.shelf.rollback(Task.RISK)
    judged_before = House(settings)
    take_in(judged_before, unlike_training(lambda **a: make_page(**a | {"number": 9000 + a["number"]})))
    judged_before.engine.close()
    judged_before.records.close()
    house.shelf.rollback(Task.RISK)
    assert check(house, WEEK, NOON).other_model == 80


def test_the_command_prints_a_table_or_json(house: House, make_page: MakePage, command: Command) -> None:
    take_in(house, unlike_training(make_page))
    done = command("drift", "--week", WEEK)
    assert done.code == 0, done.err
    assert "vocabulary" in done.out
    assert "Not learned and frequent (texts): " in done.out
    found = json.loads(command("drift", "--week", WEEK, "--json").out)
    assert found["week"] == WEEK
    assert found["forms"][0]["psi"] >= 0
    wrong = command("drift", "--week", "2026-W99")
    assert (wrong.code, "2026-W99" in wrong.err) == (2, True)


def test_a_model_without_a_reference_is_told_plainly(
    command: Command, settings: Settings, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nlp import linear

    old = linear.load(model)
    bare = old.card.model_copy(update={"reference": {}, "version": "2026.01.01-old"})
    target = settings.data_dir / "old"
    linear.save(linear.unpack(bare, linear.pack(old.spaces, old.kernels, old.rows)), target)
    Shelf(settings.data_dir / "models", PACKAGED).install(Task.RISK, target)
    done = command("drift", "--week", WEEK)
    assert done.code == 1
    [line] = done.err.strip().splitlines()
    assert "keeps no reference of its training rows" in line
