"""Settings come from arguments, the environment and langnghe.toml, in this order; mistakes are named."""

from pathlib import Path

import pytest

from core.errors import BadSettings
from core.settings import load_settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_arguments_come_before_the_environment_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("langnghe.toml").write_text('language = "en"\n[crawl]\ndelay_s = 5\nretries = 7\n')
    monkeypatch.setenv("LANGNGHE_CRAWL__DELAY_S", "3")
    settings = load_settings(data_dir=Path("here"))
    assert (settings.language, settings.crawl.delay_s, settings.crawl.retries) == ("en", 3.0, 7)
    assert settings.data_dir == Path("here")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[crawl]\ndelay = 5\n", "crawl.delay"),
        ("port = 1\n", "port"),
        ("[crawl]\nretries = -1\n", "crawl.retries"),
    ],
)
def test_a_mistake_is_named(content: str, named: str) -> None:
    Path("langnghe.toml").write_text(content)
    with pytest.raises(BadSettings, match=f"setting '{named}'"):
        load_settings()


def test_a_file_that_is_no_toml_is_named() -> None:
    Path("langnghe.toml").write_text("this is [no toml")
    with pytest.raises(BadSettings, match=r"langnghe\.toml"):
        load_settings()


def test_an_empty_token_for_metrics_is_refused_and_does_not_open_them(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="metrics_token"):
        load_settings(data_dir=tmp_path, console={"metrics_token": ""})
