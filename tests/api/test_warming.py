"""What a process makes ready before somebody asks for it."""

from __future__ import annotations

from api.pages.frame import templates
from api.warming import warm
from definitions.language.pictures import laid_out
from tests.api.office import Office
from tests.api.test_list_pages import Browser


async def test_the_first_look_at_a_picture_finds_it_laid_out(office: Office) -> None:
    for _step in warm(office.services):
        pass
    before = laid_out.cache_info().misses
    shown = await Browser(office, "supervisor").get("/board/machines/complaint/states.svg")
    assert shown.status_code == 200
    assert laid_out.cache_info().misses == before


async def test_the_first_look_at_a_page_finds_its_template_compiled(office: Office) -> None:
    assert templates.cache is not None
    templates.cache.clear()
    for _step in warm(office.services):
        pass
    assert len(templates.cache) == len(templates.list_templates())
