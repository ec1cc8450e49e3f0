"""Words that change with what is shown, so that a page that lives is sent again only when it has changed."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

_FRESH: Final = re.compile(r'name="(?:key|form-token|seen)" value="[^"]*"')


def version_of(*shown: Any) -> str:
    """A word that changes with what is shown: values whose `repr` tells all of them."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def version_of_html(html: str) -> str:
    """The same of a part of a page; what only its forms carry along, new each time, is not looked at."""
    return version_of(_FRESH.sub("", html))
