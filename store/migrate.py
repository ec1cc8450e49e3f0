"""Bring a database to the schema of this version, and say where it stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).parent / "migrations"


def migrate(engine: Engine, target: str = "head") -> None:
    """Run every migration up to `target`; what has run is not run again."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def migrate_down(engine: Engine, target: str = "base") -> None:
    """Undo migrations down to `target`: for tests and for going back after a failed release."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, target)


def revision_of(engine: Engine) -> str | None:
    """The revision that the database is at, or None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision that this version's code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def serves(engine: Engine) -> bool:
    """Whether this version's code works on the database's schema: its own, or one of a later version.

    A later version's migrations run before its processes replace those of this one, which go on meanwhile."""
    found = revision_of(engine)
    return found is not None and found not in _earlier_revisions()


@cache
def _earlier_revisions() -> frozenset[str]:
    newest = newest_revision()
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return frozenset(each.revision for each in revisions if each.revision != newest)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
