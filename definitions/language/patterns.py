"""The patterns that words of a definition follow."""

from __future__ import annotations

from typing import Final

KEY: Final = r"^[a-z0-9][a-z0-9-]*$"
NAME: Final = r"^[a-z0-9][a-z0-9_-]*$"
WORD: Final = r"^[a-z0-9][a-z0-9_/\"-]*$"  #: of an enum: `leak`, `5/8"`
TARGET: Final = r"^[a-z0-9][a-z0-9/-]*$"
CENTS: Final = r"^[0-9]+\.[0-9]{2}$"
COUNT: Final = r"^[0-9]+$"
DAY_OF_YEAR: Final = r"^(0[1-9]|1[0-2])-([0-2][0-9]|3[01])$"
