"""What the generations of every engine promise: one serves, another is built beside it and takes over."""

import threading
from pathlib import Path

import pytest

from core.contracts import State, Triage
from core.errors import IndexUnavailable
from index.engine import Query
from index.generations import Generations
from tests.index.documents import document


def test_a_first_generation_begins_by_itself_and_stays(generations: Generations) -> None:
    assert generations.names() == []
    assert generations.serving() is None
    engine = generations.open()
    engine.write([document(1)])
    name = generations.serving()
    again = generations.open()
    assert again.size() == 1
    assert name is not None
    assert generations.serving() == name
    assert generations.names() == [name]
    assert generations.building() is None
    engine.close()
    again.close()


def test_a_generation_is_built_beside_the_serving_one_and_taken_up_again(generations: Generations) -> None:
    serving = generations.open()
    serving.write([document(1)])
    first = generations.serving()
    new = generations.build("second")
    new.write([document(2), document(3)])
    new.close()
    assert (generations.serving(), generations.building()) == (first, "second")
    again = generations.build("second")
    again.write([document(4)])
    assert (serving.size(), again.size()) == (1, 3)
    assert set(generations.names()) == {first, "second"}
    again.close()
    serving.close()


def test_after_a_swap_every_engine_answers_from_the_new_generation(generations: Generations) -> None:
    engines = [generations.open() for _ in range(2)]
    engines[0].write([document(1)])
    first = generations.serving()
    assert first is not None
    new = generations.build("second")
    new.write([document(2), document(3)])
    generations.swap("second")
    assert (generations.serving(), generations.building()) == ("second", None)
    assert [engine.size() for engine in engines] == [2, 2]
    engines[1].apply({"page-0002": Triage(state=State.DISMISSED, relevant=False, seq=1)})
    assert engines[0].search(Query()).total == 1
    assert set(generations.names()) == {first, "second"}
    generations.swap(first)
    assert [engine.size() for engine in engines] == [1, 1]
    generations.swap("second")
    generations.drop(first)
    assert generations.names() == ["second"]
    assert engines[0].size() == 2
    for engine in (*engines, new):
        engine.close()


def test_a_scan_goes_on_in_the_generation_in_which_it_began(generations: Generations) -> None:
    engine = generations.open()
    engine.write([document(n) for n in range(450)])
    first = generations.serving()
    assert first is not None
    new = generations.build("second")
    new.write([document(1)])
    scan = engine.scan(Query())
    next(scan)
    generations.swap("second")
    assert engine.size() == 1
    assert len(list(scan)) == 449
    generations.drop(first)
    assert engine.size() == 1
    engine.close()
    new.close()


def test_what_serves_can_t_be_dropped_and_what_is_not_there_can_t_serve(generations: Generations) -> None:
    generations.open().close()
    name = generations.serving()
    assert name is not None
    with pytest.raises(IndexUnavailable):
        generations.drop(name)
    with pytest.raises(IndexUnavailable):
        generations.swap("nowhere")
    assert generations.serving() == name
    generations.drop("nowhere")


def test_a_generation_that_is_given_up_leaves_nothing(generations: Generations) -> None:
    generations.open().close()
    generations.build("second").close()
    generations.drop("second")
    assert generations.building() is None
    assert generations.names() == [generations.serving()]
    again = generations.build("second")
    assert again.size() == 0
    again.close()


def test_another_one_can_be_begun_while_one_is_being_built(generations: Generations, tmp_path: Path) -> None:
    generations.build("second").close()
    generations.build("third").close()
    assert generations.building() == "third"
    assert set(generations.names()) >= {"second", "third"}


def test_readers_and_deciders_meet_no_error_through_many_swaps(generations: Generations) -> None:
    engine = generations.open()
    engine.write([document(n) for n in range(10)])
    faults: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        number = 0
        try:
            while not done.is_set():
                number += 1
                assert engine.search(Query(text="tin", relevant=None)).total == 10
                engine.apply({"page-0001": Triage(state=State.CONFIRMED, relevant=True, seq=number)})
                assert engine.get("page-0003") is not None
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(12):
        before = generations.serving()
        assert before is not None
        new = generations.build(f"next-{n}")
        new.write([document(n) for n in range(10)])
        new.close()
        generations.swap(f"next-{n}")
        generations.drop(before)
    done.set()
    for thread in threads:
        thread.join()
    engine.close()
    assert faults == []
