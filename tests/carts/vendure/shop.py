"""A real Vendure shop for tests: started, stocked, and shopped in as a customer would.

    with VendureShop() as shop:
        code = shop.place_order({"MUG-BLUE": 2, "TEE-M": 3})
        assert shop.order(code)["totalWithTax"] == 14406

Money is in cents, as Vendure counts it. Every order is a guest's, with a session of its own.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from tests.carts.vendure.graphql import Json, Session, ShopError, http_client
from tests.carts.vendure.install import MODULES
from tests.carts.vendure.seed import AUTHORIZES, PAYS, seed
from tests.carts.vendure.server import PATIENCE, ServerError, VendureServer

__all__ = ["Cart", "Json", "ServerError", "ShopError", "Stock", "VendureShop"]

ANN: Final = "ann@example.com"

LOGIN: Final = """
mutation($username: String!, $password: String!){
  login(username: $username, password: $password){
    ... on CurrentUser{id} ... on ErrorResult{errorCode message}
  }
}"""

ORDER: Final = """
query($code: String!){orders(options: {filter: {code: {eq: $code}}}){items{
  id code state active createdAt updatedAt orderPlacedAt currencyCode
  subTotal subTotalWithTax shipping shippingWithTax total totalWithTax totalQuantity couponCodes
  customer{id firstName lastName emailAddress phoneNumber}
  shippingAddress{...address} billingAddress{...address}
  lines{
    id quantity orderPlacedQuantity unitPrice unitPriceWithTax discountedUnitPrice discountedUnitPriceWithTax
    proratedUnitPrice linePrice linePriceWithTax lineTax taxRate
    productVariant{id sku name} fulfillmentLines{fulfillmentId quantity}
  }
  shippingLines{price priceWithTax shippingMethod{code name}}
  discounts{description amount amountWithTax}
  taxSummary{description taxRate taxBase taxTotal}
  payments{id method amount state transactionId}
  fulfillments{id state method trackingCode lines{orderLineId quantity}}
}}}
fragment address on OrderAddress{
  fullName company streetLine1 streetLine2 city province postalCode country countryCode phoneNumber
}"""

VARIANT: Final = """
query($sku: String!){productVariants(options: {filter: {sku: {eq: $sku}}}){items{
  id sku stockLevels{stockLocationId stockOnHand stockAllocated}
}}}"""

CANCEL: Final = """
mutation($i: CancelOrderInput!){cancelOrder(input: $i){
  ... on Order{state} ... on ErrorResult{errorCode message}
}}"""

SETTLE: Final = """
mutation($id: ID!){settlePayment(id: $id){
  ... on Payment{state} ... on ErrorResult{errorCode message}
}}"""


def _step(variables: str, call: str) -> str:
    """A shopper's mutation: each of them answers with the order or with an ErrorResult."""
    return f"mutation({variables}){{{call}{{... on Order{{id code state}} ... on ErrorResult{{errorCode message}}}}}}"


ADD_ITEM: Final = _step("$id: ID!, $n: Int!", "addItemToOrder(productVariantId: $id, quantity: $n)")
SET_CUSTOMER: Final = _step("$i: CreateCustomerInput!", "setCustomerForOrder(input: $i)")
SET_ADDRESS: Final = _step("$i: CreateAddressInput!", "setOrderShippingAddress(input: $i)")
SET_SHIPPING: Final = _step("$id: ID!", "setOrderShippingMethod(shippingMethodId: [$id])")
TO_PAYMENT: Final = _step("$state: String!", "transitionOrderToState(state: $state)")
ADD_PAYMENT: Final = _step("$i: PaymentInput!", "addPaymentToOrder(input: $i)")


class Cart(NamedTuple):
    """A cart somebody filled and left: the order's code, and the token that keeps the shopper's session."""

    code: str
    token: str


class Stock(NamedTuple):
    """Physical stock, and the part of it that is promised to orders."""

    on_hand: int
    allocated: int


