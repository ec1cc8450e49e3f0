"""A letter's text and data as a PDF/A-2a and PDF/UA-1, by Typst; the same text and data give the same bytes.

Fonts come from packages and never from the computer: Libertinus Serif (in Typst's wheel; Latin with Vietnamese) and Noto
Sans CJK (noto-cjk-sans-otc; Chinese, Korean, Japanese), both under the SIL Open Font License.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

import typst

from definitions.catalogue.letters import SHIPPED
from definitions.catalogue.replies import EffectRefused
from definitions.language.sentences import say

#: They refuse a character that no font has, which would else print as a box in silence.
STANDARDS: Final[tuple[Literal["a-2a", "ua-1"], ...]] = ("a-2a", "ua-1")
CJK: Final = "noto_cjk_sans_otc"  #: the package that carries the font


#: The text that is set to see whether it prints, beside the letters, so that it is set in their faces.
TRIAL: Final = "_trial.typ"
PLAIN: Final = frozenset(string.printable) - frozenset("\r\v\f")  #: what every font has


def unprintable(text: str) -> str | None:
    """What is wrong with a text that letters cannot print, said after its field's name; None for one that they can.

    Typst is asked itself, as when a letter is printed: forms ask this before they take what will stand in one."""
    character = _without_font(text)
    if character is None:
        return None
    code = f"U+{ord(character):04X}"
    shown = f"{character} ({code})" if character.isprintable() else code
    return say("has %(character)s, which letters cannot print", character=shown)


def _without_font(text: str) -> str | None:
    """The first character that no font has, or that the standards forbid."""
    unusual = sorted(set(text) - PLAIN)
    # Marks are set with what they stand on, and a tab behind \r\n is not: there only the whole text tells.
    is_joined = any(each == "\r" or unicodedata.combining(each) for each in unusual)
    if not unusual or (not is_joined and _prints("a".join(["", *unusual, ""]))) or _prints(text):
        return None
    printed, failed = 0, len(text)  # so many characters from the beginning
    while failed - printed > 1:
        middle = (printed + failed) // 2
        printed, failed = (middle, failed) if _prints(text[:middle]) else (printed, middle)
    return text[printed]


@lru_cache(maxsize=10_000)
def _prints(text: str) -> bool:
    try:
        _set((SHIPPED / TRIAL).read_bytes(), {"text": text})
    except typst.TypstError:
        return False
    return True


def rendered(text: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a whole template text with these data; raises EffectRefused when it cannot be printed."""
    try:
        return _set(text.encode(), data)
    except typst.TypstError as error:
        raise _refused(str(error)) from None


def _set(text: bytes, data: Mapping[str, Any]) -> bytes:
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stub ties `root` to the input's type
        text,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        format="pdf",
        pdf_standards=[*STANDARDS],
        root=SHIPPED,  # a template reads no other file
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files(CJK))])


def _refused(message: str) -> EffectRefused:
    # Typst quotes the text that it cannot set, which may be somebody's name: the sentence goes without it.
    if "could not be displayed" in message or "codepoint" in message:
        return EffectRefused(
            say("the letter has a character that none of its fonts can print, such as an emoji"),
            code="unprintable-character",
        )
    return EffectRefused(
        say("the letter's template cannot be set with this case's data; look at the template and its sample"),
        code="letter-unprintable",
    )
