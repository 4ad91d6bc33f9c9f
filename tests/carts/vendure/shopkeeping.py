"""What a shopkeeper does now and then, beyond what every test needs: promotions, prices with tax, changes by hand."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx

from tests.carts.vendure.graphql import Json, Session
from tests.carts.vendure.shop import VendureShop

CREATE_PROMOTION = """
mutation($i: CreatePromotionInput!){createPromotion(input: $i){
  ... on Promotion{id} ... on ErrorResult{errorCode message}
}}"""

SET_CHANNEL = "mutation($i: UpdateChannelInput!){updateChannel(input: $i){__typename}}"

MODIFY = """
mutation($i: ModifyOrderInput!){modifyOrder(input: $i){... on Order{id} ... on ErrorResult{errorCode message}}}"""

TRANSITION = "mutation($id: ID!, $s: String!){transitionOrderToState(id: $id, state: $s){__typename}}"

COUPON = "mutation($c: String!){applyCouponCode(couponCode: $c){__typename ... on ErrorResult{errorCode message}}}"


def add_coupon(shop: VendureShop, coupon: str, action: str, **arguments: object) -> None:
    """A promotion for whoever enters the coupon, e.g. ``action="order_fixed_discount", discount=1000``."""
    given = [{"name": name, "value": str(value)} for name, value in arguments.items()]
    promotion = {
        "enabled": True,
        "couponCode": coupon,
        "conditions": [],
        "actions": [{"code": action, "arguments": given}],
        "translations": [{"languageCode": "en", "name": f"Promotion {coupon}", "description": ""}],
    }
    shop.admin(CREATE_PROMOTION, i=promotion)


def buy(shop: VendureShop, lines: Mapping[str, int], *coupons: str) -> str:
    """Place an order as a guest who enters coupons; its code."""
    cart = shop.open_cart(lines)
    with httpx.Client(trust_env=False) as http:
        shopper = Session(http, shop.shop_url, cart.token)
        for coupon in coupons:
            shopper.do(COUPON, c=coupon)
    return shop.finish_cart(cart)


@contextmanager
def prices_with_tax(shop: VendureShop) -> Iterator[None]:
    """Inside, the shop's prices include tax."""
    channel = shop.admin("{activeChannel{id}}")["activeChannel"]["id"]
    shop.admin(SET_CHANNEL, i={"id": channel, "pricesIncludeTax": True})
    try:
        yield
    finally:
        shop.admin(SET_CHANNEL, i={"id": channel, "pricesIncludeTax": False})


def begin_modifying(shop: VendureShop, order_id: str) -> None:
    """Put a placed order into the state Modifying."""
    shop.admin(TRANSITION, id=order_id, s="Modifying")


def add_surcharges(shop: VendureShop, order_id: str, surcharges: Sequence[Json]) -> None:
    """Add surcharges by hand to an order that is being modified."""
    payments = shop.admin("query($id: ID!){order(id: $id){payments{id}}}", id=order_id)["order"]["payments"]
    refunds = [{"paymentId": payment["id"], "amount": 0} for payment in payments]  # as much as it comes to
    wanted = {"dryRun": False, "orderId": order_id, "surcharges": list(surcharges), "refunds": refunds}
    result = shop.admin(MODIFY, i=wanted)["modifyOrder"]
    assert "errorCode" not in result, result


def order_notes(shop: VendureShop, order_id: str) -> list[tuple[str, bool]]:
    """Text of every note on an order, and whether the customer sees it, oldest first."""
    query = (
        'query($id: ID!){order(id: $id){history(options: {filter: {type: {eq: "ORDER_NOTE"}}}){items{data isPublic}}}}'
    )
    items = shop.admin(query, id=order_id)["order"]["history"]["items"]
    return [(item["data"]["note"], item["isPublic"]) for item in items]
