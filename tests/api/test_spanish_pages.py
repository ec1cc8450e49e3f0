"""Pages in Spanish: what Headgate says itself is said in Spanish, what the district wrote stays."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any, Final

import httpx
from babel.messages.pofile import read_po
from sqlmodel import Session, select

from activities.notify import notify
from api.library import content_of_case
from api.rehearsing.figures import figures, kept_beside
from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from api.texts import LOCALES
from definitions.catalogue.replies import Effect
from definitions.language.sentences import beside, say
from store.ledger import Entry, bill_entry, charge, payment_entry, post, reversal_entry
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.definitions import Draft, Rehearsal
from store.tables.utility import Bill, Payment
from tests.api.office import MONDAY, PASSWORD, Office, opened
from tests.api.office_cases import DISTRICT
from tests.api.pages_office import seen, sent
from tests.api.test_case_page import step
from tests.api.test_definitions import SHIPPED
from workflows.machine import case as cases
from workflows.machine.machine import machine_of
from workflows.machine.rehearse import Tally
from workflows.machine.why import why

TODAY: Final = MONDAY.date()
LEAST: Final = 8  #: letters of a message that are looked for: what is shorter may be a word of the district's


async def leido(office: Office, by: str, path: str) -> str:
    """The page as this person reads it in Spanish."""
    answer = await office.http.get(path, headers=_headers(office, by))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-language"] == "es"
    return answer.text


async def enviado(office: Office, by: str, path: str, **fields: Any) -> httpx.Response:
    """The answer, in Spanish, to a form that this person sends."""
    data = {**fields, "form-token": form_token(office.tokens[by]), "key": f"es-{by}-{path}"}
    return await office.http.post(path, data=data, headers=_headers(office, by))


def says_why(session: Session, case: str) -> None:
    """Keeps what the case waits for as a step does."""
    row = session.get_one(CaseRow, case)
    waits = why(machine_of(content_of_case(session, row)), cases.from_json(row.snapshot), row.at)
    row.why, row.why_said = waits, beside(waits)


def english_in(page: str) -> list[str]:
    """The messages of sentences that stand on the page in English: told by their longest words between values."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    found = []
    for area in ("machine", "refusals", "audit"):
        with (LOCALES / "es" / f"{area}.po").open("rb") as file:
            for message in read_po(file, locale="es"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                longest = max((part for each in ids for part in re.split(r"%\(\w+\)s", str(each))), key=len)
                if len(longest.strip()) >= LEAST and longest in text:
                    found.append(longest)
    return found


def _headers(office: Office, by: str) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={office.tokens[by]}; language=es", "Accept": "text/html"}


async def test_a_refused_act_says_why_in_spanish_and_is_kept_in_english(office: Office) -> None:
    task = opened(office)
    assert (await sent(office, "rep", f"/tasks/{task}/claim")).status_code in (200, 303)
    refused = await enviado(office, "rep2", f"/tasks/{task}/claim")
    assert refused.status_code == 409
    assert "rep tiene esta tarea. Pida a rep que la suelte o tome la siguiente." in refused.text
    assert "has this task" not in refused.text
    with office.store.reading() as session:
        kept = session.exec(select(Audit.sentence).where(Audit.person == "rep2", Audit.code == "already-claimed")).one()
    assert kept == "rep has this task. Ask rep to release it, or take the next one."


async def test_a_right_that_is_missing_is_named_in_spanish(office: Office) -> None:
    refused = await office.http.get("/audit", headers=_headers(office, "rep"))
    assert refused.status_code == 403
    assert "necesita el permiso &#39;read-audit&#39; (lee quién hizo" in refused.text


async def test_a_field_that_is_wrong_says_what_is_right_in_spanish(office: Office) -> None:
    refused = await enviado(office, "rep", "/me/password", present=PASSWORD, new="short", again="short")
    assert refused.status_code == 422
    assert "tiene al menos 12 caracteres" in refused.text


async def test_the_audit_is_read_in_spanish(office: Office) -> None:
    task = opened(office)
    await sent(office, "rep", f"/tasks/{task}/claim")
    await seen(office, "rep", "/accounts/a-1")
    page = await leido(office, "auditor", "/audit")
    assert "tomó la tarea" in page
    assert "cola customer-service" in page
    assert "permiso: busca cuentas y lee su historia" in page
    assert "took the task" not in page
    assert "right see-accounts" not in page


async def test_a_case_says_in_spanish_what_it_waits_for_and_what_did_not_happen(office: Office) -> None:
    task = opened(office)
    case = task.rpartition(".")[0]
    barred = say("“%(plan)s” is barred while the account has the hold “%(title)s”", plan="Visit", title="Bankruptcy")
    with office.store.writing() as session:
        says_why(session, case)
        session.add(step(case, 1, "timer visit refused", note=barred, detail={"note": beside(barred)}))
        session.add(step(case, 2, "suspended review", note="The customer calls back."))
    await sent(office, "rep", f"/tasks/{task}/claim")
    await sent(office, "rep2", f"/tasks/{task}/claim")
    page = await leido(office, "rep", f"/cases/{case}")
    assert "Espera que Customer service haga «Review the history»." in page
    assert "«Visit» no se permite mientras la cuenta tenga la retención «Bankruptcy»" in page
    assert "rep tiene esta tarea" in page
    assert "The customer calls back." in page
    assert english_in(page) == []


async def test_a_task_says_in_spanish_how_it_can_end(office: Office) -> None:
    task = opened(office)
    with office.store.writing() as session:
        says_why(session, task.rpartition(".")[0])
    await sent(office, "rep", f"/tasks/{task}/claim")
    page = await leido(office, "rep", f"/tasks/{task}")
    assert "cierra el caso" in page or "abre «" in page or "pasa a «" in page
    assert english_in(page) == []
    assert english_in(await leido(office, "auditor", "/audit")) == []


async def test_what_was_kept_before_sentences_had_messages_is_shown_as_it_is(office: Office) -> None:
    case = opened(office).rpartition(".")[0]
    with office.store.writing() as session:
        session.get_one(CaseRow, case).why = "Waits for Customer service to do “Review the history”."
    assert "Waits for Customer service to do “Review the history”." in await leido(office, "rep", f"/cases/{case}")


async def test_programs_are_answered_in_english_whatever_their_browser_prefers(office: Office) -> None:
    asked = {"Authorization": f"Bearer {office.tokens['rep']}", "Accept-Language": "es", "Cookie": "language=es"}
    answer = await office.http.get("/api/tasks/no-such-task", headers=asked)
    assert answer.json()["detail"].startswith("There is no task 'no-such-task'.")


async def test_a_pages_script_is_answered_in_the_language_of_its_page(office: Office) -> None:
    answer = await office.http.get("/api/tasks/no-such-task", headers=_headers(office, "rep"))
    assert answer.json()["title"] == "No existe"
    assert answer.json()["detail"].startswith("No hay ninguna tarea 'no-such-task'.")


async def test_a_phone_says_in_its_language_why_an_order_was_recalled(office: Office) -> None:
    order = office.task(
        kind="work-order", queue="meters", crew="meters", state="cancelled", close_reason="the case went on",
        closed_at=MONDAY, closed_step=2,
    )  # fmt: skip
    headers = _headers(office, "crew")
    [gone] = (await office.http.get(f"/api/crew/day?known={order}", headers=headers)).json()["gone"]
    assert gone["because"] == "el caso avanzó"
    [gone] = (await office.by("crew").get("/api/crew/day", known=[order])).json()["gone"]
    assert gone["because"] == "the case went on"


async def test_a_reason_with_a_value_in_it_is_said_in_the_readers_language(office: Office) -> None:
    why = say("version %(version)s does not have it", version=3)
    order = office.task(
        kind="work-order", queue="meters", crew="meters", state="cancelled", close_reason=why,
        close_reason_said=beside(why), closed_at=MONDAY, closed_step=2,
    )  # fmt: skip
    [gone] = (await office.http.get(f"/api/crew/day?known={order}", headers=_headers(office, "crew"))).json()["gone"]
    assert gone["because"] == "la versión 3 no la tiene"


async def test_an_author_reads_in_spanish_what_the_checker_found(office: Office) -> None:
    author = office.by("author")
    begun = (await author.post("/api/drafts", {"case": "complaint"})).json()
    source = SHIPPED.read_text().replace("queue: customer-service", "queue: customer-servise")
    told = await _beside(office, begun["id"], source)
    assert 'no hay cola con el nombre "customer-servise"; se parece a "customer-service"' in told
    assert "Una cola que district.yaml no tiene." in told
    assert "is called" not in told
    assert 'aquí ninguna clave se llama "stats"; se parece a "states"' in await _beside(
        office, begun["id"], source.replace("states:", "stats:")
    )
    found = (await author.post("/api/definitions/check", {"source": source})).json()["findings"]
    assert 'no queue is called "customer-servise"; "customer-service" is near' in [each["message"] for each in found]


async def _beside(office: Office, draft: str, source: str) -> str:
    with office.store.reading() as session:
        version = session.get_one(Draft, draft).version
    fields = {"source": source, "version": version}
    data = {**fields, "form-token": form_token(office.tokens["author"]), "key": f"es-{version}"}
    answer = await office.http.post(f"/bench/drafts/{draft}/beside", data=data, headers=_headers(office, "author"))
    return html.unescape(answer.text)


async def test_a_rehearsal_says_in_spanish_why_cases_were_refused_and_why_it_failed(office: Office) -> None:
    why = say("“%(plan)s” is barred while the account has the hold “%(title)s”", plan="Lock off", title="Appeal")
    tally = Tally(cases=1, refused=Counter({why: 2}), reasons=[why], lists=Counter({"lock-off: released": 1}))
    failed = say("version %(version)s was never published", version=7)
    with office.store.writing() as session:
        for number, (status, sentence, result) in enumerate(
            (("done", None, [figures(tally).model_dump(mode="json")]), ("failed", failed, None))
        ):
            said = kept_beside([sentence, *tally.sentences()])
            row = Rehearsal(
                id=f"rh-{number}", definition="complaint", source="case: complaint", accounts="all", cases=1, days=30,
                begin=MONDAY.date(), asked_by="author", asked_at=MONDAY, told_at=MONDAY, status=status, sentence=sentence,
                result=result, said=said,
            )  # fmt: skip
            session.add(row)
    told = html.unescape(await leido(office, "author", "/bench/rehearsals/rh-0"))
    assert told.count("«Lock off» no se permite mientras la cuenta tenga la retención «Appeal»") == 2
    assert "Lock off: liberada" in told
    assert "la versión 7 nunca se publicó" in await leido(office, "author", "/bench/rehearsals/rh-1")


async def test_the_ledger_is_told_by_titles_and_what_somebody_wrote_stays(office: Office) -> None:
    bill = Bill(
        id="b-9", account_id="a-1", meter_id="m-1", period_start=date(2026, 1, 5), period_end=date(2026, 3, 5), days=59,
        read_ccf=Decimal(10), use_ccf=Decimal(10), amount_usd=Decimal(40), mailed=TODAY, due=date(2026, 4, 1),
    )  # fmt: skip
    payment = Payment(id="p-9", account_id="a-1", received=TODAY, amount_usd=Decimal(50), method="check")
    with office.store.writing() as session:
        session.add_all([bill, payment])
        session.flush()
        lines = charge("a-1", Decimal(-5), "adjustments")
        credit = Entry(
            id="e-9", lines=lines, posted_on=TODAY, at=MONDAY, rule="adjustment:leak", person="rep",
            memo="The hose burst.",
        )  # fmt: skip
        returned = reversal_entry(payment, TODAY, MONDAY, "finance", "insufficient-funds")
        post(session, [bill_entry(bill, MONDAY), payment_entry(payment, MONDAY, "rep"), credit, returned])
    page = html.unescape(await leido(office, "finance", "/finance/postings?on=2026-03-09"))
    for told in (
        "Lo que deben las cuentas", "Agua del 5 ene 2026 al 5 mar 2026", "Tarifa", "Pago: cheque", "Pago devuelto",
        "Fondos insuficientes", "Ajuste: Leak", "The hose burst.",
    ):  # fmt: skip
        assert told in page, told
    assert "receivable</td>" not in page
    lines_by_rest = (await office.by("finance").get("/api/accounts/a-1/ledger")).json()["items"]
    assert "Water 5 January 2026 to 5 March 2026" in [line["memo"] for line in lines_by_rest]


async def test_what_headgate_tells_people_is_read_in_spanish_on_the_case_and_in_their_memos(office: Office) -> None:
    case = opened(office).partition(".")[0]
    told = Effect(
        case=case, step=1, number=9, action="notify", account="a-1", at=MONDAY, by="clock",
        args={"to": ["supervisor"], "about": "service-warning"},
    )  # fmt: skip
    with office.store.writing() as session:
        notify(session, told)
    missed = "ste caso está por incumplir el plazo que promete el distrito."
    assert f"E{missed}" in await leido(office, "supervisor", "/memos")
    assert f"A {DISTRICT.roles['supervisor'].title}: e{missed}" in await leido(office, "rep", f"/cases/{case}")
    note = (await office.by("rep").get(f"/api/cases/{case}/notes")).json()["items"][-1]
    assert note["text"].endswith(": this case is about to miss the time that the district promises.")
