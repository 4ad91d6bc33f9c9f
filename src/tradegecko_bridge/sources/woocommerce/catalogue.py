"""Products and variations by SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import SHOP, Json, WooApi
from tradegecko_bridge.sources.woocommerce.listing import LARGEST_PAGE

_LONGEST_QUESTION = 1500
"""Characters of SKUs in one address: servers take some thousands in all."""


def find(api: WooApi, skus: Collection[str], **params: object) -> Mapping[str, Sequence[Json]]:
    """What has each of these SKUs, products and variations alike; the shop itself looks without regard to case."""
    found: dict[str, list[Json]] = defaultdict(list)
    for some in _asked(skus):
        for one in _all(api, ",".join(some), params):
            if one.get("sku") in some and one not in found[one["sku"]]:
                found[one["sku"]].append(one)
    return found


def _all(api: WooApi, skus: str, params: Mapping[str, object]) -> list[Json]:
    def page(number: int) -> tk.Page[Json]:
        rows = api.get("products", sku=skus, per_page=LARGEST_PAGE, page=number, **params).rows
        return tk.Page(rows=rows, more=len(rows) == LARGEST_PAGE)

    return [one for rows in tk.numbered(page, SHOP) for one in rows]


def _asked(skus: Collection[str]) -> list[list[str]]:
    """In questions that are no longer than an address may be; a SKU with a comma is asked for alone."""
    questions: list[list[str]] = [[]]
    for sku in skus:
        alone = "," in sku
        if questions[-1] and (
            alone or "," in questions[-1][-1] or sum(map(len, questions[-1])) + len(sku) > _LONGEST_QUESTION
        ):
            questions.append([])
        questions[-1].append(sku)
    return [one for one in questions if one]


def path_of(one: Json) -> str:
    """Where a product is written, or a variation, which is behind its product."""
    return f"products/{one['parent_id']}/variations/{one['id']}" if is_variation(one) else f"products/{one['id']}"


def is_variation(one: Json) -> bool:
    """Whether it is one of several forms of a product."""
    return one.get("type") == "variation" and bool(one.get("parent_id"))


def batches(rows: Sequence[tuple[Json, Mapping[str, Any]]]) -> Mapping[str, list[Mapping[str, Any]]]:
    """What to write, by where: products together, and the variations of each product."""
    by_place: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one, fields in rows:
        place = f"products/{one['parent_id']}/variations/batch" if is_variation(one) else "products/batch"
        by_place[place].append({"id": one["id"], **fields})
    return by_place
