"""Creating orders, and what is done with them afterwards: each once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve

from tradegecko_bridge.commerce.remote import (
    OrderAction,
    OrderDraft,
    RecordKind,
    RemoteOrder,
)
from tradegecko_bridge.errors import GatewayError, MalformedData, NotFound, OutdatedDraft, Rejected, Unavailable
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Reply
from tradegecko_bridge.tradegecko.gateway import (
    order_returns,
    translate,
)
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading, writing
from tradegecko_bridge.tradegecko.gateway.marks import GONE, marker_of
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESSES,
    COMPANIES,
    ORDERS,
    Kind,
)
from tradegecko_bridge.tradegecko.gateway.order_fields import (
    LISTED_COLUMNS,
    MIRRORED_COLUMNS,
    AddressBook,
    ids_in,
    order_fields,
)
from tradegecko_bridge.tradegecko.gateway.reader import D
from tradegecko_bridge.tradegecko.gateway.set_up import SetUp
from tradegecko_bridge.tradegecko.gateway.stock_copy import TAKEN, taken_rows
from tradegecko_bridge.tradegecko.retry import NO_RETRY


class NewOrders(SetUp):
    """Writes to the account."""

    def create_order(
        self,
        draft: OrderDraft,
        *,
        key: str,
        customer_id: str | None,
        may_leave: Callable[[], bool] = lambda: True,
    ) -> RemoteOrder:
        """One ``POST /orders`` with its lines, and with company and addresses where they are new (§5.16).

        An answer about another order is none: connections and proxies mix answers up.
        """
        addresses: Sequence[MirrorRow] = ()
        if customer_id is not None:
            addresses = self._rows(ADDRESSES, "company", [customer_id], [{"company_id": customer_id}])
        fields = self._order_fields(draft, customer_id, addresses)
        call = _answered_by(resources.ORDERS.create(fields, idempotency_key=key), draft.marker)
        mirror = self._mirror
        try:
            with writing():
                made = self._client.send(call, retry=NO_RETRY, may_leave=lambda: may_leave() and mirror.is_as_it_was)
        except Rejected as error:
            if self._is_outdated(fields, customer_id, addresses):
                raise OutdatedDraft(str(error)) from error.__cause__
            raise
        self._mirror_created(made, fields)
        return translate.remote_order(made)

    def _order_fields(
        self, draft: OrderDraft, customer_id: str | None, addresses: Sequence[MirrorRow]
    ) -> dict[str, Any]:
        location = None if draft.location is None else int(self.find_record(RecordKind.LOCATION, draft.location))
        return order_fields(
            draft,
            customer_id,
            addresses=AddressBook(self._mirror.digest, addresses),
            location_id=location,
            tax_type_of=self._tax_type_of,
        )

    def _mirror_created(self, made: records.Order, fields: Mapping[str, Any]) -> None:
        """What the new order brought with it; listings will have the same, later."""
        put = self._mirror.put
        put(ORDERS, made)
        if made.status != "draft" and self._keeps_stock:
            self._mirror.note(TAKEN, taken_rows(fields.get("order_line_items", ()), self._clock()))
        if made.company_id is None:
            return
        if company := fields.get("company"):
            put(COMPANIES, records.Company(id=made.company_id, **company))
        for name, id_ in (("shipping_address", made.shipping_address_id), ("billing_address", made.billing_address_id)):
            if name in fields and id_ is not None:
                put(ADDRESSES, records.Address(id=id_, company_id=made.company_id, **fields[name]))

    def _is_outdated(self, fields: Mapping[str, Any], customer_id: str | None, addresses: Sequence[MirrorRow]) -> bool:
        """Whether the order was made from an out-of-date mirror: checks all that it names by id, and whether the
        company has others than these ``addresses`` by now. What cannot be found out leaves the refusal as it is.

        Nothing is checked where nothing is mirrored. It is checked where another order has invalidated the mirror in
        this run: the draft may be older than that.
        """
        if self._mirror.disabled:
            return False
        try:
            outdated = (
                any(self._has_gone(kind, ids_in(fields, columns)) for kind, columns in MIRRORED_COLUMNS)
                or (customer_id is not None and self._has_new_addresses(customer_id, addresses))
                or any(self._is_unlisted(resource, ids_in(fields, [name])) for name, resource in LISTED_COLUMNS)
            )
        except GatewayError:
            return False
        if outdated:
            self._mirror.invalidate()
        return outdated

    def _has_gone(self, kind: Kind[D], ids: Collection[str]) -> bool:
        """Whether one of these is not active any more; what there is of it instead is remembered."""
        gone = set(ids) - {str(record.id) for record in self._by_ids(kind, ids, status=("active",))}
        for id_ in gone:
            self._look_again(kind, id_)
        return bool(gone)

    def _is_unlisted(self, resource: resources.Resource[Any], ids: Collection[str]) -> bool:
        """Whether one of these is not on the account's list; nothing is asked for none."""
        return bool(ids) and not set(ids) <= {str(record.id) for record in self._list(resource)}

    def _look_again(self, kind: Kind[D], id_: str) -> None:
        with reading():
            try:
                self._mirror.put(kind, self._client.send(kind.resource.get(id_)))
            except NotFound as error:
                if not error.from_api:
                    raise
                self._mirror.remove(kind, id_)

    def _has_new_addresses(self, customer_id: str, addresses: Sequence[MirrorRow]) -> bool:
        """Whether somebody has given the company another address meanwhile: its label may be the one we chose. Another
        worker may have remembered it in the mirror by now."""
        known = {row.id for row in addresses}
        return any(str(address.id) not in known for address in self._list(resources.ADDRESSES, company_id=customer_id))

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """``POST /orders/:id/actions/…`` for ``invoice``, ``pay``, ``pack`` or ``void`` (reference §4.1), once.

        As an order, it does not leave where the account may be another one than when its session began.
        """
        body = {"payment": {"payment_method_name": method}} if method and action == OrderAction.PAY else None
        call = resources.ORDERS.action(order_id, action, body, idempotency_key=key)
        with writing():
            self._client.send(call, retry=NO_RETRY, may_leave=lambda: self._mirror.is_as_it_was)

    def completed_actions(self, order_id: str) -> Collection[str]:
        """Which of the actions an order has behind it, by its derived statuses (reference §6.2).

        A look that is refused says nothing of the order: a new one may become visible late, and something in between
        may refuse whatever it likes.
        """
        try:
            with reading():
                order = self._client.orders.get(int(order_id))
                self._mirror.put(ORDERS, order)
        except Rejected as error:
            raise Unavailable(f"order {order_id} cannot be seen now: {error}") from error.__cause__
        done = {
            "invoice": order.invoice_status == "invoiced",
            "pay": order.payment_status == "paid",
            "pack": order.packed_status == "packed",
            "ship": order.fulfillment_status not in (None, "unshipped"),
            "void": order.status in GONE,
        }
        return [action for action, so in done.items() if so]

    def find_return(self, order_id: str, marker: str) -> str | None:
        """One call: the order's returns."""
        return order_returns.find_return(self._client, order_id, marker)

    def create_return(self, order_id: str, units: Mapping[str, Decimal], *, status: str, marker: str, key: str) -> str:
        """Two calls: the order's lines, then the return."""
        return order_returns.create_return(
            self._client, self._mirror, order_id, units, status=status, marker=marker, key=key
        )


def _answered_by(call: Call[records.Order], marker: str) -> Call[records.Order]:
    """The call, whose answer only counts with our marker."""

    def read(reply: Reply) -> records.Order:
        order = call.read(reply)
        if marker_of(order) != marker:
            raise MalformedData([f"the answer is about another order, {order.id}"])
        return order

    return evolve(call, read=read)
