"""What a worker needs to know; `headgate.settings.Settings` is one such."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from store.vault import Vault
from workflows.release import Release


class WorkerSettings(Protocol):
    """The settings of a worker process."""

    @property
    def temporal_address(self) -> str | None:
        """The Temporal server."""

    @property
    def temporal_port(self) -> int:
        """The port of a server on this machine, where no address is set."""

    @property
    def temporal_namespace(self) -> str:
        """Its namespace."""

    @property
    def task_queue(self) -> str:
        """The task queue of the cases."""

    @property
    def release(self) -> Release | None:
        """Which release it is of, where releases are told apart."""

    @property
    def codec_keys(self) -> str | None:
        """Keys that payloads are encrypted with."""

    @property
    def vault(self) -> Vault:
        """The keys of people."""

    @property
    def database(self) -> str:
        """The database's address."""

    @property
    def files(self) -> Path:
        """The folder of letters and attachments."""

    @property
    def definitions(self) -> Path:
        """The folder of the district's definitions."""

    @property
    def worker_port(self) -> int:
        """The port of the health page."""

    @property
    def operators_host(self) -> str:
        """The address that the health page listens on."""

    @property
    def log_level(self) -> str:
        """What is logged: debug, info, warning or error."""
