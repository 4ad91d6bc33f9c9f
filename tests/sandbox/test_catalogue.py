"""Products, variants, images, companies and what an account sets up once."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Client, HandClock, Json


def test_products_with_nested_variants(api: Client) -> None:
    """Nested variants are made along; initial stock arrives as an adjustment at its location."""
    product = api.post(
        "/products",
        "product",
        name="Cap",
        opt1="Size",
        tags=["a", "b"],
        variants=[
            {"sku": "CAP-S", "opt1": "S", "retail_price": "12.5", "initial_stock_level": 7,
             "initial_cost_price": "3.5", "initial_stock_location_id": 2},
            {"sku": "CAP-M", "opt1": "M"},
        ],
    )  # fmt: skip
    assert product["tags"] == "a,b"
    assert (product["quantity"], len(product["variant_ids"])) == ("7", 2)
    small, medium = api.variant("CAP-S"), api.variant("CAP-M")
    assert (small["retail_price"], small["moving_average_cost"], small["stock_on_hand"]) == ("12.5", "3.5", "7")
    assert [level["location_id"] for level in small["locations"]] == [2]
    assert [level["location_id"] for level in medium["locations"]] == [1]
    assert api.get("/stock_adjustments")["stock_adjustments"][0]["notes"] == "Initial stock"
    errors = api.refused("POST", "/products", {"product": {"name": "", "variants": []}})
    assert errors == {"errors": {"name": ["can't be blank"]}}
    api.refused("POST", "/variants", {"variant": {"sku": "X"}}, 404)


def test_blank_text_is_kept_as_sent(api: Client) -> None:
    """Blank strings come back blank, even in status; blank tags come back null."""
    blank = dict.fromkeys(("description", "opt1", "product_type", "status", "supplier", "tags"), "")
    made = api.post("/products", "product", name="Gary", **blank)
    assert {name: made[name] for name in blank} == {**blank, "tags": None}
    assert made["vendor"] == ""
    assert made["id"] in api.ids("/products")


def test_prices_of_built_in_and_custom_lists(api: Client) -> None:
    """The three built-in lists follow their columns, variant_prices writes custom lists only."""
    key = api.variant("TEE-M")["id"]
    entries = [{"price_list_id": "4", "value": "18.25"}, {"price_list_id": "retail", "value": "1"}]
    api.put(f"/variants/{key}", "variant", retail_price=26, variant_prices=entries)
    after = api.get(f"/variants/{key}")["variant"]
    assert after["prices"] == {"buy": "8.25", "wholesale": "14.0", "retail": "26.0", "4": "18.25"}
    assert {"price_list_id": "retail", "value": "26.0"} in after["variant_prices"]
    order = api.order({"variant_id": key}, default_price_list_id="4", currency_iso="USD")
    assert api.get("/order_line_items", order_id=order["id"])["order_line_items"][0]["price"] == "18.25"


def test_archiving(api: Client) -> None:
    """A deleted product is archived with its variants: out of lists, still there by id and by status."""
    assert api("DELETE", "/products/2").status_code == 204
    assert 2 not in api.ids("/products")
    assert api.get("/variants", sku="TEE-M")["variants"] == []
    assert api.get("/products/2")["product"]["status"] == "archived"
    assert api.ids("/products", status="archived") == [2]
    assert api.ids("/variants", status="archived", sku="TEE-M") == [5]
    assert api("DELETE", "/products/2").status_code == 204


def test_put_ignores_what_may_not_be_set(api: Client) -> None:
    """Read-only and create-only columns are dropped with 204; nothing sent leaves updated_at alone."""
    before = api.get("/variants/1")["variant"]
    api.put("/variants/1", "variant", product_id=3, manage_stock=False, committed_stock="5", bogus=1)
    assert api.get("/variants/1")["variant"] == before
    api.put("/variants/1", "variant", sku="MUG-NAVY", name=12)
    after = api.get("/variants/1")["variant"]
    assert (after["sku"], after["name"]) == ("MUG-NAVY", "12")
    assert after["updated_at"] > before["updated_at"]


def test_images_are_processed_a_moment_later(api: Client, clock: HandClock) -> None:
    """A new image has no path until it is processed; variants and product show it in order."""
    image = api.post("/images", "image", product_id=1, variant_ids=[1, 2], url="https://p.example/new.png")
    assert (image["image_processing"], image["base_path"], image["variant_id"]) == (True, None, 1)
    clock.forward(seconds=5)
    shown = api.get(f"/images/{image['id']}")["image"]
    assert (shown["image_processing"], shown["file_name"]) == (False, "new.png")
    assert api.get("/variants/1")["variant"]["image_ids"] == [1, image["id"]]
    assert api.get("/products/1")["product"]["image_url"].endswith("/thumbnail_mug-blue.jpg")
    assert api("DELETE", "/images/1").status_code == 204
    assert api.get("/variants/1")["variant"]["image_ids"] == [image["id"]]
    api.refused("POST", "/images", {"image": {"product_id": 1, "variant_ids": [5], "url": "x"}})
    api.refused("POST", "/images", {"image": {"variant_ids": [1], "url": "x"}}, 404)


def test_a_picture_may_name_its_variant_only(api: Client) -> None:
    """Its product follows from that, as before November 2017; what is no variant is not found."""
    image = api.post("/images", "image", variant_id=5, url="https://p.example/a.png")
    assert (image["product_id"], image["variant_id"], image["variant_ids"]) == (2, 5, [5])
    assert image["id"] in api.get("/variants/5")["variant"]["image_ids"]
    unknown = api.refused("POST", "/images", {"image": {"variant_id": 99, "url": "x"}}, 404)
    assert unknown["message"] == "Couldn't find Variant with 'id'=99"
    assert api.refused("POST", "/images", {"image": {"variant_id": 5}}) == {"errors": {"url": ["can't be blank"]}}


def test_positions_count_from_one(api: Client) -> None:
    """Of variants and pictures within their product, behind the last; a variant's may also be set."""
    for product in (1, 2, 3):
        variants = api.get("/variants", product_id=product, order="id asc")["variants"]
        assert [row["position"] for row in variants] == list(range(1, len(variants) + 1))
    images = api.get("/images", product_id=1, order="id asc")["images"]
    assert [row["position"] for row in images] == [1, 2]
    nested = api.post(
        "/products", "product", name="P", variants=[{"sku": "A"}, {"sku": "B", "position": 7}, {"sku": "C"}]
    )
    found = [api.variant(sku) for sku in "ABC"]
    assert [(row["product_id"], row["position"]) for row in found] == [(nested["id"], n) for n in (1, 7, 8)]
    first = api.post("/images", "image", variant_id=found[0]["id"], url="https://p.example/a.png")
    second = api.post(
        "/images", "image", product_id=nested["id"], variant_ids=[found[1]["id"]], url="https://p.example/b"
    )
    assert (first["position"], second["position"]) == (1, 2)


