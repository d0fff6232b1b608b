"""The weekly check: do the texts of a week still look like those that the model in use learned from?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from core.contracts import Alert, AlertKind, Contract, Document
from core.errors import BadModel
from core.records import notices
from index.engine import Query
from index.weekly import last_complete_week, week_start
from langnghe.house import House
from nlp.drift import (
    LEAST,
    Form,
    FormDrift,
    NewTerm,
    Numbers,
    compare_form,
    forms,
    new_terms,
    strangeness,
)
from nlp.features import reading
from nlp.linear import Model


class WeekDrift(Contract):
    """A week beside the training rows of `model`; `other_model` counts texts that another model judged.

    `too_few` counts the texts of a form of which the week, or the training rows, had too few to tell.
    `new_terms` come from the masked forms of the texts; they are shown, and kept nowhere.
    """

    week: str
    model: str
    texts: int
    other_model: int
    forms: tuple[FormDrift, ...]
    too_few: dict[Form, int]
    new_terms: tuple[NewTerm, ...]
    alerts: tuple[str, ...] = ()


def check(house: House, week: str | None, now: datetime) -> WeekDrift:
    """Compare the texts dated in ISO week `week` (default: the last complete one); raise an alert on drift.

    Only texts that the model in use judged are compared, copies left out. An alert holds numbers only. It is
    raised once for each model, form and degree: a model whose training rows are another mix than life gives
    one alert, not one each week, and another when the drift has doubled. `alerts` are the keys of all that
    hold. Raises BadUsage for a wrong week, BadModel for a model that was
    trained without a reference.
    """
    week = week or last_complete_week(now)
    monday = week_start(week)
    model = house.analyser.risk
    known = model.card.reference if isinstance(model, Model) else {}
    if not isinstance(model, Model) or not known:
        raise BadModel(
            f"model {model.card.name} {model.card.version} keeps no reference of its training rows; "
            "drift can be told for models trained from now on"
        )
    query = Query(relevant=None, since=monday, until=monday + timedelta(days=6))
    documents = [hit.document for hit in house.engine.scan(query)]
    documents = [document for document in documents if document.analysis.duplicate_of is None]
    judged = [d for d in documents if d.analysis.model.version == house.analyser.info.version]
    readings = [reading(document.page) for document in judged]
    unknown = strangeness(model, readings)
    found: list[FormDrift] = []
    too_few: dict[Form, int] = {}
    for form, at in forms([read.remark for read in readings]).items():
        if form in known and len(at) >= LEAST:
            scores, flagged = _scores([judged[n] for n in at])
            found.append(compare_form(form, known[form], scores, flagged, unknown[at]))
        elif at:
            too_few[form] = len(at)
    drift = WeekDrift(
        week=week,
        model=model.card.version,
        texts=len(judged),
        other_model=len(documents) - len(judged),
        forms=tuple(found),
        too_few=too_few,
        new_terms=tuple(new_terms(model, readings)) if found else (),
    )
    alerts = [_alert(drift, form, now) for form in drift.forms if form.drifted]
    notices.raise_alerts(house.records, alerts)
    return drift.model_copy(update={"alerts": tuple(alert.key for alert in alerts)})


def _scores(documents: Sequence[Document]) -> tuple[Numbers, Numbers]:
    relevance = np.array([d.analysis.relevance for d in documents], dtype=np.float64)
    return relevance, np.array([d.analysis.relevant for d in documents], dtype=np.float64)


def _alert(drift: WeekDrift, form: FormDrift, now: datetime) -> Alert:
    return Alert(
        key=f"drift:{drift.model}:{form.form}:{'+'.join(form.drifted)}:{form.degree}",
        kind=AlertKind.DRIFT,
        at=now,
        facts={
            "week": drift.week,
            "model": drift.model,
            "drifted": ", ".join(form.drifted),
            **form.model_dump(exclude={"drifted", "degree"}),
        },
    )
