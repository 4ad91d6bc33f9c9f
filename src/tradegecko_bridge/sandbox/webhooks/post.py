"""One POST to a webhook's address."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Mapping

from ..rules.webhooks import target


class Attempt:
    """Must be answered within `timeout` seconds of real time, and can be called off from another thread."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._reason: str | None = None

    def send(self, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str | None]:
        """The status of the answer, or why there is none. Redirects are answers and not followed."""
        place = target(address)
        if place is None:
            return None, "not on this machine"
        host, port, path = place
        self._connection = connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        # The connection's own limit begins anew with every byte; this one does not.
        limit = threading.Timer(self._timeout, self.cancel, ("timed out",))
        limit.start()
        try:
            connection.connect()
            if self._reason is None:
                connection.request("POST", path, body, dict(headers))
                return connection.getresponse().status, None
            return None, self._reason
        except (OSError, http.client.HTTPException) as exc:
            return None, self._reason or str(exc) or type(exc).__name__
        finally:
            limit.cancel()
            limit.join()
            connection.close()

    def cancel(self, reason: str) -> None:
        """Wait no longer."""
        self._reason = reason
        sock = None if self._connection is None else self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
