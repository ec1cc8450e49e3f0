"""Who did something, as pages say it: by name, with the short name that the audit has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from jinja2 import pass_context
from jinja2.runtime import Context
from sqlmodel import Session

from api.pages.words import word
from store.engine import Store
from store.people import names


class Names:
    """The names of all who work or worked here: one look for a page, when it first says one."""

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return self._read()

    def told(self, short: str | None) -> str:
        """`Ana Ruiz (rep)`; the word alone where nobody has the short name, as with what Headgate does itself."""
        if not short:
            return ""
        name = self._known.get(short)
        return f"{name} ({short})" if name and name != short else word(short)


def names_in(session: Session) -> Names:
    """The names, for what a page's module says itself."""
    return Names(lambda: names(session))


def names_of(store: Store) -> Names:
    """The names, for a template: looked up after the page's own reading has ended."""

    def read() -> Mapping[str, str]:
        with store.reading() as session:
            return names(session)

    return Names(read)


@pass_context
def who(context: Context, short: str | None) -> str:
    """The filter of the templates: `{{ note.by | who }}`."""
    told: str = context["frame"].names.told(short)
    return told
