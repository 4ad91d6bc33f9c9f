"""Webhook subscriptions (reference §3.12, §5.35)."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from .base import Draft, Rules


class Webhooks(Rules):
    """Subscriptions of the application that made them."""

    def prepare(self, draft: Draft) -> None:
        """It belongs to the application that made it."""
        draft.values["oauth_application_id"] = self.context.session.application_id

    def check(self, draft: Draft) -> None:
        """Only this machine is ever called, so that no test reaches a stranger."""
        address = draft.values.get("address")
        if address and target(address) is None:
            draft.errors.add("address", "must be an http address of this machine in the sandbox")


def target(address: str) -> tuple[str, int, str] | None:
    """Host, port and path of a webhook's address, or None when it is not on this machine."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 80
        # The name is not looked up: whoever answers for it could name another machine.
        local = "127.0.0.1" if host == "localhost" else str(ip_address(host))
        if parts.scheme != "http" or parts.username is not None or not ip_address(local).is_loopback:
            return None
    except ValueError:
        return None
    if any(ord(char) < 33 or ord(char) > 126 for char in address):
        return None
    return local, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
