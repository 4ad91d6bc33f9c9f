"""How much slower a page of records is to read and write than the bare JSON of the same bytes.

    python benchmarks/bench_codec.py

Prints ratios against ``orjson.loads`` of the same bytes in the same run, so that machines compare: *decode* reads bytes
into records that keep unknown fields, *round trip* also writes unchanged records back to bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson

from tradegecko_bridge.tradegecko.calls import Page, Reply
from tradegecko_bridge.tradegecko.codec import to_json
from tradegecko_bridge.tradegecko.resources import ORDERS, PAGE_LIMIT, VARIANTS, Resource

ROUNDS = 15
HEADERS = {"x-pagination": '{"total_records":250,"last_page":true}'}


def an_order(n: int) -> dict[str, Any]:
    """An order with every field of the newest documentation, and one this package does not know."""
    statuses = {"fulfillment_status": "unshipped", "invoice_status": "uninvoiced", "packed_status": "unpacked",
                "payment_status": "unpaid", "return_status": "unreturned"}  # fmt: skip
    moment = f"2020-07-16T03:{n % 60:02}:01.{n:03}Z"
    return {
        "id": n, "created_at": moment, "updated_at": moment, "document_url": f"https://go.example/orders/{n}",
        "assignee_id": 1, "billing_address_id": n, "company_id": n, "contact_id": None, "currency_id": 1,
        "shipping_address_id": n, "stock_location_id": 1, "user_id": 1, "default_price_list_id": "retail",
        "email": f"customer{n}@example.com", **statuses, "issued_at": "2020-07-16", "notes": "Ring twice.",
        "order_number": f"WEB-{n}", "phone_number": "4165550100", "reference_number": f"ref-{n}",
        "ship_at": "2020-07-17", "returning_status": "unreturning",
        "source_url": f"https://shop.example/orders/{n}", "status": "active", "tax_label": "HST", "tax_override": None,
        "tax_treatment": "exclusive", "total": f"{n}.31", "tags": ["web", "gift"], "fulfillment_ids": [],
        "invoice_ids": [n], "fulfillment_return_ids": [], "payment_ids": [], "refund_ids": [], "invoices": [n],
        "cached_total": f"{n}.31", "default_price_type_id": "retail", "source": None, "tax_type": "exclusive",
        "tracking_number": None, "url": None, "source_id": 9, "invoice_numbers": {str(n): f"INV{n}"},
        "order_line_item_ids": [n, n + 1, n + 2], "brand_new_field": {"deep": [1, 2]},
    }  # fmt: skip


def a_variant(n: int) -> dict[str, Any]:
    """A variant with its prices and its stock at four locations."""
    location = {"stock_on_hand": str(n), "committed": str(n % 7), "incoming": None, "bin_location": "A-7",
                "reorder_point": "5", "available": "102"}  # fmt: skip
    prices = {"buy": f"{n % 90}.5", "wholesale": f"{n % 95}.0", "retail": f"{n % 99}.99"}
    moment = f"2020-07-16T03:{n % 60:02}:01.{n:03}Z"
    return {
        "id": n, "created_at": moment, "updated_at": moment, "product_id": n, "default_ledger_account_id": None,
        "buy_price": prices["buy"], "committed_stock": "12", "available_stock": "408", "incoming_stock": "0",
        "hs_code": None,
        "country_of_origin": "CA", "composite": False, "description": None, "keep_selling": False,
        "last_cost_price": "6.5", "manage_stock": True, "max_online": None, "moving_average_cost": "6.5",
        "name": "Blue", "online_ordering": False, "opt1": "Blue", "opt2": None, "opt3": None, "position": 0,
        "product_name": "Mug", "product_status": "active", "product_type": "Kitchen",
        "retail_price": prices["retail"], "sellable": True,
        "sku": f"MUG-{n}", "status": "active", "stock_on_hand": "420", "supplier_code": None, "taxable": True,
        "upc": "0628000000017", "weight": "0.4", "weight_unit": "kg", "weight_value": "0.4",
        "wholesale_price": prices["wholesale"],
        "image_ids": [n], "variant_prices": [{"price_list_id": name, "value": value} for name, value in prices.items()],
        "locations": [{"location_id": place, **location} for place in range(1, 5)], "prices": prices,
        "stock_levels": {str(place): "105.0" for place in range(1, 5)}, "committed_stock_levels": {},
        "brand_new_field": "x",
    }  # fmt: skip


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of several rounds: what the work takes when nothing else disturbs."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def compare(name: str, resource: Resource[Any], rows: list[dict[str, Any]]) -> str:
    """One line of the report."""
    content = orjson.dumps({resource.plural: rows})
    read = resource.list().read

    def decode() -> Page[Any]:
        return read(Reply(status=200, headers=HEADERS, body=orjson.loads(content)))

    def round_trip() -> bytes:
        return orjson.dumps({resource.plural: [to_json(record) for record in decode()]})

    assert round_trip() == content
    bare, decoded, there_and_back = best(lambda: orjson.loads(content)), best(decode), best(round_trip)
    return (
        f"{name:<28} orjson.loads {bare * 1e3:6.2f} ms   decode {decoded * 1e3:6.2f} ms = {decoded / bare:4.1f} ×   "
        f"round trip {there_and_back * 1e3:6.2f} ms = {there_and_back / bare:4.1f} ×"
    )


def main() -> None:
    """Print the report."""
    numbers = range(1, PAGE_LIMIT + 1)
    print(compare("250 orders", ORDERS, [an_order(n) for n in numbers]))
    print(compare("250 variants, 4 locations", VARIANTS, [a_variant(n) for n in numbers]))


if __name__ == "__main__":
    main()
