"""What the account holds is kept at hand: few requests, and never a wrong order for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer, SourceOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import COMPANIES, VARIANTS


def order_of(number: int, customer: int) -> SourceOrder:
    """An order of two lines, of the customer with this number."""
    email = f"customer{customer}@example.com"
    address = evolve(AN_ADDRESS, address1=f"{customer} King St", last_name=f"Lee{customer}")
    return an_order(
        f"N{number}",
        [a_line("MUG-BLUE"), a_line("TEE-M", 2, "25.00")],
        customer=Customer(email=email, last_name=f"Lee{customer}", first_name="Ann"),
        shipping_address=address,
    )


class Shop:
    """A connection whose account is remembered in a store of its own; every engine is a new process's, so to say."""

    def __init__(self, client: TradeGeckoClient, mirror: MirrorStore) -> None:
        self.client, self.mirror = client, mirror
        self.source, self.store, self.clock = ListSource(), MemoryStore(), HandClock()

    @property
    def account(self) -> str:
        """Under which name the account is remembered."""
        return TradeGeckoGateway(self.client)._mirror.account

    def deliver(self, *orders: SourceOrder, dry_run: bool = False, in_flight: int = 4, **settings: object) -> Report:
        """Deliver these, an hour after the last time."""
        self.clock.move(hours=1)
        self.source.orders += [evolve(order, cursor=order.number) for order in orders]
        engine = SyncEngine(
            "shop",
            source=self.source,
            gateway=TradeGeckoGateway(self.client, mirror=self.mirror, clock=self.clock),
            store=self.store,
            settings=ConnectionSettings(**settings),  # type: ignore[arg-type]
            clock=self.clock,
            in_flight=in_flight,
        )
        return engine.deliver_orders(dry_run=dry_run)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "mirror.db"


@pytest.fixture
def shop(client: TradeGeckoClient, ledger: Path) -> Iterator[Shop]:
    """A shop whose account is remembered in a file."""
    with closing(SqlStore(f"sqlite:///{ledger}")) as store:
        yield Shop(client, store.mirror)


def counts(report: Report) -> dict[str, int]:
    return {item.outcome.value: report.count(item.outcome) for item in report.items}


def test_steady_delivery_costs_one_request_an_order(shop: Shop) -> None:
    """A hundred orders, of known customers and of new ones, cost 105 requests at most, settings and looks included."""
    shop.deliver(*[order_of(n, n % 30) for n in range(40)])
    report = shop.deliver(*[order_of(1000 + n, n) for n in range(100)])
    assert counts(report) == {"delivered": 100}
    assert report.calls <= 105
    assert len(list(shop.client.companies.list(email="customer7@example.com"))) == 1
    company = next(iter(shop.client.companies.list(email="customer7@example.com")))
    assert len(list(shop.client.addresses.list(company_id=company.id))) == 1


class CountedBook(MirrorBook):
    """Counts how often it is looked into."""

    looks = 0

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        self.looks += 1
        return super().find(account, kind, key, values)


def test_a_batch_is_looked_up_at_once(client: TradeGeckoClient) -> None:
    """Also in a run's first batch: refreshing one kind leaves what was looked up of the others."""
    book = CountedBook()
    shop = Shop(client, book)
    shop.deliver(*[order_of(n, n) for n in range(20)])
    looks = []
    for run, number in enumerate((5, 40), start=1):
        before = book.looks
        report = shop.deliver(*[order_of(1000 * run + n, n) for n in range(number)])
        assert counts(report) == {"delivered": number}
        looks.append(book.looks - before)
    assert looks[0] == looks[1]


def test_an_action_costs_one_request_more(shop: Shop) -> None:
    """Invoice, pay and pack: three more an order; finalized is no action."""
    shop.deliver(order_of(0, 0))
    report = shop.deliver(*[order_of(1000 + n, n) for n in range(100)], order_status="finalized")
    assert report.calls <= 105
    asked = {"create_invoice": True, "mark_paid": True, "pack_orders": True}
    report = shop.deliver(*[order_of(2000 + n, n) for n in range(100)], order_status="finalized", **asked)
    assert counts(report) == {"delivered": 100}
    assert report.calls <= 405
    done = {
        (o.invoice_status, o.payment_status, o.packed_status) for o in shop.client.orders.list(packed_status="packed")
    }
    assert done == {("invoiced", "paid", "packed")}


