"""The demo: a small web on loopback is crawled, analysed, indexed and reported."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.contracts import ReportFile
from core.records import people, runs
from core.records.people import Role
from core.settings import CrawlSettings, load_settings
from langnghe import pipeline
from langnghe.demo.site.corpus import Corpus
from langnghe.demo.site.server import serving
from langnghe.house import House, running
from langnghe.pipeline import OnOutcome

LEAD = "truongnhom"  # trưởng nhóm: the team's lead, who may see most


@dataclass(frozen=True)
class Demo:
    """What a demo run did: the outcomes, seconds from crawl to index, and the week's report.

    `password` is that of the account `LEAD`, None when the account was there before.
    """

    house: House
    counts: runs.OutcomeCounts
    seconds: float
    report: ReportFile
    password: str | None


@contextmanager
def demo(folder: Path, corpus: Corpus | None, on_outcome: OnOutcome | None) -> Iterator[Demo]:
    """Run the whole path on the small web in `folder`, and keep that web up for as long as it is looked at.

    With `corpus`, its texts are served as a newspaper instead. A second run crawls again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with serving(folder, corpus) as web:
        settings = load_settings(
            data_dir=folder,
            archive_url="",
            database_url="",
            sources_dir=web.sources_dir,
            crawl=CrawlSettings(
                delay_s=0.0,
                contact="http://127.0.0.1/",
                pages_per_run=(corpus.pages if corpus else 5000) + 100,
            ),
        )
        house = House(settings)
        with running(house, "demo", alone=True) as run_id:
            start = time.monotonic()
            pipeline.run(house, run_id, [site.id for site in web.sites], on_outcome)
            seconds = time.monotonic() - start
            report = pipeline.report(house, None, datetime.now(UTC))
        counts = runs.outcome_counts(house.records, run_id)
        yield Demo(house, counts, seconds, report, lead_account(house))


def lead_account(house: House) -> str | None:
    """Make the account `LEAD` and return its password; None when it was there before."""
    if any(user.username == LEAD for user in people.users(house.records)):
        return None
    password = people.new_password()
    people.add_user(house.records, LEAD, "Trưởng nhóm", Role.LEAD, password)
    return password