class VendureShop:
    """A Vendure 3 shop on the loopback, alive inside `with`; see `seed.CATALOGUE` for what it sells.

    Entering raises `ServerError`, with the end of the shop's log, when Vendure does not start in time.
    """

    def __init__(self, modules: Path = MODULES, patience: float = PATIENCE) -> None:
        self.username = f"boss-{secrets.token_hex(4)}"
        self.password = secrets.token_urlsafe(16)
        self.url = ""
        self._modules = modules
        self._patience = patience

    def __enter__(self) -> Self:
        self._server = VendureServer(self.username, self.password, self._modules)
        self._http = http_client()
        try:
            self.url = self._server.start(self._patience)
            self._admin = self.log_in()
            seed(self._admin)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def admin_url(self) -> str:
        """Address of the admin API, as `http://127.0.0.1:PORT/admin-api`."""
        return f"{self.url}/admin-api"

    @property
    def shop_url(self) -> str:
        """Address of the shoppers' API, as `http://127.0.0.1:PORT/shop-api`."""
        return f"{self.url}/shop-api"

    # the shopkeeper

    def log_in(self) -> Session:
        """A new session of the superadmin with the admin API."""
        session = Session(self._http, self.admin_url)
        session.do(LOGIN, username=self.username, password=self.password)
        return session

    def admin(self, query: str, **variables: object) -> Json:
        """The `data` of any query or mutation of the admin API, as superadmin; raises `ShopError`."""
        return self._admin.ask(query, **variables)

    def order(self, code: str) -> Json:
        """The order or open cart with that code, with all its parts; raises `LookupError` when there is none."""
        return _only(self.admin(ORDER, code=code)["orders"]["items"], f"order {code}")

    def stock(self, sku: str) -> Stock:
        """What the one stock location holds of a SKU; raises `LookupError` when it is not sold here."""
        (level,) = self._variant(sku)["stockLevels"]
        return Stock(level["stockOnHand"], level["stockAllocated"])

    def settle_payment(self, code: str) -> None:
        """Take the money of an order that was placed with `pay=False`."""
        for payment in self.order(code)["payments"]:
            self._admin.do(SETTLE, id=payment["id"])

    def cancel_order(self, code: str) -> None:
        """Cancel a placed order completely, shipping included."""
        order = self.order(code)
        self._admin.do(CANCEL, i={"orderId": order["id"], "reason": "test", "cancelShipping": True})

    def sql(self, statement: str) -> list[Json]:
        """Rows of the shop's database: for what no API of it does."""
        response = self._http.get(f"{self.url}/of-the-tests", params={"sql": statement})
        if response.status_code != 200:
            raise ShopError(str(response.status_code), response.text)
        rows: list[Json] = response.json()
        return rows

    # the shopper

    def place_order(self, lines: Mapping[str, int], customer_email: str = ANN, *, pay: bool = True) -> str:
        """Shop as a guest and return the order's code; with `pay=False` the payment is only authorized."""
        return self.finish_cart(self.open_cart(lines, customer_email), pay=pay)

    def open_cart(self, lines: Mapping[str, int], customer_email: str = ANN) -> Cart:
        """Fill a cart, give name, address and shipping method, and stop before the last click.

        What is left for `finish_cart` is only placing the order, which is what does not move `updatedAt`.
        """
        shopper = Session(self._http, self.shop_url)
        for sku, quantity in lines.items():
            shopper.do(ADD_ITEM, id=self._variant(sku)["id"], n=quantity)
        shopper.do(SET_CUSTOMER, i=_customer(customer_email))
        shopper.do(SET_ADDRESS, i=_address())
        (method,) = shopper.ask("{eligibleShippingMethods{id}}")["eligibleShippingMethods"]
        order = shopper.do(SET_SHIPPING, id=method["id"])
        if shopper.token is None:
            raise ShopError("NO_TOKEN", "the shop gave the shopper no session")
        return Cart(order["code"], shopper.token)

    def finish_cart(self, cart: Cart, *, pay: bool = True) -> str:
        """Place the order of an open cart and return its code; with `pay=False` it is only authorized."""
        shopper = Session(self._http, self.shop_url, cart.token)
        shopper.do(TO_PAYMENT, state="ArrangingPayment")
        order = shopper.do(ADD_PAYMENT, i={"method": PAYS if pay else AUTHORIZES, "metadata": {}})
        return str(order["code"])

    def _variant(self, sku: str) -> Json:
        return _only(self.admin(VARIANT, sku=sku)["productVariants"]["items"], f"SKU {sku}")

    def _close(self) -> None:
        self._http.close()
        self._server.stop()


def _customer(email: str) -> Json:
    return {"firstName": "Ann", "lastName": "Lee", "emailAddress": email, "phoneNumber": "4165550100"}


def _address() -> Json:
    return {
        "fullName": "Ann Lee",
        "streetLine1": "1 King St W",
        "city": "Toronto",
        "province": "ON",
        "postalCode": "M5H 1A1",
        "countryCode": "CA",
        "phoneNumber": "4165550100",
    }


def _only(items: list[Json], wanted: str) -> Json:
    if len(items) != 1:
        raise LookupError(f"the shop has {len(items)} of {wanted}, not one")
    return items[0]
