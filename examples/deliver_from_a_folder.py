"""Order files in a folder go out; tracking comes back as a file."""

import tempfile
from datetime import timedelta
from pathlib import Path

from tradegecko_bridge import FolderSource, MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway

ORDERS = """\
order_number,placed_at,currency,customer_email,ship_last_name,ship_address1,ship_city,ship_country,sku,quantity,price
1001,2026-11-02T09:12:00-05:00,CAD,ann@example.com,Lee,1 King St W,Toronto,CA,MUG-BLUE,2,19.99
1001,,,,,,,,TEE-M,1,25.00
1002,2026-11-02T10:40:00-05:00,CAD,ben@example.com,Okafor,77 Rideau St,Ottawa,CA,NO-SUCH-SKU,1,10.00
"""

with (
    tempfile.TemporaryDirectory() as shop,
    Sandbox() as sandbox,
    TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
):
    inbox = Path(shop, "orders")
    inbox.mkdir()
    (inbox / "today.csv").write_text(ORDERS, encoding="utf-8")
    store = MemoryStore()
    engine = SyncEngine(
        "my-shop",
        source=FolderSource(shop, settle=timedelta(0)),
        gateway=TradeGeckoGateway(client, mirror=store.mirror),
        store=store,
    )
    print(engine.deliver_orders())

    order = next(iter(client.orders.list(order_number="1001")))
    client.orders.update(order.id, {"status": "finalized"})
    client.orders.action(order.id, "fulfil", {"fulfillment": {"tracking_number": "1Z1", "tracking_company": "UPS"}})

    print(engine.sync_tracking())
    for file in Path(shop, "tracking").glob("*.csv"):
        print(file.read_text(encoding="utf-8"))
