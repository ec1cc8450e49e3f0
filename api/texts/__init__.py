"""The words of pages in the language of the person who reads them: English in the code, Spanish in `api/locale/es/*.po`.

What the district wrote (titles of tasks, states, queues) stays as it wrote it.
"""

from api.texts.catalogue import (
    LANGUAGES,
    LOCALES,
    catalogue,
    gettext,
    language,
    ngettext,
    npgettext,
    pgettext,
    spoken_in,
)
from api.texts.languages import COOKIE, Languages, preferred
from api.texts.moments import clock_time, day, desk_time, month
from api.texts.saying import N_, _, said, spoken, told

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "LOCALES",
    "N_",
    "Languages",
    "_",
    "catalogue",
    "clock_time",
    "day",
    "desk_time",
    "gettext",
    "language",
    "month",
    "ngettext",
    "npgettext",
    "pgettext",
    "preferred",
    "said",
    "spoken",
    "spoken_in",
    "told",
]
