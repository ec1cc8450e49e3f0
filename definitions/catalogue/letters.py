"""The letters that a district can send: each a Typst text that stands alone, with the languages that it speaks.

A template begins with comments that say so, and a sample lies beside it (`answer.typ`, `answer.json`):

    // title: Answer to a complaint
    // languages: en confirmed, es unconfirmed

The layout (`_layout.typ`) is put in front of it, so that one digest covers all that is printed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import definitions

SHIPPED: Final = Path(definitions.__path__[0]) / "letters"
LAYOUT: Final = "_layout.typ"

_TITLE = re.compile(r"^// title: (.+)$", re.MULTILINE)
_LANGUAGES = re.compile(r"^// languages: (.+)$", re.MULTILINE)
_LANGUAGE = re.compile(r"^([a-z]{2,3}(?:-[A-Za-z]+)?) (confirmed|unconfirmed)$")


class LetterError(ValueError):
    """A letter template that does not say what it must."""

    code = "letter"


@dataclass(frozen=True, kw_only=True)
class Template:
    """A letter template."""

    name: str
    title: str
    languages: Mapping[str, bool] = field(default_factory=dict)  #: language → is its wording confirmed?
    text: str  #: whole, with the layout

    @property
    def digest(self) -> str:
        """SHA-256 of the whole text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def template(name: str, text: str) -> Template:
    """The template that the whole text is; raises LetterError when its head is missing."""
    title, languages = _TITLE.search(text), _LANGUAGES.search(text)
    if title is None or languages is None:
        raise LetterError(f'the letter "{name}" begins with "// title: …" and "// languages: en confirmed, …"')
    spoken: dict[str, bool] = {}
    for each in languages[1].split(","):
        found = _LANGUAGE.match(each.strip())
        if found is None:
            raise LetterError(f'the letter "{name}": "{each.strip()}" is no language; write "en confirmed"')
        spoken[found[1]] = found[2] == "confirmed"
    return Template(name=name, title=title[1].strip(), languages=spoken, text=text)


def load_templates(folder: Path) -> dict[str, Template]:
    """The templates of a folder by name; raises LetterError."""
    return {path.stem: template(path.stem, text) for path, text in template_texts(folder)}


def template_texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """The letters of a folder with their layout in front; what the folder does not lay out itself takes the shipped one."""
    layout = folder / LAYOUT
    head = (layout if layout.exists() else SHIPPED / LAYOUT).read_text(encoding="utf-8")
    for path in sorted(folder.glob("*.typ")):
        if not path.name.startswith("_"):
            yield path, f"{head}\n{path.read_text(encoding='utf-8')}"


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Template]:
    """The templates that Headgate ships."""
    return load_templates(SHIPPED)
