"""Finding variants by SKU. Vendure does not keep SKUs unique, so each SKU has a list of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.http_bounds import EndlessList
from tradegecko_bridge.sources.toolkit.incremental import in_chunks
from tradegecko_bridge.sources.vendure.api import Json, VendureApi


def find_variants(api: VendureApi, skus: Collection[str], fields: str, page_size: int) -> Mapping[str, Sequence[Json]]:
    """The variants with exactly these SKUs, with ``id``, ``sku`` and ``fields``; an unknown SKU has none.

    Compared here once more, because some databases take upper and lower case for the same.
    """
    wanted = f"productVariants(options: $o){{items{{id sku {fields}}}}}"
    query = f"query Variants($o: ProductVariantListOptions!){{{wanted}}}"
    found: dict[str, dict[str, Json]] = defaultdict(dict)
    for some in in_chunks(skus, page_size):
        for variant in _list(api, query, some, page_size):
            found[variant["sku"]][str(variant["id"])] = variant
    return {sku: list(found[sku].values()) if sku in found else [] for sku in skus}


def _list(api: VendureApi, query: str, skus: Sequence[str], page_size: int) -> Iterator[Json]:
    options = {"filter": {"sku": {"in": list(skus)}}, "sort": {"id": "ASC"}, "take": page_size}
    skip, pages = 0, EndlessList()
    while True:
        items = api.ask(query, o=options | {"skip": skip})["productVariants"]["items"]
        if flaw := pages.flaw(items):
            raise SourceUnavailable(f"Vendure's list of variants does not end: {flaw}")
        yield from items
        skip += len(items)
        if len(items) < page_size:
            return
