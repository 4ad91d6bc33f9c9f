"""The TradeGecko client by itself."""

from decimal import Decimal

from tradegecko_bridge import Call, Sandbox, TradeGeckoClient
from tradegecko_bridge.errors import NotFound, ValidationFailed

with Sandbox() as sandbox, TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
    print("account:", client.accounts.current().name)

    for variant in client.variants.list(sku=["MUG-BLUE", "TEE-M"]):
        stock = {location.location_id: location.stock_on_hand for location in variant.locations}
        print(variant.sku, variant.retail_price, {i: str(units) for i, units in stock.items()})

    towel = {"sku": "TOWEL", "retail_price": Decimal("9.50")}
    made = client.products.create({"name": "Tea towel", "variants": [towel]})
    print("made:", made, "unknown fields:", made.extras)

    for page in client.companies.list(limit=2).pages():
        print(len(page.records), "of", page.total, "companies")

    try:
        client.products.create({"name": ""})
    except ValidationFailed as error:
        print(error.fields)
    try:
        client.orders.get(999_999)
    except NotFound as error:
        print(error.status, error.detail)

    # an endpoint without a method of its own is a call built by hand
    levels = client.send(Call(method="GET", path="/stock_levels", params=(("limit", "1"),), read=lambda r: r.body))
    print("stock levels:", len(levels["stock_levels"]))
