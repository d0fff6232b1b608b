"""People's decisions as labels: the newest verdict on each text, with the revision that was decided on."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from core.contracts import Contract, Decision, Kind, Page, PageType, SeverityLevel, Triage, What
from core.masking import masked_page
from core.records import crawled, decisions
from core.taxonomy import taxonomy
from core.triage import settle, standing, verdict
from langnghe.house import House
from langnghe.partitions import pages
from nlp.engine import details
from nlp.features import Reading
from nlp.identity import masked_spans
from nlp.risk import KIND
from nlp.rows import Row, row_hash

BATCH = 64
PARTS = 5  # a fifth of the cases is held out


class Fate(StrEnum):
    """What becomes of a decided text: exported with a label, or left out for a reason."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not relevant"
    NO_VERDICT = "no verdict stands"
    NO_TEXT = "not in the archive"
    UNCLEAR = "unclear which revision was decided on"
    NO_SEVERITY = "called relevant without a severity"
    UNKNOWN_CATEGORY = "a category that is no more"
    EMPTY = "without text"
    REPEATED = "same text and verdict as another"
    CONTRADICTED = "same text, decided otherwise later"


EXPORTED = (Fate.RELEVANT, Fate.NOT_RELEVANT)


class LabelRow(Contract):
    """A row for training: the text as it was decided on, and what a person says of it.

    `kind` is not asked of people: it is the model's, and `kind_by` says so. `model` is the one whose
    judgement was shown.
    """

    id: str
    content_hash: str
    decided_at: AwareDatetime
    model: str
    type: PageType
    thread_title: str
    title: str
    lead: str
    text: str
    relevant: bool
    categories: tuple[str, ...] = ()
    severity: SeverityLevel = 0
    kind: Kind = Kind.NONE
    kind_by: Literal["model"] | None = None


@dataclass
class Labels:
    """The rows, those of them to keep out of training, and what became of every decided text.

    `otherwise_before` counts exported texts of which another revision had been decided on otherwise: the
    newest verdict counts. `incomplete` names texts that need a severity before they can be learned from.
    """

    rows: list[LabelRow] = field(default_factory=list)
    held_out: set[str] = field(default_factory=set)
    fates: Counter[Fate] = field(default_factory=Counter)
    otherwise_before: int = 0
    incomplete: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Decided:
    decision: Decision
    triage: Triage
    otherwise_before: bool


def collect(house: House, *, original: bool = False) -> Labels:
    """Return the labels that stand, with texts in the masked form unless `original`.

    Confirmed, escalated and referred texts are relevant, with the labels that the person was shown or that
    were given before; dismissed ones are not; relabelled ones are as relabelled. Every decided text has one
    fate. Of equal texts only the one decided on last is exported.
    """
    labels = Labels()
    decided: dict[str, _Decided] = {}
    for page_id, rows in _by_page(decisions.decisions(house.records)).items():
        if (decision := verdict(rows)) is None:
            labels.fates[Fate.NO_VERDICT] += 1
        else:
            decided[page_id] = _Decided(decision, settle(rows), _otherwise_before(rows, decision))
    revisions = _revisions(house, decided)
    by_text: dict[int, LabelRow] = {}
    newest_first = sorted(decided.values(), key=lambda d: -d.decision.seq)
    for one in newest_first:
        page, fate = _decided_on(one.decision, revisions.get(one.decision.page_id, ()))
        if page is not None:
            shown = page if original else masked_page(page, masked_spans(page))
            row, fate = _labelled(one, shown)
            text = row_hash(Row(_reading(row), ""))
            if fate in EXPORTED and text in by_text:
                fate = Fate.REPEATED if _said(by_text[text]) == _said(row) else Fate.CONTRADICTED
            if fate in EXPORTED:
                by_text[text] = row
                labels.otherwise_before += one.otherwise_before
            if fate is Fate.NO_SEVERITY:
                labels.incomplete.append(row.id)
        labels.fates[fate] += 1
    labels.rows = sorted(_with_kinds(house, list(by_text.values())), key=lambda row: (row.decided_at, row.id))
    labels.held_out = {row.id for row in labels.rows if _held_out(_case(house, row.id, revisions))}
    return labels


def _by_page(made: Iterable[Decision]) -> dict[str, list[Decision]]:
    by_page: dict[str, list[Decision]] = {}
    for decision in made:
        by_page.setdefault(decision.page_id, []).append(decision)
    return by_page


