"""A district's own actions: `from headgate import action`."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from definitions.catalogue import actions, own
from headgate import Context, Effect, EffectRefused, Money, Quantity, Reply, action

NOWHERE = cast(Context, None)


@pytest.fixture(autouse=True)
def _catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    actions.names()
    monkeypatch.setattr(actions, "_catalogue", dict(actions._catalogue))
    monkeypatch.setattr(own, "_effects", {})


def effect(**args: Any) -> Effect:
    at = datetime(2026, 3, 9, 17, tzinfo=UTC)
    return Effect(case="c-2x7mpqk4hvta", step=4, number=1, action="notify-board", args=args, at=at, by="rep")


def test_a_function_that_returns_a_value_is_a_pure_action_with_the_types_of_its_hints() -> None:
    @action
    def senior_discount(context: Context, amount: Money, years: int, rate: Quantity | None = None) -> Money:
        return amount / 2

    made = actions.signature("senior-discount")
    assert made is not None
    assert (made.kind, made.result) == ("pure", "money")
    assert {name: (arg.type, arg.required) for name, arg in made.args.items()} == {
        "amount": ("money", True),
        "years": ("integer", True),
        "rate": ("quantity", False),
    }
    assert made.compute is not None
    assert made.compute(NOWHERE, amount="84.10", years="70") == "42.05"


def test_a_function_that_returns_a_reply_is_an_effect() -> None:
    @action(replies=("board-notified",), says="tells the board")
    def notify_board(effect: Effect, amount: Money, reason: str = "") -> Reply:
        assert amount == Decimal("1200.00")
        return Reply(event="board-notified", data={"case": effect.case})

    made = actions.signature("notify-board")
    assert made is not None
    assert (made.kind, made.replies, made.irreversible) == ("effect", ("board-notified",), True)
    assert own.own_effects()["notify-board"](effect(amount="1,200")).event == "board-notified"


def test_an_argument_that_does_not_fit_is_refused_for_good() -> None:
    @action(replies=("board-notified",))
    def notify_board(effect: Effect, amount: Money) -> Reply:
        return Reply(event="board-notified")

    with pytest.raises(EffectRefused, match="notify-board: an argument does not fit"):
        own.own_effects()["notify-board"](effect(amount="much"))


def test_an_action_without_hints_is_refused_with_a_sentence() -> None:
    with pytest.raises(own.BadActionError, match='"nothing" says no type for its parameter amount'):

        @action
        def nothing(context: Context, amount) -> str:  # type: ignore[no-untyped-def]  # the subject of the test
            return "x"

    with pytest.raises(own.BadActionError, match="its first parameter is hinted Effect"):

        @action(replies=("x",))
        def late(context: Context) -> Reply:
            return Reply()

    with pytest.raises(own.BadActionError, match="amount is str, bool, int, Decimal, date, Money, Quantity or Any"):

        @action
        def floating(context: Context, amount: float) -> str:
            return "x"


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ValueError, match='an action called "letter" exists already'):

        @action(replies=("x",))
        def letter(effect: Effect) -> Reply:
            return Reply()


def test_a_districts_folder_of_actions_is_loaded_once(tmp_path: Path) -> None:
    (tmp_path / "wells.py").write_text(
        "from headgate import Context, action\n\n@action\ndef count_wells(context: Context) -> int:\n    return 3\n"
    )
    assert own.load_own(tmp_path) == own.load_own(tmp_path) == ["wells"]
    made = actions.signature("count-wells")
    assert made is not None
    assert made.compute is not None
    assert made.compute(NOWHERE) == 3
