"""What a bankruptcy does in the account book: the split of the account, what is put right, deposits and payments moved.

Every entry's id is derived from the effect's or from what it takes back, so that nothing is posted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from sqlmodel import Session, col, select

from activities import deposits, published
from activities import facts_of_bankruptcy as facts
from activities.postings import account_of, amount_of, day_of, post_effect, posted_before
from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.catalogue.splits import PUT_RIGHT, Move, Split, Unbilled, split, split_books
from definitions.catalogue.tariff import RATES, tariff
from definitions.language.compiled import Compiled
from definitions.language.money import money_json
from definitions.language.sentences import say, sentence_of
from definitions.language.tables import in_effect
from store.finding import keep_account_words
from store.ledger import Entry, LedgerLine, Line, balance_usd, bill_entry, moved, post, statement
from store.queries.bankruptcy import free_account_id, lines_of_entry, split_by, taken_reads
from store.tables.bankruptcy import AccountSplit
from store.tables.ledger import DEPOSITS, RECEIVABLE
from store.tables.utility import Account, Bill, Meter, Read


def split_account(session: Session, effect: Effect) -> Reply:
    """Divides the account on the day of the petition; answers `account-split` with the new account and the figures.

    The old account keeps what was owed before it and is closed; the new one takes meter, service point and all that
    follows. Bills since then are issued anew, with as many days to pay them."""
    made = split_by(session, effect.id)
    if made is None:
        made = _split(session, effect)
    return Reply(
        event="account-split",
        data={
            "new_account": made.new_account_id,
            "pre_petition": money_json(made.pre_petition_usd),
            "post_petition": money_json(made.post_petition_usd),
            "working": list(made.working),
        },
    )


def put_right(session: Session, effect: Effect) -> Reply:
    """Takes back the fees of collection and the set-offs since the petition, entry by entry, and notes the service as on.

    Answers `righted` with what was taken back."""
    account, compiled = _account(session, effect), published.of_case(session, effect.case)
    since, chapter = _date(effect, "petition_date"), effect.args.get("chapter")
    lines = statement(session, account.id)
    fees = facts.fee_lines(lines, since, compiled.district.settings.get("collection-fees"))
    taken = facts.set_off_lines(lines, since, chapter)
    for line in (*fees, *taken):
        post(session, [_taken_back(session, effect, line, day_of(session, effect))])
    if account.status == "shut-off":
        account.status = "active"
        session.add(account)
    session.flush()
    undone = [
        line
        for line in statement(session, account.id)
        if line.case_id == effect.case and line.rule.startswith(PUT_RIGHT)
    ]
    return Reply(
        event="righted",
        data={
            "fees": money_json(abs(sum((line.amount_usd for line in undone if line.amount_usd < 0), Decimal(0)))),
            "set_off": money_json(sum((line.amount_usd for line in undone if line.amount_usd > 0), Decimal(0))),
        },
    )


def bill_deposit(session: Session, effect: Effect) -> Reply:
    """Charges a deposit to the account named, which then ages like any other debt; answers `deposit-billed`."""
    named = _named(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        amount_usd = amount_of(effect)
        if amount_usd:
            lines = moved(named, amount_usd, debit=RECEIVABLE, credit=DEPOSITS)
            post_effect(session, effect, lines, rule="deposit:assurance", memo=say("Adequate assurance, billed"))
    return Reply(event="deposit-billed", data={"account": named, "amount": money_json(amount_usd)})


def take_assurance(session: Session, effect: Effect) -> Reply:
    """Takes a cash deposit for the account named, as `take-deposit` does for the case's own; answers `deposit-taken`."""
    given = {"amount": effect.args.get("amount"), "of": "security"}
    return deposits.take_deposit(session, replace(effect, account=_named(session, effect), args=given))


