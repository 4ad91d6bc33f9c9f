"""Fills an empty Vendure shop through its admin API: a Canadian shop with prices before tax and HST of 13 %."""

from typing import Final, NamedTuple

from tests.carts.vendure.graphql import Json, Session


class Article(NamedTuple):
    """One variant to sell: its option (a colour, a size), the name shown, and its price in cents."""

    sku: str
    option: str
    name: str
    cents: int


class Product(NamedTuple):
    """One product; `choice` is what its variants differ in, None when there is a single one."""

    name: str
    choice: str | None
    articles: tuple[Article, ...]


CATALOGUE: Final = (
    Product(
        "Mug",
        "Colour",
        (Article("MUG-BLUE", "Blue", "Blue Mug", 1999), Article("MUG-RED", "Red", "Red Mug", 1999)),
    ),
    Product(
        "T-Shirt",
        "Size",
        (
            Article("TEE-S", "S", "T-Shirt S", 2500),
            Article("TEE-M", "M", "T-Shirt M", 2500),
            Article("TEE-L", "L", "T-Shirt L", 2500),
        ),
    ),
    Product("Hat", None, (Article("HAT-ONE", "", "Hat", 3000),)),  # TradeGecko is not to know this SKU
    Product("Sock", None, (Article("SOCK-ODD", "", "Odd sock", 500),)),  # for a test that leaves it unsellable
)
STOCK: Final = 1000
SHIPPING_CENTS: Final = 1250
TAX_PERCENT: Final = 13

PAYS: Final = "dummy"
"""The payment method that settles at once: an order paid with it is PaymentSettled."""
AUTHORIZES: Final = "dummy-later"
"""The payment method that only authorizes: an order placed with it is PaymentAuthorized."""


def seed(admin: Session) -> None:
    """Make the shop ready to sell; `admin` must be logged in as the superadmin."""
    tax_category = _add_taxes(admin)
    _add_shipping(admin)
    _add_payment(admin, PAYS, settles=True)
    _add_payment(admin, AUTHORIZES, settles=False)
    location = admin.ask("{stockLocations{items{id}}}")["stockLocations"]["items"][0]["id"]
    for product in CATALOGUE:
        _add_product(admin, product, tax_category, location)


def _add_taxes(admin: Session) -> str:
    """Country, zone, tax category and rate, and the channel that uses them; returns the category's id."""
    country = admin.do(
        "mutation($i: CreateCountryInput!){createCountry(input: $i){id}}",
        i={"code": "CA", "enabled": True, "translations": _english("Canada")},
    )
    zone = admin.do(
        "mutation($i: CreateZoneInput!){createZone(input: $i){id}}",
        i={"name": "Canada", "memberIds": [country["id"]]},
    )
    category = admin.do(
        "mutation($i: CreateTaxCategoryInput!){createTaxCategory(input: $i){id}}",
        i={"name": "Standard", "isDefault": True},
    )
    rate = {"name": "HST", "enabled": True, "value": TAX_PERCENT}
    admin.do(
        "mutation($i: CreateTaxRateInput!){createTaxRate(input: $i){id}}",
        i=rate | {"categoryId": category["id"], "zoneId": zone["id"]},
    )
    _set_channel(admin, zone["id"])
    return str(category["id"])


def _set_channel(admin: Session, zone: str) -> None:
    channel = {
        "id": admin.ask("{activeChannel{id}}")["activeChannel"]["id"],
        "defaultCurrencyCode": "CAD",
        "availableCurrencyCodes": ["CAD"],
        "pricesIncludeTax": False,
        "defaultTaxZoneId": zone,
        "defaultShippingZoneId": zone,
    }
    admin.do(
        "mutation($i: UpdateChannelInput!){updateChannel(input: $i)"
        "{... on Channel{id} ... on ErrorResult{errorCode message}}}",
        i=channel,
    )


def _add_shipping(admin: Session) -> None:
    rate = {"rate": SHIPPING_CENTS, "includesTax": "exclude", "taxRate": TAX_PERCENT}
    method = {
        "code": "flat",
        "fulfillmentHandler": "manual-fulfillment",
        "checker": _operation("default-shipping-eligibility-checker", orderMinimum=0),
        "calculator": _operation("default-shipping-calculator", **rate),
        "translations": _english("Flat rate", description=""),
    }
    admin.do("mutation($i: CreateShippingMethodInput!){createShippingMethod(input: $i){id}}", i=method)


def _add_payment(admin: Session, code: str, *, settles: bool) -> None:
    method = {
        "code": code,
        "enabled": True,
        "handler": _operation("dummy-payment-handler", automaticSettle=str(settles).lower()),
        "translations": _english(code, description=""),
    }
    admin.do("mutation($i: CreatePaymentMethodInput!){createPaymentMethod(input: $i){id}}", i=method)


def _add_product(admin: Session, product: Product, tax_category: str, location: str) -> None:
    created = admin.do(
        "mutation($i: CreateProductInput!){createProduct(input: $i){id}}",
        i={"enabled": True, "translations": _english(product.name, slug=product.name.lower(), description="")},
    )
    options = _add_options(admin, product, created["id"])
    shared = {
        "productId": created["id"],
        "taxCategoryId": tax_category,
        "stockLevels": [{"stockLocationId": location, "stockOnHand": STOCK}],
    }
    admin.ask(
        "mutation($i: [CreateProductVariantInput!]!){createProductVariants(input: $i){id}}",
        i=[shared | _variant(article, options) for article in product.articles],
    )


def _add_options(admin: Session, product: Product, product_id: str) -> dict[str, str]:
    """Give the product its choice of options; returns their ids by code, nothing for a product without."""
    if product.choice is None:
        return {}
    options = [
        {"code": article.option.lower(), "translations": _english(article.option)} for article in product.articles
    ]
    group = admin.do(
        "mutation($i: CreateProductOptionGroupInput!){createProductOptionGroup(input: $i){id options{id code}}}",
        i={"code": product.choice.lower(), "translations": _english(product.choice), "options": options},
    )
    admin.do(
        "mutation($p: ID!, $g: ID!){addOptionGroupToProduct(productId: $p, optionGroupId: $g){id}}",
        p=product_id,
        g=group["id"],
    )
    return {option["code"]: option["id"] for option in group["options"]}


def _variant(article: Article, options: dict[str, str]) -> Json:
    return {
        "sku": article.sku,
        "price": article.cents,
        "translations": _english(article.name),
        "optionIds": [options[article.option.lower()]] if options else [],
    }


def _english(name: str, **more: str) -> list[Json]:
    return [{"languageCode": "en", "name": name, **more}]


def _operation(code: str, **arguments: object) -> Json:
    """A configurable operation as Vendure takes it: every argument's value is a string."""
    return {"code": code, "arguments": [{"name": n, "value": str(v)} for n, v in arguments.items()]}
