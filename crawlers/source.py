"""Sources: one YAML file each, read into typed specs; a mistake names file, key and what to do."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import Field, IPvAnyAddress, ValidationError, model_validator

from core.contracts import Contract, Text
from core.errors import BadSettings
from core.urls import normalise
from crawlers.rules import Addresses, CommentApi, Comments, Discover, Threads, Url

PACKAGED = Path(__file__).parent / "sources"


class Expected(Contract):
    """What a run of the source should give at least, new and unchanged together."""

    minimum: int = Field(default=0, ge=0)


class Budget(Contract):
    """What the source may be asked for at most; None: as the setting `crawl.budget` says."""

    minutes_per_run: float | None = Field(default=None, gt=0)
    requests_per_run: int | None = Field(default=None, gt=0)
    requests_per_day: int | None = Field(default=None, gt=0)
    bytes_per_run: int | None = Field(default=None, gt=0)
    bytes_per_day: int | None = Field(default=None, gt=0)


class SourceSpec(Contract):
    """A public source of pages. Unknown keys are refused. `delay_s` None: the crawl setting."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    name: Text = Field(min_length=1, max_length=200)
    home: Url
    type: Literal["news", "forum"] = "news"
    language: str = Field(default="vi", pattern=r"^[a-z]{2,3}$")
    enabled: bool = True
    checked: Literal["never"] | date = "never"
    evidence: str = ""
    every_minutes: int = Field(default=60, gt=0)
    delay_s: float | None = Field(default=None, ge=0)
    budget: Budget = Budget()
    allow_addresses: tuple[IPvAnyAddress, ...] = ()
    expect: Expected = Expected()
    discover: Discover
    articles: Addresses | None = None
    comments: Comments | None = None
    comment_api: CommentApi | None = None
    threads: Threads | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        found = self.discover
        if not (found.feeds or found.sitemaps or found.sections or found.listings):
            raise ValueError("discover: at least one feed, sitemap, section or listing is needed")
        if self.type == "news" and self.articles is None:
            raise ValueError("articles: a news source says which addresses are articles")
        if self.type == "forum" and self.threads is None:
            raise ValueError("threads: a forum says which addresses are threads")
        return self

    def kind_of(self, url: str) -> Literal["article", "thread"] | None:
        """Return what stands at `url` by its address, or None for what is not wanted."""
        if self.threads is not None and self.threads.match(url):
            return "thread"
        return "article" if self.articles is not None and self.articles.match(url) else None

    def has(self, url: str) -> bool:
        """Say whether `url` belongs to this source's site: its host or one below it, twins included."""
        try:
            host, home = _host(url), _host(self.home)
        except ValueError:
            return False
        return host == home or host.endswith(f".{home}")


class Fault(Contract):
    """A source file that can't be used, with what is wrong and what to do, in one line."""

    path: Path
    message: str


class Sources(Contract):
    """What a folder of source files holds: the specs, by id, and the files with a mistake."""

    specs: tuple[SourceSpec, ...]
    faults: tuple[Fault, ...]


def load_sources(folder: Path | None = None) -> Sources:
    """Read all `*.yaml` of `folder` (None: the packaged sources). A broken file is a fault, the others count.

    Raises BadSettings when the folder itself can't be read.
    """
    folder = folder or PACKAGED
    if not folder.is_dir():
        raise BadSettings(f"sources_dir {folder}: no such folder; correct the setting or make it")
    specs: dict[str, SourceSpec] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            spec = read_source(path)
            if spec.id in specs:
                raise BadSettings(f"{path.name}: id: {spec.id!r} is taken by another file; choose another")
            specs[spec.id] = spec
        except BadSettings as error:
            faults.append(Fault(path=path, message=str(error)))
    return Sources(specs=tuple(specs[i] for i in sorted(specs)), faults=tuple(faults))


def read_source(path: Path) -> SourceSpec:
    """Read one source file. Raises BadSettings that names file, key and what to do."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path.name}: can't be read ({error}); save it as UTF-8 text") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadSettings(f"{path.name}: {_where(error)}; correct the YAML there") from error
    if not isinstance(found, dict):
        raise BadSettings(f"{path.name}: holds no keys; write `id:`, `name:`, `home:`, `discover:` and so on")
    try:
        return SourceSpec.model_validate(found)
    except ValidationError as error:
        raise BadSettings(f"{path.name}: {_told(error.errors())}") from error


@lru_cache(maxsize=1024)
def _host(url: str) -> str:
    return urlsplit(normalise(url)).hostname or ""


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "can't be read as YAML"
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _told(errors: Sequence[object]) -> str:
    found = [error for error in errors if isinstance(error, dict)]
    first = next(
        (error for error in found if error["type"] == "extra_forbidden"), found[0]
    )  # a mistyped name
    key = ".".join(str(part) for part in first["loc"]) or "file"
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return f"{key}: there is no such key; remove it or correct its name"
    if first["type"] == "missing":
        return f"{key}: is missing; add it"
    if key == "file":
        return f"{message}; add it"
    return f"{key}: {message}; correct it"
