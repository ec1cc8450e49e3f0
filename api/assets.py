"""Styles, scripts and pictures of the pages: what is written here, and what `headgate assets` takes from maintained packages.

Their addresses hold a digest of all of them, so that a browser keeps them for good and asks again after an upgrade.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"
PACKAGES: Final = STATIC / "packages"  #: what `headgate assets` fills; not in the repository

KEPT: Final = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """A digest of all assets, as they were when the process began."""
    content = hashlib.sha256()
    for file in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        content.update(file.relative_to(STATIC).as_posix().encode())
        content.update(file.read_bytes())
    return content.hexdigest()[:12]


def address(name: str) -> str:
    """The address of an asset: `css/base.css` → `/static/3f2a…/css/base.css`."""
    return f"/static/{version()}/{name}"


class Assets(StaticFiles):
    """Serves the assets under their versioned addresses, to be kept for good; under any other version not to be kept."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file."""
        asked, _slash, name = path.partition("/")
        response = await super().get_response(name, scope)
        response.headers["Cache-Control"] = KEPT if asked == version() else "no-cache"
        return response
