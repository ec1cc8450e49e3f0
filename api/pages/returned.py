"""A form that came back because somebody was quicker or something in it was not right: nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.pages.frame import Trouble, trouble_of
from api.pages.posted import Posted
from api.problems import Problem

COMES_BACK = (409, 412, 422)  #: statuses with which a form is shown again


@dataclass(frozen=True, kw_only=True)
class Returned:
    """One form of a page that has several, as it was typed; none when its name is empty."""

    form: str = ""  #: which form of the page: `hold`, `move mv-1`
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trouble: Trouble | None = None
    status: int = 200
    seen: int | None = None  #: the newest audit row that the page with the form had seen

    def text(self, form: str, name: str) -> str:
        """What was typed into a field of this form; empty for every other."""
        return next(iter(self.all(form, name)), "")

    def all(self, form: str, name: str) -> Sequence[str]:
        """All that was chosen in a field of this form."""
        return self.fields.get(name, ()) if form == self.form else ()


NOTHING: Final = Returned()


def returned(form: Posted, name: str, problem: Problem) -> Returned:
    """The form, come back with what stands against it; a problem that no typing helps against is raised again."""
    if problem.status not in COMES_BACK:
        raise problem
    return Returned(
        form=name,
        fields=form.fields,
        trouble=trouble_of(problem),
        status=problem.status,
        seen=form.number("seen"),
    )
