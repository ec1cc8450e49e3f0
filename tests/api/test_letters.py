"""Letters from the queue to the post: collected, reviewed, printed once, mailed, put right, recalled, returned."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from activities import files
from activities.telling import tell_mailed
from store.engine import Store
from store.queries.letters import untold
from store.tables.audit import Audit
from store.tables.papers import File, Letter
from tests.api.office import MONDAY, Office
from tests.letters.test_templates import sample, text_of


@pytest.fixture(autouse=True)
def kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """The office's file store, for what activities would keep there."""
    name = "working_office" if "working_office" in request.fixturenames else "office"
    files.use(request.getfixturevalue(name).app.state.services.files)
    yield
    files.use(None)


def pdf(template: str = "answer") -> str:
    """The digest of a sample's PDF."""
    from activities.printing import rendered
    from definitions.catalogue.letters import shipped

    return files.current().put(rendered(shipped()[template].text, sample(template)))


def letter(case: str, number: int, **fields: Any) -> Letter:
    return Letter(
        **{
            "id": f"l-{case}.{number}.1",
            "case_id": case,
            "step_no": number,
            "effect_no": 1,
            "template": "answer",
            "account_id": "a-1",
            "file_digest": pdf(str(fields.get("template", "answer"))),
            "queued_at": MONDAY,
            **fields,
        }
    )


def write(store: Store, *letters: Letter) -> None:
    with store.writing() as session:
        session.add_all(letters)


def read(store: Store, letter_id: str) -> Letter:
    with store.reading() as session:
        return session.get_one(Letter, letter_id)


def acts(store: Store) -> list[tuple[str, bool, str | None]]:
    with store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.object_kind.in_(("letter", "letter-batch")))).all()  # type: ignore[attr-defined]
    return [(row.act, row.allowed, row.rule) for row in rows]


async def batch_of(office: Office, *letters: Letter) -> dict[str, Any]:
    write(office.store, *letters)
    made = await office.by("finance").post("/api/letters/batches")
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def case_of(office: Office) -> str:
    return office.task().rpartition(".")[0]


async def test_queued_letters_are_collected_reviewed_and_printed_once(office: Office) -> None:
    case = case_of(office)
    posted = letter(case, 4, template="shut-off-tag", delivery="posted")
    batch = await batch_of(office, letter(case, 1), letter(case, 2), letter(case, 3, status="recalled"), posted)
    assert (batch["status"], batch["letters"], batch["pull"]) == ("collected", 2, [])
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}"
    assert (await finance.post("/api/letters/batches")).status_code == 409
    looked = await finance.get(f"{path}/pdf")
    assert looked.headers["content-type"] == "application/pdf"
    assert read(office.store, f"l-{case}.1.1").status == "queued"
    printed = await finance.post(f"{path}/print", {}, Idempotency_Key="p")
    again = await finance.post(f"{path}/print", {}, Idempotency_Key="p")
    assert (printed.json()["status"], printed.json()["copies"]) == ("printed", 1), printed.text
    assert again.json() == printed.json()
    letters = (await finance.get(path)).json()["items"]
    assert {each["status"] for each in letters} == {"printed"}
    content = (await finance.get(f"{path}/pdf")).content
    pages = PdfReader(io.BytesIO(content)).pages
    text = text_of(content)
    assert "2 letters on" in text
    assert "Answer to a high-consumption complaint" in text  # the sheet before its kind
    for each in letters:
        assert (
            "Water use" in pages[each["sheet"] - 1].extract_text()
            or "water use" in pages[each["sheet"] - 1].extract_text()
        )
    assert len(pages) == letters[-1]["sheet"] - 1 + letters[-1]["sheets"]


async def test_a_batch_is_printed_again_only_for_a_reason_and_its_manifest_is_marked_as_a_copy(office: Office) -> None:
    batch = await batch_of(office, letter(case_of(office), 1))
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}"
    await finance.post(f"{path}/print", {})
    first = (await finance.get(f"{path}/pdf")).content
    refused = await finance.post(f"{path}/print", {})
    assert refused.status_code == 409
    assert "finance has printed this batch" in refused.json()["detail"]
    again = await finance.post(f"{path}/print", {"reason": "The printer jammed."})
    assert again.json()["copies"] == 2
    copy = PdfReader(io.BytesIO((await finance.get(f"{path}/pdf")).content)).pages
    original = PdfReader(io.BytesIO(first)).pages
    assert "Copy 2 of batch" in copy[0].extract_text()
    assert "Copy 2 of batch" in copy[1].extract_text()  # the sheet before its kind
    # What is mailed is what was printed the first time.
    assert [page.extract_text() for page in copy[2:]] == [page.extract_text() for page in original[2:]]
    assert acts(office.store)[1:] == [
        ("print-letters", True, "right print-letters"),
        ("print-letters", False, "right print-letters"),
        ("print-letters", True, "right print-letters: again, The printer jammed."),
    ]


