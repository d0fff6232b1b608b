"""The labels kept here name texts and places in them and hold no text; and how they are measured by."""

import json
from pathlib import Path
from random import Random

import pytest

from core.errors import BadInput
from core.provinces import provinces
from nlp import identity_quality, labelled, places_quality
from nlp.duplicates import LIKE, likeness, signature
from nlp.edits import AROUND, EDITS, cut, framed, phrases, sentences

ARTICLE = " ".join(f"Câu số {n} kể chuyện{n} xảy{n} ra{n} ở{n} trường{n} hôm{n} đó{n}." for n in range(40))
OTHER = " ".join(f"Bài khác {n} nói{n} về{n} mùa{n} màng{n} năm{n} nay{n}." for n in range(40))


def test_labels_of_places_hold_offsets_and_provinces_only() -> None:
    known = {province.name for province in provinces()}
    rows = labelled.labels("places")
    required = [m for row in rows for m in row["mentions"] if len(m) == 4]
    assert len(required) >= 300
    for row in rows:
        assert set(row) == {"id", "file", "why", "fields", "passage", "mentions"}
        for name, start, end, province, *other in row["mentions"]:
            assert name in row["fields"]
            assert 0 <= start < end
            assert province in known
            assert other in ([], ["optional"], ["commune"])


def test_labels_of_stories_hold_ids_and_numbers_only() -> None:
    rows = labelled.labels("stories")
    numbers = [row["story"] for row in rows]
    assert all(set(row) == {"id", "file", "story"} for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert sum(numbers.count(number) > 1 for number in set(numbers)) >= 60


def test_labels_of_identities_hold_offsets_and_kinds_only() -> None:
    rows = identity_quality.labels()
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"id", "file", "set", "victims", "passage", "spans"}
        assert row["set"] in identity_quality.SETS
        for name, start, end, kind in row["spans"]:
            assert name in ("title", "lead", "thread_title", "text")
            assert 0 <= start < end
            assert name != "text" or row["passage"][0] <= start < row["passage"][1]
            assert kind in ("name", "address", "school", "birth", "plate")


def test_masks_are_scored_by_letters_and_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Cháu Nguyễn Thử Mẫu (7 tuổi), học lớp 2A, đã về nhà ở số 12."
    (tmp_path / "news.jsonl").write_text(json.dumps({"id": "a", "type": "news", "body": text}) + "\n")
    at = text.index("Nguyễn")
    spans = [["text", at, at + 14, "name"], ["text", len(text) - 3, len(text) - 1, "address"]]
    row = {"id": "a", "file": "news.jsonl", "set": "test", "victims": True, "passage": [0, 200]}
    monkeypatch.setattr(labelled, "labels", lambda name: [row | {"spans": spans}])
    score = identity_quality.quality(tmp_path)["test"].victims
    assert (score.labelled, score.found, score.masked, score.right) == (2, 1, 2, 1)


def test_mentions_are_scored_by_overlap_and_province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Công an Cà Mau và công an huyện Châu Thành, Bến Tre. Chị Hà Giang kể."
    (tmp_path / "news.jsonl").write_text(json.dumps({"id": "a", "type": "news", "body": text}) + "\n")
    at = text.index("Cà Mau")
    marked = [["text", at, at + 6, "Cà Mau"], ["text", at + 40, at + 44, "Huế"]]
    row = {"id": "a", "file": "news.jsonl", "why": "w", "fields": ["text"], "passage": [0, 200]}
    monkeypatch.setattr(labelled, "labels", lambda name: [row | {"mentions": marked}])
    score = places_quality.quality(tmp_path)[labelled.half("a")]["all"]
    assert (score.labelled, score.found, score.given, score.right) == (2, 1, 3, 1)


def test_a_labelled_text_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text("")
    with pytest.raises(BadInput, match="text x is missing"):
        labelled.pages(tmp_path, [("news.jsonl", "x")])


def test_the_command_asks_for_a_folder_and_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert labelled.command("nlp.places_quality", [], places_quality.lines) == 2
    assert "usage: python -m nlp.places_quality DATA-FOLDER" in capsys.readouterr().err
    assert labelled.command("nlp.places_quality", [str(tmp_path)], places_quality.lines) == 1
    assert "can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_the_same_with_the_same_seed_and_leaves_a_copy(edit: object) -> None:
    assert callable(edit)
    once, again = (edit(ARTICLE, 0.2, OTHER, Random(5)) for _ in range(2))
    assert once == again != ARTICLE
    base = {"source_id": "s", "id": "a", "type": "news"}
    one, two = (signature(labelled.page(base | {"body": text}, "here")) for text in (ARTICLE, once))
    assert one is not None
    assert two is not None
    assert likeness(one.profile, two.profile) > LIKE


def test_edits_change_as_much_as_they_are_told() -> None:
    words = set(ARTICLE.split())
    for edit in (sentences, phrases, cut):
        kept = words & set(edit(ARTICLE, 0.3, OTHER, Random(1)).split())
        assert 0.6 < len(kept) / len(words) < 0.95
    assert ARTICLE in framed(ARTICLE, 0, OTHER, Random(1))
    assert framed(ARTICLE, 0, OTHER, Random(1)).startswith(AROUND)
