"""From texts to token numbers: those that the encoder was trained on, with each token's place kept."""

import json
from pathlib import Path

import pytest
from transformers import PhobertTokenizer

from nlp.features import FIELDS, Reading
from nlp.transformer.base import load_base
from nlp.transformer.encoding import Encoder, by_length, spelled
from nlp.transformer.phobert import phobert

INVENTED = Path(__file__).parents[3] / "langnghe" / "demo" / "site" / "invented.jsonl"
BODIES = [json.loads(line)["body"] for line in INVENTED.read_text("utf-8").splitlines()[:200]]
TEXT = "Bạo lực  trẻ em:\nbé 8 tuổi bị đánh, nhà trường im lặng 😢."


def test_words_are_joined_and_every_code_point_knows_where_it_came_from() -> None:
    told, origin = spelled("Trường học im lặng,  bé khóc.")
    assert told.split()[:2] == ["Trường_học", "im_lặng"]
    for point, place in zip(told, origin, strict=True):
        assert point in "_ " or "Trường học im lặng,  bé khóc."[place] == point
    assert spelled("  ") == ("", [])


@pytest.mark.parametrize("text", [TEXT, *BODIES[:20]])
def test_every_token_stands_for_its_stretch_of_the_field(words: Path, syllables: Path, text: str) -> None:
    reading = Reading(title="Chuyện ở trường", text=text)
    for folder in (words, syllables):
        base = load_base(str(folder), 128)
        (found,) = Encoder(base.tokenizer, base.marks, segmented=base.segmented).encode([reading])
        fields = reading.fields()
        covered = {name: set[int]() for name in FIELDS}
        for field, start, end in zip(found.field, found.start, found.end, strict=True):
            if field >= 0:
                assert 0 <= start < end <= len(fields[field])
                covered[FIELDS[field]].update(range(start, end))
        if len(found) < base.marks.longest:
            for name, field in zip(FIELDS, fields, strict=True):
                assert {n for n, point in enumerate(field) if not point.isspace()} <= covered[name]


def test_the_text_is_cut_to_what_the_encoder_can_read(syllables: Path) -> None:
    base = load_base(str(syllables), 1000)
    assert base.marks.longest == 128  # 130 positions, of which RoBERTa leaves two unused
    encoder = Encoder(base.tokenizer, base.marks, segmented=False)
    (found,) = encoder.encode([Reading(text="trẻ em " * 500)])
    assert len(found) == 128
    assert found.ids[-1] == base.marks.between


def test_phobert_files_give_the_numbers_that_its_own_tokenizer_gives(words: Path) -> None:
    theirs = PhobertTokenizer(str(words / "vocab.txt"), str(words / "bpe.codes"))
    ours = phobert(words / "vocab.txt", words / "bpe.codes")
    size = len(theirs)
    unknown = 0
    for body in BODIES:
        text = spelled(body)[0]
        numbers = [n if n < size else 3 for n in ours.encode(text, add_special_tokens=False).ids]
        assert numbers == theirs.encode(text, add_special_tokens=False)
        unknown += numbers.count(3)
    assert unknown  # pieces that the vocabulary lacks were among them


def test_whether_words_are_read_is_guessed_from_the_vocabulary(words: Path, syllables: Path) -> None:
    assert load_base(str(words), 64).segmented
    assert not load_base(str(syllables), 64).segmented


def test_batches_are_of_like_length_and_bounded() -> None:
    lengths = [5, 90, 7, 100, 6, 300]
    batches = by_length(lengths, 200)
    assert sorted(n for batch in batches for n in batch) == list(range(6))
    assert batches == [[5], [3, 1], [2, 4, 0]]