@pytest.mark.parametrize(
    ("listed", "ordered", "price"),
    [
        ("USD", "USD", "15.5"), ("USD", "CAD", "21.09"), ("CAD", "USD", "11.39"), ("CAD", "CAD", "15.5"),
        ("CAD", "JPY", "1240.0"), ("JPY", "CAD", "0.19"), ("JPY", "USD", "0.14"),
    ],
)  # fmt: skip
def test_a_price_of_a_list_in_another_currency_is_exchanged(api: Client, listed: str, ordered: str, price: str) -> None:
    """By the rates of both, to the digits of the order's; on orders and purchase orders. A price that is sent stays."""
    api.post("/currencies", "currency", iso="JPY", rate="80", precision=0)
    ids = {row["iso"]: row["id"] for row in api.get("/currencies")["currencies"]}
    made = api.post("/price_lists", "price_list", name="L", currency_id=ids[listed])
    api.put("/variants/1", "variant", variant_prices=[{"price_list_id": str(made["id"]), "value": "15.5"}])
    named = {"default_price_list_id": str(made["id"]), "currency_id": ids[ordered]}
    order = api.order({"variant_id": 1}, {"variant_id": 1, "price": "3"}, **named)
    lines = api.get("/order_line_items", order_id=order["id"], order="id asc")["order_line_items"]
    assert [line["price"] for line in lines] == [price, "3.0"]
    bought = [{"variant_id": 1, "quantity": 1}]
    purchase = api.post("/purchase_orders", "purchase_order", company_id=5, purchase_order_line_items=bought, **named)
    (line,) = api.get("/purchase_order_line_items", purchase_order_id=purchase["id"])["purchase_order_line_items"]
    assert line["price"] == price


def test_addresses(api: Client) -> None:
    """PUT answers 200 with the record; a label is unique within its company while it is active."""
    answer = api("PUT", "/addresses/1", {"address": {"city": "Dartmouth", "country": "NZL"}})
    assert answer.status_code == 200
    assert (answer.json()["address"]["city"], answer.json()["address"]["country_code"]) == ("Dartmouth", "NZ")
    twin = {"company_id": 2, "label": "Shop", "address1": "x"}
    errors = api.refused("POST", "/addresses", {"address": twin})
    assert errors == {"errors": {"label": ["has already been taken"]}}
    assert api("DELETE", "/addresses/1").status_code == 204
    assert api.post("/addresses", "address", **twin)["label"] == "Shop"
    missing = api.refused("POST", "/addresses", {"address": {"address1": "x"}}, 404)
    assert missing["message"] == "Couldn't find Company with 'id'="
    assert api.ids("/addresses", company_id=2) == [5]


