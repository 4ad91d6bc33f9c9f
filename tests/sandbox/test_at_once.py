"""Many at once: clients, the warehouse, switches and the clock, from as many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from random import Random

from tests.sandbox.everything import LocalClient
from tests.sandbox.oracle import Picture, complaints
from tests.sandbox.support import Client
from tradegecko_bridge.sandbox import Sandbox


def seller(api: Client, seed: int) -> Callable[[], None]:
    """Orders, ships, invoices, pays and takes back."""
    dice = Random(seed)

    def work() -> None:
        line = {"variant_id": dice.choice((1, 2, 3)), "quantity": dice.choice(("1", "2", "0.5")), "price": "10"}
        order = {"company_id": 2, "shipping_address_id": 1, "status": "finalized", "order_line_items": [line]}
        key = api.post("/orders", "order", **order)["id"]
        for action in dice.sample(("pack", "fulfil", "invoice", "pay", "void"), 3):
            assert api("POST", f"/orders/{key}/actions/{action}").status_code < 500
        assert api("DELETE", f"/fulfillments/{key}").status_code in {204, 404, 422}
        assert key in api.ids("/orders", limit=20, status="draft,active,finalized,fulfilled,void")

    return work


def keeper(sandbox: Sandbox) -> Callable[[], None]:
    """Plays the warehouse from Python, which shares the context's lock with the server."""
    dice = Random(0)

    def work() -> None:
        sandbox.receive_stock(dice.choice(("MUG-BLUE", "MUG-RED")), 1)
        with suppress(ValueError):  # Nothing left, void, or not there yet.
            sandbox.ship(f"SO{dice.randrange(1, 40):04d}")

    return work


def janitor(sandbox: Sandbox) -> Callable[[], None]:
    """Turns switches, moves the clock, looks at everything."""
    dice = Random(0)

    def work() -> None:
        for name in ("allow_over_fulfillment", "actions_finalize_order", "void_action_returns_order"):
            sandbox.set_switch(name, dice.random() < 0.5)
        sandbox.advance(dice.randrange(60))
        assert len(sandbox.users) == 12
        assert sandbox.client_id != sandbox.access_token
        assert sandbox.requests() is not None

    return work


def all_at_once(*works: tuple[Callable[[], None], int]) -> None:
    """Run each so many times, in a thread of its own; what one raises is raised."""
    broken: list[BaseException] = []

    def run(work: Callable[[], None], times: int) -> None:
        try:
            for _ in range(times):
                work()
        except BaseException as exc:
            broken.append(exc)

    threads = [threading.Thread(target=run, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def test_all_at_once_adds_up() -> None:
    """Nothing fails inside, no number is given twice, and in the end the books are what the documents say."""
    with Sandbox(rate_limit=None) as sandbox:
        clients = [Client(sandbox) for _ in range(3)]
        sellers = [(seller(client, seed), 15) for seed, client in enumerate(clients)]
        all_at_once(*sellers, (keeper(sandbox), 60), (janitor(sandbox), 60))
        for client in clients:
            client.close()
        assert not [entry for entry in sandbox.requests() if (entry["status"] or 0) >= 500]
        picture = Picture(LocalClient(sandbox.instance))
    assert not list(complaints(picture))
    numbers = [row["order_number"] for row in picture["orders"].values()]
    assert len(numbers) == len(set(numbers)) == 45
