"""Webhooks as a nudge: stock that changes in TradeGecko is told to the shop at once."""

import threading
from collections.abc import Iterable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from tradegecko_bridge import (
    NUDGE_EVENTS,
    MemoryStore,
    Nudges,
    Sandbox,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
    run_nudged,
)
from tradegecko_bridge.commerce import ItemResult, SourceOrder, StockLevel, Verdict
from tradegecko_bridge.webhooks import AsgiReceiver

told = threading.Event()


class Shop:
    name = "my shop"

    def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
        return []

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        for level in levels:
            if level.sku == "MUG-BLUE":
                print(f"{level.sku} is {level.available} now")
                told.set()
        return [ItemResult(key=level.sku, verdict=Verdict.ACCEPTED) for level in levels]


with Sandbox() as sandbox, TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
    store = MemoryStore()
    gateway = TradeGeckoGateway(client, mirror=store.mirror)
    engine = SyncEngine("my-shop", source=Shop(), gateway=gateway, store=store)
    engine.run()

    # one receiver, at an address of its own, for the connections of each account
    nudges = Nudges()
    receiver = AsgiReceiver(nudges.handler([engine.connection]), sandbox.client_secret)
    app = Starlette(routes=[Route("/tradegecko", receiver)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    serving = threading.Thread(target=server.run)
    serving.start()

    # what is nudged runs in a thread of its own
    end = threading.Event()
    working = threading.Thread(
        target=run_nudged, args=(nudges, [engine]), kwargs={"until": end.is_set, "on_run": print}
    )
    working.start()

    while not server.started:
        end.wait(0.05)
    host, port = server.servers[0].sockets[0].getsockname()
    for event in NUDGE_EVENTS:
        client.webhooks.create({"event": event, "address": f"http://{host}:{port}/tradegecko"})

    told.clear()
    mug = next(iter(client.variants.list(sku="MUG-BLUE")))
    found = {"variant_id": mug.id, "quantity": 5, "price": 6.5}
    where = mug.locations[0].location_id
    client.stock_adjustments.create(
        {"stock_location_id": where, "reason": "supplier", "stock_adjustment_line_items": [found]}
    )
    told.wait(30)

    end.set()
    server.should_exit = True
    working.join()
    serving.join()