def test_companies_contacts_and_notes(api: Client) -> None:
    """Companies list their parts; contacts keep the old phone name; notes know their author."""
    assert api.refused("POST", "/companies", {"company": {"name": "A", "company_type": "other"}}) == {
        "errors": {"company_type": ["is not included in the list"]}
    }
    company = api.post("/companies", "company", name="A", company_type="business", tags="x, y")
    assert company["tags"] == ["x", "y"]
    contact = api.post("/contacts", "contact", company_id=company["id"], first_name="B", phone_number="1")
    note = api.post("/notes", "note", company_id=company["id"], body="hello")
    assert (contact["phone"], note["user_id"]) == ("1", 1)
    shown = api.get(f"/companies/{company['id']}")["company"]
    assert (shown["contact_ids"], shown["note_ids"], shown["address_ids"]) == ([contact["id"]], [note["id"]], [])
    assert api("DELETE", f"/notes/{note['id']}").status_code == 204
    assert api("GET", f"/notes/{note['id']}").status_code == 404
    api.put(f"/companies/{company['id']}", "company", status="archived")
    assert company["id"] not in api.ids("/companies")


@pytest.mark.parametrize(
    ("path", "root", "fields", "expected"),
    [
        ("/currencies", "currency", {"iso": "eur", "rate": 0.68}, {"iso": "EUR", "rate": "0.68", "precision": 2}),
        ("/locations", "location", {"label": "L", "address1": "a", "country": "SG"}, {"holds_stock": True}),
        ("/payment_terms", "payment_term", {"name": "N9", "due_in_days": "9"}, {"due_in_days": 9, "from": "now"}),
        ("/payment_methods", "payment_method", {"name": "PayNow"}, {"is_default": False}),
        ("/price_lists", "price_list", {"name": "P", "currency_id": 2}, {"currency_iso": "USD", "is_default": None}),
        ("/tax_components", "tax_component", {"tax_type_id": 2, "label": "x", "rate": 1}, {"rate": "1.0"}),
    ],
)
def test_settings_can_be_made_changed_and_removed(
    api: Client, path: str, root: str, fields: Json, expected: Json
) -> None:
    """Each of the small resources answers 201, 204 and 204, and leaves its list at the end."""
    made = api.post(path, root, **fields)
    assert {name: made[name] for name in expected} == expected
    assert made["id"] in api.ids(path)
    changed = "label" if "label" in made else "name"
    api.put(f"{path}/{made['id']}", root, **{changed: "Changed"})
    assert api.get(f"{path}/{made['id']}")[root][changed] == "Changed"
    assert api("DELETE", f"{path}/{made['id']}").status_code == 204
    assert made["id"] not in api.ids(path)


def test_settings_that_are_protected(api: Client) -> None:
    """Used tax types, built-in price lists and taken location labels are refused."""
    api.order(api.line("MUG-BLUE"))
    assert list(api.refused("PUT", "/tax_types/3", {"tax_type": {"name": "x"}})["errors"]) == ["base"]
    api.refused("PUT", "/tax_components/3", {"tax_component": {"rate": 1}})
    api.put("/tax_types/2", "tax_type", name="GST")
    api.refused("DELETE", "/price_lists/retail", None)
    assert api.get("/price_lists/retail")["price_list"]["id"] == "retail"
    location = {"label": "Main Warehouse", "address1": "x", "country": "CA"}
    errors = api.refused("POST", "/locations", {"location": location})
    assert errors == {"errors": {"label": ["has already been taken"]}}
    assert list(api.get("/tax_types")) == ["tax_components", "tax_types"]
    assert list(api.get("/tax_types?limit=0")) == ["tax_types"]


def test_account_and_users(api: Client) -> None:
    """The account can be changed, aliases follow; users are changed but never made."""
    api.put("/accounts/1", "account", default_tax_treatment="inclusive", default_order_price_list_id="wholesale")
    account = api.get("/accounts/current")["account"]
    assert (account["default_tax_type"], account["default_order_price_type_id"]) == ("inclusive", "wholesale")
    assert account["default_tax_rate"] == "13.0"
    assert api.order()["tax_treatment"] == "inclusive"
    api.put("/users/1", "user", first_name="Ada")
    assert api.get("/users/current")["user"]["first_name"] == "Ada"


def test_tags_of_a_product_are_text_whatever_was_sent(api: Client) -> None:
    """A number or a truth becomes its text, so that the list can still be filtered by tags."""
    for sent, kept in ((5, "5"), (1.5, "1.5"), (True, "true"), (["a", 7], "a,7")):
        made = api.post("/products", "product", name="p", tags=sent)
        assert made["tags"] == kept
        assert made["id"] in api.ids("/products", tags=kept.split(",")[-1])
