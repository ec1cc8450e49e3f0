"""Lines of computations, `Average of these periods = 24 ccf`, in the reader's language.

A case keeps them in English. Letters tell them in Spanish by the words of their layout, and pages by the same: whoever has the
letter in front of them reads on the page what it says.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from babel.dates import get_month_names

from api.texts import language
from definitions.catalogue.letters import LAYOUT, SHIPPED

_WORDS: Final = re.compile(r'\("([^"]+)", "([^"]+)"\)')
_BEGINS, _ENDS = "#let spanish = (", "\n)\n"


def working_told(line: str) -> str:
    """The line as the letter to a customer who reads the reader's language would have it."""
    if language() != "es":
        return line
    for english, spanish in words():
        line = line.replace(english, spanish)
    return line


@cache
def words() -> tuple[tuple[str, str], ...]:
    """The words of workings with their Spanish, in the order in which they are replaced; then the months."""
    layout = (SHIPPED / LAYOUT).read_text(encoding="utf-8")
    begins = layout.index(_BEGINS)
    english, spanish = (get_month_names("wide", locale=locale) for locale in ("en", "es"))
    months = ((english[month], spanish[month]) for month in range(1, 13))
    return (*_WORDS.findall(layout[begins : layout.index(_ENDS, begins)]), *months)
