"""What to label next: indexed texts without a verdict, by what their label would teach."""

from collections import Counter

from core.contracts import State, Triage
from core.records import decisions
from index.engine import Query
from langnghe.house import House
from nlp.teaching import Lesson
from nlp.teaching import lessons as most_telling


def lessons(house: House, limit: int) -> list[Lesson]:
    """Return the `limit` indexed texts whose label would teach the model in use most, best first.

    Copies are left out, and texts that have a verdict, with the copies of such. Titles are masked.
    """
    triages = decisions.triages(house.records)
    decided = {page_id for page_id, triage in triages.items() if _has_verdict(triage)}
    waiting, cases = [], set[str]()
    for hit in house.engine.scan(Query(relevant=None)):
        leader = hit.document.analysis.duplicate_of
        if hit.document.id in decided:
            cases.add(leader or hit.document.id)
        elif leader is None:
            waiting.append(hit.document)
    labels: Counter[str] = Counter()
    for page_id in decided:
        hit_ = house.engine.get(page_id)
        labels.update(hit_.categories if hit_ else ())
    return most_telling(
        house.analyser.risk, [document for document in waiting if document.id not in cases], labels, limit
    )


def _has_verdict(triage: Triage) -> bool:
    return triage.state is not State.OPEN or triage.relevant is not None
