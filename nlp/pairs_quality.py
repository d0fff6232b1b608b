"""How many minimal pairs of `nlp.pairs` a model gets right, by what they are about and by half.

`python -m nlp.pairs_quality [MODEL-FOLDER]` judges by the packaged model unless another is given. A pair
passes when both of its texts are judged right: relevant or not, at the model's threshold.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import LangngheError
from nlp import linear
from nlp.analyser import PACKAGED
from nlp.features import Reading
from nlp.pairs import DEVELOPMENT, TEST, Pair, pairs
from nlp.risk import Judgement, judge
from nlp.task import Task

Judge = Callable[[Sequence[Reading]], Sequence[Judgement]]
ALL = "all"


@dataclass
class Score:
    """Counts of one group of pairs.

    `passed` pairs, `sides` judged right of two per pair; of the `contrasts`, pairs with one relevant side,
    `ordered` have it above the other, equal ones counted half: the area under the curve within pairs.
    `told` of the `alike`, pairs with two relevant sides: category and severity are right on both.
    """

    pairs: int = 0
    passed: int = 0
    sides: int = 0
    contrasts: int = 0
    ordered: float = 0.0
    alike: int = 0
    told: int = 0

    def shares(self) -> dict[str, Any]:
        """Return the number of pairs and the shares passed, sides, ordered, told, or None."""
        return {
            "pairs": self.pairs,
            "passed": self.passed / self.pairs,
            "sides": self.sides / (2 * self.pairs),
            "ordered": self.ordered / self.contrasts if self.contrasts else None,
            "told": self.told / self.alike if self.alike else None,
        }


def packaged(folder: Path | None = None) -> Judge:
    """Return how the risk model of a folder (default: the packaged one) judges. Raises BadModel."""
    model = linear.load(folder or PACKAGED / Task.RISK)
    return lambda readings: judge(model, readings).judgements


def quality(judge_: Judge, of: Sequence[Pair] | None = None) -> dict[str, dict[str, Score]]:
    """Return the scores of each half, `all` of it and by kind, for pairs `of` one's own or all of ours."""
    chosen = pairs() if of is None else of
    given = judge_([row.reading for pair in chosen for row in pair.rows])
    result: dict[str, dict[str, Score]] = {DEVELOPMENT: {}, TEST: {}}
    for number, pair in enumerate(chosen):
        for group in (ALL, pair.kind):
            score = result[pair.half].setdefault(group, Score())
            _add(score, pair, given[2 * number], given[2 * number + 1])
    return result


def _add(score: Score, pair: Pair, one: Judgement, other: Judgement) -> None:
    right = [said.relevant == row.risk.relevant for said, row in zip((one, other), pair.rows, strict=True)]
    score.pairs += 1
    score.passed += all(right)
    score.sides += sum(right)
    if pair.contrasts:
        more = one.relevance - other.relevance
        more = more if pair.rows[0].risk.relevant else -more
        score.contrasts += 1
        score.ordered += 1.0 if more > 0 else 0.5 if more == 0 else 0.0
    else:
        score.alike += 1
        score.told += all(
            said.severity.level == row.risk.severity
            and {label.code for label in said.categories} == set(row.risk.categories)
            for said, row in zip((one, other), pair.rows, strict=True)
        )


def shares(found: Mapping[str, Mapping[str, Score]]) -> dict[str, dict[str, Any]]:
    """Return the shares of each half and kind, as numbers for JSON."""
    return {half: {kind: score.shares() for kind, score in each.items()} for half, each in found.items()}


def lines(found: Mapping[str, Mapping[str, Score]]) -> Iterator[str]:
    """Yield one line per half and kind."""
    for half, each in found.items():
        for kind, score in each.items():
            given = score.shares()
            order = f"  ordered {given['ordered']:.2f}" if score.contrasts else ""
            told = f"  told {given['told']:.2f} ({score.alike})" if score.alike else ""
            yield (
                f"{half:<13}{kind:<18}passed {given['passed']:.2f} ({score.passed}/{score.pairs})  "
                f"sides {given['sides']:.2f}{order}{told}"
            )


def main(arguments: Sequence[str]) -> int:
    """Print the table for the model folder that is named, or the packaged one; return the exit code."""
    try:
        judge_ = packaged(Path(arguments[0]) if arguments else None)
        sys.stdout.writelines(line + "\n" for line in lines(quality(judge_)))
    except LangngheError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
