"""What a role may do beyond the queues that it works: the words that `district.yaml` gives to its roles."""

from __future__ import annotations

from typing import Final

RIGHTS: Final = {
    "work": "claims and completes tasks, writes notes",
    "take-in": "takes down what comes in: calls, e-mails, faxes, letters, visits",
    "open-cases": "opens cases",
    "send-events": "sends events to cases and accounts",
    "assign-tasks": "gives tasks to others, takes them away, skips and redoes them",
    "reopen-cases": "reopens closed cases",
    "see-accounts": "finds accounts and reads their story",
    "edit-accounts": "changes how an account's customer is reached",
    "take-payments": "records payments",
    "issue-refunds": "collects and issues runs of refunds, reads the registers of money",
    "place-holds": "places and releases holds, of the kinds that the role may place",
    "settle-incidents": "retries or skips what keeps failing",
    "print-letters": "prints, mails and recalls letters",
    "review-lists": "takes lines off a list and approves it",
    "migrate-cases": "brings open cases over to another version of their definition",
    "move-cases": "moves cases to another state, one of two persons who have to agree",
    "publish-definitions": "publishes a version of a definition",
    "manage-people": "keeps users, roles, limits and absences",
    "keep-absences": "notes when others are away and who stands in for them",
    "read-audit": "reads who did, saw and was refused what",
    "see-confidential": "opens confidential accounts; each view is recorded",
    "read-payloads": "reads encrypted payloads on Temporal's own pages; with it belongs see-confidential",
    "export-persons": "takes out all data of a customer, for the customer",
    "redact-persons": "makes a former customer's personal data unreadable; before their time two persons do",
    "see-medical": "opens medical certificates",
}
