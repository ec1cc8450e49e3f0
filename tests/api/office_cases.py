"""The small district of the API's tests and its kinds of case: a complaint, one that waits on a list, one that is to be locked
off, one that a law guards, and one that writes credits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.model import CaseDefinition
from definitions.language.pack import District, Law, ReviewList

DISTRICT = District.model_validate(
    {
        "district": "Sample Water District",
        "address": ["1 Main Street", "Sample City, CA 90000"],
        "telephone": "555-0100",
        "settings": {"personal-data-years": "7", "outage-cases": ["complaint"]},
        "roles": {
            "rep": {
                "title": "Representative",
                "rights": [
                    "work",
                    "take-in",
                    "open-cases",
                    "send-events",
                    "see-accounts",
                    "edit-accounts",
                    "take-payments",
                    "place-holds",
                ],
            },
            "lead": {
                "title": "Lead",
                "rights": [
                    "work",
                    "take-in",
                    "open-cases",
                    "send-events",
                    "see-accounts",
                    "place-holds",
                    "redact-persons",
                    "review-lists",
                    "announce-outages",
                ],
            },
            "supervisor": {
                "title": "Supervisor",
                "rights": [
                    "work",
                    "take-in",
                    "open-cases",
                    "send-events",
                    "assign-tasks",
                    "reopen-cases",
                    "see-accounts",
                    "edit-accounts",
                    "place-holds",
                    "settle-incidents",
                    "migrate-cases",
                    "read-payloads",
                    "export-persons",
                    "redact-persons",
                    "move-cases",
                    "review-lists",
                    "see-confidential",
                    "manage-people",
                ],
            },
            "crew": {"title": "Field crew", "rights": ["work"]},
            "finance": {
                "title": "Finance",
                "rights": ["work", "see-accounts", "take-payments", "issue-refunds", "print-letters"],
            },
            "gateway": {"title": "Mail gateway", "rights": ["take-in"]},
            "author": {"title": "Author", "rights": ["see-accounts", "publish-definitions", "migrate-cases"]},
            "auditor": {"title": "Auditor", "rights": ["see-accounts", "read-audit"]},
        },
        "queues": {
            "customer-service": {"title": "Customer service", "roles": ["rep", "lead"]},
            "supervisors": {"title": "Supervisors", "roles": ["supervisor"]},
        },
        "crews": {"meters": {"title": "Meter crew"}},
        "limits": {"adjustment": {"rep": "100.00", "supervisor": "1000.00"}},
        "holds": {
            "medical": {"title": "Medical certificate", "placed-by": ["rep", "lead", "supervisor"]},
            "bankruptcy": {"title": "Bankruptcy stay", "placed-by": ["supervisor"]},
        },
    }
)

COMPLAINT = {
    "case": "complaint",
    "title": "Complaint",
    "data": {
        "account": {"type": "account", "required": True},
        "bill": {"type": "bill"},
        "cause": {"enum": ["leak", "misread"]},
        "comment": {"type": "text", "long": True},
        "credit": "money",
        "read": {"type": "quantity", "unit": "ccf"},
    },
    "one-open-per": "account",
    "initial": "review",
    "on": {"customer-withdrew": "withdrawn"},
    "reopen": "review",
    "states": {
        "review": {
            "task": {
                "title": "Review the history",
                "queue": "customer-service",
                "due": "1 business day",
                "form": {"cause": "required", "comment": "optional"},
                "take-back": "1 hour",
                "skippable": True,
                "outcomes": {"explained": "answered", "reread": "rereading", "adjust": "adjusting"},
            }
        },
        "rereading": {
            "work-order": {
                "title": "Reread the meter",
                "crew": "meters",
                "form": {"read": "required"},
                "outcomes": {"done": "adjusting"},
            }
        },
        "adjusting": {
            "task": {
                "title": "Approve the adjustment",
                "queue": "supervisors",
                "not-by": "review",
                "visible-to": ["supervisor"],
                "form": {"credit": "required"},
                "outcomes": {
                    "approve": {"target": "answered", "limit": "adjustment", "limit-of": "credit"},
                    "refuse": "answered",
                },
            }
        },
        "answered": {"type": "final"},
        "withdrawn": {"type": "final"},
    },
}

GATHERING = {
    "case": "gathering",
    "title": "Gathering",
    "data": {"account": {"type": "account", "required": True}},
    "initial": "waiting",
    "states": {
        "waiting": {"list": "tags", "released": "done", "excluded": "off"},
        "done": {"type": "final"},
        "off": {"type": "final"},
    },
}
LOCKING = {
    "case": "locking",
    "title": "Locking",
    "holds": {"medical": "freeze"},
    "facts": {"balance": "money"},
    "data": {"account": {"type": "account", "required": True}},
    "initial": "waiting",
    "on": {"payment-received": {"target": "off", "guard": "has(facts.balance) && facts.balance <= usd(0)"}},
    "states": {
        "waiting": {"list": "lock-off", "released": "locking"},
        "locking": {
            "work-order": {
                "title": "Lock off",
                "crew": "meters",
                "check-at-site": "has(facts.balance) && facts.balance > usd(0)",
                "outcomes": {
                    "locked": {"target": "done", "title": "The lock is on"},
                    "no-access": {"target": "waiting", "unchecked": True},
                },
            }
        },
        "done": {"type": "final"},
        "off": {"type": "final"},
    },
}
LOCK_OFF = {
    "list": "lock-off",
    "title": "Lock-off",
    "review": ["lead", "supervisor"],
    "columns": {"balance": "facts.balance"},
    "reasons": ["promised", {"reason": "in the post", "expires": "5 days"}],
    "exclusion-expires": "30 days",
    "per-day": "2",
    "check": "has(facts.balance) && facts.balance > usd(80)",
}
CREDITING = {
    "case": "crediting",
    "title": "Crediting",
    "data": {"account": {"type": "account", "required": True}},
    "initial": "review",
    "states": {
        "review": {
            "task": {
                "title": "Review it",
                "queue": "customer-service",
                "repeatable": True,
                "outcomes": {"pay": "paying", "wait": "waiting"},
            }
        },
        "paying": {"entry": [{"credit": {"amount": "10.00"}}], "on": {"posted": "waiting"}},
        "waiting": {"on": {"over": "done"}},
        "done": {"type": "final"},
    },
}
GUARDED = {
    "case": "guarded",
    "title": "Guarded",
    "laws": ["state", "ours"],
    "data": {"account": {"type": "account", "required": True}},
    "initial": "ready",
    "states": {
        "ready": {"on": {"lock": "locked", "call": {"actions": [{"record": {"what": "call adult-reached"}}]}}},
        "locked": {"tags": ["locked-off"], "type": "final"},
    },
}
LAWS = (
    {
        "law": "state",
        "title": "The state's",
        "before": "locked-off",
        "rules": [{"id": "WSP-15", "source": "H&S 116910", "never-while": "medical"}],
    },
    {
        "law": "ours",
        "title": "Ours",
        "kind": "district",
        "before": "locked-off",
        "override-by": ["lead", "supervisor"],
        "rules": [{"id": "WD-1", "source": "Resolution 2026-04", "require": "call adult-reached"}],
    },
)
TAGS = {"list": "tags", "title": "Door tags", "review": ["lead", "supervisor"], "persons": "2", "reasons": ["paid"]}


def compiled_complaint(calendar: Calendar) -> Compiled:
    """The complaint, compiled."""
    return _compiled(COMPLAINT, calendar)


def compiled_cases(calendar: Calendar) -> tuple[Compiled, ...]:
    """All of them, compiled."""
    return (
        compiled_complaint(calendar),
        _compiled(GATHERING, calendar, lists={"tags": ReviewList.model_validate(TAGS)}),
        _compiled(LOCKING, calendar, lists={"lock-off": ReviewList.model_validate(LOCK_OFF)}),
        _compiled(GUARDED, calendar, laws=tuple(Law.model_validate(law) for law in LAWS)),
        _compiled(CREDITING, calendar),  # its bank does not always answer (tests/temporal/desk.py)
    )


def _compiled(case: Mapping[str, object], calendar: Calendar, **beside: Any) -> Compiled:
    definition = CaseDefinition.model_validate(case)
    return Compiled(definition=definition, calendar=calendar, district=DISTRICT, **beside)