def test_a_number_somebody_else_has_is_a_hold(shop: Shop) -> None:
    """Whether it was there before we first looked, or came since; and it goes out once the other is renumbered."""
    own = {"company_id": 2, "shipping_address_id": 1, "issued_at": "2026-11-02"}
    other = shop.client.orders.create({**own, "order_number": "N1"})
    assert counts(shop.deliver(order_of(1, 1), order_of(2, 2))) == {"held": 1, "delivered": 1}
    shop.client.orders.create({**own, "order_number": "N3"})
    report = shop.deliver(order_of(3, 3))
    assert counts(report) == {"held": 2}
    shop.client.orders.update(other.id, {"order_number": "X1"})
    assert counts(shop.deliver()) == {"delivered": 1, "held": 1}


def test_a_void_number_is_free_and_a_lost_ledger_adopts(shop: Shop, client: TradeGeckoClient) -> None:
    """Orders of ours are recognised by their mark, whatever is remembered, after the ledger was lost."""
    shop.deliver(order_of(1, 1), order_of(2, 2))
    again = Shop(client, shop.mirror)
    assert counts(again.deliver(order_of(1, 1), order_of(2, 2))) == {"adopted": 2}
    assert len(list(client.orders.list())) == 2


def test_two_connections_of_one_account_do_not_share_a_number(shop: Shop, client: TradeGeckoClient) -> None:
    """Both orders are ours, neither process has listed the other's: the ledger they share tells."""
    first, second = (
        SyncEngine(
            name,
            source=ListSource([evolve(order_of(7, 1), reference=name)]),
            gateway=TradeGeckoGateway(client, mirror=shop.mirror, clock=shop.clock),
            store=shop.store,
            clock=shop.clock,
        )
        for name in ("one", "two")
    )
    second.sync_inventory()
    assert counts(second.deliver_orders()) == {"delivered": 1}
    assert counts(first.deliver_orders()) == {"held": 1}
    assert len(list(client.orders.list(order_number="N7"))) == 1


def test_what_changed_since_is_seen(shop: Shop) -> None:
    """A SKU that moved, one that was archived, one that came; a customer who was archived."""
    shop.deliver(order_of(1, 1))
    variants = {variant.sku: variant for variant in shop.client.variants.list()}
    shop.client.variants.update(variants["TEE-M"].id, {"sku": "TEE-MEDIUM"})
    shop.client.variants.delete(variants["MUG-RED"].id)
    report = shop.deliver(order_of(2, 2), an_order("N3", [a_line("MUG-RED")]), an_order("N4", [a_line("TEE-MEDIUM")]))
    assert [item.outcome for item in report.items] == [Outcome.HELD, Outcome.HELD, Outcome.DELIVERED]
    assert "'TEE-M'" in report.items[0].detail
    assert "'MUG-RED'" in report.items[1].detail
    product = variants["TEE-M"].product_id
    shop.client.variants.create({"product_id": product, "sku": "TEE-M", "retail_price": "25.0"})
    company = next(iter(shop.client.companies.list(email="customer1@example.com")))
    shop.client.companies.delete(company.id)
    assert counts(shop.deliver(order_of(5, 1))) == {"delivered": 2, "held": 1}
    assert len(list(shop.client.companies.list(email="customer1@example.com"))) == 1


def test_what_is_remembered_wrongly_leads_to_no_hold(shop: Shop) -> None:
    """A refusal because of a variant or a customer that is not there any more is planned anew from the account."""
    shop.deliver(order_of(1, 1))
    ghost = MirrorRow("99999", "9999", (("sku", "GHOST"),), {"status": "active"})
    shop.mirror.write(shop.account, VARIANTS.name, [ghost])
    report = shop.deliver(an_order("N2", [a_line("GHOST")]), order_of(3, 3))
    assert [item.outcome for item in report.items] == [Outcome.HELD, Outcome.DELIVERED]
    assert "SKU 'GHOST' is not in TradeGecko" in report.items[0].detail
    (held,) = shop.store.entries(number="N2")
    assert held.reason is not None
    assert held.reason.code == "unknown_sku"


