"""The port's gateway: what the engine asks for, as calls to one account. Each concern has a room of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tradegecko_bridge.commerce.remote import (
    Access,
    AccountIdentity,
    Topic,
)
from tradegecko_bridge.errors import Rejected, Unavailable
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading
from tradegecko_bridge.tradegecko.gateway.lookups import Lookups
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESSES,
    COMPANIES,
    ORDERS,
    VARIANTS,
    Kind,
)
from tradegecko_bridge.tradegecko.gateway.new_orders import NewOrders
from tradegecko_bridge.tradegecko.gateway.orders import Orders
from tradegecko_bridge.tradegecko.gateway.reading_plan import ReadingPlan
from tradegecko_bridge.tradegecko.gateway.together import Together
from tradegecko_bridge.tradegecko.gateway.way_back import WayBack

NEEDED_PERMISSIONS: Final = ("write_orders", "write_companies")
WORTH_TELLING: Final = 20
"""From so many pages on it is told that the account was read."""
READ_ONCE: Final[Sequence[tuple[Kind[Any], float, bool]]] = (
    (COMPANIES, 1.0, False),  # a customer whom neither code nor e-mail address finds is asked for by telephone number
    (VARIANTS, 1 / 20, False),  # fifty SKUs a request
    (ADDRESSES, 1 / 25, False),
    (ORDERS, 1 / 50, True),  # also for the sake of orders of ours that somebody has renumbered
)
"""What of an account is read once, most useful first: how many requests an order that saves, and whether no order goes
out where it cannot be read."""


class TradeGeckoGateway(Lookups, Orders, NewOrders, WayBack):
    """TradeGecko as the engine's :class:`~tradegecko_bridge.ports.Gateway`.

    Args:
        client: how the account is called.
        mirror: where what the account holds is remembered, e.g. ``SqlStore(…).mirror``: with it most lookups
            cost no request. None: the account is asked each time.
        clock: the present moment, aware UTC.
        lock: makes the locks of the mirror, which are held while it reads from the account.
    """

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[None]:
        """One run: the mirror is brought up to date as it is needed; ``read_only`` neither uses nor keeps any of it."""
        self._mirror.begin(read_only=read_only)
        self._treatment = self._marked = None
        self._together = Together(self._client)
        self._twice, self._keys = {}, {}
        self._stock_is_kept = None
        yield
        self._mirror.flush()

    def check_access(self) -> Access:
        """Account and permissions of the token's user (reference §2.7, §5.33): two calls that change nothing."""
        with reading():
            user = self._client.users.current()
            account = self._client.accounts.current()
            self._client.note_account(str(account.id))
        has = {str(permission) for permission in user.permissions}
        return Access(
            account=account.name or f"account {account.id}",
            missing_permissions=tuple(need for need in NEEDED_PERMISSIONS if need not in has),
        )

    def account(self) -> AccountIdentity:
        """The account behind the token (reference §5.1): one call, once for each login."""
        return self._mirror.identity

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        """Read what pays for so many orders, and go on with what earlier runs have begun."""
        if self._mirror.disabled:
            return ()
        plan, notes = ReadingPlan(orders, told), list[str]()
        shares = [(kind, plan.share(saved, always=needed or not orders), needed) for kind, saved, needed in READ_ONCE]
        for kind, share, needed in shares:
            try:
                self._mirror.read_on(kind, share, catch_up=share.worth, only_begun=not orders)
            except (Rejected, Unavailable) as error:
                if orders and needed:
                    raise
                notes.append(f"{kind.resource.plural} could not be read ahead and are looked up one by one: {error}")
        done = sum(self._mirror.pages_kept(kind) for kind, *_ in shares)
        if left := sum(share.left for _, share, _ in shares):
            about = f"{done} of about {done + left} pages"
            notes.append(f"reading the account once, so that orders cost fewer requests: {about}; the next runs go on")
        elif plan.pages >= WORTH_TELLING:
            notes.append(f"read the account once, in {done} pages")
        return notes

    def state_of(self, topic: Topic) -> str | None:
        """How often the mirror has seen that change; None while it is not whole."""
        if topic is Topic.GOODS:
            counts = self._mirror.counts(VARIANTS)
            return None if counts is None else f"{counts.added} {counts.changed}"
        counts = self._mirror.counts(ORDERS)
        return None if counts is None else str(counts.changed)
