"""Any Parquet file of articles, dressed as a newspaper."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from core.errors import BadInput
from langnghe.demo.site.corpus import Corpus
from langnghe.demo.site.server import RunningWeb, serving

ROWS, PAGES = 2_500, 1_200
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "news.parquet"
    rows = [
        {
            "id": f"n{i}",
            "title": f"Tin số {i}",
            "lead": f"Mở đầu {i}",
            "body": f"Câu một của {i}.\nCâu hai của {i}.",
        }
        for i in range(ROWS)
    ]
    rows[-1] |= {"title": "Một <script>alert(1)</script> \x0b tiêu đề & ký tự lạ", "lead": None}
    rows[-3] |= {"title": "", "body": ""}
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=700)
    return path


@pytest.fixture(scope="module")
def web(parquet: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    with serving(tmp_path_factory.mktemp("demo"), Corpus(parquet, PAGES)) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as one:
        yield one


@pytest.fixture(scope="module")
def found(web: RunningWeb, client: httpx.Client) -> list[str]:
    """All addresses of articles, by the sitemap."""
    index = ET.fromstring(client.get(web.sites[0].base + "sitemap.xml").content)
    parts = [loc.text for loc in index.iterfind("s:sitemap/s:loc", SITEMAP)]
    assert len(parts) == 3
    listed = set()
    for part in parts:
        listed |= {
            loc.text for loc in ET.fromstring(client.get(part).content).iterfind("s:url/s:loc", SITEMAP)
        }
    return sorted(listed)


def test_only_the_corpus_is_served(web):
    assert [site.id for site in web.sites] == ["corpus"]
    assert [path.name for path in web.sources_dir.iterdir()] == ["corpus.yaml"]


def test_the_sitemap_leads_to_exactly_as_many_pages_as_asked_for(found, client):
    assert len(found) == PAGES
    titles = set()
    described = 0
    for url in found:
        answer = client.get(url)
        assert answer.status_code == 200
        titles.add(re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)[1])
        described += "application/ld+json" in answer.text
    assert len(titles) == PAGES
    assert described == PAGES // 2


def test_pages_come_evenly_from_the_whole_file(found, client):
    numbers = [int(n) for url in found if (n := (re.search(r"/tin-so-(\d+)-\d+\.html", url) or [0, ""])[1])]
    assert min(numbers) < 5
    assert max(numbers) > ROWS - 10
    assert max(b - a for a, b in zip(sorted(numbers), sorted(numbers)[1:], strict=False)) <= 5


def test_markup_and_odd_characters_of_a_row_stay_text(found, client):
    odd = next(url for url in found if "alert" in url)
    page = client.get(odd).text
    assert "<script>alert" not in page
    assert "<script>alert(1)</script>" in unescape(page)


def test_dates_lie_in_the_last_eight_weeks(found, client, web):
    now = datetime.now(UTC)
    parts = [client.get(f"{web.sites[0].base}sitemap-{n}.xml").content for n in (1, 2)]
    dates = [
        datetime.fromisoformat(d.text)
        for part in parts
        for d in ET.fromstring(part).iterfind("s:url/s:lastmod", SITEMAP)
    ]
    assert len(dates) == PAGES
    assert all(now - timedelta(weeks=8, hours=1) < date < now for date in dates)


def test_feeds_of_the_source_file_answer(web, client):
    source = yaml.safe_load((web.sources_dir / "corpus.yaml").read_text("utf-8"))
    for feed in source["discover"]["feeds"]:
        assert ET.fromstring(client.get(feed).content).find("channel/item") is not None


def test_more_pages_than_rows_are_refused(parquet, tmp_path):
    with pytest.raises(BadInput, match="2500 rows"), serving(tmp_path, Corpus(parquet, ROWS + 1)):
        pass


def test_a_file_without_the_columns_is_refused_by_name(tmp_path):
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"id": ["1"], "text": ["x"]}), path)
    with (
        pytest.raises(BadInput, match=r"other\.parquet: no column title, lead, body"),
        serving(tmp_path, Corpus(path, 1)),
    ):
        pass


@pytest.mark.parametrize("name", ["missing.parquet", "text.parquet"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path, name):
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(BadInput, match=name), serving(tmp_path, Corpus(tmp_path / name, 1)):
        pass
