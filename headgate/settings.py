"""Settings: from the environment or from files that it names, each with a default that works on a newcomer's machine."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from store.vault import Vault
from workflows.codec import read_keys
from workflows.release import Release


class FromFiles(PydanticBaseSettingsSource):
    """Settings from the files that variables ending in `_FILE` name: secrets are mounted so, and stand in no environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """What the file says; nothing where no variable names one. Raises ValueError for a file that cannot be read."""
        name = variable(field_name, field)
        file = os.environ.get(f"{name}_FILE")
        if not file:
            return None, field_name, False
        key = name if isinstance(field.validation_alias, AliasChoices) else field_name
        try:
            return Path(file).read_text(encoding="utf-8").strip(), key, False
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}_FILE names a file that cannot be read: {type(error).__name__}") from None

    def __call__(self) -> dict[str, Any]:
        """What all such files say."""
        read = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {key: value for value, key, _complex in read if value is not None}


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a setting."""
    if isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return f"{Settings.model_config['env_prefix']}{name}".upper()


class Settings(BaseSettings):
    """All settings of a Headgate process. `docs/reference/settings.md` is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix="HEADGATE_", env_ignore_empty=True, extra="ignore")

    home: Path = Field(Path(".headgate"), description="The folder of everything that Headgate keeps on this machine.")
    port: int = Field(8000, ge=1, le=65535, description="The port of pages and REST interface.")
    host: str = Field("127.0.0.1", description="The address that pages and REST interface listen on.")
    definitions: Path = Field(
        Path(__file__).parent.parent / "definitions", description="The folder of the district's definitions."
    )
    temporal_port: int = Field(7233, ge=1, le=65535, description="The port of the Temporal server that `up` starts.")
    worker_port: int = Field(8001, ge=1, le=65535, description="The port of the worker's health page and metrics.")
    metrics_port: int = Field(8002, ge=0, le=65535, description="The port of the API's metrics; 0: any that is free.")
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
        repr=False,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="The database; without it a SQLite file in the home folder.",
    )
    task_queue: str = Field("headgate", description="Temporal's task queue of the cases.")
    deployment: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="The name of the workers' deployment in Temporal: with it, a release carries cases once `headgate promote` "
        "has made it current; without it, every worker does as soon as it runs.",
    )
    build: str | None = Field(
        None,
        min_length=1,
        description="What tells this release from others in the deployment, as an image's tag; its version by default.",
    )
    codec_keys: str | None = Field(
        None,
        repr=False,
        description="Keys for encrypting payloads, newest first: `id:base64key,id:base64key`, or `@FILE` with one a line; "
        "without them payloads are readable.",
    )
    master_keys: str | None = Field(
        None,
        description="Keys that wrap the keys of people, written as `HEADGATE_CODEC_KEYS`; without them one in the home folder.",
    )
    temporal_pages: str | None = Field(
        None,
        pattern=r"^https?://[^/?#]+$",
        description="The origin of Temporal's own pages, as `https://temporal.example.org`: they may ask `/api/codec` to "
        "decode payloads for who is signed in here and has the right.",
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
    session_hours: int = Field(
        12, ge=1, le=168, description="After so many hours a browser session ends, however busy its person is."
    )
    sign_in_tries: int = Field(
        5,
        ge=1,
        description="So many wrong passwords for a user in a row wait for nothing; each further one twice as long.",
    )
    sign_in_tries_of_address: int = Field(30, ge=1, description="The same for an address, which an office may share.")
    sign_in_wait_seconds: int = Field(300, ge=1, description="How long a further try waits at most.")
    requests_per_minute: int = Field(
        3000, ge=0, description="How many requests a token or a session may send each API process in a minute; 0: any."
    )
    address: str | None = Field(
        None,
        description="The address that browsers reach it at, such as `https://desk.district.gov`; needed behind a proxy.",
    )
    openid_issuer: str | None = Field(
        None, description="The issuer of the district's identity provider (OpenID Connect); without it passwords alone."
    )
    passwords: bool = Field(
        True,
        description="Whether people may sign in with passwords; `false` where the identity provider is the only way.",
    )
    openid_client_id: str = Field("headgate", description="Headgate's client id at the identity provider.")
    openid_client_secret: SecretStr | None = Field(
        None, description="Its secret there; without one it is a public client."
    )
    openid_claim: str = Field(
        "preferred_username",
        description="The claim that is a user's short name; `email` means the address that is kept of the user.",
    )
    openid_title: str = Field(
        "Sign in with the district's account", description="What the link to the identity provider says."
    )
    log_level: str = Field("warning", description="debug, info, warning or error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said in code, then the environment, then the files that it names."""
        return init_settings, env_settings, FromFiles(settings_cls)

    @property
    def release(self) -> Release | None:
        """The release that workers of these settings are; None where they are not told apart."""
        return Release(deployment=self.deployment, build=self.build or _version()) if self.deployment else None

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.home / 'headgate.db').absolute()}"

    @property
    def files(self) -> Path:
        """The folder of letters and attachments."""
        return self.home / "files"

    @property
    def vault(self) -> Vault:
        """The keys of people; raises CodecError for master keys that cannot be used."""
        return Vault(self.home / "keys", read_keys(self.master_keys) if self.master_keys else None)

    @property
    def cache(self) -> Path:
        """The folder of what was built or fetched once."""
        return self.home / "cache"


def _version() -> str:
    try:
        return version("headgate")
    except PackageNotFoundError:
        return "development"
