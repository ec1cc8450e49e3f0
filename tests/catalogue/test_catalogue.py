"""The catalogue as a whole: every action is implemented, every fact it reads is known."""

from activities import registry
from definitions.catalogue import actions
from definitions.catalogue.builtins import BUILT_IN
from definitions.catalogue.facts import FACTS


def test_every_effect_of_the_catalogue_is_carried_out_by_something() -> None:
    assert registry.missing() == []


def test_every_pure_action_computes_or_is_the_machines_own() -> None:
    without = [
        name
        for name in actions.names()
        if (found := actions.signature(name)) is not None and found.kind == "pure" and found.compute is None
    ]
    assert without == ["assign", "forget", "raise", "record"]


def test_every_fact_that_an_action_reads_is_in_the_catalogue() -> None:
    read = {fact for name in actions.names() if (found := actions.signature(name)) for fact in found.facts}
    assert read <= set(FACTS)


def test_every_built_in_action_says_what_it_does() -> None:
    assert [each.name for each in BUILT_IN if not each.says] == []
