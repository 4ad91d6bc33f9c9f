"""Sales orders: creation, numbers, totals, statuses, what may be edited."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Client, Json


def test_create_answers_201_with_the_order_and_only_the_ids_of_its_lines(api: Client) -> None:
    """A new order comes back whole, its lines as ids, its place under /ajax/."""
    answer = api(
        "POST",
        "/orders",
        {"order": {"company_id": 2, "shipping_address_id": 1, "order_line_items": [api.line("MUG-BLUE", 2)]}},
    )
    order = answer.json()["order"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{api.sandbox.base_url}/ajax/orders/{order['id']}"
    assert list(answer.json()) == ["order"]
    assert "order_line_items" not in order
    assert len(order["order_line_item_ids"]) == 1
    assert order["status"] == "draft"
    assert order["billing_address_id"] == order["shipping_address_id"] == 1
    assert order["order_number"] == "SO0001"
    assert order["default_price_list_id"] == "wholesale"


def test_total_is_the_number_zero_without_lines(api: Client) -> None:
    """An order without lines shows `total: 0`, others a text."""
    assert api.order()["total"] == 0
    assert api.order(api.line("MUG-BLUE"))["total"] == "11.3"


def test_everything_nested_is_made_along_with_the_order(api: Client) -> None:
    """A nested company with nested addresses becomes records of its own."""
    order = api.post(
        "/orders",
        "order",
        company={"name": "Eve", "company_type": "consumer", "email": "eve@shopper.example"},
        shipping_address={"label": "Home", "address1": "1 Elm", "country": "Canada"},
        billing_address={"label": "Work", "address1": "2 Oak", "country": "US"},
        currency_iso="USD",
        order_line_items=[{"variant_id": 1, "quantity": 1}],
    )
    shown = api.get(f"/orders/{order['id']}", include="company,shipping_address,billing_address")
    assert list(shown) == ["companies", "addresses", "order"]
    assert shown["companies"][0]["name"] == "Eve"
    assert [a["address1"] for a in shown["addresses"]] == ["1 Elm", "2 Oak"]
    assert shown["addresses"][0]["country_code"] == "CA"
    assert order["currency_id"] == 2


def test_addresses_may_be_nested_inside_the_nested_company(api: Client) -> None:
    """The shipping address is found inside the company as well as beside it."""
    address = {"address1": "1 Elm", "country": "CA"}
    company = {"name": "Eve", "company_type": "consumer", "shipping_address": address}
    order = api.post("/orders", "order", company=company)
    assert api.get(f"/addresses/{order['shipping_address_id']}")["address"]["address1"] == "1 Elm"


def test_nothing_is_kept_when_one_part_is_wrong(api: Client) -> None:
    """A bad line takes the whole order with it, company, address, stock and number included."""
    before = api.ids("/companies"), api.ids("/addresses"), api.stock("MUG-BLUE")
    errors = api.refused(
        "POST",
        "/orders",
        {
            "order": {
                "company": {"name": "Eve", "company_type": "consumer"},
                "shipping_address": {"address1": "1 Elm"},
                "status": "active",
                "order_line_items": [{"variant_id": 1, "quantity": 3}, {"variant_id": 99999}],
            }
        },
    )
    assert errors == {"errors": {"order_line_items.variant": ["can't be blank"]}}
    assert (api.ids("/companies"), api.ids("/addresses"), api.stock("MUG-BLUE")) == before
    assert api.get("/orders")["meta"] == {"total": 0}
    assert api.get("/orders/available_identifiers", type="order_number") == {"identifier": "SO0001"}


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({}, 422, {"errors": {"company": ["can't be blank"], "shipping_address": ["can't be blank"]}}),
        ({"company_id": 999}, 404, {"type": "Not Found", "message": "Couldn't find Company with 'id'=999"}),
        (
            {"company_id": 2, "shipping_address_id": 2},
            404,
            {"type": "Not Found", "message": "Couldn't find Address with 'id'=2"},
        ),
        ({"company_id": 2}, 422, {"errors": {"shipping_address": ["can't be blank"]}}),
        (
            {"company_id": 2, "shipping_address_id": 1, "currency_iso": "XXX"},
            422,
            {"errors": {"currency": ["can't be blank"]}},
        ),
        (
            {"company_id": 2, "shipping_address_id": 1, "currency_id": 77},
            422,
            {"errors": {"currency": ["can't be blank"]}},
        ),
        (
            {"company_id": 2, "shipping_address_id": 1, "status": "fulfilled"},
            422,
            {"errors": {"status": ["is not included in the list"]}},
        ),
        (
            {"company_id": 2, "shipping_address_id": 1, "tax_treatment": "default"},
            422,
            {"errors": {"tax_treatment": ["is not included in the list"]}},
        ),
        (
            {"company": {"email": "x"}, "shipping_address": {"country": "CA"}},
            422,
            {"errors": {"company.company_type": ["can't be blank"], "company.name": ["can't be blank"]}},
        ),
        (
            {"company_id": 2, "shipping_address": {"country": "CA"}},
            422,
            {"errors": {"shipping_address.address1": ["can't be blank"]}},
        ),
    ],
)
def test_what_is_missing_or_unknown_is_named(api: Client, fields: Json, status: int, expected: Json) -> None:
    """Missing parts are 422 with their names, unknown parents 404."""
    answer = api.refused("POST", "/orders", {"order": {**fields, "order_line_items": []}}, status)
    assert answer == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({}, {"order_line_items.variant": ["can't be blank"]}),
        ({"freeform": True, "label": "x"}, {"order_line_items.price": ["can't be blank"]}),
        ({"variant_id": 1, "quantity": "many"}, {"order_line_items.quantity": ["is not a number"]}),
        (
            {"variant_id": 1, "discount": 101},
            {"order_line_items.discount": ["must be less than or equal to 100"]},
        ),
        (
            {"variant_id": 1, "line_type": "gift"},
            {"order_line_items.line_type": ["is not included in the list"]},
        ),
        ({"variant_id": 1, "tax_type_id": 99}, {"order_line_items.tax_type": ["can't be blank"]}),
    ],
)
def test_bad_lines_are_named_under_dotted_keys(api: Client, line: Json, expected: Json) -> None:
    """Complaints about nested lines carry the key order_line_items.<field>."""
    body = {"order": {"company_id": 2, "shipping_address_id": 1, "order_line_items": [line]}}
    assert api.refused("POST", "/orders", body) == {"errors": expected}


def test_a_line_falls_back_to_price_list_and_default_tax(api: Client) -> None:
    """Without a price the order's price list counts, without a tax type the account's; untaxed is exempt."""
    book, mug = api.variant("BOOK-MOSS"), api.variant("MUG-BLUE")
    order = api.order({"variant_id": mug["id"]}, {"variant_id": book["id"], "price": 1})
    lines = {
        line["variant_id"]: line for line in api.get("/order_line_items", order_id=order["id"])["order_line_items"]
    }
    assert lines[mug["id"]]["price"] == "12.0"
    assert lines[mug["id"]]["quantity"] == "1.0"
    assert lines[mug["id"]]["tax_type_id"] == 3
    assert lines[book["id"]]["tax_type_id"] == 1


def test_totals_round_every_line_half_up_and_then_add(api: Client) -> None:
    """Two lines of 62.00 at 16.15 % make 144.02, which no rounding of the whole order would."""
    tax = {
        "name": "Atlantic",
        "tax_components": [
            {"label": "State", "rate": 10, "position": 0},
            {"label": "City", "rate": 1, "position": 3, "compound": True},
            {"label": "County", "rate": "5.0", "position": 2},
        ],
    }
    tax_type = api.post("/tax_types", "tax_type", **tax)
    assert tax_type["effective_rate"] == "16.15"
    line = {"variant_id": 1, "quantity": 1, "price": "62", "tax_type_id": tax_type["id"]}
    assert api.order(line, line)["total"] == "144.02"
    assert api.order({"variant_id": 1, "price": "2.5", "tax_rate_override": 15})["total"] == "2.88"


def test_discounts_and_inclusive_tax(api: Client) -> None:
    """Percent and absolute discounts apply per unit; inclusive prices contain their tax."""
    line = {"variant_id": 1, "quantity": 3, "price": "10"}
    assert api.order({**line, "discount": "10"}, tax_treatment="inclusive")["total"] == "27.0"
    assert api.order({**line, "discount_amount": "2.5"}, tax_treatment="inclusive")["total"] == "22.5"
    rebate = {"freeform": True, "label": "Rebate", "price": "-5", "line_type": "discount"}
    assert api.order(line, rebate, tax_treatment="inclusive")["total"] == "25.0"


def test_put_with_lines_appends_them(api: Client) -> None:
    """A PUT of order_line_items adds lines and keeps the ones there are."""
    order = api.order(api.line("MUG-BLUE", 2))
    api.put(f"/orders/{order['id']}", "order", order_line_items=[api.line("MUG-RED", 1)])
    after = api.get(f"/orders/{order['id']}")["order"]
    assert after["order_line_item_ids"][:1] == order["order_line_item_ids"]
    assert len(after["order_line_item_ids"]) == 2
    assert after["total"] == "33.9"
    assert after["updated_at"] > order["updated_at"]
    assert api.stock("MUG-RED")[1] == "1"


def test_statuses_go_forward_only(api: Client) -> None:
    """draft → active → finalized by PUT; neither back nor to a status only the server sets."""
    order = api.order(api.line("MUG-BLUE"), status="draft")
    path = f"/orders/{order['id']}"
    for status in ("active", "finalized"):
        api.put(path, "order", status=status)
        assert api.get(path)["order"]["status"] == status
    refused = {"errors": {"status": ["is not included in the list"]}}
    for status in ("draft", "active", "fulfilled", "void", "nonsense", ""):
        assert api.refused("PUT", path, {"order": {"status": status}}) == refused


def test_a_finalized_order_keeps_only_its_header_open(api: Client) -> None:
    """Notes and tags may change, prices and lines may not, and sending everything back unchanged is fine."""
    order = api.order(api.line("MUG-BLUE"), status="finalized")
    path = f"/orders/{order['id']}"
    api.put(path, "order", notes="Ring twice", tags=["a", "b"], ship_at="2021-04-01")
    api("PUT", path, {"order": api.get(path)["order"]}).raise_for_status()
    for change in ({"company_id": 3}, {"order_line_items": [api.line("MUG-RED")]}, {"order_number": "X"}):
        assert list(api.refused("PUT", path, {"order": change})["errors"]) == ["base"]
    line = order["order_line_item_ids"][0]
    assert list(api.refused("DELETE", f"/order_line_items/{line}", None)["errors"]) == ["base"]
    api.refused("PUT", f"/order_line_items/{line}", {"order_line_item": {"quantity": 9}})
    assert api.get(path)["order"]["tags"] == ["a", "b"]


def test_delete_is_deleted_or_void_and_twice_is_fine(api: Client) -> None:
    """Drafts and active orders become deleted, finalized ones void; both leave the default list."""
    outcomes = {}
    for status in ("draft", "active", "finalized"):
        order = api.order(api.line("MUG-BLUE", 2), status=status)
        for _ in range(2):
            assert api("DELETE", f"/orders/{order['id']}").status_code == 204
        outcomes[status] = api.get(f"/orders/{order['id']}")["order"]["status"]
    assert outcomes == {"draft": "deleted", "active": "deleted", "finalized": "void"}
    assert api.get("/orders")["orders"] == []
    assert len(api.ids("/orders", status="void,deleted")) == 3
    assert len(api.ids("/orders", **{"ids[]": [1, 2]})) == 2
    assert api.get("/orders", status="archived")["orders"] == []
    assert api.stock("MUG-BLUE")[1] == "0"
    api.refused("PUT", "/orders/1", {"order": {"notes": "x"}})


def test_order_numbers_count_up_and_may_be_set_freely_and_twice(api: Client) -> None:
    """Blank numbers come from the sequence, given ones are kept, duplicates are accepted by default."""
    assert [api.order()["order_number"] for _ in range(2)] == ["SO0001", "SO0002"]
    assert api.order(order_number="SO0003")["order_number"] == "SO0003"
    assert api.get("/orders/available_identifiers", type="order_number") == {"identifier": "SO0004"}
    twins = [api.order(order_number="WEB-1")["id"] for _ in range(2)]
    assert sorted(api.ids("/orders", order_number="web-1")) == sorted(twins)
    assert api.ids("/orders", order_number="WEB") == []


def test_dates_are_read_leniently(api: Client) -> None:
    """Days first, mail dates and ISO times all become the date as given."""
    given = {
        "2021-02-14": "2021-02-14",
        "14-02-2021": "2021-02-14",
        "Sun, 14 Feb 2021 23:50:56 GMT": "2021-02-14",
        "14 Feb 2021": "2021-02-14",
        "2021-02-14T23:30:00-08:00": "2021-02-14",
    }
    for text, expected in given.items():
        assert api.order(issued_at=text)["issued_at"] == expected
    assert api.order()["issued_at"] == "2021-03-01"


def test_lines_can_be_added_changed_and_removed_on_their_own(api: Client) -> None:
    """/order_line_items works beside the nested form and keeps the order's total true."""
    order = api.order(api.line("MUG-BLUE", 2))
    path = f"/orders/{order['id']}"
    line = api.post("/order_line_items", "order_line_item", order_id=order["id"], **api.line("TEE-M", 1))
    assert api.get(path)["order"]["total"] == "33.9"
    api.put(f"/order_line_items/{line['id']}", "order_line_item", quantity="4")
    assert api.get(path)["order"]["total"] == "67.8"
    assert api.stock("TEE-M")[1] == "4"
    assert api("DELETE", f"/order_line_items/{line['id']}").status_code == 204
    assert api.get(path)["order"]["total"] == "22.6"
    assert api.stock("TEE-M")[1] == "0"
    missing = api.refused("POST", "/order_line_items", {"order_line_item": {"order_id": 99, "variant_id": 1}}, 404)
    assert missing["message"] == "Couldn't find Order with 'id'=99"
