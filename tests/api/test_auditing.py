"""The audit over HTTP: what was done, seen and refused; one's own; and as CSV."""

from __future__ import annotations

import csv
import io

from api.security.rights import who_may
from store.queries.audit import newest
from store.sealing import head, seal
from tests.api.office import MONDAY, Office
from tests.api.office_cases import DISTRICT


async def test_what_was_seen_is_in_the_audit_and_confidential_accounts_are_marked(office: Office) -> None:
    await office.by("rep").get("/api/accounts/a-1")
    await office.by("supervisor").get("/api/accounts/a-2")
    seen = (await office.by("auditor").get("/api/audit", kind="seen")).json()["items"]
    assert [(row["person"], row["account"], row["confidential"], row["rule"]) for row in seen] == [
        ("supervisor", "a-2", True, "right see-confidential"),
        ("rep", "a-1", False, "right see-accounts"),
    ]


async def test_a_look_that_was_refused_is_in_the_audit_with_its_reason(office: Office) -> None:
    await office.by("rep").get("/api/accounts/a-2")
    await office.by("rep").get("/api/audit")
    refused = (await office.by("auditor").get("/api/audit", kind="refused")).json()["items"]
    assert [(row["person"], row["code"], row["account"], row["object"]) for row in refused] == [
        ("rep", "not-allowed", None, "/api/audit"),
        ("rep", "confidential", "a-2", "/api/accounts/a-2"),
    ]


async def test_who_lacks_a_right_reads_which_roles_give_it(office: Office) -> None:
    sentence = (await office.by("rep").get("/api/audit")).json()["detail"]
    assert sentence.endswith(f"do not give it. Those that do: {', '.join(sorted(who_may(DISTRICT, 'read-audit')))}.")


async def test_the_audit_is_asked_by_account_person_and_day(office: Office) -> None:
    for user, account in (("rep", "a-1"), ("rep2", "a-1"), ("supervisor", "a-2")):
        await office.by(user).get(f"/api/accounts/{account}")
    auditor = office.by("auditor")

    async def people(**asked: str) -> list[str]:
        return [row["person"] for row in (await auditor.get("/api/audit", **asked)).json()["items"]]

    assert await people(account="a-1") == ["rep2", "rep"]
    assert await people(by="supervisor") == ["supervisor"]
    assert await people(first="2026-03-09", last="2026-03-09") == ["supervisor", "rep2", "rep"]
    assert await people(first="2026-03-10") == []
    assert await people(last="2026-03-08") == []


async def test_the_next_page_keeps_what_was_asked(office: Office) -> None:
    for _ in range(3):
        await office.by("rep").get("/api/accounts/a-1")
    first = (await office.by("auditor").get("/api/audit", by="rep", kind="seen", limit=2)).json()
    assert len(first["items"]) == 2
    rest = (await office.by("auditor").get(first["next"])).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)


async def test_everybody_reads_what_the_audit_says_of_themselves_and_of_nobody_else(office: Office) -> None:
    await office.by("rep").get("/api/accounts/a-1")
    await office.by("rep2").get("/api/accounts/a-1")
    own = (await office.by("rep").get("/api/audit/mine", by="rep2")).json()["items"]
    assert [row["person"] for row in own] == ["rep"]


async def test_an_export_has_a_line_for_each_row_and_is_in_the_audit_itself(office: Office) -> None:
    await office.by("rep").get("/api/accounts/a-1")
    await office.by("supervisor").get("/api/accounts/a-2")
    answer = await office.by("auditor").get("/api/audit/export", account="a-2")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["person"], row["account"], row["confidential"]) for row in rows] == [("supervisor", "a-2", "True")]
    last = (await office.by("auditor").get("/api/audit", limit=1)).json()["items"][0]
    assert (last["person"], last["act"], last["object"]) == ("auditor", "export", "account a-2")


async def test_an_export_begins_no_cell_as_a_formula(office: Office) -> None:
    await office.by("rep").get("/api/files/=cmd()")
    await office.by("rep").post("/api/tasks/=1+1/claim")
    text = (await office.by("auditor").get("/api/audit/export")).text
    assert "=1+1" in text
    assert all(not cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)


async def test_what_is_sealed_carries_its_digest_in_the_list_the_export_and_the_page(office: Office) -> None:
    await office.by("rep").get("/api/accounts/a-1")
    with office.store.writing() as session:
        seal(session, newest(session), MONDAY)
        digest = head(session).digest
    auditor = office.by("auditor")
    row = (await auditor.get("/api/audit", by="rep", kind="seen")).json()["items"][0]
    assert (row["link"], row["digest"]) == (1, digest)
    [line] = csv.DictReader(io.StringIO((await auditor.get("/api/audit/export", by="rep")).text))
    assert (line["row"], line["digest"]) == (str(row["row"]), digest)
    fresh = (await auditor.get("/api/audit", limit=1)).json()["items"][0]
    assert (fresh["link"], fresh["digest"]) == (None, None)
