"""The reference page of `headgate import`, made from the columns themselves."""

from __future__ import annotations

from store.importing.kinds import KINDS, Kind

HEAD = """# Files that `headgate import` takes

Comma-separated, UTF-8, with a header line; the order of columns is free, those without a default are needed. Load them in
this order, since each refers to those before it: accounts, meters, reads, bills, payments.

- Dates are `2026-07-06`; times are `2026-07-06T10:15`, with an offset or else in the district's zone; a date alone is noon.
- Amounts are US dollars without sign or separators (`84.10`), water is in ccf with up to three places (`1042.125`).
- A bad row is reported with file, line and reason; the good rows of the file load. What stands on letters (names,
  addresses, serials) is bad where it has a character that they cannot print, such as an emoji.
- Nothing loads twice: a row whose key is in the books is left as it is, and reported when it says something else.
  What may be said later: the day on which a payment was returned, the day on which a meter was removed. An account with another
  name may be a marriage or another customer: its row is reported, and somebody changes the name on the account's page.
- Bills and payments are posted to the ledger; a payment of an account with open cases reaches them as `payment-received`,
  one that is returned as `payment-returned`; `payment-rejected` opens a returned payment for it.
"""


def page() -> str:
    """The page in Markdown, `docs/reference/import.md`."""
    return HEAD + "".join(_section(kind) for kind in KINDS.values())


def _section(kind: Kind) -> str:
    rows = [
        f"| `{column.name}` | {column.meaning} | {'needed' if column.required else _default(column.default)} |"
        for column in kind.columns
    ]
    key = ", ".join(f"`{name}`" for name in kind.key)
    table = "\n".join(["| column | what | if empty |", "| --- | --- | --- |", *rows])
    return f"\n## {kind.name}\n\nKey: {key}.\n\n{table}\n"


def _default(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return "no" if value is False else f"`{value}`"