async def test_two_who_print_at_once_print_one_batch(office: Office) -> None:
    batch = await batch_of(office, letter(case_of(office), 1))
    path = f"/api/letters/batches/{batch['id']}/print"
    finance = office.by("finance")
    answers = await asyncio.gather(*(finance.post(path, {}, Idempotency_Key=f"k{n}") for n in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]


async def test_two_who_collect_at_once_share_no_letter(office: Office) -> None:
    case = case_of(office)
    write(office.store, *(letter(case, number) for number in range(1, 6)))
    finance = office.by("finance")
    answers = await asyncio.gather(*(finance.post("/api/letters/batches", Idempotency_Key=f"c{n}") for n in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]


async def test_a_letter_taken_out_waits_for_the_next_batch_or_is_recalled(office: Office) -> None:
    case = case_of(office)
    batch = await batch_of(office, letter(case, 1), letter(case, 2), letter(case, 3))
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}/letters"
    out = await finance.post(f"{path}/l-{case}.1.1/take-out", {"reason": "The address is to be checked."})
    gone = await finance.post(f"{path}/l-{case}.2.1/take-out", {"reason": "Paid at the counter.", "recall": True})
    assert (out.json()["letters"], gone.json()["letters"]) == (2, 1), gone.text
    assert read(office.store, f"l-{case}.2.1").recalled_because == "Paid at the counter."
    none = await finance.post(f"{path}/l-{case}.1.1/take-out", {"reason": "Again."})
    assert none.status_code == 404
    next_batch = (await finance.post("/api/letters/batches")).json()
    assert next_batch["letters"] == 1
    await finance.post(f"/api/letters/batches/{batch['id']}/print", {})
    late = await finance.post(f"{path}/l-{case}.3.1/take-out", {"reason": "Too late."})
    assert late.status_code == 409
    assert ("recall-letter", True, "right print-letters: Paid at the counter.") in acts(office.store)


async def test_sheets_of_letters_recalled_after_printing_are_to_be_pulled(office: Office) -> None:
    case = case_of(office)
    batch = await batch_of(office, letter(case, 1), letter(case, 2))
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}"
    await finance.post(f"{path}/print", {})
    recalled = await finance.post(f"/api/letters/{case}.2.1/recall", {"reason": "Paid this morning."})
    assert recalled.json()["status"] == "recalled"
    listed = (await finance.get("/api/letters/batches")).json()["items"][0]
    row = read(office.store, f"l-{case}.2.1")
    assert listed["pull"] == [{"letter": row.id, "sheet": row.sheet, "sheets": row.sheets}]
    again = await finance.post(f"/api/letters/{case}.2.1/recall", {"reason": "Again."})
    assert again.status_code == 409


async def test_only_finance_prints_and_an_auditor_reads(office: Office) -> None:
    batch = await batch_of(office, letter(case_of(office), 1))
    path = f"/api/letters/batches/{batch['id']}"
    for user in ("rep", "auditor"):
        assert (await office.by(user).post(f"{path}/print", {})).status_code == 403
        assert (await office.by(user).get(f"{path}/pdf")).status_code == 403
    assert (await office.by("auditor").get(path)).status_code == 200
    assert (await office.by("rep").get(path)).status_code == 403


async def _open(office: Office) -> str:
    opened = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    return str(opened.json()["case"])


async def _steps(office: Office, case: str) -> list[str]:
    steps = (await office.by("rep").get(f"/api/cases/{case}/steps")).json()["items"]
    return [step["event"] for step in steps if "letter" in step["event"] or "mail" in step["event"]]


async def test_a_mailed_letter_is_told_to_its_case_once_and_never_in_the_future(working_office: Office) -> None:
    office = working_office
    case = await _open(office)
    batch = await batch_of(office, letter(case, 1))
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}"
    today = date.fromisoformat(batch["made"][:10])
    unprinted = await finance.post(f"{path}/mailed", {"mailed_on": str(today)})
    assert unprinted.status_code == 409
    await finance.post(f"{path}/print", {})
    for day in ("2020-01-01", str(today + timedelta(days=1))):
        assert (await finance.post(f"{path}/mailed", {"mailed_on": day})).status_code == 422
    mailed = await finance.post(f"{path}/mailed", {"mailed_on": str(today)}, Idempotency_Key="m")
    again = await finance.post(f"{path}/mailed", {"mailed_on": str(today)}, Idempotency_Key="m")
    assert (mailed.status_code, again.json()) == (200, mailed.json()), mailed.text
    assert await _steps(office, case) == ["message letter-mailed"]
    back = await finance.post(f"{path}/mailed", {"mailed_on": str(today), "reason": "No."})
    assert back.status_code == 409
    assert "to a later one only" in back.json()["detail"]
    assert (await finance.post(f"/api/letters/{case}.1.1/recall", {"reason": "Too late."})).status_code == 409


