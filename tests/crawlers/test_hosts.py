"""Hosts are asked in turns and left alone when they refuse, whatever sources ask them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.records import Records
from core.records.hosts import Wait, keep_wait, waits
from crawlers.failures import Refused
from crawlers.hosts import Hosts
from crawlers.waits import LONGEST_WAIT_S


def test_refusals_at_the_same_time_count_as_one(records: Records) -> None:
    async def refuse() -> list[bool]:
        hosts = Hosts(records)
        return [await hosts.refused("bao.vn", None) for _ in range(8)]

    assert asyncio.run(refuse()) == [True] * 8
    assert waits(records) == {}, "a second is nothing to remember"


def test_a_long_wish_holds_for_all_and_for_later_runs_until_the_host_answers(records: Records) -> None:
    async def refuse() -> None:
        hosts = Hosts(records)
        assert not await hosts.refused("bao.vn", 7200)
        assert not await hosts.refused("bao.vn", None), "a shorter wish does not shorten a longer one"
        for run in (hosts, Hosts(records)):
            with pytest.raises(Refused, match="host_waits"):
                run.check("bao.vn")
            run.check("bao-khac.vn")
            await run.answered("bao.vn")  # what was under way when it refused

    asyncio.run(refuse())
    (wait,) = waits(records).values()
    assert (wait.host, wait.refusals) == ("bao.vn", 1)
    assert timedelta(hours=1.9) < wait.wait_until - datetime.now(UTC) <= timedelta(hours=2)

    keep_wait(records, wait.model_copy(update={"wait_until": datetime.now(UTC)}))
    asyncio.run(Hosts(records).answered("bao.vn"))
    assert waits(records) == {}


def test_a_wait_that_no_answer_can_have_set_is_a_clocks_fault(records: Records) -> None:
    far = datetime.now(UTC) + timedelta(seconds=2 * LONGEST_WAIT_S)
    keep_wait(records, Wait(host="bao.vn", wait_until=far, refusals=3))

    async def ask() -> None:
        hosts = Hosts(records)
        hosts.check("bao.vn")
        assert not await hosts.refused("bao.vn", 3600)

    asyncio.run(ask())
    assert waits(records)["bao.vn"].wait_until - datetime.now(UTC) <= timedelta(hours=1)


def test_a_turn_is_held_by_as_many_as_the_most_careful_source_allows(records: Records) -> None:
    at_work: list[int] = []

    async def ask(hosts: Hosts, source: str, at_once: int) -> None:
        async with hosts.turn("bao.vn", source, at_once, 0.0):
            at_work.append(at_work[-1] + 1 if at_work else 1)
            await asyncio.sleep(0)
            at_work.append(at_work[-1] - 1)

    async def all_of(*limits: int) -> int:
        at_work.clear()
        hosts = Hosts(records)
        await asyncio.gather(*(ask(hosts, f"s{n}", n) for n in limits for _ in range(5)))
        return max(at_work)

    assert asyncio.run(all_of(3)) == 3
    assert asyncio.run(all_of(2, 8)) == 2


def test_a_turn_that_fails_or_is_given_up_is_free_again(records: Records) -> None:
    async def ask() -> None:
        hosts = Hosts(records)
        with pytest.raises(ZeroDivisionError):
            async with hosts.turn("bao.vn", "a", 1, 0.0):
                raise ZeroDivisionError
        async with hosts.turn("bao.vn", "a", 1, 0.0):
            waiting = asyncio.ensure_future(hosts.turn("bao.vn", "b", 1, 0.0).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
        async with asyncio.timeout(1), hosts.turn("bao.vn", "c", 1, 0.0):
            pass

    asyncio.run(ask())
