"""What a running Vendure 3.7.3 does that the adapter relies on, and that the harness itself keeps its word."""

import os
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.carts.vendure.install import COMMAND, MODULES, WANTED, install, missing
from tests.carts.vendure.server import VendureServer
from tests.carts.vendure.shop import Json, ServerError, ShopError, VendureShop
from tests.support import require

BASKET: Final = {"MUG-BLUE": 2, "TEE-M": 3}

CODES: Final = "query($o: OrderListOptions){orders(options: $o){totalItems items{code active orderPlacedAt}}}"

FULFIL: Final = """
mutation($i: FulfillOrderInput!){addFulfillmentToOrder(input: $i){
  __typename ... on Fulfillment{id state} ... on ErrorResult{errorCode message}
}}"""

SHIP: Final = """
mutation($id: ID!){transitionFulfillmentToState(id: $id, state: "Shipped"){
  __typename ... on Fulfillment{id state} ... on ErrorResult{errorCode message}
}}"""

SET_STOCK: Final = "mutation($i: [UpdateProductVariantInput!]!){updateProductVariants(input: $i){id}}"

VARIANT: Final = """
query($sku: String!){productVariants(options: {filter: {sku: {eq: $sku}}}){items{
  id stockLevels{stockLocationId}
}}}"""


def fulfil(shop: VendureShop, code: str, quantities: dict[str, int], tracking: str = "1Z1") -> Json:
    """Ask the shop to send some of an order; the result as it came, refusals included."""
    lines = [
        {"orderLineId": line["id"], "quantity": quantities[line["productVariant"]["sku"]]}
        for line in shop.order(code)["lines"]
        if line["productVariant"]["sku"] in quantities
    ]
    arguments = [{"name": "method", "value": "UPS"}, {"name": "trackingCode", "value": tracking}]
    handler = {"code": "manual-fulfillment", "arguments": arguments}
    result: Json = shop.admin(FULFIL, i={"lines": lines, "handler": handler})["addFulfillmentToOrder"]
    return result


def codes(shop: VendureShop, **options: object) -> list[str]:
    """The codes of the orders that match, as the shop lists them."""
    return [order["code"] for order in shop.admin(CODES, o=options)["orders"]["items"]]


def wait_a_second() -> None:
    """Let the whole-second clock of the sql.js database move on."""
    time.sleep(1.1)


class TestOrders:
    def test_totals(self, vendure_shop: VendureShop) -> None:
        """Two mugs and three shirts come to 144.06 with tax and shipping, in cents, with the tax per line."""
        order = vendure_shop.order(vendure_shop.place_order(BASKET))

        assert (order["currencyCode"], order["totalWithTax"]) == ("CAD", 14406)
        assert (order["subTotal"], order["shipping"], order["total"]) == (11498, 1250, 12748)
        lines = [(at["productVariant"]["sku"], at["unitPrice"], at["lineTax"]) for at in order["lines"]]
        assert lines == [("MUG-BLUE", 1999, 520), ("TEE-M", 2500, 975)]

    def test_customer(self, vendure_shop: VendureShop) -> None:
        """A guest's order carries a customer and a shipping address, and a billing address of nothing but null."""
        order = vendure_shop.order(vendure_shop.place_order({"MUG-RED": 1}, "bob@example.com"))

        assert order["customer"]["emailAddress"] == "bob@example.com"
        assert order["shippingAddress"]["countryCode"] == "CA"
        assert set(order["billingAddress"].values()) == {None}

    def test_paid_or_authorized(self, vendure_shop: VendureShop) -> None:
        """A placed order is PaymentSettled, or PaymentAuthorized until its payment is settled."""
        paid = vendure_shop.place_order({"TEE-S": 1})
        promised = vendure_shop.place_order({"TEE-S": 1}, pay=False)

        assert vendure_shop.order(paid)["state"] == "PaymentSettled"
        assert vendure_shop.order(promised)["state"] == "PaymentAuthorized"
        vendure_shop.settle_payment(promised)
        assert vendure_shop.order(promised)["state"] == "PaymentSettled"

    def test_open_cart(self, vendure_shop: VendureShop) -> None:
        """A cart that nobody placed is an order like any other, but active and without orderPlacedAt."""
        cart = vendure_shop.open_cart({"HAT-ONE": 1})
        order = vendure_shop.order(cart.code)

        assert (order["active"], order["state"], order["orderPlacedAt"]) == (True, "AddingItems", None)
        assert cart.code in codes(vendure_shop)
        assert cart.code not in codes(vendure_shop, filter={"active": {"eq": False}})

    def test_unknown_order(self, vendure_shop: VendureShop) -> None:
        """An unknown id is null without an error, and an unknown code or SKU is a LookupError of the harness."""
        assert vendure_shop.admin('{order(id: "987654"){id}}') == {"order": None}
        with pytest.raises(LookupError, match="NO-SUCH"):
            vendure_shop.order("NO-SUCH")
        with pytest.raises(LookupError, match="NO-SUCH"):
            vendure_shop.stock("NO-SUCH")


