"""Serving a transformer's folder: without torch, the same answers in any company, words that explain."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.contracts import Page, PageType
from core.errors import BadModel
from nlp.analyser import PACKAGED, Analyser
from nlp.features import Reading
from nlp.in_use import Shelf
from nlp.task import Task
from nlp.transformer import evidence, serving
from nlp.transformer.card import CARD, MODEL, ROWS, TOKENIZER

INVENTED = Path(__file__).parents[3] / "langnghe" / "demo" / "site" / "invented.jsonl"
BODIES = [json.loads(line)["body"] for line in INVENTED.read_text("utf-8").splitlines()]

MakePage = Callable[..., Page]

ALONE = """
import json, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "transformers", "onnx", "onnxscript"):
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from pathlib import Path
from nlp.analyser import Analyser
from nlp.filter import analyse_rows
rows = json.loads(sys.stdin.read())
print(json.dumps([row["analysis"] for row in analyse_rows(rows, Analyser.load(Path(sys.argv[1])))]))
"""


@pytest.fixture(scope="module")
def analyser(trained: tuple[Path, Path]) -> Analyser:
    return Analyser.load(trained[1])


def pages(make_page: MakePage) -> list[Page]:
    texts = [*BODIES[:30], "", "Hay 👍", "trẻ em " * 900]
    return [
        make_page(number=n, type=PageType.POST if n % 3 == 0 else PageType.ARTICLE, title="", text=text)
        for n, text in enumerate(texts)
    ]


def test_pages_are_analysed_without_torch(trained: tuple[Path, Path], analyser: Analyser) -> None:
    rows = [{"text": body, "type": "post"} for body in BODIES[:12]]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(trained[1])],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert len(found) == len(rows)
    assert any(one["relevant"] and one["evidence"] for one in found)
    assert all(one["model"]["name"] == "langnghe-risk-transformer" for one in found)


def test_each_order_and_size_of_batch_gives_the_same_analyses(
    analyser: Analyser, make_page: MakePage
) -> None:
    some = pages(make_page)
    together = analyser.analyse(some)
    assert [one.relevant for one in together].count(True) > 3
    for other in (analyser.analyse(some[::-1])[::-1], [analyser.analyse([page])[0] for page in some]):
        for one, again in zip(together, other, strict=True):
            assert one.relevance == pytest.approx(again.relevance, abs=1e-5)
            told = [[label.code for label in each.categories] for each in (one, again)]
            assert told[0] == told[1]
            assert (one.relevant, one.kind, one.severity.level, one.evidence) == (
                again.relevant,
                again.kind,
                again.severity.level,
                again.evidence,
            )


def test_evidence_is_of_whole_words_five_at_most_and_none_overlapping(
    analyser: Analyser, make_page: MakePage
) -> None:
    seen = 0
    for page, analysis in zip(pages(make_page), analyser.analyse(pages(make_page)), strict=True):
        codes = {label.code for label in analysis.categories}
        for code in codes:
            spans = sorted((s.start, s.end) for s in analysis.evidence if s.kind == code)
            assert len(spans) <= evidence.MOST
            assert all(a[1] <= b[0] for a, b in pairwise(spans))
        for span in analysis.evidence:
            assert span.kind in codes
            text = getattr(page, span.field)
            for place in (span.start, span.end):
                around = text[max(0, place - 1) : place + 1]
                assert place in (0, len(text)) or not around.isalnum()
            assert text[span.start : span.end] == text[span.start : span.end].strip() != ""
            seen += 1
    assert seen > 5


def test_evidence_names_the_word_that_carries_the_score() -> None:
    """A model that counts one token: hiding it is what lowers the score, and nothing else does."""
    import numpy as np

    from nlp.transformer.encoding import Encoded, Numbers

    text = "hôm qua " * 60 + "bé bị đánh " + "sáng nay " * 60
    found = [(n, len(word)) for n, word in _words(text)]
    ids: Numbers = np.array([9 if text[n : n + size] == "đánh" else 7 for n, size in found])
    start = np.array([n for n, _ in found])
    encoded = Encoded(ids, np.full(len(ids), 3), start, start + np.array([size for _, size in found]))
    read = 0

    def scores(texts: Any) -> Any:
        nonlocal read
        read += len(texts)
        return np.array([[float((one.ids == 9).sum())] for one in texts], dtype=np.float32)

    spans = evidence.occlusion(Reading(text=text), encoded, [("violence", 0)], 4, scores)
    assert [text[span.start : span.end] for span in spans] == ["đánh"]
    assert read <= evidence.STRETCHES + evidence.SINGLE + 2


def _words(text: str) -> list[tuple[int, str]]:
    place, found = 0, []
    for word in text.split():
        place = text.index(word, place)
        found.append((place, word))
        place += len(word)
    return found


def test_a_processor_that_could_overflow_gives_the_same_scores(
    trained: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = [Reading(text=body) for body in BODIES[:8]]
    found = []
    for exact in (True, False):
        monkeypatch.setattr(serving, "exact_products", lambda exact=exact: exact)
        served = serving.load(trained[1] / "risk")
        found.append(served.scores(served.encoder.encode(readings)))
    assert found[0] == pytest.approx(found[1], abs=1e-5)


def test_engines_can_be_mixed(trained: tuple[Path, Path], tmp_path: Path, make_page: MakePage) -> None:
    models = Path(shutil.copytree(PACKAGED, tmp_path / "models"))
    shutil.rmtree(models / "risk")
    shutil.copytree(trained[1] / "risk", models / "risk")
    analysis = Analyser.load(models).analyse([make_page(type=PageType.POST, text=BODIES[0])])[0]
    assert analysis.sentiment is not None


def spoil(name: str) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 255
        (folder / name).write_bytes(content)

    return harm


def drop(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def vouched(name: str, content: bytes) -> Callable[[Path], None]:
    """A foreign file that the card vouches for."""

    def harm(folder: Path) -> None:
        from hashlib import sha256

        card = json.loads((folder / CARD).read_text("utf-8"))
        card["sha256"][name] = sha256(content).hexdigest()
        (folder / CARD).write_text(json.dumps(card), "utf-8")
        (folder / name).write_bytes(content)

    return harm


def change(key: str, value: object) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        card = json.loads((folder / CARD).read_text("utf-8"))
        (folder / CARD).write_text(json.dumps(card | {key: value}), "utf-8")

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        *(spoil(name) for name in (MODEL, TOKENIZER, ROWS, CARD)),
        *(drop(name) for name in (MODEL, TOKENIZER, ROWS, CARD)),
        *(vouched(name, content) for name in (MODEL, TOKENIZER, ROWS) for content in (b"", b"{}", b"none")),
        change("format", "other"),
        change("seed", "many"),
        change("marks", {}),
        change("heads", {"label": {"outputs": ["a"], "one_of": True}}),
        change("task", "hostility"),
    ],
)
def test_a_damaged_or_foreign_folder_is_refused_with_one_plain_line(
    trained: tuple[Path, Path], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    models = Path(shutil.copytree(trained[1], tmp_path / "models"))
    harm(models / "risk")
    with pytest.raises(BadModel) as refused:
        Analyser.load(models)
    assert "\n" not in str(refused.value)


def test_a_transformer_is_put_into_use_and_taken_back_like_any_model(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path, PACKAGED)
    installed = shelf.install(Task.RISK, trained[1] / "risk")
    assert Analyser.of(shelf.folders()).risk.card == installed.card
    shelf.rollback(Task.RISK)
    assert Analyser.of(shelf.folders()).risk.card.name == "langnghe-risk"
