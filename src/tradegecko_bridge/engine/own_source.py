"""Seeing to it that a connection's name stands for one source: the one its orders came from."""

from __future__ import annotations

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.source_calls import identity_of
from tradegecko_bridge.errors import OtherSource


class OwnSource:
    """What the ledger knows of a connection's source, held against the source that it has now."""

    def __init__(self, context: Context) -> None:
        self._c = context

    def check(self) -> None:
        """Go on only with the source that the connection's orders came from.

        Raises:
            OtherSource: it is another one.
            SourceFailed: it cannot say what it is.
        """
        must_be_the_source(
            self._c.connection, self._c.store.known_source(self._c.connection), identity_of(self._c.source)
        )

    def bind(self, *, reached: bool) -> None:
        """From now on the name stands for this source. A ledger of before that knows the connection's account waits
        until a run has ``reached`` it: who has another account may have another source, too.

        Raises:
            OtherSource: another one has been bound since :meth:`check`.
            SourceFailed: it cannot say what it is.
        """
        store, connection = self._c.store, self._c.connection
        of_before = store.known_account(connection) is not None  # asked first: the source is bound before the account
        known, identity = store.known_source(connection), identity_of(self._c.source)
        if known is None and (reached or not of_before):
            known = store.remember_source(connection, identity, at=self._c.clock())
        must_be_the_source(connection, known, identity)


def must_be_the_source(connection: str, known: str | None, found: str) -> None:
    """Whether a connection's name may stand for this source.

    Raises:
        OtherSource: its orders are from another one.
    """
    if known is not None and known != found:
        raise OtherSource(
            f"connection {connection!r} has its orders from {known}, and the settings name {found}; nothing was done: "
            "use another connection name or another ledger, or, if the source itself has moved, run "
            f"`tgbridge ledger adopt-source --connection {connection}`"
        )
