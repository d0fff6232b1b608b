"""Searches that people keep: under names of their own, unseen by others."""

from core.records import Records
from core.records.saved import drop_search, rename_search, save_search, saved_searches

ADDRESS = "q=%C4%91u%E1%BB%91i+n%C6%B0%E1%BB%9Bc&category=accident"


def names(records: Records, username: str) -> list[str]:
    return [s.name for s in saved_searches(records, username)]


def test_a_search_is_kept_as_it_was_asked(records: Records) -> None:
    made = save_search(records, "lan", "Đuối nước", "search", ADDRESS)

    assert saved_searches(records, "lan") == [made]
    assert made is not None
    assert (made.name, made.place, made.address) == ("Đuối nước", "search", ADDRESS)


def test_a_name_is_given_once_by_each_person(records: Records) -> None:
    assert save_search(records, "lan", "Đuối nước", "search", ADDRESS)
    assert save_search(records, "lan", "Đuối nước", "queue", "") is None
    assert save_search(records, "minh", "Đuối nước", "queue", "")
    assert saved_searches(records, "lan")[0].place == "search"


def test_a_search_can_be_renamed_unless_the_name_is_taken(records: Records) -> None:
    one = save_search(records, "lan", "Một", "search", ADDRESS)
    assert one is not None
    assert save_search(records, "lan", "Hai", "search", ADDRESS)

    assert rename_search(records, "lan", one.number, "Hai") is False
    assert rename_search(records, "lan", one.number, "Ba") is True
    assert rename_search(records, "lan", one.number, "Ba") is True
    assert names(records, "lan") == ["Ba", "Hai"]


def test_nobody_changes_or_drops_what_another_person_keeps(records: Records) -> None:
    made = save_search(records, "lan", "Một", "search", ADDRESS)
    assert made is not None

    assert rename_search(records, "minh", made.number, "Hai") is None
    drop_search(records, "minh", made.number)

    assert names(records, "lan") == ["Một"]
    drop_search(records, "lan", made.number)
    assert names(records, "lan") == []
    assert rename_search(records, "lan", made.number, "Hai") is None