class TestClocks:
    def test_placing_moves_only_order_placed_at(self, vendure_shop: VendureShop) -> None:
        """Placing a cart later sets orderPlacedAt and leaves updatedAt, so updatedAt alone would lose the order."""
        cart = vendure_shop.open_cart(BASKET)
        before = vendure_shop.order(cart.code)
        wait_a_second()
        code = vendure_shop.finish_cart(cart)
        after = vendure_shop.order(code)

        assert code == cart.code
        assert after["active"] is False
        assert after["updatedAt"] == before["updatedAt"] < after["orderPlacedAt"]

    def test_either_clock_finds_a_late_order(self, vendure_shop: VendureShop) -> None:
        """A list filtered on either clock has the order that was placed after its last update."""
        cart = vendure_shop.open_cart(BASKET)
        wait_a_second()
        code = vendure_shop.finish_cart(cart)
        since = {"after": vendure_shop.order(code)["updatedAt"]}

        placed = {"active": {"eq": False}}
        either = placed | {"_or": [{"orderPlacedAt": since}, {"updatedAt": since}]}
        assert code in codes(vendure_shop, filter=either)
        assert code not in codes(vendure_shop, filter=placed | {"updatedAt": since})

    def test_after_is_strict_and_updated_at_is_in_seconds(self, vendure_shop: VendureShop) -> None:
        """On sql.js updatedAt has whole seconds, and `after` that second does not return the order again."""
        order = vendure_shop.order(vendure_shop.place_order({"TEE-L": 1}))

        assert order["updatedAt"].endswith(".000Z")
        assert order["code"] not in codes(vendure_shop, filter={"updatedAt": {"after": order["updatedAt"]}})
        assert order["code"] not in codes(vendure_shop, filter={"orderPlacedAt": {"after": order["orderPlacedAt"]}})

    def test_payment_and_fulfilment_leave_the_clocks(self, vendure_shop: VendureShop) -> None:
        """Settling, fulfilling and shipping move neither clock: our own tracking does not come back as news."""
        code = vendure_shop.place_order(BASKET, pay=False)
        before = vendure_shop.order(code)
        wait_a_second()
        vendure_shop.settle_payment(code)
        vendure_shop.admin(SHIP, id=fulfil(vendure_shop, code, {"TEE-M": 1})["id"])
        after = vendure_shop.order(code)

        assert after["state"] == "PartiallyShipped"
        assert after["updatedAt"] == before["updatedAt"]
        assert after["orderPlacedAt"] == before["orderPlacedAt"]

    def test_cancelling_moves_updated_at(self, vendure_shop: VendureShop) -> None:
        """A cancelled order has moved its updatedAt, keeps orderPlacedAt, and totals 0."""
        code = vendure_shop.place_order(BASKET)
        before = vendure_shop.order(code)
        wait_a_second()
        vendure_shop.cancel_order(code)
        after = vendure_shop.order(code)

        assert (after["state"], after["totalWithTax"]) == ("Cancelled", 0)
        assert after["updatedAt"] > before["updatedAt"]
        assert after["orderPlacedAt"] == before["orderPlacedAt"]
        assert [(line["quantity"], line["orderPlacedQuantity"]) for line in after["lines"]] == [(0, 2), (0, 3)]

    def test_cancelling_a_part(self, vendure_shop: VendureShop) -> None:
        """Cancelling one of two mugs lowers quantity and total, and orderPlacedQuantity stays at two."""
        order = vendure_shop.order(vendure_shop.place_order(BASKET))
        mug = {"orderLineId": order["lines"][0]["id"], "quantity": 1}
        cancel = "mutation($i: CancelOrderInput!){cancelOrder(input: $i){__typename}}"
        vendure_shop.admin(cancel, i={"orderId": order["id"], "lines": [mug], "cancelShipping": False})
        after = vendure_shop.order(order["code"])

        assert (after["state"], after["totalWithTax"]) == ("PaymentSettled", 12147)
        assert [(line["quantity"], line["orderPlacedQuantity"]) for line in after["lines"]] == [(1, 2), (3, 3)]


