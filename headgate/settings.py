"""Settings: from the environment, each with a default that works on a newcomer's machine."""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All settings of a Headgate process. `docs/reference/settings.md` is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix="HEADGATE_", extra="ignore")

    home: Path = Field(Path(".headgate"), description="The folder of everything that Headgate keeps on this machine.")
    port: int = Field(8000, ge=1, le=65535, description="The port of pages and REST interface.")
    host: str = Field("127.0.0.1", description="The address that pages and REST interface listen on.")
    definitions: Path = Field(
        Path(__file__).parent.parent / "definitions", description="The folder of the district's definitions."
    )
    temporal_port: int = Field(7233, ge=1, le=65535, description="The port of the Temporal server that `up` starts.")
    worker_port: int = Field(8001, ge=1, le=65535, description="The port of the worker's health page and metrics.")
    metrics_port: int = Field(8002, ge=1, le=65535, description="The port of the API's metrics.")
    operators_host: str = Field(
        "127.0.0.1",
        description="The address that health page and metrics listen on: never one that the public reaches.",
    )
    temporal_address: str | None = Field(
        None,
        validation_alias=AliasChoices("TEMPORAL_ADDRESS", "temporal_address"),
        description="A Temporal server that runs already; without it `up` starts one of its own.",
    )
    temporal_namespace: str = Field(
        "default",
        validation_alias=AliasChoices("TEMPORAL_NAMESPACE", "temporal_namespace"),
        description="The Temporal namespace of the cases.",
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="The database; without it a SQLite file in the home folder.",
    )
    task_queue: str = Field("headgate", description="Temporal's task queue of the cases.")
    codec_keys: str | None = Field(
        None,
        description="Keys for encrypting payloads, newest first: `id:base64key,id:base64key`; else they are readable.",
    )
    sample: bool = Field(True, description="Load the sample district into an empty database.")
    sample_accounts: int = Field(0, ge=0, description="Load only the first so many places of it; 0 loads all.")
    sample_days: int = Field(
        100, ge=0, description="Live through the sample's last days, so that cases are under way; 0 begins without any."
    )
    idle_minutes: int = Field(
        30,
        ge=0,
        description="After so many minutes without its person a browser session asks for the password; 0: never.",
    )
    log_level: str = Field("warning", description="debug, info, warning or error.")

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.home / 'headgate.db').absolute()}"

    @property
    def files(self) -> Path:
        """The folder of letters and attachments."""
        return self.home / "files"

    @property
    def cache(self) -> Path:
        """The folder of what was built or fetched once."""
        return self.home / "cache"