@pytest.mark.parametrize("in_flight", [1, 4])
def test_every_order_planned_from_what_was_wrong_is_planned_anew(shop: Shop, in_flight: int) -> None:
    """The first refusal ends all trust for the run; the others were planned before, from the same memory."""
    shop.deliver(order_of(1, 1))
    account = shop.account
    ghost = MirrorRow("99999", "9999", (("sku", "GHOST"),), {"status": "active"})
    shop.mirror.write(account, VARIANTS.name, [ghost])
    orders = [evolve(order_of(n, n), lines=(a_line("GHOST"),)) for n in range(2, 6)]
    report = shop.deliver(*orders, order_of(6, 6), in_flight=in_flight)
    assert counts(report) == {"held": 4, "delivered": 1}
    held = [entry.reason.code for entry in shop.store.entries(states=[OrderState.HELD]) if entry.reason]
    assert held == ["unknown_sku"] * 4


def test_what_is_not_there_any_more_costs_one_refusal(shop: Shop) -> None:
    """It is forgotten for good: the next runs know at once that nobody has the SKU, and send nothing."""
    shop.deliver(order_of(1, 1))
    account = shop.account
    ghost = MirrorRow("99999", "9999", (("sku", "GHOST"),), {"status": "active"})
    shop.mirror.write(account, VARIANTS.name, [ghost])
    shop.deliver(an_order("N2", [a_line("GHOST")]))
    assert list(shop.mirror.find(account, VARIANTS.name, "sku", ["GHOST"])) == []
    for _ in range(3):
        assert counts(shop.deliver()) == {"held": 1}
    (held,) = shop.store.entries(number="N2")
    assert held.generation == 2


def posts(sandbox: Sandbox) -> int:
    return len([r for r in sandbox.requests() if r["method"] == "POST" and r["path"] == "/orders"])


def test_a_refusal_that_nothing_remembered_caused_is_one_post(shop: Shop, sandbox: Sandbox) -> None:
    """A permanent refusal is not sent twice."""
    sandbox.set_switch("reject_duplicate_order_numbers", True)
    shop.deliver(order_of(1, 1))
    shop.client.orders.update(next(iter(shop.client.orders.list())).id, {"order_number": "n2"})
    before = posts(sandbox)
    report = shop.deliver(order_of(2, 2))
    assert counts(report) == {"changed": 1, "held": 1}, "the first one's number is another by now"
    assert "already been taken" in next(item.detail for item in report.items if item.outcome is Outcome.HELD)
    assert posts(sandbox) == before + 1


def test_a_currency_added_at_noon_is_seen_at_the_next_run(shop: Shop) -> None:
    """What is set up once is remembered longer, but what is missing there is looked for at once."""
    euros = evolve(order_of(1, 1), currency="EUR")
    assert counts(shop.deliver(euros)) == {"held": 1}
    shop.client.currencies.create({"iso": "EUR", "name": "Euro", "rate": "0.68"})
    shop.clock.move(minutes=-59)
    assert counts(shop.deliver()) == {"delivered": 1}


def held_and_calls(report: Report) -> tuple[int, int, int]:
    return report.count(Outcome.HELD), report.count(Outcome.DELIVERED), report.calls


def test_what_stays_held_costs_a_request_or_two_more_a_run(shop: Shop, sandbox: Sandbox) -> None:
    """Beside the look at what people changed, however many orders it is; a moved stock level or one more variant's
    price releases nothing."""
    shop.deliver(order_of(0, 0))
    missing = [
        an_order(f"M{n}", [a_line(f"NOPE-{n}")], customer=Customer(email=f"m{n}@example.com")) for n in range(60)
    ]
    assert held_and_calls(shop.deliver(*missing))[:2] == (60, 0)
    shop.clock.move(minutes=-50)
    held, _, calls = held_and_calls(shop.deliver())
    assert held == 60
    assert calls <= 1 + 2
    mug = next(variant for variant in shop.client.variants.list(sku="MUG-BLUE"))
    shop.client.variants.update(mug.id, {"retail_price": "21.0"})
    shop.clock.move(minutes=-59)
    before = shop.store.entries(states=[OrderState.HELD])
    shop.deliver()
    assert shop.store.entries(states=[OrderState.HELD]) == before
    shop.client.variants.create({"product_id": mug.product_id, "sku": "NOPE-7", "opt1": "7", "retail_price": "19.99"})
    shop.clock.move(minutes=-59)
    assert held_and_calls(shop.deliver())[:2] == (59, 1)


