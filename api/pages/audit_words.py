"""The audit in words: its acts in the past, what they were about, and the rules by which they were allowed.

The audit keeps keys, so that it reads the same in any language; a test holds that every key has its words here.
"""

from __future__ import annotations

from typing import Final

from api import texts
from api.acts.accounts import WHYS
from api.pages.words import titled
from api.security.rights import RIGHTS
from api.texts import N_, _
from definitions.language.expand import title_of

#: Each act as it is told when it has happened, and as what somebody wanted to do.
ACTS: Final = {
    # tasks
    "claim": (N_("took the task"), N_("take the task")),
    "claim-next": (N_("took the task"), N_("take the task")),
    "release": (N_("released the task"), N_("release the task")),
    "assign": (N_("gave the task to somebody"), N_("give the task to somebody")),
    "delegate": (N_("gave the task to somebody"), N_("give the task to somebody")),
    "hand-over-with-form": (N_("handed the task over with its form"), N_("hand the task over with its form")),
    "hand-over-without-form": (N_("handed the task over without its form"), N_("hand the task over without its form")),
    "decline": (N_("declined the task"), N_("decline the task")),
    "add-helper": (N_("added a helper"), N_("add a helper")),
    "keep-draft": (N_("kept the form half-filled"), N_("keep the form half-filled")),
    "follow-up": (N_("set the day to come back to it"), N_("set a day for coming back to it")),
    "complete": (N_("completed the task"), N_("complete the task")),
    "suspend": (N_("put the task aside"), N_("lay the task aside")),
    "resume": (N_("went on with the task"), N_("go on with the task")),
    "skip": (N_("left the task out"), N_("leave the task out")),
    "redo": (N_("opened the task once more"), N_("open the task once more")),
    "take-back": (N_("took the outcome back"), N_("take the outcome back")),
    "check-at-site": (N_("checked at the curb"), N_("check at the curb")),
    "describe-place": (N_("described the place"), N_("describe the place")),
    "priority-urgent": (N_("made the task urgent"), N_("make the task urgent")),
    "priority-high": (N_("gave the task high priority"), N_("give the task high priority")),
    "priority-normal": (N_("gave the task normal priority"), N_("give the task normal priority")),
    "priority-low": (N_("gave the task low priority"), N_("give the task low priority")),
    # cases
    "note": (N_("wrote a note"), N_("write a note")),
    "upload": (N_("attached a file"), N_("attach a file")),
    "open": (N_("opened the case"), N_("open the case")),
    "reopen": (N_("opened the case again"), N_("open the case again")),
    "ask-override": (N_("asked to override a rule"), N_("ask to override a rule")),
    "override-rule": (N_("agreed to override a rule"), N_("agree to override a rule")),
    "refuse-override": (N_("refused to override a rule"), N_("refuse to override a rule")),
    "ask-move": (N_("asked to move the case"), N_("ask to move the case")),
    "move-case": (N_("agreed to move the case"), N_("agree to move the case")),
    "refuse-move": (N_("refused to move the case"), N_("refuse to move the case")),
    "migrate": (N_("brought the case over to another version"), N_("bring the case over to another version")),
    "incident-retry": (N_("had it tried again"), N_("have it tried again")),
    "incident-skip": (N_("left out what kept failing"), N_("leave out what kept failing")),
    # accounts and applicants
    "view": (N_("looked at it"), N_("look at it")),
    "place-hold": (N_("placed a hold"), N_("place a hold")),
    "release-hold": (N_("released a hold"), N_("release a hold")),
    "take-payment": (N_("took a payment"), N_("take a payment")),
    "conversation": (N_("noted a conversation"), N_("note a conversation")),
    "change-contact": (N_("changed how the customer is reached"), N_("change how the customer is reached")),
    "change-name": (N_("changed the customer's name"), N_("change the customer's name")),
    "note-counsel": (N_("noted the customer's attorney"), N_("note the customer's attorney")),
    "note-trustee": (N_("noted the trustee in bankruptcy"), N_("note the trustee in bankruptcy")),
    "note-third-party": (N_("noted the third party for notices"), N_("note the third party for notices")),
    "forget-counsel": (N_("removed the customer's attorney"), N_("remove the customer's attorney")),
    "forget-trustee": (N_("removed the trustee in bankruptcy"), N_("remove the trustee in bankruptcy")),
    "forget-third-party": (N_("removed the third party for notices"), N_("remove the third party for notices")),
    "keep-applicant": (N_("took down an applicant"), N_("take down an applicant")),
    "change-applicant": (N_("changed the applicant"), N_("change the applicant")),
    "enter-parcel": (N_("entered a parcel"), N_("enter a parcel")),
    "register-event": (N_("noted a test or an inspection"), N_("note a test or an inspection")),
    "ask-redaction": (N_("asked for a redaction"), N_("ask for a redaction")),
    "approve-redaction": (N_("approved the redaction"), N_("approve the redaction")),
    "refuse-redaction": (N_("refused the redaction"), N_("refuse the redaction")),
    "redact": (N_("redacted the person's data"), N_("redact the person's data")),
    "forget-file": (N_("deleted the file, its time being over"), N_("delete the file, its time being over")),
    # outages
    "announce-outage": (N_("announced an outage"), N_("announce an outage")),
    "change-outage": (N_("changed the outage"), N_("change the outage")),
    "end-outage": (N_("ended the outage"), N_("end the outage")),
    # the inbox
    "take-in": (N_("took it in"), N_("take it in")),
    "change-item": (N_("changed the item"), N_("change the item")),
    "claim-item": (N_("took the item"), N_("take the item")),
    "release-item": (N_("released the item"), N_("release the item")),
    "assign-item": (N_("gave the item to somebody"), N_("give the item to somebody")),
    "move-item": (N_("handed the item to another queue"), N_("hand the item to another queue")),
    "settle-item": (N_("closed the item as needing nothing"), N_("close the item as needing nothing")),
    "bring-item-back": (N_("brought the item back"), N_("bring the item back")),
    "join-item": (N_("joined the item to a case"), N_("join the item to a case")),
    "open-from-item": (N_("opened a case from the item"), N_("open a case from the item")),
    "write-memo": (N_("wrote a memo"), N_("write a memo")),
    "read-memo": (N_("read the memo"), N_("open the memo")),
    # lists
    "exclude-line": (N_("took the line off the list"), N_("take the line off the list")),
    "approve-list": (N_("approved the list"), N_("approve the list")),
    "release-line": (N_("released the line"), N_("release the line")),
    "pause-release": (N_("paused the release"), N_("pause the release")),
    "resume-release": (N_("went on with the release"), N_("go on with the release")),
    "cancel-release": (N_("cancelled the release"), N_("cancel the release")),
    # letters and money
    "collect-letters": (N_("collected a batch of letters"), N_("collect a batch of letters")),
    "print-letters": (N_("printed the letters"), N_("print the letters")),
    "take-letter-out": (N_("took the letter out of the batch"), N_("take the letter out of the batch")),
    "recall-letter": (N_("recalled the letter"), N_("recall the letter")),
    "mail-letters": (N_("said that the letters were mailed"), N_("say that the letters were mailed")),
    "certify-letter": (
        N_("gave the letter its certified-mail number"),
        N_("give the letter its certified-mail number"),
    ),
    "mail-returned": (N_("noted that the letter came back"), N_("note that the letter came back")),
    "collect-refunds": (N_("collected a run of refunds"), N_("collect a run of refunds")),
    "dissolve-refunds": (N_("dissolved the run of refunds"), N_("dissolve the run of refunds")),
    "issue-refunds": (N_("issued the refunds"), N_("issue the refunds")),
    # definitions
    "begin-draft": (N_("began a draft"), N_("begin a draft")),
    "throw-away-draft": (N_("threw the draft away"), N_("throw the draft away")),
    "rehearse": (N_("had it rehearsed"), N_("have it rehearsed")),
    "cancel-rehearsal": (N_("cancelled the rehearsal"), N_("cancel the rehearsal")),
    "publish": (N_("proposed it for publishing"), N_("propose it for publishing")),
    "approve": (N_("approved and published it"), N_("approve and publish it")),
    "send-back": (N_("sent it back to its author"), N_("send it back to its author")),
    "withdraw": (N_("withdrew it"), N_("withdraw it")),
    "begin-migration": (N_("began to bring cases over"), N_("begin to bring cases over")),
    "pause-migration": (N_("paused the migration"), N_("pause the migration")),
    "resume-migration": (N_("went on with the migration"), N_("go on with the migration")),
    "cancel-migration": (N_("cancelled the migration"), N_("cancel the migration")),
    # people
    "sign-in": (N_("signed in"), N_("sign in")),
    "choose-password": (N_("chose a password"), N_("choose a password")),
    "end-sign-in": (N_("ended a sign-in"), N_("end a sign-in")),
    "end-sign-ins": (N_("ended all other sign-ins"), N_("end all other sign-ins")),
    "add-user": (N_("added the person"), N_("add the person")),
    "change-user": (N_("changed the person's rights"), N_("change the person's rights")),
    "let-user-go": (N_("noted that the person has left"), N_("note that the person has left")),
    "add-absence": (N_("noted an absence"), N_("note an absence")),
    "end-absence": (N_("took the absence back"), N_("take the absence back")),
    "export": (N_("exported it"), N_("export it")),
    "put-back": (N_("took back what did not come to pass"), N_("take back what did not come to pass")),
}

