"""A release of the workers' code, as settings name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Release:
    """A build of the workers' code in a deployment of Temporal's."""

    deployment: str
    build: str
