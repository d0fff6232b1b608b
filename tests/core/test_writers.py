"""Many processes that write records at once, some of which are killed."""

import random
import signal
import subprocess
import sys
from itertools import islice

import pytest

from core.outcomes import Outcome, Result, Stage
from core.records import Records, crawled, runs
from core.records.decisions import decisions, verify
from core.settings import Settings

WORKERS, KILLED, ROUNDS, ENDLESS = 8, 3, 12, 10**6
# Each round remembers the same page and partition as everybody else's, and decides on the same text.
WORK = """
import sys
from datetime import UTC, datetime
from core.archive import Partition
from core.contracts import What
from core.errors import Conflict
from core.outcomes import Outcome, Result, Stage
from core.records import crawled, open_records
from core.records.decisions import Shown, decide, decisions
from core.settings import load_settings

database, folder, run_id, names, name, rounds = sys.argv[1:]
records = open_records(load_settings(data_dir=folder, database_url=database))
for n in range(int(rounds)):
    item = n % int(names)
    partition = Partition(path=f"source=bao/day=1/{item}", source_id="bao", day="1", pages=1)
    page = crawled.Seen(id=f"page{item}", source_id="bao", url="u", fetched_at=datetime.now(UTC))
    outcome = Outcome(stage=Stage.CRAWL, item=f"item{item}", source_id="bao", result=Result.ARCHIVED)
    crawled.record_batch(records, run_id, [partition], [page], [outcome])
    while True:
        held = decisions(records, "text")
        seq = held[-1].seq if held else 0
        shown = Shown(page_id="text", content_hash="c", model="m", severity=1, categories=(), seq=seq)
        try:
            decide(records, name, What.NOTE, [shown], why=f"{name} {n}")
            break
        except Conflict:
            pass
    print(n, flush=True)
"""


@pytest.mark.timeout(300)
def test_many_write_at_once_and_some_die_and_all_is_there_once(records: Records, settings: Settings) -> None:
    run_id = runs.start_run(records, "run")
    draw = random.Random(1)
    arguments = [settings.database, str(settings.data_dir), run_id, str(ROUNDS)]
    rounds = {f"w{n}": ENDLESS if n < KILLED else ROUNDS for n in range(WORKERS)}
    workers = {
        name: subprocess.Popen(
            [sys.executable, "-c", WORK, *arguments, name, str(number)], stdout=subprocess.PIPE, text=True
        )
        for name, number in rounds.items()
    }
    done: dict[str, int] = {}
    for name in list(workers)[:KILLED]:
        worker = workers[name]
        assert worker.stdout is not None
        done[name] = len(list(islice(worker.stdout, draw.randint(1, ROUNDS // 2))))
        worker.send_signal(signal.SIGKILL)
    ends = {}
    for name, worker in workers.items():
        assert worker.stdout is not None
        done[name] = done.get(name, 0) + len(list(worker.stdout))
        ends[name] = worker.wait()
        worker.stdout.close()

    assert list(ends.values()) == [-signal.SIGKILL] * KILLED + [0] * (WORKERS - KILLED)
    register = [decision.why for decision in decisions(records)]
    assert verify(records) == len(register) == len(set(register))
    # What was told as done is there; of what a kill cut off, one more at most.
    for name, count in done.items():
        assert count <= sum(why.startswith(f"{name} ") for why in register) <= count + 1
    assert len(crawled.partitions_to_do(records, "analyse")) == ROUNDS
    assert runs.outcomes(records, run_id) == [
        Outcome(stage=Stage.CRAWL, item=item, source_id="bao", result=Result.ARCHIVED)
        for item in sorted(f"item{n}" for n in range(ROUNDS))
    ]
