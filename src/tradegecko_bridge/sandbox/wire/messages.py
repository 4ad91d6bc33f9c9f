"""Requests and answers as plain values, between the network and everything behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class Request:
    """What came over the wire. Header names are lower-case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    request_id: str = ""

    def header(self, name: str) -> str | None:
        """The value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)

    def replace(self, name: str, value: str) -> None:
        """Set a header, in place of the one it had."""
        self.headers = [pair for pair in self.headers if pair[0] != name]
        self.headers.append((name, value))


class Rollback(Exception):
    """Rolls a finished request back: the server died before it could commit."""


def error_page(status: int, title: str, text: str = "") -> Answer:
    """An answer from in front of the application: HTML, as proxies and Rails' router give it. `text` is HTML."""
    body = (
        f"<!DOCTYPE html>\n<html><head><title>{title} ({status})</title></head>"
        f"<body><h1>{title}</h1>{text}</body></html>\n"
    )
    return Answer(status, body.encode(), [("Content-Type", HTML)])