KINDS: Final = {
    "account": N_("account"),
    "address": N_("address"),
    "applicant": N_("applicant"),
    "audit": N_("audit"),
    "bills": N_("bills"),
    "case": N_("case"),
    "cases": N_("cases"),
    "contact": N_("contact details"),
    "conversations": N_("conversations"),
    "customer": N_("customer"),
    "definition": N_("definition"),
    "file": N_("file"),
    "inbox-item": N_("inbox item"),
    "incident": N_("incident"),
    "ledger": N_("ledger"),
    "letter": N_("letter"),
    "letter-batch": N_("batch of letters"),
    "letters": N_("letters"),
    "list": N_("list"),
    "memo": N_("memo"),
    "name": N_("name"),
    "outage": N_("outage"),
    "outages": N_("outages"),
    "parcel": N_("parcel"),
    "parties": N_("parties to the account"),
    "payloads": N_("encrypted payloads"),
    "person": N_("person"),
    "reads": N_("meter reads"),
    "receipt": N_("receipt"),
    "refund-run": N_("run of refunds"),
    "register": N_("register"),
    "register-item": N_("device in the registers"),
    "task": N_("task"),
    "user": N_("user"),
}

RULES: Final = {
    "assigned": N_("assigned"),
    "own": N_("own"),
    "own outcome": N_("own outcome"),
    "two persons": N_("two persons"),
    "list review": N_("list review"),
    "order of the crew": N_("order of the crew"),
    "open-by": N_("roles that open such cases"),
    "reopen roles": N_("roles that reopen such cases"),
    "outcome roles": N_("roles that choose this outcome"),
    "password": N_("password"),
    "identity provider": N_("identity provider"),
    "on this machine": N_("on this machine"),
}