class TestFulfilment:
    def test_partial(self, vendure_shop: VendureShop) -> None:
        """A fulfilment starts Pending and leaves the order as it was; shipping it makes it PartiallyShipped."""
        code = vendure_shop.place_order(BASKET)
        first = fulfil(vendure_shop, code, {"MUG-BLUE": 1, "TEE-M": 3}, "1Z7")
        assert first["state"] == "Pending"
        assert vendure_shop.order(code)["state"] == "PaymentSettled"

        vendure_shop.admin(SHIP, id=first["id"])
        order = vendure_shop.order(code)
        assert order["state"] == "PartiallyShipped"
        assert [(at["method"], at["trackingCode"]) for at in order["fulfillments"]] == [("UPS", "1Z7")]

        vendure_shop.admin(SHIP, id=fulfil(vendure_shop, code, {"MUG-BLUE": 1})["id"])
        assert vendure_shop.order(code)["state"] == "Shipped"

    def test_too_many(self, vendure_shop: VendureShop) -> None:
        """Sending more than is left is refused by the type of the result, without an entry in `errors`."""
        code = vendure_shop.place_order(BASKET)
        result = fulfil(vendure_shop, code, {"TEE-M": 4})

        assert result["__typename"] == "ItemsAlreadyFulfilledError"
        assert result["errorCode"] == "ITEMS_ALREADY_FULFILLED_ERROR"
        assert vendure_shop.order(code)["fulfillments"] == []

    def test_an_open_cart_can_be_fulfilled(self, vendure_shop: VendureShop) -> None:
        """Vendure lets an order be fulfilled that nobody has placed: refusing that is up to the adapter."""
        cart = vendure_shop.open_cart({"MUG-RED": 1})
        assert fulfil(vendure_shop, cart.code, {"MUG-RED": 1})["__typename"] == "Fulfillment"

    def test_shipping_twice(self, vendure_shop: VendureShop) -> None:
        """A shipped fulfilment cannot be shipped again: that too is a result type."""
        code = vendure_shop.place_order({"MUG-RED": 1})
        sent = fulfil(vendure_shop, code, {"MUG-RED": 1})["id"]
        vendure_shop.admin(SHIP, id=sent)
        again = vendure_shop.admin(SHIP, id=sent)["transitionFulfillmentToState"]

        assert again["__typename"] == "FulfillmentStateTransitionError"


