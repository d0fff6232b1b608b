"""Evidence is what moved the model: ERASER's comprehensiveness, on the packaged model and invented texts."""

import json
from pathlib import Path

from nlp import linear
from nlp.analyser import PACKAGED
from nlp.evidence_quality import TEXTS, drops
from nlp.rows import reading_of
from nlp.task import Task

INVENTED = Path(__file__).parents[2] / "langnghe" / "demo" / "site" / "invented.jsonl"


def test_removing_evidence_costs_three_times_what_removing_other_words_costs() -> None:
    rows = [json.loads(line) for line in INVENTED.read_text("utf-8").splitlines()]
    relevant = [reading_of(row, "invented") for row in rows if row["relevant"]]
    found = drops(linear.load(PACKAGED / Task.RISK), relevant[:TEXTS])
    assert found.labels >= 0.9 * TEXTS
    assert found.ratio >= 3