#: Rules that name something: what stands before the name, and how it is told.
NAMED: Final = {
    "right": N_("right %(name)s"),
    "queue": N_("queue %(name)s"),
    "crew": N_("crew %(name)s"),
    "hold": N_("hold %(name)s"),
    "named": N_("offered to %(name)s by name"),
    "substitute for": N_("substitute for %(name)s"),
    "override": N_("override of %(name)s"),
    "not-by": N_("not by who did %(name)s"),
}


def act_told(act: str) -> str:
    """An act of the audit in words: `took the task`."""
    if act.startswith("event "):
        return _("noted “%(event)s”", event=title_of(act.removeprefix("event ")))
    return _(ACTS[act][0]) if act in ACTS else titled(act)


def wanted(act: str) -> str:
    """What somebody wanted to do and was refused, after `wanted to`: `take the task`."""
    if act.startswith("event "):
        return _("note “%(event)s”", event=title_of(act.removeprefix("event ")))
    return _(ACTS[act][1]) if act in ACTS else titled(act)


def kind_told(kind: str) -> str:
    """What an act was about: `letter-batch` → `batch of letters`."""
    return _(KINDS[kind]) if kind in KINDS else kind


def rule_told(rule: str | None) -> str:
    """By which rule something was allowed; what somebody wrote behind it, or a key of the district's, stays."""
    if not rule:
        return ""
    head, colon, rest = rule.partition(": ")
    beginning = next((each for each in NAMED if head.startswith(f"{each} ")), None)
    name = head.removeprefix(f"{beginning} ")
    if head in RULES:
        head = _(RULES[head])
    elif beginning == "right" and name in RIGHTS:
        head = _("right: %(what)s", what=RIGHTS[name])
    elif beginning is not None:
        head = _(NAMED[beginning], name=name)
    return f"{head}{colon}{texts.said(WHYS.get(rest, rest))}"
