"""What went wrong with one request, finer than a source's three errors tell it."""

from __future__ import annotations

from tradegecko_bridge.bounds import brief
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable

LONGEST_MESSAGE = 200


class ShopFault(SourceUnavailable):
    """Something broke inside the shop over this one request; the shop itself answers."""


class NotYet(ShopFault):
    """The shop does this only after something else has happened there; the item is to be offered again."""


class Busy(SourceUnavailable):
    """The shop is over its rate limit and certainly did nothing; ``seconds`` is how long it asks to wait."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.seconds = seconds


class AnswerLost(SourceUnavailable):
    """The request may have been carried out: the shop's answer did not arrive, or says nothing."""


class AnswerTooLarge(SourceUnavailable):
    """More than is taken in one answer: less has to be asked for at once."""


class Forbidden(SourceRefused):
    """The login is good, but may not do this."""


class Refusal(SourceRefused):
    """The shop said no to this request; ``code`` is its own word for why, or the status."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NotThere(Refusal):
    """The shop does not have what was asked for."""


def one_line(text: str) -> str:
    """Somebody else's message, fit for one line of ours."""
    return brief(" ".join(text[: 10 * LONGEST_MESSAGE].split()), LONGEST_MESSAGE)
