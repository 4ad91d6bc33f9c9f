"""Where shipments on their way back to their source are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.ledger import OrderState, ShipmentEntry, ShipmentState, Wait

NOTHING: Final[Mapping[str, Wait]] = MappingProxyType({})


class ShipmentStore(Protocol):
    """Shipments on their way back to their source."""

    def ingest_shipments(
        self,
        connection: str,
        shipments: Sequence[tuple[int, Shipment]],
        *,
        cursor: str | None,
        at: datetime,
        after: str | None = None,
        waiting: Mapping[str, Wait] = NOTHING,
        complete: Collection[int] = (),
    ) -> int:
        """Write shipments of entries (by entry id) and the cursor of stream ``"shipments"`` in one transaction.

        ``after`` is the cursor from which they were read, as in :meth:`~tradegecko_bridge.ports.OrderStore.ingest`.
        What waits for the rest of the ``complete`` entries is due from now on.

        A known shipment stays as it is, unless its content changed: then it is pending again. What its source was told
        stays known. One that is new or changed waits for what ``waiting`` has under its reference. One that waited, and
        is taken back before its source was told of it, is as good as told. Returns how many are new or changed.

        Raises:
            CursorMoved: the ledger's cursor is another one than ``after``; nothing is written.
            KeyError: an entry is unknown or another connection's; nothing is written.
        """

    def shipments(
        self,
        connection: str,
        entry_ids: Collection[int] | None = None,
        *,
        states: Collection[OrderState] | None = None,
        since: datetime | None = None,
        became: Collection[ShipmentState] | None = None,
        newest: int | None = None,
    ) -> Sequence[ShipmentEntry]:
        """The connection's shipments (of these entries, of orders in these states), oldest first.

        ``since``: only those ingested or recorded at that moment or later. ``became``: only those in these states of
        their own. ``newest``: only so many, the newest.
        """

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        """Shipments that the source has refused, of orders that are not confirmed, oldest first."""

    def failing_shipments(self, connection: str, *, since: datetime) -> int:
        """How many pending shipments could not be told since this moment or longer."""

    def claim_shipments(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[ShipmentEntry]:
        """Claim up to ``limit`` pending shipments that are due, oldest first; nobody else gets them before ``until``.

        A shipment is due unless it ``waits_for`` something, its ``next_attempt_at`` lies after ``at``, or its claim
        runs.
        """

    def release_shipments(self, connection: str, waiting: Wait) -> int:
        """Whatever waits for this is due from now on; how many that are."""

    def resend_shipments(self, connection: str, ids: Collection[int], *, at: datetime) -> int:
        """Have these shipments told again, whatever their source has said; how many there are of them.

        Those that a worker is telling just now are told again after that.
        """

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        """Write what became of a claimed shipment and give the claim back.

        If the personal data of its order has expired, the shipment's goes as soon as it is no longer pending.

        Raises:
            KeyError: no such shipment.
            ClaimLost: the shipment was claimed or changed after it was read.
        """
