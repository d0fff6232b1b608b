"""From pages to analyses: the screen over all, the costly steps only on what it passes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.contracts import Analysis, ModelInfo, Page, PageType, Sentiment, Span
from core.errors import BadModel
from nlp import tone
from nlp.engine import AnyModel, explained, threshold
from nlp.features import reading
from nlp.identity import masked_spans
from nlp.in_use import Shelf, load
from nlp.places import provinces
from nlp.risk import Judgement
from nlp.task import Task

PACKAGED = Path(__file__).parent / "models"
BATCH = 64  # pages at a time: more is no faster, and this many take a few megabytes
REMARKS = (PageType.COMMENT, PageType.POST)


class Analyser:
    """Three models of any engine, loaded once: the same answer for the same page."""

    def __init__(self, risk: AnyModel, sentiment: AnyModel, hostility: AnyModel) -> None:
        for model, task in ((risk, Task.RISK), (sentiment, Task.SENTIMENT), (hostility, Task.HOSTILITY)):
            if model.card.task is not task:
                raise BadModel(f"model {model.card.name} was trained for {model.card.task}, not for {task}")
        tone.check(sentiment, hostility)
        self.risk, self.sentiment, self.hostility = risk, sentiment, hostility
        card = risk.card
        version = "+".join((card.version, sentiment.card.version[-8:], hostility.card.version[-8:]))
        self.info = ModelInfo(name=card.name, version=version, threshold=threshold(risk))

    @classmethod
    def load(cls, models_dir: Path | None = None) -> "Analyser":
        """Load the models of a folder with `risk`, `sentiment`, `hostility`; default: the packaged ones.

        Raises BadModel for one that is missing, damaged or made for another task, and MissingPart for a
        transformer whose libraries are not installed.
        """
        return cls.of(Shelf(models_dir or PACKAGED).folders())

    @classmethod
    def of(cls, folders: Mapping[Task, Path]) -> "Analyser":
        """Load the model of each task from its folder. Raises BadModel and MissingPart."""
        return cls(*(load(task, folders[task]) for task in (Task.RISK, Task.SENTIMENT, Task.HOSTILITY)))

    def analyse(self, pages: Sequence[Page]) -> list[Analysis]:
        """Return the analysis of each page, in order. `story_id` and `duplicate_of` are left to the caller.

        Of each field only the start is read by the models (`nlp.features.READ`); identities are masked in
        the whole text.
        """
        return [
            analysis
            for low in range(0, len(pages), BATCH)
            for analysis in self._batch(pages[low : low + BATCH])
        ]

    def _batch(self, pages: Sequence[Page]) -> list[Analysis]:
        readings = [reading(page) for page in pages]
        judgements, spans = explained(self.risk, readings)
        remarks = [n for n, page in enumerate(pages) if page.type in REMARKS]
        texts = [readings[n].fields()[-1] for n in remarks]
        tones = dict(zip(remarks, tone.sentiments(self.sentiment, texts), strict=True)) if remarks else {}
        hostile = dict(zip(remarks, tone.hostility(self.hostility, texts), strict=True)) if remarks else {}
        return [
            self._analysis(page, judgement, spans[n], tones.get(n), hostile.get(n))
            for n, (page, judgement) in enumerate(zip(pages, judgements, strict=True))
        ]

    def _analysis(
        self,
        page: Page,
        judgement: Judgement,
        spans: tuple[Span, ...],
        sentiment: Sentiment | None,
        hostility: float | None,
    ) -> Analysis:
        return Analysis(
            relevance=judgement.relevance,
            natural_relevance=judgement.natural_relevance,
            relevant=judgement.relevant,
            possibly_grave=judgement.possibly_grave,
            categories=judgement.categories,
            severity=judgement.severity,
            kind=judgement.kind,
            sentiment=sentiment,
            hostility=hostility,
            provinces=provinces(page) if judgement.relevant or judgement.possibly_grave else (),
            evidence=spans,
            masked=masked_spans(page),
            model=self.info,
        )
