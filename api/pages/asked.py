"""What the address of a page asks for, as a form without script writes it: what was left empty is not asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

AskedDay = Annotated[date | None, BeforeValidator(lambda given: given or None), Query()]