async def test_a_death_between_the_books_and_the_cases_leaves_no_case_untold(working_office: Office) -> None:
    office = working_office
    case = await _open(office)
    mailed = {"status": "mailed", "mailed_on": MONDAY.date()}
    write(office.store, letter(case, 1, **mailed), letter(case, 2, **mailed, template="door-hanger"))
    world = office.app.state.services.world
    assert await tell_mailed(world) == 2  # what the worker's round does
    assert await tell_mailed(world) == 0
    assert await _steps(office, case) == ["message letter-mailed"] * 2
    with office.store.writing() as session:
        put_right = session.get_one(Letter, f"l-{case}.1.1")
        put_right.mailed_on, put_right.told_on = MONDAY.date() + timedelta(days=1), None
    with office.store.reading() as session:
        assert [each.id for each in untold(session)] == [f"l-{case}.1.1"]


async def test_a_letter_comes_back_by_its_printed_reference(working_office: Office) -> None:
    office = working_office
    case = await _open(office)
    batch = await batch_of(office, letter(case, 1))
    finance, path = office.by("finance"), f"/api/letters/batches/{batch['id']}"
    today = batch["made"][:10]
    reference = f"/api/letters/{case}.1.1"
    assert (await finance.post(f"{reference}/returned", {"returned_on": today})).status_code == 409
    await finance.post(f"{path}/print", {})
    numbered = await finance.post(f"{reference}/certified", {"number": "9407 1118 9956 1234 5678 90"})
    assert numbered.json()["certified"] == "9407 1118 9956 1234 5678 90"
    await finance.post(f"{path}/mailed", {"mailed_on": today})
    early = await finance.post(f"{reference}/returned", {"returned_on": "2020-01-01"})
    assert early.status_code == 422
    back = await finance.post(f"{reference}/returned", {"returned_on": today})
    assert (back.json()["status"], back.json()["returned_on"]) == ("returned", today), back.text
    assert await _steps(office, case) == ["message letter-mailed", "message letter-returned"]
    assert (await finance.post("/api/letters/c-nowhere.1.1/returned", {"returned_on": today})).status_code == 404


async def test_a_hundred_letters_in_a_batch_take_no_more_than_in_proportion(office: Office) -> None:
    from time import process_time

    from activities.batches import composed

    case = case_of(office)
    said = {"batch": "lb-1", "date": "2026-03-09", "district": "X", "made": "now", "made_by": "a", "printed_by": "b"}
    one = letter(case, 1)
    many = [letter(case, number, file_digest=one.file_digest) for number in range(1, 101)]
    composed([one], said)
    began = process_time()
    composed(many[:10], said)
    ten = process_time() - began
    began = process_time()
    made = composed(many, said)
    hundred = process_time() - began
    assert len(made.sheets) == 100
    assert hundred < 30 * ten  # ten times as many: no square of it


async def test_a_crew_opens_the_notice_that_it_leaves_and_no_other_letter(office: Office) -> None:
    task = office.task(kind="work-order", queue="meters", name="rereading", place="rereading")
    case = task.rpartition(".")[0]
    tag = letter(case, 1, template="shut-off-tag", delivery="posted")
    other = letter(case, 2)
    write(office.store, tag, other)
    with office.store.writing() as session:
        for each in (tag, other):
            session.add(
                File(
                    id=f"f-{each.id.removeprefix('l-')}", digest=str(each.file_digest), kind="letter", name="x.pdf",
                    content_type="application/pdf", size=1, case_id=case, account_id="a-1", uploaded_by="headgate",
                    uploaded_at=MONDAY,
                )
            )  # fmt: skip
    crew = office.by("crew")
    order = (await crew.get(f"/api/tasks/{task}")).json()
    assert order["notices"] == [f"f-{case}.1.1"]
    assert (await crew.get(f"/api/files/f-{case}.1.1/content")).status_code == 200
    assert (await crew.get(f"/api/files/f-{case}.2.1/content")).status_code == 404
