"""What the first look at anything waits for, made ready while the process already answers: else whoever comes first after a
start waits half a second for the library, and 100 ms and more for a large case type's picture."""

from __future__ import annotations

from collections.abc import Iterator

from activities.published import in_effect
from api import library, texts
from api.pages import frame
from api.services import Services
from definitions.language.pictures import svg, svg_with_notes
from workflows.machine.machine import machine_of


def warm(office: Services) -> Iterator[None]:
    """Makes the pages' templates, the texts of each language, the folder of definitions, and the machine and the pictures of
    every case type in effect; between two steps whoever runs it may stop."""
    for name in frame.templates.list_templates():
        frame.templates.get_template(name)
        yield
    for language in texts.LANGUAGES:
        with texts.spoken_in(language):
            texts.gettext("Sign in")
        yield
    library.library_of(office.definitions)
    yield
    with office.store.reading() as session:
        contents = [
            library.content(session, each.definition.case, each.version) for each in in_effect(session, office.now())
        ]
    for content in contents:
        definition = machine_of(content).definition
        yield
        svg(definition)
        yield
        svg_with_notes(definition, {})
        yield