def move_payment(session: Session, effect: Effect) -> Reply:
    """Moves a payment from the case's account to the one named; answers `payment-moved`."""
    account, named = account_of(session, effect), _named(session, effect)
    amount_usd = posted_before(session, effect)
    if amount_usd is None:
        amount_usd = amount_of(effect)
        if amount_usd:
            lines = _between(account, named, -amount_usd)
            post_effect(session, effect, lines, rule="payment", memo=say("Payment for the time after the petition"))
    return Reply(event="payment-moved", data={"account": named, "amount": money_json(amount_usd)})


# -- the split ------------------------------------------------------------------------------------------------------------


def _split(session: Session, effect: Effect) -> AccountSplit:
    old, compiled = _account(session, effect), published.of_case(session, effect.case)
    petition = _date(effect, "petition_date")
    zone = compiled.calendar.zone
    records = facts.split_books(session, old, facts.Petition(filed=petition, chapter=None), zone)
    read, read_on = effect.args.get("read"), effect.args.get("read_on")
    rates = compiled.tables.get(RATES)
    try:
        made = split(
            split_books(records),
            petition=petition,
            read_ccf=None if read is None else Decimal(str(read)),
            read_on=None if read_on is None else date.fromisoformat(str(read_on)[:10]),
            tariff=tariff(in_effect(rates, petition) if rates is not None else None, old.account_class),
        )
    except CannotCompute as error:
        raise EffectRefused(
            say("the account cannot be split: %(wrong)s", wrong=sentence_of(error)), code="no-books"
        ) from None
    new = _follower(session, old, petition)
    today = day_of(session, effect)
    post(session, list(_entries(session, effect, old, new, made, today)))
    _keep_read(session, effect, old, made, petition, compiled)
    old.status, old.closed = "closed", petition
    row = AccountSplit(
        id=effect.id,
        old_account_id=old.id,
        new_account_id=new.id,
        petition_date=petition,
        case_id=effect.case,
        at=effect.at,
        pre_petition_usd=balance_usd(session, old.id),
        post_petition_usd=balance_usd(session, new.id),
        working=list(made.lines),
    )
    if (row.pre_petition_usd, row.post_petition_usd) != (made.owed_usd, made.moved_usd):
        raise EffectRefused(
            say(
                "the split does not come out as it was worked out: something on the account is posted twice "
                "or not at all"
            ),
            code="split-unbalanced",
        )
    session.add(old)
    session.add(row)
    session.flush()
    return row


def _follower(session: Session, old: Account, petition: date) -> Account:
    """The account that takes what follows: same customer, same place, same meter."""
    new = Account(
        id=free_account_id(session, old.id),
        premise_id=old.premise_id,
        service_point_id=old.service_point_id,
        customer_id=old.customer_id,
        account_class=old.account_class,
        status="shut-off" if old.status == "shut-off" else "active",
        language=old.language,
        mailing=old.mailing,
        since=petition,
        confidential=old.confidential,
    )
    session.add(new)
    session.flush()
    keep_account_words(session.connection(), [new.id])
    return new


def _entries(session: Session, effect: Effect, old: Account, new: Account, made: Split, today: date) -> Iterator[Entry]:
    if made.unbilled is not None:
        bill = _final_bill(effect, old, made.unbilled, today)
        session.add(bill)
        session.flush()
        if bill.amount_usd:
            posted = bill_entry(bill, effect.at, effect.by)
            yield _entry(session, effect, posted.id, posted.lines, posted.rule, say("Final bill, up to the petition"))
    for number, move in enumerate(made.moves, start=1):
        if move.bill is None:
            lines = _between(old.id, new.id, move.amount_usd)
            rule, memo = ("payment" if move.id != "fees" else "split"), say("Of the time after the petition")
            yield _entry(session, effect, f"{effect.id}.{number}", lines, rule, memo)
            continue
        again = _issued_again(new, move, today)
        session.add(again)
        session.flush()
        if move.amount_usd:
            lines = _between(old.id, new.id, move.amount_usd)
            yield _entry(
                session, effect, f"bill:{again.id}", lines, "split", say("Water after the petition, issued anew")
            )


