"""What a role may do beyond the queues that it works: the words that `district.yaml` gives to its roles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from definitions.language.pack import District
from definitions.language.sentences import say

RIGHTS: Final = {
    "work": say("claims and completes tasks, writes notes"),
    "take-in": say("takes down what comes in: calls, e-mails, faxes, letters, visits"),
    "open-cases": say("opens cases"),
    "send-events": say("sends events to cases and accounts"),
    "assign-tasks": say("gives tasks to others, takes them away, skips and redoes them"),
    "reopen-cases": say("reopens closed cases"),
    "see-accounts": say("finds accounts and reads their story"),
    "edit-accounts": say("changes a customer's name and how they are reached"),
    "take-payments": say("records payments"),
    "issue-refunds": say("collects and issues runs of refunds, reads the registers of money"),
    "place-holds": say("places and releases holds, of the kinds that the role may place"),
    "announce-outages": say("announces, changes and ends outages"),
    "settle-incidents": say("retries or skips what keeps failing"),
    "print-letters": say("prints, mails and recalls letters"),
    "review-lists": say("takes lines off a list and approves it"),
    "migrate-cases": say("brings open cases over to another version of their definition"),
    "move-cases": say("moves cases to another state, one of two persons who have to agree"),
    "publish-definitions": say("publishes a version of a definition"),
    "manage-people": say("keeps users, roles, limits and absences"),
    "keep-absences": say("notes when others are away and who stands in for them"),
    "read-audit": say("reads who did, saw and was refused what"),
    "see-confidential": say("opens confidential accounts; each view is recorded"),
    "read-payloads": say("reads encrypted payloads on Temporal's own pages; with it belongs see-confidential"),
    "export-persons": say("takes out all data of a customer, for the customer"),
    "redact-persons": say("makes a former customer's personal data unreadable; before their time two persons do"),
    "see-medical": say("opens medical certificates"),
}


def who_may(district: District, right: str, *, among: Collection[str] | None = None) -> list[str]:
    """The titles of the roles that have a right, of all or of some."""
    return [
        role.title for name, role in district.roles.items() if right in role.rights and (among is None or name in among)
    ]
