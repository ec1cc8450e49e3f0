"""A batch as one PDF for the printer: a manifest, then the letters by template with a sheet before each kind.

The PDF of each letter stays as it was made; this one is made of copies of their pages.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from pypdf import PdfReader, PdfWriter

from activities import files
from activities.printing import rendered
from definitions.catalogue.letters import SHIPPED, shipped
from store.tables.papers import Letter

MANIFEST: Final = "_manifest.typ"


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A batch's PDF, and where each letter lies in it."""

    pdf: bytes
    sheets: Mapping[str, tuple[int, int]]  #: letter → its first page, from 1, and how many pages
    digests: Mapping[str, str]  #: letter → the digest of its own PDF: what was looked at


def composed(letters: Sequence[Letter], said: Mapping[str, Any]) -> Composed:
    """The batch of these letters, by template and number; `said` has batch, date, district, who made it and who prints it."""
    store = files.current()
    ordered = sorted(letters, key=lambda letter: (letter.template, letter.id))
    readers = {letter.id: PdfReader(io.BytesIO(store.get(str(letter.file_digest)))) for letter in ordered}
    text = (SHIPPED / MANIFEST).read_text(encoding="utf-8")
    groups = [(template, list(group)) for template, group in groupby(ordered, key=lambda letter: letter.template)]
    first = _manifest(text, said, ordered, readers, dict.fromkeys(readers, 1))
    sheets, at = {}, len(first.pages) + 1
    for _, group in groups:
        at += 1  # the sheet before them
        for letter in group:
            sheets[letter.id] = at
            at += len(readers[letter.id].pages)
    writer = PdfWriter()
    _append(writer, _manifest(text, said, ordered, readers, sheets))
    for template, group in groups:
        named = shipped().get(template)
        title = named.title if named is not None else template
        names = [letter.id for letter in group]
        separator = rendered(
            text, {**said, "kind": "separator", "title": title, "template": template, "letters": names}
        )
        _append(writer, PdfReader(io.BytesIO(separator)))
        for letter in group:
            _append(writer, readers[letter.id])
    out = io.BytesIO()
    writer.write(out)
    return Composed(
        pdf=out.getvalue(),
        sheets={letter: (sheet, len(readers[letter].pages)) for letter, sheet in sheets.items()},
        digests={letter.id: str(letter.file_digest) for letter in ordered},
    )


def marked_as_copy(pdf: bytes, letters: Sequence[Letter], said: Mapping[str, Any]) -> bytes:
    """The printed batch with a mark on its manifest and separators; the letters stay what they were, since they are mailed.

    `said` has batch, date and the number of the copy."""
    text = (SHIPPED / MANIFEST).read_text(encoding="utf-8")
    title = f"Copy {said['copy']} of batch {said['batch']}"
    stamp = PdfReader(io.BytesIO(rendered(text, {**said, "kind": "copy", "title": title}))).pages[0]
    theirs = {
        page for letter in letters if letter.sheet for page in range(letter.sheet, letter.sheet + (letter.sheets or 1))
    }
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for number, page in enumerate(writer.pages, start=1):
        if number not in theirs:
            page.merge_page(stamp)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _manifest(
    text: str,
    said: Mapping[str, Any],
    letters: Sequence[Letter],
    readers: Mapping[str, PdfReader],
    sheets: Mapping[str, int],
) -> PdfReader:
    """Names no person: a manifest lies about in the print room."""
    lines = [
        {
            "sheet": sheets[letter.id],
            "letter": letter.id.removeprefix("l-"),
            "template": letter.template,
            "language": letter.language.replace(",", " "),
            "sheets": len(readers[letter.id].pages),
        }
        for letter in letters
    ]
    pages = sum(len(reader.pages) for reader in readers.values())
    title = f"Letters of batch {said['batch']}"
    made = rendered(text, {**said, "kind": "manifest", "title": title, "letters": lines, "pages": pages})
    return PdfReader(io.BytesIO(made))


def _append(writer: PdfWriter, reader: PdfReader) -> None:
    for page in reader.pages:
        writer.add_page(page)
