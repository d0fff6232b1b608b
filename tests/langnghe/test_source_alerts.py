"""Alerts about sources: each trouble is told once, and by its own name."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from core.contracts import Alert, AlertKind, Reason, SourceHealth, SourceState, Why
from core.makeup import Change, Measure
from core.records import Records, notices
from core.records.standing import Standing
from core.settings import WatchSettings
from langnghe.source_alerts import source_alerts

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
FEWER = Reason(code=Why.FEWER, facts={"hours": 6, "got": 1, "low": 12, "usual": 18})
UNLINKED = Change(measure=Measure.LINKED, since=NOW.date(), before=0.9, after=0.0, lasts=True)


def source(state: SourceState, *, changes: Sequence[Change] = (), **facts: object) -> Standing:
    given = {"new_at": NOW, "since": NOW, "declared_at": NOW, "state": state} | facts
    health = SourceHealth.model_validate(
        {"source_id": "bao", "name": "Báo", "url": "https://b.example"} | given
    )
    return Standing(health=health, got=0, expected=None, changes=tuple(changes), days=())


def told(*sources: Standing, now: datetime = NOW) -> list[Alert]:
    return list(source_alerts(sources, now, WatchSettings()))


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (SourceState.OK, []),
        (SourceState.UNCHANGED, []),
        (SourceState.NEW, []),
        (SourceState.EMPTY, []),
        (SourceState.LATE, [AlertKind.LATE]),
        (SourceState.FAILED, [AlertKind.FAILED]),
        (SourceState.DISABLED, []),
    ],
)
def test_late_and_failed_are_kept_apart(state: SourceState, kinds: list[AlertKind]) -> None:
    assert [alert.kind for alert in told(source(state))] == kinds


def test_an_alert_carries_the_reason_as_code_and_numbers() -> None:
    (alert,) = told(source(SourceState.LATE, reasons=[FEWER]))
    assert alert.facts == {"source": "bao", "name": "Báo", "why": "fewer", **FEWER.facts}


def test_a_source_that_goes_late_and_recovers_all_day_is_told_once_and_again_the_next_day() -> None:
    keys = {
        alert.key
        for hours in (0, 2, 5)
        for alert in told(source(SourceState.LATE, since=NOW + timedelta(hours=hours)))
    }
    assert len(keys) == 1
    (later,) = told(source(SourceState.LATE, since=NOW + timedelta(days=1)))
    assert later.key not in keys


def test_silence_outweighs_lateness() -> None:
    late = source(SourceState.LATE, reasons=[FEWER])
    (alert,) = told(late, now=NOW + timedelta(hours=73))
    assert alert.kind is AlertKind.SILENT


def test_a_change_of_make_up_is_told_whatever_the_state_but_not_of_a_source_switched_off() -> None:
    (alert,) = told(source(SourceState.OK, changes=[UNLINKED]))
    assert (alert.kind, alert.facts["measure"], alert.facts["before"]) == (AlertKind.CHANGED, "linked", 0.9)
    assert len(told(source(SourceState.FAILED, changes=[UNLINKED]))) == 2
    assert told(source(SourceState.DISABLED, changes=[UNLINKED])) == []


def test_what_was_raised_is_not_raised_again(records: Records) -> None:
    trouble = [source(SourceState.LATE, reasons=[FEWER], changes=[UNLINKED])]
    assert len(notices.raise_alerts(records, told(*trouble))) == 2
    assert notices.raise_alerts(records, told(*trouble, now=NOW + timedelta(hours=1))) == []
    assert {alert.kind for alert in notices.alerts(records)} == {AlertKind.LATE, AlertKind.CHANGED}
