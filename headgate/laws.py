"""`headgate laws`: the shut-offs of a period, rule by rule with their arithmetic, and the yearly count of H&S 116918."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from activities.law_report import LawReport, ShutOff, law_report
from definitions.language.library import load_library
from definitions.language.sentences import said_on as said
from headgate import opening
from headgate.errors import fail
from headgate.settings import Settings
from workflows.machine.kept import RuleFound

NOT_KEPT: Final = 3  #: exit code where a rule was not kept, or it cannot be said that it was
WORDS: Final = {
    "kept": "kept",
    "not-kept": "NOT KEPT",
    "undecided": "UNDECIDED",
    "overridden": "overridden",
    "not-applying": "does not apply",
    "stated": "by other means",
}


def laws(
    since: Annotated[str | None, typer.Option("--from", help="The first day; else 1 January of this year.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day; else today.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also rules that did not apply or that no machine decides.")] = (
        False
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, every rule included.")] = False,
) -> None:
    """Tell for every shut-off of a period whether each rule was kept; ends with code 3 where one was not.

    The rules are decided again from what the steps wrote down. With the yearly number of residential shut-offs that Health &
    Safety Code 116918 asks for."""
    district = load_library(Settings().definitions).district
    if district is None:
        fail("the folder of definitions has no district.yaml")
    zone = ZoneInfo(district.time_zone)
    with opening.reading() as session:
        today = opening.now(session).astimezone(zone).date()
        first = _day(since) if since else date(today.year, 1, 1)
        last = _day(until) if until else today
        if last < first:
            fail(f"the last day, {last}, comes before the first, {first}")
        report = law_report(session, since=_midnight(first, zone), before=_midnight(last + timedelta(days=1), zone))
    if as_json:
        typer.echo(json.dumps(plain(report, first, last), indent=2))
    else:
        show(report, first, last, every=every)
    if report.not_kept:
        raise typer.Exit(NOT_KEPT)


def plain(report: LawReport, first: date, last: date) -> dict[str, Any]:
    """The report as JSON: each shut-off with each rule, its facts, its arithmetic and whether it was kept."""
    return {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "shut_offs": [_plain(each) for each in report.shut_offs],
        "not_kept": len(report.not_kept),
        "residential_by_year": {str(year): count for year, count in report.residential_by_year.items()},
    }


def show(report: LawReport, first: date, last: date, *, every: bool) -> None:
    """Prints the report for people: a table for each shut-off, then the counts."""
    console = Console(soft_wrap=True)
    for each in report.shut_offs:
        console.print(
            f"\n{each.act.day:%A} {said(each.act.day)}: account {each.account}, case {each.case}, {each.act.title}"
        )
        table = Table("rule", "", "arithmetic", "source")
        for rule in each.act.rules:
            if every or rule.finding not in ("not-applying", "stated"):
                table.add_row(rule.rule, WORDS[rule.finding], rule.says, _source(rule))
        console.print(table)
        if each.learned_later:
            console.print(f"Learned later: by its date a hold stood already ({', '.join(each.learned_later)}).")
    console.print(f"\n{len(report.shut_offs)} shut-offs from {said(first)} to {said(last)}.")
    console.print(_outcome(report))
    for year, count in report.residential_by_year.items():
        console.print(f"Residential shut-offs for nonpayment in {year} (Health & Safety Code 116918): {count}")


def _outcome(report: LawReport) -> str:
    if not report.not_kept:
        return "Every rule was kept."
    cases = ", ".join(each.case for each in report.not_kept)
    return f"A rule was not kept, or it cannot be said that it was, in {len(report.not_kept)}: {cases}"


def _plain(shut_off: ShutOff) -> dict[str, Any]:
    act = shut_off.act
    return {
        "case": shut_off.case,
        "account": shut_off.account,
        "account_class": shut_off.account_class,
        "step": act.step,
        "at": act.at.isoformat(),
        "day": act.day.isoformat(),
        "state": act.state,
        "kept": not act.not_kept,
        "learned_later": list(shut_off.learned_later),
        "rules": [
            {
                "rule": rule.rule,
                "title": rule.title,
                "source": rule.source,
                "confirmed": rule.confirmed,
                "finding": rule.finding,
                "says": rule.says,
                "earliest": rule.earliest.isoformat() if rule.earliest else None,
                "facts": dict(rule.facts),
            }
            for rule in act.rules
        ],
    }


def _source(rule: RuleFound) -> str:
    return rule.source if rule.confirmed else f"{rule.source} (unconfirmed)"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        fail(f'"{written}" is no day; write it as 2026-03-02')
