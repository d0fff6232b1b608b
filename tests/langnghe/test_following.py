"""Work in the background follows what is ready, and its end is the block's."""

import threading

import pytest

from langnghe.following import following


def test_work_is_done_while_the_block_goes_on() -> None:
    done = threading.Event()
    with following(done.set) as ready:
        ready()
        assert done.wait(10)


def test_without_a_call_nothing_is_done() -> None:
    done = threading.Event()
    with following(done.set):
        pass
    assert not done.is_set()


def test_the_round_under_way_is_waited_for_and_calls_in_it_lead_to_one_more() -> None:
    entered, go_on, rounds = threading.Event(), threading.Event(), []

    def work() -> None:
        rounds.append(1)
        entered.set()
        assert go_on.wait(10)

    with following(work) as ready:
        ready()
        assert entered.wait(10)
        entered.clear()
        ready()
        ready()
        go_on.set()
        assert entered.wait(10)
    assert len(rounds) == 2


@pytest.mark.parametrize(
    ("of_block", "raised"), [(None, ValueError), (KeyError, KeyError)], ids=["of the work alone", "of both"]
)
def test_an_error_of_the_work_is_raised_when_the_block_ends_unless_it_has_one(
    of_block: type[Exception] | None, raised: type[Exception]
) -> None:
    tried = threading.Event()
    went_on = threading.Event()

    def work() -> None:
        tried.set()
        raise ValueError("the index is gone")

    def block() -> None:
        with following(work) as ready:
            ready()
            assert tried.wait(10)
            went_on.set()
            if of_block is not None:
                raise of_block

    with pytest.raises(raised):
        block()
    assert went_on.is_set()
