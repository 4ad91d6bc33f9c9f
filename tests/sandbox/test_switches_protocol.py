"""Switches of the protocol, pages and older years: each has two positions, and both work."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.support import Client


def test_pages_have_50_or_100_rows(api: Client) -> None:
    """Without a limit; with one it is what was asked for."""
    for number in range(50):
        api.post("/notes", "note", company_id=2, body=str(number))
    assert len(api.ids("/notes")) == 50
    api.sandbox.set_switch("default_page_size", 100)
    assert len(api.ids("/notes")) == 51
    assert len(api.ids("/notes", limit=2)) == 2
    with pytest.raises(ValueError, match="default_page_size takes 50 or 100"):
        api.sandbox.set_switch("default_page_size", 7)


def test_all_ids_may_come_in_one_page(api: Client) -> None:
    """As many rows as ids were asked for, up to 250; a limit is kept, and so is a page without ids."""
    ids = [api.post("/notes", "note", company_id=2, body="x")["id"] for _ in range(260)]
    in_lists = {"ids[]": ids[:60]}
    assert len(api.ids("/notes", **in_lists)) == 50
    api.sandbox.set_switch("ids_come_in_one_page", True)
    assert sorted(api.ids("/notes", **in_lists)) == ids[:60]
    assert sorted(api.ids("/notes", ids=",".join(map(str, ids[:60])))) == ids[:60]
    assert len(api.ids("/notes", **{"ids[]": ids})) == 250
    assert len(api.ids("/notes", **in_lists, limit=3)) == 3
    assert len(api.ids("/notes")) == 50


def test_a_page_past_the_end_may_be_the_last_or_not(api: Client) -> None:
    """It is out of bounds either way, and the last page stays the last."""

    def facts(page: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(api("GET", f"/variants?limit=5&page={page}").headers["X-Pagination"])
        return {name: found[name] for name in ("last_page", "out_of_bounds")}

    assert facts(9) == {"last_page": True, "out_of_bounds": True}
    api.sandbox.set_switch("last_page_past_the_end", False)
    assert facts(9) == {"last_page": False, "out_of_bounds": True}
    assert facts(4) == {"last_page": True, "out_of_bounds": False}


@pytest.mark.parametrize("root", ["address", "fulfillment", "invoice", "tax_component"])
def test_put_may_answer_with_the_record(api: Client, root: str) -> None:
    """200 with the roots of a GET, or 204 and nothing."""
    order = api.order(api.line("MUG-BLUE"), status="finalized")
    for action in ("pack", "invoice"):
        api("POST", f"/orders/{order['id']}/actions/{action}").raise_for_status()
    path = {"address": "/addresses/1", "tax_component": "/tax_components/1"}.get(root, f"/{root}s/1")
    change = {"address": {"city": "x"}, "tax_component": {"label": "x"}}.get(root, {"notes": "x"})
    for on in (True, False):
        api.sandbox.set_switch(f"{root}_put_returns_body", on)
        answer = api("PUT", path, {root: change})
        if on:
            assert answer.status_code == 200
            assert answer.json() == api.get(path)
        else:
            assert (answer.status_code, answer.content) == (204, b"")


def test_deleting_twice_is_fine_or_not_found(api: Client) -> None:
    """204 again, or 404 for what is archived, deleted or void."""
    order = api.order()["id"]
    for path in ("/products/2", f"/orders/{order}"):
        for _ in range(2):
            assert api("DELETE", path).status_code == 204
    api.sandbox.set_switch("delete_archived_is_404", True)
    assert api.refused("DELETE", "/products/2", None, 404)["message"] == "Couldn't find Product with 'id'=2"
    assert api("DELETE", f"/orders/{order}").status_code == 404
    assert api("DELETE", "/products/3").status_code == 204


def test_idempotency_keys_may_count_per_endpoint_or_not_at_all(api: Client) -> None:
    """One set of keys for all, one for each method and path, or headers nobody looks at."""
    keyed: dict[str, Any] = {"headers": {"Idempotency-Key": "k"}}
    note = {"note": {"company_id": 2, "body": "x"}}
    api("POST", "/notes", note, **keyed).raise_for_status()
    assert api("POST", "/contacts", {}, **keyed).json()["message"].startswith("Duplicate")
    api.sandbox.set_switch("idempotency_key_per_endpoint", True)
    assert api("POST", "/notes", note, **keyed).status_code == 201
    assert api("POST", "/notes", note, **keyed).status_code == 400
    contact = {"contact": {"company_id": 2, "first_name": "x"}}
    assert api("POST", "/contacts", contact, **keyed).status_code == 201
    api.sandbox.set_switch("idempotency_keys", False)
    assert api("POST", "/notes", note, **keyed).status_code == 201


@pytest.mark.parametrize("path", ["/products", "/oauth/token"])
def test_malformed_json_is_refused_in_json_or_html(api: Client, path: str) -> None:
    """By the application with a type and a message, or by the framework in front of it."""
    sent: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    answer = api("POST", path, **sent)
    assert (answer.status_code, answer.json()["type"]) == (400, "Bad Request")
    api.sandbox.set_switch("malformed_json_is_html", True)
    answer = api("POST", path, **sent)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert api.refused("POST", "/products", {}, 400)["message"] == "Required parameter missing: product"


def test_verbs_of_older_documents(api: Client) -> None:
    """PUT of pictures and of adjustments: unknown routes, or changes; a void adjustment does not change."""
    key = api.post("/stock_adjustments", "stock_adjustment", stock_location_id=1)["id"]
    tries: list[tuple[str, dict[str, Any]]] = [
        ("/images/1", {"image": {"name": "Front"}}),
        (f"/stock_adjustments/{key}", {"stock_adjustment": {"notes": "counted"}}),
    ]
    for path, body in tries:
        assert api("PUT", path, body).status_code == 404
    api.sandbox.set_switch("older_verbs_served", True)
    for path, body in tries:
        assert api("PUT", path, body).status_code == 204
    assert api.get("/images/1")["image"]["name"] == "Front"
    assert api.get(f"/stock_adjustments/{key}")["stock_adjustment"]["notes"] == "counted"
    assert api("DELETE", f"/stock_adjustments/{key}").status_code == 204
    assert list(api.refused("PUT", f"/stock_adjustments/{key}", {"stock_adjustment": {"notes": "x"}})["errors"]) == [
        "base"
    ]


def test_lines_of_adjustments_change_stock(api: Client) -> None:
    """Where they may be changed and removed at all; the adjustment follows, and a void one does not change."""
    line = {"variant_id": 1, "quantity": 50, "price": "8.5"}
    made = api.post("/stock_adjustments", "stock_adjustment", stock_adjustment_line_items=[line] * 2)
    first, second = (f"/stock_adjustment_line_items/{key}" for key in made["stock_adjustment_line_item_ids"])
    change = {"stock_adjustment_line_item": {"quantity": 30}}
    assert (api("PUT", first, change).status_code, api("DELETE", second).status_code) == (404, 404)
    api.sandbox.set_switch("older_verbs_served", True)
    assert (api("PUT", first, change).status_code, api("DELETE", second).status_code) == (204, 204)
    after = api.get(f"/stock_adjustments/{made['id']}")["stock_adjustment"]
    assert (after["cached_quantity"], len(after["stock_adjustment_line_item_ids"])) == ("30.0", 1)
    assert after["updated_at"] > made["updated_at"]
    assert api.stock("MUG-BLUE")[0] == "180"
    assert api("DELETE", f"/stock_adjustments/{made['id']}").status_code == 204
    assert api.stock("MUG-BLUE")[0] == "150"
    assert list(api.refused("PUT", first, {"stock_adjustment_line_item": {"quantity": 1}})["errors"]) == ["base"]


def test_transfers_are_received_by_put(api: Client) -> None:
    """Where they may be changed at all, as their lines; goods move once, and a received one stays so."""
    line = {"variant_id": 1, "quantity": 4}
    made = api.post(
        "/stock_transfers", "stock_transfer", source_location_id=1, destination_location_id=2,
        stock_transfer_line_items=[line],
    )  # fmt: skip
    path = f"/stock_transfers/{made['id']}"
    tries: list[tuple[str, dict[str, Any]]] = [
        (f"/stock_transfer_line_items/{made['stock_transfer_line_item_ids'][0]}", {"quantity": 5}),
        (path, {"status": "received"}),
    ]
    for where, change in tries:
        assert api("PUT", where, {where.split("/")[1][:-1]: change}).status_code == 404
    api.sandbox.set_switch("older_verbs_served", True)
    for where, change in tries:
        assert api("PUT", where, {where.split("/")[1][:-1]: change}).status_code == 204
    levels = {row["location_id"]: row["stock_on_hand"] for row in api.variant("MUG-BLUE")["locations"]}
    assert levels == {1: "115", 2: "35"}
    assert api.get(path)["stock_transfer"]["received_at"] is not None
    assert list(api.refused("PUT", path, {"stock_transfer": {"status": "active"}})["errors"]) == ["status"]


def test_pictures_could_be_sent_under_another_root(api: Client) -> None:
    """`variant_image` with the variant beside it, and an answer under `images`; or a root that is missing."""
    body = {"variant_image": {"url": "https://p.example/old.png"}, "variant_id": 5}
    assert api.refused("POST", "/images", body, 400)["message"] == "Required parameter missing: image"
    api.sandbox.set_switch("legacy_image_root", True)
    answer = api("POST", "/images", body)
    image = answer.json()["images"]
    assert answer.status_code == 201
    assert (list(answer.json()), image["product_id"], image["variant_ids"]) == (["images"], 2, [5])
    assert answer.headers["Location"].endswith(f"/ajax/images/{image['id']}")
    assert api.post("/images", "image", variant_id=5, url="https://p.example/b.png")["product_id"] == 2
    assert api.refused("POST", "/images", {**body, "variant_id": 99}, 404)["message"].startswith(
        "Couldn't find Variant"
    )


def test_headers_of_2014(api: Client) -> None:
    """Strong tags, a cache that has to ask again, a status header; fewer security headers."""
    new = api("GET", "/products?limit=5").headers
    assert new["ETag"].startswith('W/"')
    assert "Status" not in new
    api.sandbox.set_switch("legacy_headers", True)
    old = api("GET", "/products?limit=5").headers
    assert old["ETag"].startswith('"')
    assert (old["Status"], old["X-UA-Compatible"]) == ("200 OK", "chrome=1")
    assert old["Cache-Control"] == "max-age=0, private, must-revalidate"
    assert "/ajax/products.json?limit=5&page=2>" in old["Link"]
    assert "Referrer-Policy" not in old
    refused = api("POST", "/products", {"product": {"name": ""}}).headers
    assert (refused["Status"], refused["Cache-Control"]) == ("422 Unprocessable Entity", "no-cache")


def test_404_in_the_words_of_an_older_rails(api: Client) -> None:
    """The column's name in quotes, or without them."""
    assert api.refused("GET", "/products/99", None, 404)["message"] == "Couldn't find Product with 'id'=99"
    api.sandbox.set_switch("legacy_not_found_text", True)
    assert api.refused("GET", "/products/99", None, 404)["message"] == "Couldn't find Product with id=99"
