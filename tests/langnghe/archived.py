"""An archive that many small crawls filled, in a folder or on S3, and what is in it."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from core.contracts import Page
from core.outcomes import Stage
from core.records import crawled
from langnghe.house import House, running
from tests.conftest import NOON
from tests.langnghe.conftest import archive
from tests.langnghe.world import made


def crawl(
    house: House, numbers: Iterable[int], source: str = "bao", day: int = 0, each: int = 3
) -> list[str]:
    """Archive pages of those numbers, `each` to a partition, as a crawl does that brings them by and by."""
    some = [
        made(n, source_id=source, text=f"Tin số {n}.", fetched_at=NOON + timedelta(days=day, minutes=n))
        for n in numbers
    ]
    return [
        path for start in range(0, len(some), each) for path in archive(house, some[start : start + each])
    ]


def settle(house: House) -> None:
    """Let every partition have passed all stages, without the models."""
    with running(house, "test") as run_id:
        for stage in (Stage.ANALYSE, Stage.INDEX):
            for partition in crawled.partitions_to_do(house.records, stage):
                crawled.partition_done(house.records, run_id, partition.path, stage, [])


def held(house: House) -> Counter[tuple[str, str]]:
    """Return how often each revision is in the files of the archive."""
    pages = [page for path in house.archive.partitions() for page in house.archive.read(path)]
    return Counter((page.id, page.content_hash) for page in pages)


def once(pages: Iterable[Page]) -> Counter[tuple[str, str]]:
    """Return what `held` says of pages that are there once each."""
    return Counter({(page.id, page.content_hash) for page in pages})


def agreed(house: House) -> bool:
    """Say whether files and records name the same partitions."""
    return crawled.known_partitions(house.records) == set(house.archive.partitions())
