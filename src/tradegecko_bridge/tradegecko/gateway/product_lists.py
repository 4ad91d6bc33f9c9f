"""Products with their variants and pictures: all of them, those with some ids, and which may have changed.

A product that has changed need not show it: its variants and pictures have times of their own. What shows in none of
the three (a record that was erased, a price list with another name) is seen when all are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from tradegecko_bridge.commerce import ProductDetails
from tradegecko_bridge.commerce.remote import ChangedProducts, PriceList
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway import translate
from tradegecko_bridge.tradegecko.gateway.cursors import AHEAD
from tradegecko_bridge.tradegecko.gateway.customer_match import INACTIVE
from tradegecko_bridge.tradegecko.gateway.late import LATEST
from tradegecko_bridge.tradegecko.gateway.listing import changes, moment_in, pages
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import VARIANTS, Kind

IDS_A_CALL: Final = 200
MOST: Final = 10_000
"""Where more products may have changed, all are read."""
PROCESSING: Final = timedelta(hours=1)
"""How long a picture may take to get its address, which its times need not show (reference §5.11)."""
_TOO_FAR: Final = timedelta(days=1)
_PRODUCTS: Final = Kind(resource=resources.PRODUCTS, statuses=("active", *INACTIVE), keys=lambda _product, _digest: ())


def details(client: TradeGeckoClient, listed: Iterable[Page[records.Product]]) -> Iterator[ProductDetails]:
    """The active products on these pages, with the active ones of the variants that came along (§5.22) and the
    addresses of the pictures that have one (§5.11): one request more for two hundred pictures."""
    for page in listed:
        products = [product for product in page if product.status not in INACTIVE]
        variants: dict[int | None, list[records.Variant]] = {product.id: [] for product in products}
        for variant in page.sideloaded.get("variants", ()):
            if variant.status != "archived" and variant.product_id in variants:
                variants[variant.product_id].append(variant)
        images = _addresses(client, [*products, *chain.from_iterable(variants.values())])
        yield from (translate.product_details(product, variants[product.id], images) for product in products)


def _addresses(client: TradeGeckoClient, holders: Iterable[records.Product | records.Variant]) -> dict[int, str]:
    """Addresses of the pictures of these, by id."""
    ids = sorted({id_ for holder in holders for id_ in holder.image_ids})
    found: dict[int, str] = {}
    for start in range(0, len(ids), IDS_A_CALL):
        listed = pages(client, resources.IMAGES.list(ids=ids[start : start + IDS_A_CALL]))
        for image in chain.from_iterable(listed):
            if address := translate.image_url(image):
                found[image.id] = address
    return found


def products_by_id(client: TradeGeckoClient, references: Collection[str]) -> Iterator[ProductDetails]:
    """The active ones among the products with these ids."""
    ids = sorted(map(int, references))
    for start in range(0, len(ids), IDS_A_CALL):
        call = resources.PRODUCTS.list(
            ids=ids[start : start + IDS_A_CALL], include=["variants"], status=_PRODUCTS.statuses
        )
        yield from details(client, pages(client, call, whole=True))


def changed_products(client: TradeGeckoClient, cursor: str | None, now: datetime) -> ChangedProducts:
    """Which may have changed since a cursor, as :class:`~tradegecko_bridge.ports.TellsChangedProducts` says: by three
    lists, as a rule of one page each. ``now`` is what the server's clock shows; the cursor stays behind it as long as
    a change may become visible late."""
    since, settled = moment_in(cursor), now - LATEST - AHEAD
    if since is None or since > now + _TOO_FAR:
        return ChangedProducts(references=None, cursor=str(write_value(settled)))
    found: set[int] = set()
    for id_ in _changed_ids(client, since):
        found.add(id_)
        if len(found) > MOST:
            return ChangedProducts(references=None, cursor=str(write_value(settled)))
    return ChangedProducts(references=frozenset(map(str, found)), cursor=str(write_value(max(settled, since))))


def _changed_ids(client: TradeGeckoClient, since: datetime) -> Iterator[int]:
    for products in changes(client, _PRODUCTS.call_at, since):
        yield from (product.id for product in products)
    for variants in changes(client, VARIANTS.call_at, since):
        yield from (variant.product_id for variant in variants if variant.product_id is not None)
    for images in pages(client, resources.IMAGES.list().with_params(updated_at_min=since - PROCESSING)):
        yield from (image.product_id for image in images if image.product_id is not None)


def price_lists(client: TradeGeckoClient) -> list[PriceList]:
    """All the account has (reference §5.21)."""
    return [
        PriceList(
            id=str(one.id), name=one.name or str(one.id), currency=one.currency_iso or "",
            cost=bool(one.is_cost) or one.id == "buy",
        )
        for one in chain.from_iterable(pages(client, resources.PRICE_LISTS.list(), whole=True))
    ]  # fmt: skip