def _otherwise_before(rows: Sequence[Decision], last: Decision) -> bool:
    """Return whether another revision of the text was decided on otherwise, and that was not taken back."""
    said: dict[str, bool] = {}
    for decision in standing(rows):
        if decision.what is What.REOPEN:
            said.clear()
        elif decision.what is not What.NOTE:
            said[decision.content_hash] = _relevant(decision)
    return any(relevant is not _relevant(last) for relevant in said.values())


def _relevant(decision: Decision) -> bool:
    if decision.relabel is not None:
        return decision.relabel.severity > 0
    return decision.what is not What.DISMISS


def _revisions(house: House, wanted: Mapping[str, object]) -> dict[str, list[Page]]:
    """Return every archived revision of the wanted texts, oldest first."""
    known = crawled.seen(house.records, list(wanted))
    sources = {text.source_id for text in known.values()}
    everywhere = len(known) < len(wanted)
    found: dict[str, dict[str, Page]] = {}
    for part in pages(house, None if everywhere else sources) if wanted else ():
        for page in part:
            if page.id in wanted:
                found.setdefault(page.id, {}).setdefault(page.content_hash, page)
    return {name: sorted(pages.values(), key=lambda p: p.fetched_at) for name, pages in found.items()}


def _decided_on(decision: Decision, revisions: Sequence[Page]) -> tuple[Page | None, Fate]:
    """Return the revision that was decided on.

    A decision holds the hash of the masked form that was shown. Where masking has changed since, none fits;
    then it is the one revision that had been fetched by then, if there is only one.
    """
    for page in reversed(revisions):
        if decision.content_hash in (page.content_hash, masked_page(page, masked_spans(page)).content_hash):
            return page, Fate.RELEVANT
    before = [page for page in revisions if page.fetched_at <= decision.at]
    if len(before) == 1:
        return before[0], Fate.RELEVANT
    return None, Fate.UNCLEAR if before else Fate.NO_TEXT


def _labelled(one: _Decided, page: Page) -> tuple[LabelRow, Fate]:
    decision, triage = one.decision, one.triage
    row = LabelRow(
        id=page.id,
        content_hash=decision.content_hash,
        decided_at=decision.at,
        model=decision.model,
        type=page.type,
        thread_title=page.thread_title,
        title=page.title,
        lead=page.lead,
        text=page.text,
        relevant=bool(triage.relevant),
    )
    if not (page.title + page.lead + page.text).strip():
        return row, Fate.EMPTY
    if not triage.relevant:
        return row, Fate.NOT_RELEVANT
    codes = decision.categories_shown if triage.categories is None else triage.categories
    severity = decision.severity_shown if triage.severity is None else triage.severity
    known = taxonomy().codes
    row = row.model_copy(
        update={"categories": tuple(c for c in known if c in codes), "severity": severity, "kind_by": "model"}
    )
    if set(codes) - set(known):
        return row, Fate.UNKNOWN_CATEGORY
    return row, Fate.RELEVANT if severity else Fate.NO_SEVERITY


def _said(row: LabelRow) -> tuple[bool, tuple[str, ...], int]:
    return row.relevant, row.categories, row.severity


def _reading(row: LabelRow) -> Reading:
    remark = row.type in (PageType.COMMENT, PageType.POST)
    return Reading(row.thread_title, row.title, row.lead, row.text, remark)


def _with_kinds(house: House, rows: list[LabelRow]) -> list[LabelRow]:
    """Return the rows, the relevant ones with their kind by the model, whatever it says of relevance."""
    model = house.analyser.risk
    relevant = [row for row in rows if row.relevant]
    kinds: dict[str, Kind] = {}
    for low in range(0, len(relevant), BATCH):
        part = relevant[low : low + BATCH]
        found = details(model, [_reading(row) for row in part]).kind.argmax(axis=1)
        kinds |= {row.id: Kind(model.head(KIND).outputs[int(n)]) for row, n in zip(part, found, strict=True)}
    return [row.model_copy(update={"kind": kinds[row.id]}) if row.relevant else row for row in rows]


def _case(house: House, page_id: str, revisions: Mapping[str, Sequence[Page]]) -> str:
    """Return the name of the case that a text is about: its story, else its thread or leader, else itself."""
    hit = house.engine.get(page_id)
    leader = hit.group if hit else (revisions[page_id][-1].thread_id or page_id)
    led = house.engine.get(leader) or hit
    return (led.document.analysis.story_id if led else None) or leader


def _held_out(case: str) -> bool:
    """Return whether a case is held out: by its name alone, so that it stays so in every later export."""
    return int.from_bytes(hashlib.sha256(case.encode()).digest()[:8], "big") % PARTS == 0
