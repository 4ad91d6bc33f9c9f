"""What a shop answered: its JSON, or the error it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar

import httpx
from attrs import field, frozen

from tradegecko_bridge.errors import SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.toolkit.faults import AnswerLost, Forbidden, NotThere, Refusal, ShopFault, one_line
from tradegecko_bridge.sources.toolkit.reading import json_value

T = TypeVar("T")

BUSY = frozenset({408, 423, 425, 429, 502, 503, 504, 530})
LONGEST_ASKED = 300.0
"""Seconds a ``Retry-After`` is heeded for; whoever asks for more is asked again in the next run."""
_LOGIN = re.compile(r"log-?in|sign-?in|auth|sso", re.IGNORECASE)
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*?\brel="?([^",;]+)"?', re.IGNORECASE)
_SHORTEST_SECRET = 4
"""Characters; a shorter text is in everything."""


@frozen(kw_only=True)
class Answer:
    """What came back: ``data`` is the JSON value with exact numbers, None where there is none."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    data: Any = field(repr=False)
    shop: str
    is_json: bool
    hidden: tuple[Secret, ...] = field(repr=False)

    @classmethod
    def of(
        cls,
        reply: httpx.Response,
        shop: str,
        hidden: tuple[Secret, ...],
        mend: Callable[[bytes], bytes] | None = None,
    ) -> Self:
        """An answer of HTTP; ``mend`` makes JSON of what is none."""
        data, is_json = _read(reply.content)
        if not is_json and mend is not None:
            data, is_json = _read(mend(reply.content))
        return cls(
            status=reply.status_code, headers=reply.headers, data=data, shop=shop, is_json=is_json, hidden=hidden
        )

    @property
    def rows(self) -> Sequence[Any]:
        """The list that the answer is.

        Raises:
            SourceUnavailable: it is none.
        """
        return as_rows(self.data, self.shop)

    def rows_in(self, name: str) -> Sequence[Any]:
        """The list in a field.

        Raises:
            SourceUnavailable: there is none.
        """
        return as_rows(self.data.get(name) if isinstance(self.data, dict) else None, self.shop)

    def link(self, rel: str = "next") -> str | None:
        """An address in the ``Link`` header."""
        links = {found[2].strip().lower(): found[1] for found in _NEXT.finditer(self.headers.get("link", ""))}
        return links.get(rel)

    @property
    def server_time(self) -> datetime | None:
        """What the shop's clock showed."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def said(self) -> str:
        """What the shop says is wrong, on one line, without our secrets."""
        text = one_line(_message(self.data))
        for secret in self.hidden:
            for part in (secret.reveal(), *secret.reveal().split()):
                if len(part) >= _SHORTEST_SECRET:
                    text = text.replace(part, "***")
        return text


def _read(content: bytes) -> tuple[Any, bool]:
    try:
        return json_value(content), True
    except ValueError:
        return None, not content


def as_rows(data: Any, shop: str) -> Sequence[Any]:
    """A list of the shop's.

    Raises:
        SourceUnavailable: it is none.
    """
    if not isinstance(data, list):
        raise SourceUnavailable(
            f"{shop} answers with something that is not the list asked for: check that url is its API, and that "
            "nothing in between changes its answers"
        )
    return data


def readable(answers: Callable[[], Iterator[T]], shop: str, setting: str = "url") -> Iterator[T]:
    """What comes of a shop's answers, which may be anything. ``setting`` is what its address is called in the settings.

    Raises:
        SourceUnavailable: in place of what came of an answer that no such shop gives.
    """
    try:
        yield from answers()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise SourceUnavailable(
            f"an answer of {shop} cannot be read ({type(error).__name__}): check that {setting} is its API, and that "
            "nothing in between changes its answers; if all is well, try again later"
        ) from error


def checked(answer: Answer, url: str, setting: str = "url") -> Answer:
    """The answer, if it is one.

    Raises:
        SourceUnavailable, SourceNeedsLogin, SourceRefused: as :mod:`~tradegecko_bridge.sources.toolkit.client` says.
    """
    status, place = answer.status, f"{answer.shop} at {url}"
    if status in BUSY:
        raise SourceUnavailable(f"{place} answers {status}: try again later")
    if status >= 500:
        raise ShopFault(f"{place} answers {status}{_after(answer)}: it broke over this request")
    if status == 401:
        raise SourceNeedsLogin(f"{place} does not accept the login{_after(answer)}: check it in the settings")
    if status == 403:
        raise Forbidden(
            f"{place} forbids this{_after(answer)}: check which rights the login has, and whether something before the "
            "shop turns us away"
        )
    if 300 <= status < 400:
        raise _redirected(answer, place, setting)
    if status in (404, 410):
        raise NotThere(
            f"{answer.shop} does not have this ({status}){_after(answer)}", _code(answer.data) or str(status)
        )
    if status >= 400:
        raise Refusal(f"{answer.shop} refused ({status}){_after(answer)}", _code(answer.data) or str(status))
    if not answer.is_json:
        raise AnswerLost(
            f"{place} answers with {_kind(answer)} in place of JSON: check that {setting} is its API, and that nothing "
            "in between answers for it; if all is well, try again later"
        )
    return answer


def retry_after(answer: Answer) -> float:
    """The seconds a shop asks to wait, by number or by date; 0 where it does not say."""
    asked = answer.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            now = answer.server_time
            seconds = (parsedate_to_datetime(asked).astimezone(UTC) - now).total_seconds() if now else 0.0
        except (TypeError, ValueError, OverflowError):
            seconds = 0.0
    return seconds if 0.0 < seconds <= LONGEST_ASKED else 0.0


def _redirected(answer: Answer, place: str, setting: str) -> Exception:
    try:
        target = httpx.URL(answer.headers.get("location", "")).copy_with(query=None, fragment=None, userinfo=b"")
    except (httpx.InvalidURL, ValueError):
        target = httpx.URL()
    to = one_line(str(target)) or "nowhere"
    if _LOGIN.search(target.path):
        return SourceNeedsLogin(f"{place} sends us to log in, at {to}: check the login, and that {setting} is the API")
    return SourceRefused(f"{place} sends us on to {to}: put the address of the API itself into {setting}")


def _after(answer: Answer) -> str:
    said = answer.said()
    return f": {said}" if said else ""


def _kind(answer: Answer) -> str:
    return "a page" if "html" in answer.headers.get("content-type", "") else "something"


def _code(data: Any) -> str:
    if isinstance(data, dict) and isinstance(data.get("code"), str | int):
        return one_line(str(data["code"]))
    return ""


def _message(data: Any) -> str:
    """The text of an error in the forms that shops give them: ``message``, ``error``, ``errors``, ``detail``."""
    match data:
        case str():
            return data
        case list():
            return "; ".join(filter(None, map(_message, data[:5])))
        case dict():
            for name in ("message", "error_description", "detail", "title", "errors", "error"):
                if data.get(name):
                    return _message(data[name])
            return "; ".join(f"{name}: {_message(value)}" for name, value in list(data.items())[:5] if _message(value))
    return ""
