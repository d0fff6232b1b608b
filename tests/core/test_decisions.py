"""Decisions: what they add up to, that none can be changed unseen, that people don't overrun each other."""

import pytest

from core.contracts import Relabel, State, Triage, What
from core.errors import Conflict, RecordsUnavailable, RegisterBroken
from core.records import Records
from core.records.decisions import Shown, decide, decisions, triages, undo, verify
from core.triage import verdict


def shown(page_id: str = "p1", seq: int = 0) -> Shown:
    return Shown(
        page_id=page_id, content_hash="h", model="risk 1", severity=3, categories=("violence",), seq=seq
    )


def state(records: Records, page_id: str = "p1") -> Triage:
    return triages(records)[page_id]


@pytest.mark.parametrize(
    ("what", "after", "relevant"),
    [
        (What.CONFIRM, State.CONFIRMED, True),
        (What.DISMISS, State.DISMISSED, False),
        (What.ESCALATE, State.ESCALATED, True),
        (What.REFER, State.REFERRED, True),
        (What.NOTE, State.OPEN, None),
    ],
)
def test_a_verdict_overrides_the_model(
    records: Records, what: What, after: State, relevant: bool | None
) -> None:
    decide(records, "lan", what, [shown()], why="vì sao")
    assert (state(records).state, state(records).relevant) == (after, relevant)


def test_relabelling_counts_as_relabelled_and_survives_reopening(records: Records) -> None:
    label = Relabel(categories=("bullying",), severity=1)
    decide(records, "lan", What.RELABEL, [shown()], relabel=label)
    decide(records, "lan", What.CONFIRM, [shown(seq=1)])
    decide(records, "lan", What.REOPEN, [shown(seq=2)])
    assert state(records) == Triage(
        state=State.OPEN, relevant=True, categories=("bullying",), severity=1, seq=3
    )


@pytest.mark.parametrize("what", [What.REOPEN, What.CONFIRM])
def test_a_text_relabelled_as_harmless_is_dismissed_until_someone_says_otherwise(
    records: Records, what: What
) -> None:
    decide(records, "lan", What.RELABEL, [shown()], relabel=Relabel(categories=(), severity=0))
    assert (state(records).state, state(records).relevant) == (State.DISMISSED, False)
    decide(records, "lan", what, [shown(seq=1)])
    assert state(records).relevant is not False
    assert state(records).severity is None


def test_a_dismissed_text_that_is_relabelled_as_grave_waits_again(records: Records) -> None:
    decide(records, "lan", What.DISMISS, [shown()])
    decide(
        records, "lan", What.RELABEL, [shown(seq=1)], relabel=Relabel(categories=("accident",), severity=3)
    )
    assert (state(records).state, state(records).relevant, state(records).severity) == (State.OPEN, True, 3)


def test_undo_puts_the_text_back_where_it_stood(records: Records) -> None:
    decide(records, "lan", What.CONFIRM, [shown()])
    decide(records, "lan", What.DISMISS, [shown(seq=1)])
    undo(records, "lan", [(2, shown(seq=2))])
    assert state(records).state is State.CONFIRMED
    undo(records, "lan", [(1, shown(seq=3))])
    assert state(records) == Triage(seq=4)


def test_a_decision_keeps_what_the_person_was_shown(records: Records) -> None:
    [made] = decide(records, "lan", What.DISMISS, [shown()], why="Tin cũ")
    assert (made.who, made.why, made.model, made.severity_shown) == ("lan", "Tin cũ", "risk 1", 3)
    assert decisions(records, "p1") == [made]


def test_two_people_deciding_on_one_text_don_t_overrun_each_other(records: Records) -> None:
    decide(records, "lan", What.CONFIRM, [shown()])
    with pytest.raises(Conflict):
        decide(records, "minh", What.DISMISS, [shown("p2"), shown()])
    assert [d.who for d in decisions(records)] == ["lan"]  # all or none


def test_the_register_shows_a_changed_row(records: Records) -> None:
    decide(records, "lan", What.CONFIRM, [shown("p1"), shown("p2"), shown("p3")])
    assert verify(records) == 3
    with records.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE decisions SET why = 'khác' WHERE seq = 2")
    with pytest.raises(RegisterBroken, match="decision 2"):
        verify(records)


def test_the_register_shows_a_removed_row(records: Records) -> None:
    decide(records, "lan", What.CONFIRM, [shown("p1"), shown("p2"), shown("p3")])
    with records.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM decisions WHERE seq = 2")
    with pytest.raises(RegisterBroken, match="decision 2"):
        verify(records)


def test_a_database_error_is_told_in_one_line(records: Records) -> None:
    with records.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("DROP TABLE decisions")
    with pytest.raises(RecordsUnavailable, match=r"records .*(no such table|does not exist)"):
        decisions(records)


def test_labels_come_with_a_relabelling_and_only_with_one(records: Records) -> None:
    with pytest.raises(ValueError):
        decide(records, "lan", What.RELABEL, [shown()])
    with pytest.raises(ValueError):
        decide(records, "lan", What.CONFIRM, [shown()], relabel=Relabel(categories=(), severity=0))
    assert decisions(records) == []


@pytest.mark.parametrize(
    ("acts", "stands"),
    [
        ([], None),
        ([What.NOTE], None),
        ([What.CONFIRM], 1),
        ([What.CONFIRM, What.NOTE], 1),
        ([What.CONFIRM, What.DISMISS], 2),
        ([What.CONFIRM, What.REOPEN], None),
        ([What.RELABEL, What.CONFIRM], 2),
        ([What.RELABEL, What.CONFIRM, What.REOPEN], 1),
    ],
)
def test_the_verdict_is_the_newest_decision_that_stands(
    records: Records, acts: list[What], stands: int | None
) -> None:
    for seq, what in enumerate(acts):
        labels = Relabel(categories=("bullying",), severity=1) if what is What.RELABEL else None
        decide(records, "lan", what, [shown(seq=seq)], relabel=labels)
    found = verdict(decisions(records, "p1"))
    assert (found.seq if found else None) == stands


def test_an_undone_verdict_gives_way_to_the_one_before(records: Records) -> None:
    decide(records, "lan", What.CONFIRM, [shown()])
    decide(records, "lan", What.DISMISS, [shown(seq=1)])
    undo(records, "lan", [(2, shown(seq=2))])
    found = verdict(decisions(records, "p1"))
    assert found is not None
    assert found.what is What.CONFIRM
