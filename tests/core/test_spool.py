"""The spool: whole files only; a lost or broken one is analysed again."""

from collections.abc import Callable
from pathlib import Path

from core.contracts import Analysis, Document, ModelInfo, Page, Severity
from core.spool import Spool

ANALYSIS = Analysis(
    relevance=0.1,
    relevant=False,
    severity=Severity(level=0, probabilities=(1.0, 0.0, 0.0, 0.0)),
    model=ModelInfo(name="risk", version="1", threshold=0.5),
)


def test_documents_come_back_and_go(tmp_path: Path, make_page: Callable[..., Page]) -> None:
    spool = Spool(tmp_path)
    documents = [Document(page=make_page(number=n), analysis=ANALYSIS) for n in range(3)]
    spool.write("source=a/day=b/c.parquet", documents)
    assert spool.read("source=a/day=b/c.parquet") == documents
    spool.drop("source=a/day=b/c.parquet")
    assert spool.read("source=a/day=b/c.parquet") is None


def test_it_tells_of_which_partitions_anything_is_here_also_half_written(
    tmp_path: Path, make_page: Callable[..., Page]
) -> None:
    spool = Spool(tmp_path)
    assert spool.partitions() == set()
    spool.write("source=a/p", [Document(page=make_page(), analysis=ANALYSIS)])
    (tmp_path / "source=b").mkdir()
    (tmp_path / "source=b/.q.jsonl.gz").write_bytes(b"half")
    assert spool.partitions() == {"source=a/p", "source=b/q"}
    for name in ("source=a/p", "source=b/q"):
        spool.drop(name)
    assert spool.partitions() == set()


def test_a_broken_file_counts_as_none(tmp_path: Path, make_page: Callable[..., Page]) -> None:
    spool = Spool(tmp_path)
    spool.write("p", [Document(page=make_page(), analysis=ANALYSIS)])
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:50])
    assert spool.read("p") is None