def _final_bill(effect: Effect, old: Account, unbilled: Unbilled, today: date) -> Bill:
    return Bill(
        id=f"b-{effect.id}",
        account_id=old.id,
        period_start=unbilled.start,
        period_end=unbilled.end,
        days=unbilled.days,
        read_ccf=unbilled.read_ccf,
        use_ccf=unbilled.use_ccf,
        amount_usd=unbilled.amount_usd,
        mailed=today,
        due=today,
    )


def _issued_again(new: Account, move: Move, today: date) -> Bill:
    assert move.bill is not None
    bill = move.bill
    return Bill(
        id=f"{bill.id}-{new.id}",
        account_id=new.id,
        period_start=bill.start,
        period_end=bill.end,
        days=bill.days,
        read_ccf=bill.read_ccf,
        use_ccf=bill.use_ccf,
        amount_usd=bill.amount_usd,
        mailed=today,
        due=today + (bill.due - bill.mailed),
    )


def _keep_read(session: Session, effect: Effect, old: Account, made: Split, petition: date, compiled: Compiled) -> None:
    """Notes what the register is taken to have shown at the petition, unless somebody read it that day."""
    if made.register_ccf is None or petition in dict(taken_reads(session, old, petition, compiled.calendar.zone)):
        return
    meter = session.exec(
        select(Meter)
        .where(Meter.service_point_id == old.service_point_id, col(Meter.removed).is_(None))
        .order_by(col(Meter.installed).desc())
    ).first()
    if meter is not None:
        at = datetime.combine(petition, time.min, compiled.calendar.zone)
        session.add(Read(meter_id=meter.id, at=at, value_ccf=made.register_ccf, kind="estimated", source=effect.id))


# -- entries --------------------------------------------------------------------------------------------------------------


def _taken_back(session: Session, effect: Effect, line: LedgerLine, today: date) -> Entry:
    lines = tuple(
        Line(code=row.code, amount_usd=-row.amount_usd, account_id=row.account_id)
        for row in lines_of_entry(session, line.entry_id)
    )
    return Entry(
        id=f"{PUT_RIGHT}{line.entry_id}",
        lines=lines,
        posted_on=today,
        at=effect.at,
        rule=f"{PUT_RIGHT}{line.rule}",
        person=effect.by,
        case_id=effect.case,
        step_no=effect.step,
        memo=say("Done after the petition; taken back (11 U.S.C. 362(a))"),
    )


def _between(old: str, new: str, amount_usd: Decimal) -> tuple[Line, ...]:
    """The lines that move a debt (a credit, below zero) from one account to the other."""
    return (
        Line(code=RECEIVABLE, amount_usd=amount_usd, account_id=new),
        Line(code=RECEIVABLE, amount_usd=-amount_usd, account_id=old),
    )


def _entry(session: Session, effect: Effect, entry_id: str, lines: tuple[Line, ...], rule: str, memo: str) -> Entry:
    return Entry(
        id=entry_id,
        lines=lines,
        posted_on=day_of(session, effect),
        at=effect.at,
        rule=rule,
        person=effect.by,
        case_id=effect.case,
        step_no=effect.step,
        memo=memo,
    )


# -- arguments ------------------------------------------------------------------------------------------------------------


def _account(session: Session, effect: Effect) -> Account:
    return session.get_one(Account, account_of(session, effect))


def _named(session: Session, effect: Effect) -> str:
    named = str(effect.args.get("account"))
    if session.get(Account, named) is None:
        raise EffectRefused(say("%(action)s names no account that there is", action=effect.action), code="no-account")
    return named


def _date(effect: Effect, name: str) -> date:
    try:
        return date.fromisoformat(str(effect.args.get(name))[:10])
    except ValueError:
        raise EffectRefused(
            say("%(action)s needs the day of the petition", action=effect.action), code="no-petition-date"
        ) from None