def test_a_taken_number_is_looked_up_again_when_one_is_free(shop: Shop, sandbox: Sandbox) -> None:
    """Renumbered or void over there; not for every order that is made meanwhile."""
    own = {"company_id": 2, "shipping_address_id": 1, "issued_at": "2026-11-02"}
    strangers = [shop.client.orders.create({**own, "order_number": f"N{n}"}) for n in range(3)]
    assert counts(shop.deliver(*[order_of(n, n) for n in range(3)])) == {"held": 3}
    shop.clock.move(minutes=-59)
    assert counts(shop.deliver(order_of(10, 10))) == {"held": 3, "delivered": 1}
    looked = len(looks(sandbox))
    shop.clock.move(minutes=-59)
    assert counts(shop.deliver()) == {"held": 3}
    assert len(looks(sandbox)) == looked
    shop.client.orders.update(strangers[0].id, {"order_number": "X1"})
    shop.client.orders.void(strangers[1].id)
    shop.clock.move(minutes=-59)
    assert counts(shop.deliver()) == {"delivered": 2, "held": 1}


def looks(sandbox: Sandbox) -> list[object]:
    return [request for request in sandbox.requests() if "order_number" in str(request)]


def test_a_great_account_is_read_bit_by_bit_and_asked_meanwhile() -> None:
    """Until everything was read the account itself is asked: right at once, cheap in the end."""
    with (
        Sandbox(seed="big:variants=600,companies=300,orders=3000", rate_limit=None) as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        shop = Shop(client, MemoryStore().mirror)

        def an_order_of(number: str) -> SourceOrder:
            return an_order(number, [a_line("BIG-0000005", price="6.85")])

        old = "BIG-0000007"
        assert counts(shop.deliver(an_order_of(old), an_order_of("N1"))) == {"held": 1, "delivered": 1}
        calls = [shop.deliver(an_order_of(f"N{n}")).calls for n in range(2, 6)]
        assert calls[-1] < calls[0]
        assert counts(shop.deliver()) == {"held": 1}
        assert shop.store.entries(number=old)[0].state is OrderState.HELD


def test_a_dry_run_remembers_nothing(shop: Shop, ledger: Path) -> None:
    """No row, no progress: a dry run writes nowhere."""
    shop.deliver(order_of(1, 1), dry_run=True)
    with closing(sqlite3.connect(ledger)) as database:
        for table in ("ledger_mirrors", "ledger_mirror_rows", "ledger_mirror_keys"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_nobody_can_be_known_by_what_is_remembered(shop: Shop, ledger: Path) -> None:
    """No name, address, e-mail or telephone number is in the file."""
    shop.deliver(*[order_of(n, n) for n in range(3)])
    shop.deliver(order_of(9, 1))
    with closing(sqlite3.connect(ledger)) as database:
        assert database.execute(
            "SELECT count(*) FROM ledger_mirror_rows WHERE kind = ?", [COMPANIES.name]
        ).fetchone() > (3,)
        said = "\n".join(database.iterdump()).casefold()
    for secret in ("customer1", "example.com", "lee1", "king st", "harbour", "4165550100", "toronto", "walkin"):
        assert secret not in said


def test_a_listing_that_fails_is_gone_on_with(shop: Shop, sandbox: Sandbox) -> None:
    """The server fails while changes are listed: the orders wait, and the next run goes on."""
    shop.deliver(order_of(1, 1))
    sandbox.fault("GET", "/orders", "status", status=503, times=20)
    report = shop.deliver(order_of(2, 2))
    assert report.count(Outcome.DELIVERED) == 0
    sandbox.instance.faults.clear()
    assert counts(shop.deliver(order_of(3, 3))) == {"delivered": 2}
    assert len(list(shop.client.orders.list())) == 3
