"""The invented web as a whole: which sites there are, at which addresses, and the files to crawl them by."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import yaml

from langnghe.demo.site.answers import Site
from langnghe.demo.site.boards import threads
from langnghe.demo.site.corpus import Corpus, CorpusStock
from langnghe.demo.site.dates import Calendar, FirstRun
from langnghe.demo.site.discussed import DiscussedPaper
from langnghe.demo.site.feeds import FeedPaper
from langnghe.demo.site.forum import Forum
from langnghe.demo.site.more import MorePaper
from langnghe.demo.site.newsroom import newspapers, third_newspaper
from langnghe.demo.site.texts import Shelf

# Each site has a loopback address of its own (127.0.0.0/8, RFC 1122 3.2.1.3); the first one stays free.
ADDRESSES = {
    "ben-song": "127.0.0.2",
    "doi-gio": "127.0.0.3",
    "hien-nha": "127.0.0.4",
    "suong-som": "127.0.0.6",
    "corpus": "127.0.0.5",
}
NAMES = {
    "ben-song": "Báo Bến Sông",
    "doi-gio": "Đồi Gió Online",
    "hien-nha": "Diễn đàn Hiên Nhà",
    "suong-som": "Tin Sương Sớm",
    "corpus": "Báo Trang Mẫu",
}


def base(site_id: str, port: int) -> str:
    """Return the address of a site's home page."""
    return f"http://{ADDRESSES[site_id]}:{port}/"


def served(corpus: Corpus | None) -> tuple[str, ...]:
    """Return the ids of the sites that are served: the invented ones, or the corpus alone."""
    return tuple(name for name in ADDRESSES if (name == "corpus") == (corpus is not None))


def invented_sites(run: FirstRun) -> tuple[FeedPaper, DiscussedPaper, Forum, MorePaper]:
    """Return the newspapers and the forum with all their texts."""
    calendar = Calendar(run.at)
    first, second = newspapers(calendar)
    return (
        _paper("ben-song", run, Shelf(first)),
        DiscussedPaper("doi-gio", NAMES["doi-gio"], base("doi-gio", run.port), Shelf(second), run.at),
        Forum("hien-nha", NAMES["hien-nha"], base("hien-nha", run.port), threads(calendar), run.at),
        MorePaper(
            "suong-som",
            NAMES["suong-som"],
            base("suong-som", run.port),
            Shelf(third_newspaper(calendar)),
            run.at,
        ),
    )


def sites(run: FirstRun, corpus: Corpus | None = None) -> tuple[Site, ...]:
    """Return the sites that are served. Raises BadInput for a corpus that can't be served."""
    if corpus is not None:
        return (_paper("corpus", run, CorpusStock(corpus, run.at)),)
    return invented_sites(run)


def _paper(site_id: str, run: FirstRun, stock: Shelf | CorpusStock) -> FeedPaper:
    # Of the corpus every second article has neither JSON-LD nor meta tags.
    def described(number: int) -> bool:
        return site_id != "corpus" or number % 2 == 0

    return FeedPaper(site_id, NAMES[site_id], base(site_id, run.port), stock, run.at, described)


def write_sources(folder: Path, served_sites: Sequence[Site], minimum: int, now: datetime) -> None:
    """Write one YAML source file per site into `folder`, and take those of sites not served away."""
    folder.mkdir(parents=True, exist_ok=True)
    for site_id in ADDRESSES:
        (folder / f"{site_id}.yaml").unlink(missing_ok=True)
    for site in served_sites:
        source = {
            "id": site.id,
            "name": NAMES[site.id],
            "home": site.base,
            "type": "news",
            "language": "vi",
            "enabled": True,
            "checked": now.date(),
            "every_minutes": 60,
            "delay_s": 0.0,
            "allow_addresses": [ADDRESSES[site.id]],
            "expect": {"minimum": minimum},
            **site.source(),
        }
        text = yaml.safe_dump(source, allow_unicode=True, sort_keys=False, width=110)
        (folder / f"{site.id}.yaml").write_text(text, "utf-8")
