"""A source for a REST cart, on the toolkit: orders, tracking, stock, products, receipts.

The cart is made up, and so is its shop, which answers over real HTTP.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tradegecko_bridge import MemoryStore, Sandbox, Secret, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    DeliveryReceipt,
    ItemResult,
    OrderLine,
    ProductDetails,
    Shipment,
    ShippingLine,
    SourceOrder,
    StockLevel,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.testing import FakeShop, Wanted, WantedLine

Json = Mapping[str, Any]
Given = SourceOrder | UnreadableOrder


class AcmeSource:
    """A shop of Acme's: where its API begins, and the key that opens it."""

    def __init__(
        self,
        url: str,
        *,
        key: Secret | str,
        name: str = "acme",
        page_size: int = 50,
        overlap: timedelta = timedelta(minutes=5),
        timeout: float = 30.0,
        retries: tk.Retries | None = None,
    ) -> None:
        if not 1 <= page_size <= 250:
            raise ConfigError(f"page_size must be from 1 to 250, not {page_size}")
        secret = key if isinstance(key, Secret) else Secret(key)
        self.name = name
        self.page_size = page_size
        self.client = tk.ShopClient("Acme", url, headers={"x-key": secret}, timeout=timeout, retries=retries)
        clock = tk.Clock(name="changed", pages=self._changed_since, newest=self._newest)
        self._orders = tk.Incremental("Acme", [clock], read_order, details=self._by_id, overlap=overlap)

    @property
    def identity(self) -> str:
        """The shop's address."""
        return f"acme {self.client.url}"

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        """Every order that is new or has changed since the cursor."""
        return self._orders.orders(after)

    def fetch_order(self, name: str) -> Iterator[Given]:
        """The order with this number or id."""
        return self._orders.again(self._rows(self.client.get("orders", number=name, id=name)))

    def fetch_since(self, moment: datetime) -> Iterator[Given]:
        """Every order placed at a moment or later: none of them changed before it was placed."""
        for page in self._changed_since(moment):
            for order in self._orders.again(page):
                if not isinstance(order, SourceOrder) or order.placed_at >= moment:
                    yield order

    def _changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        return tk.by_time(self._page, since, "Acme")

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        changed_from = None if since is None else tk.stamp(since)
        answer = self.client.get("orders", changed_from=changed_from, skip=skip, take=self.page_size)
        return tk.Page(rows=self._rows(answer), more=bool(answer.data.get("more")))

    def _newest(self) -> datetime | None:
        rows = self._rows(self.client.get("orders", newest=1))
        return rows[0].at if rows else None

    def _by_id(self, ids: Sequence[str]) -> Mapping[str, Json]:
        return {row.id: row.data for row in self._rows(self.client.get("orders", id=ids))}

    def _rows(self, answer: tk.Answer) -> list[tk.Row]:
        return [
            tk.Row(id=str(order["id"]), at=tk.time_of(order, "changed_at"), data=order)
            for order in answer.rows_in("orders")
        ]

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment as one parcel."""
        return tk.record(shipments, Parcels(self.client))

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Parcels that were not sent after all."""
        return tk.withdraw(shipments, Parcels(self.client))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """What is on the shelf: what may be sold, and what Acme has reserved."""
        return tk.set_levels(levels, Shelves(self.client))

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Name and description of products with one of these SKUs."""
        return tk.answer_each(products, lambda product: product.reference, self._update)

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        """A note on each order, once."""
        return tk.answer_each(receipts, lambda receipt: receipt.order_reference, self._note)

    def _update(self, product: ProductDetails) -> ItemResult:
        skus = [variant.sku for variant in product.variants if variant.sku]
        found = self.client.get("variants", sku=skus).rows_in("variants") if skus else ()
        if found and not product.update:
            return tk.ignored(product.reference, "Acme has it, and it may only be created")
        for variant in found:
            said = {"name": product.name, "description": product.description or ""}
            self.client.put(f"products/{variant['id']}", said)
        if not found:
            return tk.ignored(product.reference, "Acme sells none of its SKUs")
        return tk.accepted(product.reference)

    def _note(self, receipt: DeliveryReceipt) -> ItemResult:
        text = f"In TradeGecko as {receipt.remote_number}"
        order = self.client.get(f"orders/{receipt.order_reference}").data
        if text not in order["notes"]:
            self.client.post(f"orders/{receipt.order_reference}/notes", {"text": text})
        return tk.accepted(receipt.order_reference)


# ── an order of Acme's as one of ours ────────────────────────────────────────────────────────


def read_order(data: Json) -> SourceOrder:
    """One order.

    Raises:
        Waits: it is not paid.
        MalformedData: what is missing in it, or not what it should be.
    """
    if data.get("state") == "unpaid":
        raise tk.Waits("it is not paid; settle it at Acme")
    with tk.placed(""):
        customer, to, bill = data["customer"], data["ship_to"], data["bill_to"]
        first, last = tk.split_name(customer["name"])
        return SourceOrder(
            reference=str(data["id"]),
            number=data["number"],
            placed_at=tk.time_of(data, "placed_at"),
            currency=data["currency"].upper(),
            lines=tk.each("lines", data["lines"], lambda line: read_line(line, data["prices_include_tax"])),
            shipping=(read_shipping(data["shipping"], data["prices_include_tax"]),),
            totals=Totals(grand_total=tk.from_minor(data["total"])),
            customer=Customer(
                reference=str(customer["id"]),
                first_name=first,
                last_name=last,
                email=tk.blank_as_none(customer["email"]),
            ),
            shipping_address=read_address(to),
            billing_address=read_address(bill),
            canceled_at=tk.time_of(data, "changed_at") if data["state"] == "cancelled" else None,
            source_status=data["state"],
        )


def read_line(line: Json, inclusive: bool) -> OrderLine:
    """One line: its price is a float, its discount and tax are cents of the whole line, before tax where prices are."""
    units = tk.number(line, "units")
    discount, rest = tk.per_unit(tk.from_minor(line["discount"]), units)
    return OrderLine(
        reference=str(line["id"]),
        sku=tk.blank_as_none(line["sku"]),
        name=line["name"],
        quantity=units,
        price=tk.number(line, "price"),
        price_includes_tax=inclusive,
        discount=discount,
        additional_discount=rest,
        tax=tk.from_minor(line["tax"]),
        tax_rate=tk.number(line, "tax_rate"),
    )


def read_shipping(data: Json, inclusive: bool) -> ShippingLine:
    """What shipping costs."""
    amount, tax = tk.from_minor(data["price"]), tk.from_minor(data["tax"])
    return ShippingLine(label=data["label"], amount=amount, price_includes_tax=inclusive, tax=tax)


def read_address(data: Json) -> Address | None:
    """An address, None where all is blank."""
    city, country, phone = data["city"], data["country"], data["phone"]
    return tk.address(full_name=data["name"], address1=data["street"], city=city, country=country, phone=phone)


# ── writing to Acme ──────────────────────────────────────────────────────────────────────────


class Parcels:
    """Acme keeps our reference with a parcel, and takes any parcel without looking."""

    def __init__(self, client: tk.ShopClient) -> None:
        self.client = client

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        """The order, and what is shipped of it."""
        try:
            order = self.client.get(f"orders/{order_reference}").data
        except tk.NotThere:
            return None
        return tk.ShownOrder(
            number=order["number"],
            lines={str(line["id"]): Decimal(line["units"]) for line in order["lines"]},
            parcels=[
                tk.Parcel(
                    id=str(parcel["id"]),
                    contents={line: Decimal(units) for line, units in parcel["lines"].items()},
                    tracking=tuple(parcel["tracking"]),
                    reference=parcel["reference"],
                )
                for parcel in order["parcels"]
            ],
            closed="it is cancelled at Acme" if order["state"] == "cancelled" else "",
            data=order["id"],
        )

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        """One parcel."""
        lines = {line: int(units) for line, units in contents.items()}
        parcel = {"reference": shipment.reference, "lines": lines, "tracking": shipment.tracking_numbers}
        self.client.post(f"orders/{order.data}/parcels", parcel)

    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """Other tracking numbers."""
        self.client.put(f"orders/{order.data}/parcels/{parcel.id}", {"tracking": shipment.tracking_numbers})
        return ""

    def remove(self, order: tk.ShownOrder, parcel: tk.Parcel) -> None:
        """One parcel fewer."""
        self.client.request("DELETE", f"orders/{order.data}/parcels/{parcel.id}", repeatable=True)


class Shelves:
    """Acme counts what is on the shelf; it sells what of that is not reserved."""

    def __init__(self, client: tk.ShopClient) -> None:
        self.client = client

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
        """By SKU."""
        found: dict[str, list[tk.Shelf]] = {}
        for variant in self.client.get("variants", sku=list(skus)).rows_in("variants"):
            shelf = tk.Shelf(id=str(variant["id"]), units=int(variant["on_hand"]), reserved=int(variant["reserved"]))
            found.setdefault(variant["sku"], []).append(shelf)
        return found

    def write(self, counts: Sequence[tk.Count]) -> Mapping[str, str]:
        """All in one call, which Acme takes or refuses whole."""
        self.client.put("stock", {"counts": [{"id": int(one.shelf.id), "on_hand": one.units} for one in counts]})
        return {}


def main() -> None:
    """An order out, its shipment and the stock back."""
    with (
        FakeShop() as shop,
        Sandbox() as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        acme = AcmeSource(shop.url, key=shop.key)
        reference = shop.place(Wanted(lines=(WantedLine(quantity=2),), at=datetime.now(UTC)))
        engine = SyncEngine("acme", source=acme, gateway=TradeGeckoGateway(client), store=MemoryStore())
        print(engine.run())
        sandbox.ship("A-1001", finalize=True, tracking_number="1Z1", tracking_company="UPS")
        print(engine.run())
        print("shipped:", [parcel.tracking for parcel in shop.parcels(reference)])
        print("for sale:", shop.stock("MUG-BLUE"))
        assert [parcel.tracking for parcel in shop.parcels(reference)] == [("1Z1",)]
        acme.close()


if __name__ == "__main__":
    main()
