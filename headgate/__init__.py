"""The name on the door: what a district's own Python code imports."""

from definitions.catalogue.actions import Context
from definitions.catalogue.own import Quantity, action
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import Money

__all__ = ["Context", "Effect", "EffectRefused", "Money", "Quantity", "Reply", "action"]
