"""What a supervisor does about an effect that keeps failing: by its code, and for what has none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from definitions.language.sentences import say

DATA: Final = say(
    "Mend in the books what the sentence names, then try again. If it is done otherwise by now, or was asked for wrongly, "
    "leave it out with a reason."
)
DEFINITION: Final = say(
    "The definition asks for what there is none of: mend it, bring the case over to that version, then try again."
)
LATER: Final = say(
    "Something outside did not answer. See `headgate doctor`; once it is mended, try again: nothing is done twice."
)

REMEDIES: Final[Mapping[str, str]] = {
    "timed-out": LATER,
    "no-activity": say(
        "No worker carries this out. Start one with the district's actions in its folder, then try again."
    ),
    "no-address": say("Enter where the customer is written to, then try again."),
    "letter-unprintable": say(
        "Mend the letter's template, publish it, bring the case over to that version, then try again."
    ),
    "unprintable-character": say(
        "A name or an address: write it another way where it is kept, then try again. A text of the case is printed as it was "
        "sent: leave the letter out with a reason, and write it by hand."
    ),
    "no-letter": DEFINITION,
    "no-letter-data": DEFINITION,
    "unpublished": DEFINITION,
    "unknown-register": DEFINITION,
    "unknown-class": DEFINITION,
    "bad-source": DEFINITION,
    "bad-status": DEFINITION,
    "no-account": say("The case has no account, or it is gone. Move the case on, and leave this out with a reason."),
    "too-much": say(
        "The books hold less by now than was asked for. Once they hold it again, try again; else leave it out with a reason."
    ),
    "deposit-too-small": say(
        "The deposit holds less by now than was asked for. Once it holds that again, try again; else leave it out with a "
        "reason."
    ),
    "split-unbalanced": say("The parts do not make up the whole. Correct the amounts, then try again."),
}


def remedy(code: str) -> str:
    """What to do about an incident with this code."""
    # A failure of the program has its type for a name; those that refuse by themselves have words with hyphens.
    return REMEDIES.get(code) or (DATA if code.islower() else LATER)
