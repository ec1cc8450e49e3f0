"""What the command says when it cannot go on: one sentence, exit code 1.

CannotStart
"""

from __future__ import annotations


class CannotStart(Exception):
    """Something that Headgate needs is missing or taken; the sentence says what, and what would help."""
