"""The first import of a large shop: Shopify writes all orders into one file, which costs no points.

The file is kept on this machine's disk while it is read, and no longer. Its orders are given by the time they changed,
as those of pages are, so that an import that was broken off resumes from any order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from tradegecko_bridge.errors import SourceError, SourceUnavailable
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import Json, ShopifyApi, tail
from tradegecko_bridge.sources.toolkit.faults import one_line
from tradegecko_bridge.sources.toolkit.reading import json_value

PATIENCE = 1800.0
"""Seconds a shop may take to write the file."""
EVERY = 5.0
"""Seconds between looks at how far it is."""
_RUNNING = frozenset({"CREATED", "RUNNING"})
_CHILDREN = {"LineItem": "lineItems", "ShippingLine": "shippingLines"}


def wanted(api: ShopifyApi, query: str, above: int) -> bool:
    """Whether there are so many orders that pages would take long."""
    return bool(above) and int(api.ask(queries.COUNT, query=query or None)["ordersCount"]["count"]) > above


def rows(
    api: ShopifyApi, query: str, money: str, page_size: int, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Sequence[tk.Row]]:
    """Every order the search finds, as pages of rows with all their data, those that changed first at first.

    Raises:
        SourceError: the shop could not write the file, or it did not arrive.
    """
    url = _written(api, query, money, sleep)
    if url is None:
        return
    with TemporaryFile() as file:
        api.client.download(url, file)
        index = sorted(_index(file))
        for some in tk.in_chunks(index, page_size):
            yield [tk.Row(id=order, at=at, data=_order(file, place)) for at, order, place in some]


def _written(api: ShopifyApi, query: str, money: str, sleep: Callable[[float], None]) -> str | None:
    """The address of the file; None where there are no orders."""
    text = queries.in_money(queries.BULK, money).replace("QUERY", json.dumps(query))
    operation = api.do(queries.RUN_BULK, query=text)["bulkOperation"]["id"]
    waited = 0.0
    while True:
        state: Json = api.ask(queries.LOOK_AT_BULK, id=operation)["bulkOperation"] or {}
        if state.get("status") == "COMPLETED":
            return None if state["url"] is None else str(state["url"])
        if state.get("status") not in _RUNNING or waited >= PATIENCE:
            status = one_line(f"{state.get('status', 'gone')} {state.get('errorCode') or ''}")
            raise SourceUnavailable(f"Shopify's bulk operation is {status} after {waited:.0f} s")
        sleep(EVERY)
        waited += EVERY


def _index(file: IO[bytes]) -> Iterator[tuple[datetime, str, int]]:
    """Where each order begins in the file; what belongs to it follows."""
    file.seek(0)
    place = 0
    for line in file:
        data = _read(line)
        if "__parentId" not in data:
            yield tk.time_of(data, "updatedAt"), tail(data["id"]), place
        place += len(line)


def _order(file: IO[bytes], place: int) -> Json:
    """The order that begins there."""
    file.seek(place)
    order = _read(file.readline())
    whole: Json = {**order, **{name: {"nodes": []} for name in _CHILDREN.values()}}
    for line in file:
        child = _read(line)
        if child.get("__parentId") != order["id"]:
            break
        whole[_CHILDREN[child["__typename"]]]["nodes"].append(child)
    return whole


def _read(line: bytes) -> Json:
    try:
        data: Any = json_value(line)
        if not isinstance(data, dict):
            raise TypeError
    except (ValueError, TypeError):
        raise SourceUnavailable("a line of the file that Shopify wrote cannot be read") from None
    return data


def falls_back(error: SourceError) -> bool:
    """Whether pages may work where the file did not."""
    return not isinstance(error, tk.Forbidden)
