"""Judging the tone of comments and posts: sentiment and hostility, one label per text."""

from collections.abc import Sequence

import numpy as np

from core.contracts import Sentiment
from core.errors import BadModel
from nlp.engine import AnyModel
from nlp.features import Batch, Reading
from nlp.linear import Floats, Model, softmax

LABEL = "label"
# What data sets call a remark that is not hostile; every other label counts as hostile.
BENIGN = frozenset(
    {"0", "0.0", "false", "clean", "none", "no", "benign", "civil", "normal", "non-toxic", "not_toxic"}
)


def probabilities(model: AnyModel, texts: Sequence[str]) -> Floats:
    """Return the probability of each of the model's labels for each text: texts × labels."""
    if not isinstance(model, Model):
        return model.probabilities(texts)
    batch = Batch([Reading(text=text, remark=True) for text in texts])
    return softmax(model.spaces[LABEL].scores(batch))


def labels(model: AnyModel, texts: Sequence[str]) -> list[str]:
    """Return the most probable label of each text."""
    outputs = model.head(LABEL).outputs
    return [outputs[int(place)] for place in probabilities(model, texts).argmax(axis=1)]


def sentiments(model: AnyModel, texts: Sequence[str]) -> list[Sentiment]:
    """Return the sentiment of each text."""
    return [Sentiment(label) for label in labels(model, texts)]


def hostility(model: AnyModel, texts: Sequence[str]) -> list[float]:
    """Return how probable it is that each text is hostile, among texts mixed as the training rows were."""
    head = model.head(LABEL)
    benign = [label.lower() in BENIGN for label in head.outputs]
    # The fit gave all labels the same weight: Bayes' rule brings their real shares back.
    mixed = probabilities(model, texts) * np.array(head.shares, dtype=np.float32)
    mixed /= mixed.sum(axis=1, keepdims=True)
    return [max(0.0, min(1.0, 1.0 - float(row[benign].sum()))) for row in mixed]


def check(sentiment: AnyModel, hostile: AnyModel) -> None:
    """Raise BadModel for models whose labels the analyses can't use."""
    if set(sentiment.head(LABEL).outputs) - set(Sentiment):
        raise BadModel(f"model {sentiment.card.version}: its labels are not {', '.join(Sentiment)}")
    if not any(label.lower() in BENIGN for label in hostile.head(LABEL).outputs):
        raise BadModel(
            f"model {hostile.card.version}: none of its labels means not hostile, such as clean or 0"
        )
