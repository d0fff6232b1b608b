"""The archive on a real S3 server: what can go wrong there is told in one line that says what to do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Page
from core.errors import ArchiveUnavailable, BadSettings, PartitionDamaged
from core.settings import S3Settings
from tests.certificates import self_signed
from tests.core.test_archive import MAKE_PAGES
from tests.s3 import KEY, S3, serving

MakePage = Callable[..., Page]
IMPATIENT = {"timeout_s": 1.0, "retries": 0}


@pytest.fixture
def bucket(s3: S3) -> str:
    """An empty bucket."""
    return s3.make_bucket()


@pytest.fixture
def archive(s3: S3, bucket: str) -> Archive:
    """An empty archive."""
    return Archive(f"s3://{bucket}/some/archive", s3.settings)


def test_a_server_that_asks_for_fewer_requests_is_asked_again(
    archive: Archive, s3: S3, make_page: MakePage
) -> None:
    s3.fault("slow_down", "PUT", times=2)
    [partition] = archive.write([make_page()])
    s3.fault("internal", "GET", times=2)
    assert len(archive.read(partition.path)) == 1
    s3.fault("cut", "GET", times=1)
    assert len(archive.read(partition.path)) == 1


def test_a_server_that_goes_on_asking_for_fewer_requests_is_named(
    archive: Archive, s3: S3, make_page: MakePage
) -> None:
    s3.fault("slow_down", "PUT")
    with pytest.raises(ArchiveUnavailable, match="fewer requests; run again later"):
        archive.write([make_page()])
    s3.fault("", "")
    assert list(archive.partitions()) == []
    [partition] = archive.write([make_page()])
    for kind, said in (
        ("internal", "InternalError; see its log"),
        ("cut", r"no answer from http://.*Payload"),
    ):
        s3.fault(kind, "GET")
        with pytest.raises(ArchiveUnavailable, match=said):
            archive.read(partition.path)


def test_a_server_that_does_not_answer_is_given_up_in_time(s3: S3, bucket: str, make_page: MakePage) -> None:
    hasty = Archive(f"s3://{bucket}", s3.settings.model_copy(update=IMPATIENT))
    s3.fault("hang", "PUT")
    with pytest.raises(ArchiveUnavailable, match=r"no answer from http://.*ReadTimeout"):
        hasty.write([make_page()])


def test_what_the_key_may_not_do_is_named(archive: Archive, s3: S3, bucket: str, make_page: MakePage) -> None:
    [partition] = archive.write([make_page()])
    for action, attempt in {
        "s3:PutObject": lambda: archive.write([make_page(number=2)]),
        "s3:GetObject": lambda: archive.read(partition.path),
        "s3:DeleteObject": lambda: archive.remove(partition.path),
    }.items():
        s3.deny(bucket, action)
        with pytest.raises(ArchiveUnavailable, match=rf"access is denied; the key needs .*{action}"):
            attempt()
    s3.call("delete_bucket_policy", Bucket=bucket)
    assert list(archive.partitions()) == [partition.path]


def test_a_bucket_that_is_not_there_is_no_empty_archive(s3: S3, make_page: MakePage) -> None:
    archive = Archive("s3://no-such-bucket/archive", s3.settings)
    for attempt in (
        lambda: archive.write([make_page()]),
        lambda: list(archive.partitions()),
        lambda: archive.read("source=a/day=2026-11-18/x.parquet"),
    ):
        with pytest.raises(
            ArchiveUnavailable, match=r"s3://no-such-bucket/archive: .*make it, or set another"
        ):
            attempt()


def test_a_server_that_dies_is_named_and_what_it_acknowledged_was_whole(
    monkeypatch: pytest.MonkeyPatch, make_page: MakePage
) -> None:
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)
    with serving() as s3:
        archive = Archive(f"s3://{s3.make_bucket()}", s3.settings.model_copy(update=IMPATIENT))
        [partition] = archive.write([make_page()])
        s3.fault("hang", "PUT")
        with ThreadPoolExecutor() as pool:
            cut_off = pool.submit(archive.write, [make_page(number=3)])
            s3.met()
            s3.kill()
            with pytest.raises(ArchiveUnavailable, match=r"no answer from http://127.*; see that it is up"):
                cut_off.result()
        for attempt in (
            lambda: archive.write([make_page(number=2)]),
            lambda: archive.read(partition.path),
            lambda: list(archive.partitions()),
            lambda: archive.remove(partition.path),
        ):
            with pytest.raises(ArchiveUnavailable, match=r"no answer from http://127.*; see that it is up"):
                attempt()
        with serving(s3.port) as again:  # it has forgotten all: it keeps objects in memory
            again.call("create_bucket", Bucket=archive.store.shown.removeprefix("s3://"))
            with pytest.raises(PartitionDamaged, match="is gone"):
                archive.read(partition.path)
            assert archive.write([make_page()]) == [partition]
            assert len(archive.read(partition.path)) == 1


def test_a_writer_killed_while_it_uploads_leaves_nothing(s3: S3, bucket: str) -> None:
    s3.fault("hang", "PUT")
    script = MAKE_PAGES.replace(
        "Archive(sys.argv[1])", "Archive(sys.argv[1], S3Settings(endpoint=sys.argv[2], path_style=True))"
    )
    script += "print('writing', flush=True)\narchive.write(pages(0, 20))\n"
    with subprocess.Popen(
        [sys.executable, "-c", script, f"s3://{bucket}/a", s3.endpoint], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "writing\n"
        s3.met()
        writer.send_signal(signal.SIGKILL)
    s3.fault("", "")
    assert list(Archive(f"s3://{bucket}/a", s3.settings).partitions()) == []


def test_more_than_a_thousand_partitions_are_listed_page_by_page(archive: Archive, s3: S3) -> None:
    names = [f"source=bao/day=2026-11-{n % 28 + 1:02}/{n:064x}.parquet" for n in range(1203)]
    for name in names:
        archive.store.put(name, b"")
    archive.store.put("source=bao-2/day=2026-11-01/" + "0" * 64 + ".parquet", b"")
    listed = list(archive.partitions())
    assert listed == [*sorted(names), "source=bao-2/day=2026-11-01/" + "0" * 64 + ".parquet"]
    assert archive.sources() == ["bao", "bao-2"]


def test_the_server_must_be_the_one_that_its_certificate_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_page: MakePage
) -> None:
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)
    with serving(certificate=self_signed(tmp_path)) as s3:
        bucket = s3.make_bucket()
        trusting = Archive(f"s3://{bucket}", s3.settings)
        [partition] = trusting.write([make_page()])
        assert len(trusting.read(partition.path)) == 1
        strange = s3.settings.model_copy(update={"ca_file": None, **IMPATIENT})
        with pytest.raises(ArchiveUnavailable, match=r"not trusted; set s3\.ca_file"):
            list(Archive(f"s3://{bucket}", strange).partitions())


def test_without_a_key_nothing_is_asked(s3: S3, bucket: str) -> None:
    script = """
import sys
from core.archive import Archive
from core.errors import ArchiveUnavailable
from core.settings import S3Settings
try:
    list(Archive(sys.argv[1], S3Settings(endpoint=sys.argv[2], retries=0)).partitions())
except ArchiveUnavailable as error:
    print(error)
"""
    nothing = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    nothing |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", script, f"s3://{bucket}", s3.endpoint],
        capture_output=True,
        text=True,
        check=True,
        env=nothing,
    )
    assert "there is no key; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in done.stdout


def test_without_s3fs_it_is_said_what_to_install() -> None:
    script = """
import sys
sys.modules["s3fs"] = None
from core.archive import Archive
from core.errors import MissingPart
try:
    Archive("s3://bucket")
except MissingPart as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "archive s3://bucket needs the extra `s3`: pip install 'langnghe[s3]'\n"


def test_another_kind_of_place_is_refused() -> None:
    with pytest.raises(BadSettings, match=r"ftp://x' is neither a folder nor s3://BUCKET/PREFIX"):
        Archive("ftp://x", S3Settings())
