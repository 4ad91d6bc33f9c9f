"""Seeing to it that a connection works with one account: the one that has its orders."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from typing import Final

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.errors import AccessDenied, GatewayError, OtherAccount, Rejected
from tradegecko_bridge.ledger import KnownAccount

_LONG: Final = timedelta(minutes=1)


class OwnAccount:
    """What the ledger knows of a connection's account, held against the account that the login is for."""

    def __init__(self, context: Context) -> None:
        self._c = context
        self._account: AccountIdentity | None = None
        self.goes_on: bool = False
        """Whether what begins belongs to a run in which the account has been asked."""
        self.begin()

    def key(self) -> str:
        """What tells the account from others, as far as it was reached; blank before."""
        return self._account.key if self._account else ""

    def begin(self, *, read_only: bool = False) -> None:
        """An operation begins: the account is looked at once more. ``read_only``: an unknown one is not remembered."""
        self._read_only = read_only
        self.reached: bool = False
        if not self.goes_on:
            self._failed: GatewayError | None = None

    def check(self) -> None:
        """Go on only with the account that has the connection's orders; the first one there is, is that.

        One that took long not to answer is not asked again in this run.

        Raises:
            OtherAccount: the login is for another one.
            AccessDenied, Unavailable: the account cannot be asked.
        """
        if self.reached:
            return
        if self._failed is not None:
            raise copy(self._failed) from self._failed.__cause__
        began = self._c.clock()
        try:
            account = self._c.gateway.account()
        except GatewayError as error:
            # What is refused is about the account, whichever order asks.
            told = AccessDenied(str(error)) if isinstance(error, Rejected) else error
            if self._c.clock() - began > _LONG:
                self._failed = told
            if told is error:
                raise
            raise told from error
        store, connection = self._c.store, self._c.connection
        known = store.known_account(connection)
        if known is None and not self._read_only:
            known = store.remember_account(connection, account, at=self._c.clock())
        if known is not None and not known.account.is_same(account):
            raise OtherAccount(told_apart(known, account))
        self._account, self.reached = account, True


def told_apart(known: KnownAccount, found: AccountIdentity) -> str:
    """The line that says so, and what to do."""
    name, mine = known.connection, known.account.named_beside(found)
    return (
        f"connection {name!r} has its orders in {mine} (first seen {known.first_seen_at:%Y-%m-%d}), and the login is "
        f"for {found.named_beside(known.account)}; nothing was done: use the login of the first one, another "
        "connection name or another ledger, or, if the account itself has moved, run "
        f"`tgbridge ledger adopt-account --connection {name}`"
    )
