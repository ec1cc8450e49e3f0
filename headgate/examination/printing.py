"""Letters: whether what stands in them can be printed at all.

Forms and imports refuse what cannot; older rows and the district's own texts were never asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from activities.printing import unprintable
from definitions.language.library import DISTRICT, load_library
from headgate.examination.finding import Finding, look, well
from headgate.settings import Settings
from store.engine import Store
from store.queries.printed import names_and_places

PART: Final = "letters"
NAMED: Final = 5  #: so many accounts are named


def district(settings: Settings) -> Iterator[Finding]:
    """What of the district's own texts no letter can print."""
    found = load_library(settings.definitions).district
    if found is None:
        return
    printed = {"district": [found.district], "address": found.address, "telephone": [found.telephone]}
    printed |= {f"settings.{name}": [value] for name, value in found.settings.items() if isinstance(value, str)}
    for name, texts in printed.items():
        for wrong in _wrong(texts):
            yield look(PART, f"{name} in {DISTRICT} {wrong}", "Write it without the character, and publish again.")


def people(store: Store) -> Finding:
    """Whose name or address no letter can print; told by account, as names stay out of what an operator reads."""
    with store.reading() as session:
        whose = [owner for owner, texts in names_and_places(session) if any(_wrong(texts))]
    if not whose:
        return well(PART, "every name and address can be printed")
    named = ", ".join(whose[:NAMED]) + (f" and {len(whose) - NAMED} more" if len(whose) > NAMED else "")
    return look(
        PART,
        f"names or addresses with a character that letters cannot print: {named}",
        "Change the name or how the customer is reached on the account's page; their letters end as incidents until then.",
    )


def _wrong(texts: Iterable[str]) -> Iterator[str]:
    return (why for text in texts if (why := unprintable(text)))
