"""Definitions over the REST interface: reading, drawing, checking, publishing."""

from __future__ import annotations

from pathlib import Path

from tests.api.office import Office

SHIPPED = Path(__file__).parents[2] / "definitions" / "cases" / "high-consumption.yaml"


async def test_a_definition_is_read_with_what_opens_such_a_case(office: Office) -> None:
    read = (await office.by("rep").get("/api/definitions/complaint")).json()
    assert (read["version"], read["opening"]["required"]) == (1, ["account"])
    picture = await office.by("rep").get("/api/definitions/complaint/diagram.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<svg" in picture.text


async def test_a_check_says_what_is_wrong_and_where(office: Office) -> None:
    source = SHIPPED.read_text().replace("queue: customer-service", "queue: costumer-service", 1)
    found = (await office.by("author").post("/api/definitions/check", {"source": source})).json()
    assert found["sound"] is False
    assert any("customer-service" in finding["message"] and finding["line"] > 1 for finding in found["findings"])


async def test_an_author_publishes_the_next_version_and_nothing_twice(office: Office) -> None:
    author = office.by("author")
    body = {"source": SHIPPED.read_text(), "note": "first"}
    first = await author.post("/api/definitions", body)
    assert (first.status_code, first.json()["version"]) == (201, 1), first.text
    again = await author.post("/api/definitions", body)
    assert again.status_code == 409
    changed = await author.post(
        "/api/definitions", {"source": SHIPPED.read_text().replace("20 business days", "19 business days")}
    )
    assert changed.json()["version"] == 2
    listed = (await office.by("rep").get("/api/definitions")).json()["items"]
    versions = {each["case"]: each["version"] for each in listed}
    assert versions.pop("high-consumption") == 2
    assert set(versions.values()) == {1}


async def test_what_is_not_sound_is_not_published_and_all_findings_come_back(office: Office) -> None:
    answer = await office.by("author").post("/api/definitions", {"source": "case: broken\nnonsense: yes"})
    assert answer.status_code == 422
    assert answer.json()["findings"]
