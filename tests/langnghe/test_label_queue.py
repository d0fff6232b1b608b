"""`langnghe labels queue`: indexed texts that wait for a label, and no others."""

import json
from collections.abc import Callable

import pytest

from core.contracts import Page, What
from langnghe.house import House
from langnghe.teaching import lessons
from tests.langnghe.decided import BEATEN, DROWNED, GOLD, langnghe, revision, say, take_in

MakePage = Callable[..., Page]
LONG = " ".join(f"Đoạn {n} kể tiếp chuyện em học sinh bị bạn bè cô lập ở lớp suốt học kỳ." for n in range(8))


def test_decided_texts_and_copies_are_left_out(house: House, make_page: MakePage) -> None:
    beaten, drowned, gold = (
        revision(make_page(number=n, **t)) for n, t in enumerate((BEATEN, DROWNED, GOLD))
    )
    long, copy = (revision(make_page(number=n, title=f"Bản {n}", text=LONG)) for n in (7, 8))
    take_in(house, [beaten, drowned, gold, long, copy])
    say(house, beaten, What.CONFIRM)
    say(house, gold, What.NOTE)
    assert {one.id for one in lessons(house, 20)} == {drowned.id, gold.id, long.id}
    say(house, copy, What.DISMISS)
    assert {one.id for one in lessons(house, 20)} == {drowned.id, gold.id}
    say(house, beaten, What.REOPEN)
    assert beaten.id in {one.id for one in lessons(house, 20)}


def test_the_command_lists_them_as_a_table_or_json_masked(
    house: House, make_page: MakePage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("--data-dir", house.settings.data_dir, "labels", "queue")
    done = langnghe(monkeypatch, capsys, *command)
    assert (done.code, done.out.strip()) == (
        0,
        "Nothing to label: no indexed text waits without a verdict.",
    )
    named = make_page(title="Cháu Nguyễn Thị Bông bị bạn đánh ở trường", text="Nhà trường đang xác minh.")
    take_in(house, [revision(named), revision(make_page(number=2, **DROWNED))])
    found = json.loads(langnghe(monkeypatch, capsys, *command, "--limit", "1", "--json").out)
    assert len(found) == 1
    assert set(found[0]) == {"id", "score", "relevance", "why", "title"}
    done = langnghe(monkeypatch, capsys, *command)
    assert "/texts/" in done.out
    assert "Bông" not in done.out
