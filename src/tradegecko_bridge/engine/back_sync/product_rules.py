"""What a source is told of a product: by the settings, and with the prices they choose. Pure but for the names of price
lists, which the account is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce import ProductDetails, VariantDetails
from tradegecko_bridge.commerce.remote import PriceList, RecordKind
from tradegecko_bridge.engine.mapping.rules import source_skus
from tradegecko_bridge.engine.settings.choices import ProductChanges
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.ports import Gateway, ListsPrices


@frozen(kw_only=True)
class PriceLists:
    """The account's price lists by id, and those the settings choose."""

    known: Mapping[str, PriceList]
    retail: PriceList | None = None
    supply: PriceList | None = None


NO_LISTS: Final = PriceLists(known={})


def price_lists(gateway: Gateway, settings: ConnectionSettings) -> PriceLists:
    """Those of an account.

    Raises:
        Rejected: one that the settings name is not there; without it, wrong prices would be told.
        AccessDenied, Unavailable: the account cannot be asked.
    """
    known = {one.id: one for one in gateway.price_lists()} if isinstance(gateway, ListsPrices) else {}

    def chosen(setting: str, name: str | None) -> PriceList | None:
        if name is None:
            return None
        try:
            id_ = gateway.find_record(RecordKind.PRICE_LIST, name)
            if id_ not in known:
                raise Rejected(f"no price list {name!r} among those that can be read")
        except Rejected as error:
            what = "no product is told until you create it there or correct the setting"
            raise Rejected(f"setting {setting}: {error}; {what}") from error
        return known[id_]

    return PriceLists(
        known=known,
        retail=chosen("product_price_list", settings.product_price_list),
        supply=chosen("product_supply_price_list", settings.product_supply_price_list),
    )


def as_told(
    product: ProductDetails, settings: ConnectionSettings, lists: PriceLists = NO_LISTS
) -> ProductDetails | None:
    """A product as the settings let the source know of it; None where nothing of it is left.

    Variants go by the source's name for them, those that a filter leaves out are not told, and buying prices only
    where the settings say so.
    """
    variants = []
    for variant in product.variants:
        if variant.composite and not settings.product_composites:
            continue
        names = source_skus(variant.sku or "", settings)
        if not names:
            continue
        own = names[1] if names[0] == variant.sku and len(names) > 1 else names[0]
        variants.append(_priced(evolve(variant, sku=own or None), settings, lists))
    if product.variants and not variants:
        return None
    return evolve(
        product,
        variants=tuple(variants),
        currency=lists.retail.currency or None if lists.retail else product.currency,
        supply_currency=lists.supply.currency or None if lists.supply else product.supply_currency,
        create=settings.product_changes is not ProductChanges.UPDATE,
        update=settings.product_changes is not ProductChanges.CREATE,
    )


def _priced(variant: VariantDetails, settings: ConnectionSettings, lists: PriceLists) -> VariantDetails:
    """With the prices the source is told. One that is not on a chosen list has no price there."""
    retail, supply = lists.retail, lists.supply
    variant = evolve(
        variant,
        retail_price=variant.prices.get(retail.id) if retail else variant.retail_price,
        supply_price=variant.prices.get(supply.id) if supply else variant.supply_price,
    )
    if settings.product_buy_prices:
        return variant
    sold_at = {id_: price for id_, price in variant.prices.items() if id_ in lists.known and not lists.known[id_].cost}
    return evolve(variant, buy_price=None, prices=sold_at)