class TestStock:
    def test_order_then_fulfilment(self, vendure_shop: VendureShop) -> None:
        """An order allocates, and creating the fulfilment, before any shipment, takes the goods off the shelf."""
        on_hand, allocated = vendure_shop.stock("TEE-L")
        code = vendure_shop.place_order({"TEE-L": 3})
        assert vendure_shop.stock("TEE-L") == (on_hand, allocated + 3)
        fulfil(vendure_shop, code, {"TEE-L": 2})
        assert vendure_shop.stock("TEE-L") == (on_hand - 2, allocated + 1)

    def test_cancelling_releases(self, vendure_shop: VendureShop) -> None:
        """A cancelled order gives back what it had allocated."""
        before = vendure_shop.stock("TEE-S")
        vendure_shop.cancel_order(vendure_shop.place_order({"TEE-S": 2}))
        assert vendure_shop.stock("TEE-S") == before

    def test_setting(self, vendure_shop: VendureShop) -> None:
        """Stock is set by variant and location, is physical, and one unknown variant refuses the whole call."""
        (variant,) = vendure_shop.admin(VARIANT, sku="MUG-RED")["productVariants"]["items"]
        level = {"stockLocationId": variant["stockLevels"][0]["stockLocationId"], "stockOnHand": 57}
        wanted = {"id": variant["id"], "stockLevels": [level]}
        vendure_shop.admin(SET_STOCK, i=[wanted])
        assert vendure_shop.stock("MUG-RED").on_hand == 57

        level["stockOnHand"] = 900
        with pytest.raises(ShopError, match="ENTITY_NOT_FOUND"):
            vendure_shop.admin(SET_STOCK, i=[wanted, wanted | {"id": "987654"}])
        assert vendure_shop.stock("MUG-RED").on_hand == 57

    def test_unknown_location(self, vendure_shop: VendureShop) -> None:
        """Stock for a location that does not exist is ignored without a word."""
        before = vendure_shop.stock("SOCK-ODD")
        (variant,) = vendure_shop.admin(VARIANT, sku="SOCK-ODD")["productVariants"]["items"]
        level = {"stockLocationId": "987654", "stockOnHand": 1}
        vendure_shop.admin(SET_STOCK, i=[{"id": variant["id"], "stockLevels": [level]}])
        assert vendure_shop.stock("SOCK-ODD") == before


class TestAccess:
    def test_without_a_token(self, vendure_shop: VendureShop) -> None:
        """A stranger gets HTTP 200 with FORBIDDEN among the errors."""
        body = {"query": "{orders{totalItems}}"}
        answer = httpx.post(vendure_shop.admin_url, json=body, trust_env=False)

        assert answer.status_code == 200
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"

    def test_the_token_is_in_a_header(self, vendure_shop: VendureShop) -> None:
        """Logging in answers with the bearer token in the header vendure-auth-token."""
        assert vendure_shop.log_in().token

    def test_too_large_a_page(self, vendure_shop: VendureShop) -> None:
        """A page above the limit of 1000 is refused, not shortened."""
        with pytest.raises(ShopError, match="USER_INPUT_ERROR"):
            codes(vendure_shop, take=1001)


class TestHarness:
    def test_what_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the packages the reason names the command that installs them, without Node it names Node."""
        monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
        assert COMMAND in str(missing(tmp_path))
        monkeypatch.setattr("shutil.which", lambda name: None)
        assert "Node.js" in str(missing(tmp_path))

    @pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
    def test_ci_does_not_skip(self, ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
        """What skips on a developer's machine fails where CI is true."""
        monkeypatch.setenv("CI", ci)
        with pytest.raises(outcome, match="no node"):
            require("no node")

    def test_installing_again(self, vendure_shop: VendureShop) -> None:
        """Installing what is installed says so and runs nothing."""
        said: list[str] = []
        assert install(said.append) == MODULES
        assert len(said) == 1
        assert WANTED.read_bytes() == (MODULES / "package.json").read_bytes()

    def test_failing_to_start(self, vendure_shop: VendureShop, tmp_path: Path) -> None:
        """A shop that cannot start says why, with the end of its log."""
        with (
            pytest.raises(ServerError, match=r"(?s)status 1.*Cannot find module '@vendure/core'"),
            VendureShop(tmp_path),
        ):
            pass

    def test_starting_too_slowly(self, vendure_shop: VendureShop) -> None:
        """A shop that does not answer in time is ended, and the error says how long it had."""
        with pytest.raises(ServerError, match="within 0 s"), VendureShop(patience=0):
            pass

    def test_nothing_stays_behind(self, vendure_shop: VendureShop) -> None:
        """A stopped server leaves neither its process nor its folder."""
        server = VendureServer("somebody", "secret")
        server.start()
        process, folder = server.process_id, server.folder
        server.stop()

        assert process is not None
        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
