"""All settings: one class, read when asked for, from the environment (`LANGNGHE_…`) and `langnghe.toml`."""

from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from core.errors import BadSettings


class Section(BaseModel):
    """Base of nested settings: a mistyped name is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BudgetSettings(Section):
    """What one source may be asked for at most: for how long, requests of all kinds, bytes received.

    Days are UTC. Runs come each hour: one source's should have ended when the next begins.
    """

    minutes_per_run: float = Field(default=45.0, gt=0)
    requests_per_run: int = Field(default=25_000, gt=0)
    requests_per_day: int = Field(default=50_000, gt=0)
    bytes_per_run: int = Field(default=4 * 2**30, gt=0)
    bytes_per_day: int = Field(default=8 * 2**30, gt=0)


class CrawlSettings(Section):
    """How pages are fetched."""

    contact: str = Field(
        default="",
        pattern=r"^[ -~]*$",
        description="e-mail or URL in the user agent; needed for real sources",
    )
    delay_s: float = Field(default=2.0, ge=0, description="least pause between requests to one source")
    timeout_s: float = Field(default=30.0, gt=0, description="a page that takes longer is given up")
    max_bytes: int = Field(default=8 * 2**20, gt=0, description="largest page, decompressed")
    retries: int = Field(default=2, ge=0, description="further tries of what can pass")
    pages_per_run: int = Field(default=5000, gt=0, description="per source and run")
    budget: BudgetSettings = BudgetSettings()
    batch_pages: int = Field(default=200, gt=0, description="pages in one archive partition at most")
    batch_s: float = Field(default=5.0, gt=0, description="a partition is written at least this often")


class ConsoleSettings(Section):
    """Where the console listens and how long a session lasts."""

    host: str = "127.0.0.1"
    port: int = Field(default=8111, ge=0, le=65535, description="0 takes a free one")
    session_hours: float = Field(default=10.0, gt=0)
    secure_cookies: bool = Field(default=False, description="true behind HTTPS")
    metrics_token: SecretStr | None = Field(
        default=None, min_length=1, description="opens /metrics; without it only this machine may read them"
    )


class IntakeSettings(Section):
    """What partners may send by HTTP."""

    max_bytes: int = Field(default=64 * 1024, ge=1024, description="largest report, as JSON")
    body_s: float = Field(default=10.0, gt=0, description="a report that takes longer to arrive is given up")
    per_minute: int = Field(default=60, ge=1, description="reports by each token")
    keys_hours: float = Field(default=48.0, ge=1, description="how long an Idempotency-Key is remembered")


class WatchSettings(Section):
    """When alerts are raised."""

    fresh_hours: float = Field(default=48.0, gt=0, description="a grave text younger than this is fresh")
    rise_ratio: float = Field(default=2.0, gt=1, description="the week against the weeks before")
    rise_minimum: int = Field(default=5, ge=1, description="fewer texts than this are no rise")
    silent_hours: float = Field(default=72.0, gt=0, description="an enabled source without a new page")


class RetentionSettings(Section):
    """How many days texts are kept, by class, from the day they are dated; `langnghe prune` removes others.

    What people decided on counts from the last decision, if that is later.
    """

    irrelevant_days: int = Field(default=90, ge=1, description="texts that are not relevant")
    relevant_days: int = Field(default=730, ge=1, description="relevant texts on which nobody decided")
    decided_days: int = Field(default=1825, ge=1, description="texts with a decision of any sort")


class ElasticSettings(Section):
    """How the index reaches Elasticsearch 9. Used when `hosts` names a node; else the embedded engine is."""

    hosts: tuple[str, ...] = Field(default=(), description="URLs of the nodes; empty: the embedded engine")
    prefix: str = Field(default="langnghe", pattern=r"^[a-z][a-z0-9_]*$", description="of all index names")
    api_key: SecretStr | None = Field(default=None, description="`id:key` in Base64, as Kibana shows it")
    ca_file: Path | None = Field(default=None, description="certificates that sign the nodes', in PEM")
    timeout_s: float = Field(default=30.0, gt=0, description="a request that takes longer has failed")
    wait_s: float = Field(default=120.0, ge=0, description="how long a run waits for a cluster that is down")
    shards: int = Field(default=1, ge=1, description="of each monthly index")
    replicas: int = Field(default=0, ge=0, description="copies of each shard; 1 or more on a cluster")


class S3Settings(Section):
    """How the archive reaches S3, when `archive_url` is `s3://BUCKET/PREFIX`.

    There is no key here: it comes from where AWS's own programs take it (AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, AWS_PROFILE, the machine's role).
    """

    endpoint: str = Field(default="", description="URL of a server other than AWS")
    region: str = Field(default="", description="empty: AWS_DEFAULT_REGION")
    path_style: bool = Field(default=False, description="http://HOST/BUCKET, not http://BUCKET.HOST")
    ca_file: Path | None = Field(default=None, description="certificates that sign the server's, in PEM")
    timeout_s: float = Field(default=30.0, gt=0, description="a request that takes longer has failed")
    retries: int = Field(default=4, ge=0, description="further tries of what can pass, ever later")


class Settings(BaseSettings):
    """Everything that can be set. Nested names are joined by two underscores: `LANGNGHE_CRAWL__DELAY_S`."""

    model_config = SettingsConfigDict(
        env_prefix="LANGNGHE_",
        env_nested_delimiter="__",
        toml_file="langnghe.toml",
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Path("data")
    archive_url: str = Field(
        default="", description="s3://BUCKET/PREFIX or a folder; empty: `archive` in data_dir"
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: records.db in data_dir")
    sources_dir: Path | None = Field(
        default=None, description="YAML source files; default: the packaged ones"
    )
    models_dir: Path | None = Field(
        default=None, description="models in use; default: `models` in data_dir, else the packaged ones"
    )
    language: str = Field(default="vi", description="of console, report and alerts: vi or en")
    crawl: CrawlSettings = CrawlSettings()
    console: ConsoleSettings = ConsoleSettings()
    intake: IntakeSettings = IntakeSettings()
    watch: WatchSettings = WatchSettings()
    retention: RetentionSettings = RetentionSettings()
    elastic: ElasticSettings = ElasticSettings()
    s3: S3Settings = S3Settings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments first, then the environment, then `langnghe.toml` of the working folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def archive_location(self) -> str:
        """The archive's URL or folder."""
        return self.archive_url or str(self.data_dir.resolve() / "archive")

    @property
    def database(self) -> str:
        """The records' SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'records.db'}"

    @property
    def index_path(self) -> Path:
        """The embedded engine's file."""
        return self.data_dir / "index.db"

    @property
    def reports_dir(self) -> Path:
        """Where weekly reports are written."""
        return self.data_dir / "reports"


def load_settings(**given: object) -> Settings:
    """Read the settings; `given` overrides. Raises BadSettings that names the setting and what is wrong."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except (TOMLDecodeError, SettingsError) as error:
        raise BadSettings(f"langnghe.toml or a LANGNGHE_* variable can't be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadSettings(
            f"setting {name!r}: {first['msg']}; see `langnghe.toml` or LANGNGHE_* variables"
        ) from error
