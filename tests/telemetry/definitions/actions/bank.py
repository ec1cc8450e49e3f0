from definitions.catalogue.replies import Effect, Reply
from headgate import action


@action(replies=("told",))
def tell_bank(effect: Effect, words: str) -> Reply:
    """Fails as a driver might: with what it was given in its sentence."""
    raise ConnectionError(f"the bank did not take: {words}")
