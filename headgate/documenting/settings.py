"""`docs/reference/settings.md`, from the settings' own descriptions."""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo

from headgate.documenting import markdown
from headgate.documenting.markdown import code, table
from headgate.settings import Settings, variable

INTRODUCTION = """
Settings come from the environment of the process. None is needed for a first start. `headgate up` gives its own to
the worker and the API that it starts; in production each process gets the same ones.

Each may come from a file instead: a variable's name with `_FILE` behind it names the file, as
`DATABASE_URL_FILE=/run/secrets/database_url`. Secrets are given so; the variable itself goes first.
"""


def page() -> str:
    """The page in Markdown."""
    rows = [
        (code(variable(name, field)), field.description or "", _default(field))
        for name, field in Settings.model_fields.items()
    ]
    return markdown.page("Settings", INTRODUCTION, table(("variable", "what", "default"), rows))


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "not set"
    if isinstance(value, Path) and value.is_absolute():
        return f"the folder {code(value.name)} that Headgate ships"
    return code(str(value).lower() if isinstance(value, bool) else str(value))
