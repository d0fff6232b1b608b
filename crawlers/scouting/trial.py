"""Trying a new source: its site is looked over, a source file proposed, and ten pages crawled by it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from core.contracts import Contract, Page
from core.errors import BadUsage, StageFailed
from core.outcomes import Outcome, Result
from core.settings import Settings
from crawlers.apart import crawl_apart
from crawlers.rules import Discover
from crawlers.scouting.proposal import propose
from crawlers.scouting.writing import as_yaml
from crawlers.source import SourceSpec

PAGES = 10
# The lists were looked at already; two of each kind name ten pages.
LISTS = 2


class Row(Contract):
    """One page of the trial: what was extracted, or why nothing was."""

    url: str
    title: str = ""
    published_at: datetime | None = None
    characters: int = 0
    comments: int = 0
    problem: str = ""


class Tested(Contract):
    """What the trial of a new source gave: the source, its file as YAML, and the pages crawled by it."""

    spec: SourceSpec
    yaml: str
    rows: tuple[Row, ...]


def unknown_source(url: str, allow_addresses: Sequence[str]) -> SourceSpec:
    """Return the source of which no more than the address `url` is known. Raises BadUsage."""
    facts = {
        "id": "new",
        "name": "new",
        "home": url,
        "allow_addresses": list(allow_addresses),
        "discover": {"feeds": [url]},
        "articles": {"allow": ["."]},
    }
    try:
        return SourceSpec.model_validate(facts)
    except ValidationError as error:
        if any(wrong["loc"][0] == "allow_addresses" for wrong in error.errors()):
            raise BadUsage(f"--allow-address {', '.join(allow_addresses)}: give IP addresses") from error
        raise BadUsage(f"{url[:200]}: not a web address; give one like https://bao.example/") from error


def try_source(url: str, settings: Settings, allow_addresses: Sequence[str]) -> Tested:
    """Look over the site at `url`, propose a source file, and crawl ten pages by it, keeping none.

    Raises BadUsage for what is no address, StageFailed where the site can't be had or gives no text.
    """
    first = unknown_source(url, allow_addresses)
    scouted = crawl_apart(first, settings, PAGES, scout=True).scouted
    if scouted.failure:
        raise StageFailed(f"{url}: {scouted.failure}; {_advice(scouted.failure)}")
    proposal = propose(scouted, allow_addresses, datetime.now(UTC).date())
    if proposal is None:
        looked = f"{len(scouted.samples)} pages looked at, {len(scouted.told)} addresses that may be articles"
        raise StageFailed(
            f"{url}: no article or thread was found ({looked}); try the address of a section, "
            "or write the source file by hand (docs/sources.md)"
        )
    spec = proposal.spec
    trial = crawl_apart(_lighter(spec), settings, PAGES)
    rows = _rows(trial.pages, [o for o in trial.outcomes if o.item not in trial.steps])
    good = sum(not row.problem for row in rows)
    if not good:
        raise StageFailed(f"{url}: none of {len(rows)} pages gave a text; write the source file by hand")
    return Tested(
        spec=spec, yaml=as_yaml(proposal, url, f"{len(rows)} pages crawled, {good} with a text"), rows=rows
    )


def _advice(failure: str) -> str:
    if "private" in failure:
        return "--allow-address lets one through that is yours"
    if "forbids" in failure:
        return "ask the site's owners before anything of it is crawled"
    return "correct the address, or try again later"


def _lighter(spec: SourceSpec) -> SourceSpec:
    """Return `spec` with few lists to read and no further pages of threads."""
    found = spec.discover
    fewer = Discover(
        feeds=found.feeds[:LISTS], sitemaps=found.sitemaps[:LISTS], sections=found.sections[:LISTS]
    )
    threads = spec.threads.model_copy(update={"next": None}) if spec.threads else None
    return spec.model_copy(update={"discover": fewer, "threads": threads})


def _rows(pages: Sequence[Page], outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """Return a row for each article or thread, then one for each page that gave nothing."""
    below = Counter(page.thread_id for page in pages if page.thread_id)
    rows = []
    for page in pages:
        if page.parent_id or (page.thread_id and below[page.thread_id] == 0):
            continue
        count = below.pop(page.thread_id or page.id, 0)
        title = page.title or page.thread_title
        rows.append(
            Row(
                url=page.url.partition("#")[0],
                title=title,
                published_at=page.published_at,
                characters=len(page.text),
                comments=count,
            )
        )
    failed = [o for o in outcomes if o.result not in {Result.ARCHIVED, Result.UNCHANGED, Result.DUPLICATE}]
    rows += [Row(url=o.url or o.item, problem=o.detail or o.label) for o in failed]
    return tuple(rows)
