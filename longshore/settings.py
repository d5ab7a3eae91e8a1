"""Every setting of Longshore, read from the environment and `.env`.

This module owns names, types, defaults and limits of the settings. It opens no connection and
starts nothing. docs/settings.md lists every field here; a test compares the two.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from longshore.errors import SettingsError

REDIS_SCHEMES = ("redis://", "rediss://", "unix://", "redis+sentinel://")
SECRET_KEY_LENGTH = 16
"""Least characters of a SECRET_KEY."""
MOST_WORKERS = 64
"""Most worker processes under one parent."""
Names = Annotated[tuple[str, ...], NoDecode]
"""Names in one variable, comma separated."""
Region = Literal["us", "us2", "us_dfs", "us_ex", "uk", "eu", "fr", "se", "au"]
"""Regions of books, as The Odds API calls them."""
MarketName = Literal["h2h", "spreads", "totals"]
"""Markets that are priced, as The Odds API calls them."""
_WEIGHTED = re.compile(r"[a-z0-9_]+(:\d+(\.\d+)?)?")
_RATE = re.compile(r"^\d+\s*(/|per)\s*(second|minute|hour|day)$")


class Settings(BaseSettings):
    """The settings of one process. Field `redis_url` is read from REDIS_URL, and so on."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "production"] = Field(
        "development", description="production refuses to start without SECRET_KEY and sends strict headers"
    )
    redis_url: str = Field(
        "redis://localhost:6379/0",
        validation_alias=AliasChoices("REDIS_URL", "CELERY_BROKER_URL"),
        description="redis://, rediss://, unix:// or redis+sentinel://host:port[,host:port]/service/db",
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL (postgresql://… or sqlite:///…); empty: SQLite in VAR_DIR"
    )
    var_dir: Path = Field(Path("var"), description="folder for what a laptop keeps: SQLite, Redis data, keys")
    port: int = Field(8000, ge=1, le=65535, description="port of the web process")
    secret_key: SecretStr = Field(
        SecretStr(""), description="signs the console's sessions; empty in development: made in VAR_DIR"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level logged")

    worker_queues: Names = Field(
        (), description="queues that this worker takes, comma separated, first is first; empty: all"
    )
    worker_concurrency: int | Literal["auto"] = Field(
        1, description="worker processes that worker.sh runs; auto: as many as the load needs"
    )
    worker_min: int = Field(1, ge=1, le=MOST_WORKERS, description="auto: least worker processes")
    worker_max: int = Field(4, ge=1, le=MOST_WORKERS, description="auto: most worker processes")
    worker_target_wait: float = Field(
        5.0, ge=0.1, le=86_400, description="auto: seconds that a task may wait before a worker is added"
    )
    worker_memory_mb: int = Field(
        0, ge=0, description="auto: MB that all workers may use together; 0: what the dyno has"
    )
    worker_tasks_per_horse: int = Field(
        0, ge=0, le=1_000_000, description="tasks after which a horse is replaced; 1 forks for each; 0: never"
    )
    worker_horse_memory_mb: int = Field(
        0, ge=0, le=1_000_000, description="MB above which a horse is replaced between two tasks; 0: no limit"
    )
    clock_interval: float = Field(
        0.4,
        ge=0.02,
        le=60,
        description="most seconds between two looks of the clock; schedules fire in time anyway",
    )

    redis_pool_size: int = Field(8, ge=2, le=1000, description="most Redis connections of one process")
    redis_timeout: float = Field(
        0.6, ge=0.05, le=60, description="seconds that a web request waits for Redis before it answers 503"
    )
    web_threads: int = Field(32, ge=4, le=512, description="requests and event streams served at once")
    max_streams: int = Field(16, ge=0, le=500, description="event streams open at once in one web process")
    max_body_bytes: int = Field(
        1_000_000, ge=1_000, le=100_000_000, description="largest request body; above it: 413"
    )
    public_rate_limit: str = Field(
        "120/minute", description="requests of one address to public routes, e.g. 120/minute"
    )
    public_backlog: int = Field(
        100, ge=1, le=1_000_000, description="waiting tasks of a queue at which strangers are refused"
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="proxies in front that set X-Forwarded-For and -Proto (Heroku: 1)"
    )
    token_days: int = Field(30, ge=1, le=3650, description="days a token lives unless it is made otherwise")

    always_inline: bool = Field(
        False,
        validation_alias=AliasChoices("ALWAYS_INLINE", "CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER"),
        description="run every task in the process that enqueues it, for tests; never in production",
    )
    upstreams: Literal["live", "sandbox"] = Field(
        "live", description="where jobs read: the real services, or made-up ones on this machine"
    )
    sandbox_url: str = Field("http://127.0.0.1:8001", description="where the sandbox answers")
    sandbox_files: str = Field(
        "", description="folder of recorded answers that the sandbox serves in place of made-up ones"
    )
    alert_webhook_url: SecretStr = Field(
        SecretStr(""), description="where alerts are posted as JSON; empty: they are only logged and shown"
    )

    odds_api_key: SecretStr = Field(
        SecretStr(""), description="key of The Odds API; several, comma separated, are used in turn"
    )
    odds_api_url: str = Field("https://api.the-odds-api.com/v4", description="base URL of The Odds API")
    refresh_interval_minutes: int = Field(
        5, ge=1, le=1440, description="minutes between two refreshes of the odds; a schedule, so editable"
    )
    odds_sports: Names = Field(
        ("americanfootball_nfl", "basketball_nba", "icehockey_nhl", "soccer_epl"),
        description="sports that a refresh reads, as The Odds API calls them, comma separated",
    )
    odds_regions: Annotated[tuple[Region, ...], NoDecode] = Field(
        ("us", "eu"), description="regions of books: us, us2, us_dfs, us_ex, uk, eu, fr, se, au"
    )
    odds_markets: Annotated[tuple[MarketName, ...], NoDecode] = Field(
        ("h2h", "spreads", "totals"), description="markets: h2h, spreads, totals"
    )
    odds_min_ev: float = Field(
        0.0, ge=-100, le=1000, description="least expected value, in percent, of a listed opportunity"
    )
    odds_method: Literal["multiplicative", "additive", "power", "shin"] = Field(
        "power", description="how a book's margin is taken out of its prices"
    )
    odds_sharp_books: Names = Field(
        ("pinnacle",),
        description="books whose prices count as fair: pinnacle:2,betfair_ex_eu; empty: a consensus",
    )
    odds_stale_minutes: float = Field(
        30.0, gt=0, le=1440, description="age, in minutes, above which a price is left out"
    )
    odds_kelly: float = Field(0.25, gt=0, le=1, description="share of the Kelly stake that is advised")
    odds_kelly_cap: float = Field(
        0.02, gt=0, le=1, description="largest stake that is advised, as a share of the bankroll"
    )
    odds_long_shot: float = Field(
        8.0, gt=1, le=1000, description="decimal odds from which on an opportunity is flagged as a long shot"
    )
    odds_max_age_minutes: float = Field(
        15.0, gt=0, le=10_080, description="minutes after which odds that did not get fresher raise an alert"
    )
    odds_keep_days: int = Field(
        365, ge=7, le=3650, description="days that the record of opportunities is kept after their events"
    )

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        if not url.startswith(REDIS_SCHEMES):
            raise ValueError(f"a URL that starts with {', '.join(REDIS_SCHEMES)}")
        return url if url.startswith(("unix://", "redis+sentinel://")) else _parsed(url)

    @field_validator("database_url")
    @classmethod
    def _sql_url(cls, url: str) -> str:
        """Heroku still writes postgres://, which SQLAlchemy dropped; psycopg 3 is the driver that we pin."""
        url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
        if url and not url.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("a URL that starts with postgresql:// or sqlite:///")
        return _parsed(url)

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < SECRET_KEY_LENGTH:
            raise ValueError(f"{SECRET_KEY_LENGTH} characters or more")
        return key

    @field_validator("always_inline")
    @classmethod
    def _not_in_production(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("environment") == "production":
            raise ValueError(
                "false in production: it is for tests, and every request would run its own tasks"
            )
        return value

    @field_validator(
        "worker_queues", "odds_sports", "odds_regions", "odds_markets", "odds_sharp_books", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("odds_sports", "odds_regions", "odds_markets")
    @classmethod
    def _not_empty(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("at least one name")
        return names

    @field_validator("odds_sharp_books")
    @classmethod
    def _weighted(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_WEIGHTED.fullmatch(one) for one in names):
            raise ValueError("books' keys with weights that may be left out, e.g. pinnacle:2,betfair_ex_eu")
        return names

    @field_validator("odds_api_url", "sandbox_url")
    @classmethod
    def _http_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("a URL that starts with http:// or https://")
        return _parsed(url).rstrip("/")

    @field_validator("worker_concurrency", mode="before")
    @classmethod
    def _number_or_auto(cls, value: Any) -> Any:
        text = str(value).strip().lower()
        if text == "auto":
            return text
        if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= MOST_WORKERS:
            raise ValueError(f"auto, or a whole number greater than or equal to 1 and at most {MOST_WORKERS}")
        return int(text)

    @field_validator("worker_max")
    @classmethod
    def _not_under_the_least(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("worker_min", 1)
        if most < least:
            raise ValueError(f"a whole number that is not below WORKER_MIN, which is {least}")
        return most

    @field_validator("public_rate_limit")
    @classmethod
    def _rate(cls, value: str) -> str:
        if not _RATE.match(value.strip()):
            raise ValueError("a number and a unit, e.g. 120/minute or 5/second")
        return value.strip()

    @property
    def sql_url(self) -> str:
        """The database in use: DATABASE_URL, or the SQLite file under VAR_DIR."""
        return self.database_url or f"sqlite:///{self.var_dir / 'longshore.db'}"

    @property
    def production(self) -> bool:
        """Whether ENVIRONMENT is production."""
        return self.environment == "production"


def _parsed(url: str) -> str:
    """The URL, if its port is one; the parser's own error would show what is in it, the password too."""
    try:
        urlsplit(url).port  # noqa: B018 (reading it parses it)
    except ValueError:
        message = "a URL with a port that is a number; write / : @ and # in a password as %2F %3A %40 %23"
        raise ValueError(message) from None
    return url


def load(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: one line a wrong setting, with the variable, what it got and what it takes.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(one) for one in error.errors(include_url=False))) from None


@functools.cache
def current() -> Settings:
    """The settings of this process, read once."""
    return load()


def _explain(error: Any) -> str:
    name = str(error["loc"][0]).upper()
    takes = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{name}={_shown(name)} is not valid: it takes {takes}"


def _shown(name: str) -> str:
    """What the variable holds, unless that could be a secret: URLs carry passwords."""
    if name.endswith(("_URL", "_KEY")):
        return "(hidden)"
    return repr(os.environ.get(name, "(from .env)"))[:80]
