"""Minimal pairs: well formed, split for good, and scored by what a pair is."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from core.contracts import Kind, Label, Severity
from core.taxonomy import taxonomy
from core.text import fold, nfc
from nlp import pairs_quality
from nlp.features import Reading
from nlp.pairs import DEVELOPMENT, TEST, Pair, pairs, rows
from nlp.pairs_quality import ALL, quality, shares
from nlp.risk import Judgement
from nlp.rows import Risk, Row, row_hash

KINDS = {
    *("negation", "adults_only", "fiction", "animals", "metaphors"),
    *("old_cases", "foreign_cases", "children_present", "health", "ages"),
}


def words(row: Row) -> list[str]:
    read = row.reading
    return fold(" ".join((read.thread_title, read.title, read.text))).split()


def test_there_are_enough_of_each_kind_in_each_half() -> None:
    count = Counter((pair.kind, pair.half) for pair in pairs())
    assert len(pairs()) >= 200
    assert {kind for kind, _ in count} == KINDS
    assert {half for _, half in count} == {DEVELOPMENT, TEST}
    assert min(count.values()) >= 8


def test_ids_and_texts_stand_once_and_no_title_is_in_both_halves() -> None:
    assert len({pair.id for pair in pairs()}) == len(pairs())
    of_half = {half: {row_hash(row) for row in rows(half)} for half in (DEVELOPMENT, TEST)}
    assert sum(map(len, of_half.values())) == 2 * len(pairs())
    assert not {row.group for row in rows(DEVELOPMENT)} & {row.group for row in rows(TEST)}


def test_the_sides_of_a_pair_differ_in_words_and_labels_and_share_the_rest() -> None:
    for pair in pairs():
        one, other = pair.rows
        assert words(one) != words(other), pair.id
        assert SequenceMatcher(None, words(one), words(other)).ratio() > 0.15, pair.id
        assert one.risk != other.risk, pair.id
        assert one.risk.relevant, pair.id
        assert one.reading.remark == other.reading.remark, pair.id
        assert one.reading.thread_title == other.reading.thread_title, pair.id
        assert bool(one.reading.title) == bool(other.reading.title), pair.id


def test_labels_are_those_of_the_taxonomy_and_all_categories_occur() -> None:
    seen = Counter(code for pair in pairs() for row in pair.rows for code in row.risk.categories)
    assert set(seen) == set(taxonomy().codes)
    assert sum(not pair.contrasts for pair in pairs()) >= 8
    for pair in pairs():
        for row in pair.rows:
            assert bool(row.risk.categories) == row.risk.relevant
            assert row.weight == 0
            assert row.reading.text == nfc(row.reading.text)


def judged(relevance: float, *codes: str, level: int = 0) -> Judgement:
    labels = tuple(Label(code=code, probability=0.9) for code in codes)
    severity = Severity(level=level, probabilities=(0.25, 0.25, 0.25, 0.25))
    kind = Kind.INCIDENT if relevance >= 0.5 else Kind.NONE
    return Judgement(relevance, None, relevance >= 0.5, False, labels, severity, kind)


def row(text: str, *codes: str, severity: int = 2) -> Row:
    risk = Risk(True, codes, severity, Kind.INCIDENT) if codes else Risk(relevant=False)
    return Row(Reading(text=text), "here", risk)


@pytest.mark.parametrize(
    ("one", "other", "passed", "sides", "ordered"),
    [
        (0.9, 0.1, 1, 2, 1),
        (0.9, 0.8, 0, 1, 1),
        (0.1, 0.2, 0, 1, 0),
        (0.7, 0.7, 0, 1, 0.5),
        (0.2, 0.9, 0, 0, 0),
    ],
)
def test_a_pair_passes_when_both_sides_are_right(
    one: float, other: float, passed: int, sides: int, ordered: float
) -> None:
    pair = Pair("a", "ages", (row("mười bảy", "violence"), row("mười tám")))
    found = quality(lambda readings: [judged(one), judged(other)], [pair])[pair.half]
    for group in (ALL, "ages"):
        score = found[group]
        assert (score.pairs, score.passed, score.sides, score.ordered) == (1, passed, sides, ordered)


def test_where_both_sides_are_relevant_category_and_severity_are_told() -> None:
    pair = Pair("a", "ages", (row("một", "violence"), row("hai", "bullying", severity=3)))
    right = [judged(0.9, "violence", level=2), judged(0.9, "bullying", level=3)]
    for given, told in ((right, 1), ([right[0], right[0]], 0)):
        score = quality(lambda readings, given=given: given, [pair])[pair.half][ALL]
        assert (score.passed, score.contrasts, score.alike, score.told) == (1, 0, 1, told)


def test_a_judge_that_calls_everything_relevant_passes_no_contrast() -> None:
    def always(readings: Sequence[Reading]) -> list[Judgement]:
        return [judged(0.9) for _ in readings]

    found = shares(quality(always))
    for of_half in found.values():
        assert set(of_half) == {ALL, *KINDS}
        assert of_half[ALL]["passed"] < 0.1
        assert of_half[ALL]["ordered"] == 0.5
    assert sum(of_half[ALL]["pairs"] for of_half in found.values()) == len(pairs())


def test_the_command_prints_a_line_for_each_half_and_kind(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert pairs_quality.main([]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2 * (len(KINDS) + 1)
    assert all("passed" in line and "sides" in line for line in printed)
    assert pairs_quality.main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
