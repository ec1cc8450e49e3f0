"""A letter's text and data as a PDF/A-2a and PDF/UA-1, by Typst; the same text and data give the same bytes.

Fonts come from packages and never from the computer: Libertinus Serif (in Typst's wheel; Latin with Vietnamese) and Noto
Sans CJK (noto-cjk-sans-otc; Chinese, Korean, Japanese), both under the SIL Open Font License.
"""

from __future__ import annotations

import json
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


def rendered(text: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a whole template text with these data; raises EffectRefused when it cannot be printed."""
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    try:
        pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stub ties `root` to the input's type
            text.encode(),
            sys_inputs={"data": content},
            format="pdf",
            pdf_standards=[*STANDARDS],
            root=SHIPPED,  # a template reads no other file
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise _refused(str(error)) from None
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files(CJK))])


def _refused(message: str) -> EffectRefused:
    # Typst quotes the text that it cannot set, which may be somebody's name: the sentence goes without it.
    if "could not be displayed" in message:
        return EffectRefused(
            say("the letter has a character that none of its fonts can print, such as an emoji"),
            code="unprintable-character",
        )
    return EffectRefused(
        say("the letter's template cannot be set with this case's data; look at the template and its sample"),
        code="letter-unprintable",
    )
