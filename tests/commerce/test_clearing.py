"""What somebody says of an order is kept without the order's values, however it spells them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from html import escape
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tradegecko_bridge.bounds import CUT, LONGEST_SAID, brief
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.clearing import LONGEST, MARK, SHORTEST, cleared, cleared_of_all
from tradegecko_bridge.testing.store_checks.cases import an_order
from tradegecko_bridge.testing.store_checks.expiry import personal

ORDER = evolve(
    personal(note="Ring twice, the bell is broken; ask for Ines"),
    customer=Customer(
        reference="c-77", company="Quist & Søn", first_name="Anne-Zoë", last_name="van Quist", email="Zoe.Q@x.pl"
    ),
    billing_address=Address(address1="Straße 12b", city="Tromsø", postal_code="SW1A 1AA", phone="+48 600-100-200"),
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("422 (request id 9f3-1): email ZOE.Q@X.PL is taken", "422 (request id 9f3-1): email … is taken"),
        ("first_name 'ANNE' and last_name Quist", "first_name '…' and last_name …"),
        ("name Anne-Zoe  van\n quist is too long", "name … is too long"),
        ("STRASSE 12B, TROMSØ, SW1A1AA", "…, …, …"),
        ("phone 0048 (600) 100 200 is used", "phone 00… is used"),
        ("phone 600100200 is used, order 1 is not", "phone … is used, order 1 is not"),
        ("GET /companies?email=zoe.q%40x.pl&name=Quist+%26+S%C3%B8n", "GET /companies?email=…&name=…"),
        (r'{"last_name":"van Quist","company":"Quist & S\u00f8n"}', '{"last_name":"…","company":"…"}'),
        ("Quist &amp; Søn", "…"),
        ("notes 'Ring twice, the bell is b…' are too long", "notes '……' are too long"),
        ("customer C-77 is unknown", "customer … is unknown"),
        ("Anneliese and Inessa are others", "Anneliese and Inessa are others"),
        ("total is 4.90 in TradeGecko and 9.80 at the source", "total is 4.90 in TradeGecko and 9.80 at the source"),
        ("order id 600100200", "order id 600100200"),
        ("", ""),
    ],
)  # fmt: skip
def test_values_go_and_the_rest_stays(said: str, kept: str) -> None:
    """Names and their parts, e-mail, street, zip, telephone, notes: in capitals or not, coded, quoted in part."""
    assert cleared(said, ORDER) == kept


def test_the_order_s_own_number_stays() -> None:
    """Also where a value happens to be the same: by its number an order is found."""
    order = evolve(ORDER, number="SW1A 1AA")
    assert cleared("number 'SW1A 1AA' has already been taken", order) == "number 'SW1A 1AA' has already been taken"


def test_names_of_products_and_tags_go_only_when_the_order_expires() -> None:
    """Until then a person needs them to see what is wrong."""
    said = "tag 'gift for Zoë' holds it; 'Tea for Zoë' has no SKU; code ZOE-10"
    (left,) = cleared_of_all([said], evolve(ORDER, customer=Customer(), shipping_address=None))
    assert left == "tag '…' holds it; '…' has no SKU; code …"
    assert cleared(said, ORDER) == "tag 'gift for …' holds it; 'Tea for …' has no SKU; code …-10"


# ── any order, any text ──────────────────────────────────────────────────────────────────────

words = st.text("abcdefghijklmnopqrstuvwxyzäßøéABCXYZ", min_size=3, max_size=12)
streets = st.builds("{} {}".format, words, st.integers(1, 999))
emails = st.builds("{}@{}.example".format, words, words)
phones = st.lists(st.sampled_from("0123456789"), min_size=7, max_size=15).map("".join)
addresses = st.builds(
    Address,
    first_name=words,
    last_name=words,
    company=st.builds("{} & {}".format, words, words),
    address1=streets,
    city=words,
    postal_code=st.from_regex(r"[0-9]{2}-[0-9]{3}|[A-Z][0-9]{4}", fullmatch=True),
    phone=phones,
    email=emails,
)
customers = st.builds(
    Customer, reference=st.from_regex("c-[0-9]{2,6}", fullmatch=True), first_name=words, last_name=words, email=emails,
    phone=phones,
)  # fmt: skip
some_orders = st.builds(
    lambda customer, ship, bill, note: evolve(
        an_order("R/1"), customer=customer, shipping_address=ship, billing_address=bill, note=note, extra={"gift": note}
    ),
    customers,
    addresses,
    st.none() | addresses,
    st.lists(words, min_size=1, max_size=6).map(" ".join),
)
spelled: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([
    str, str.upper, str.lower, str.title, lambda t: t.replace(" ", " \n "), lambda t: normalize("NFD", t),
    lambda t: normalize("NFKC", t), lambda t: quote(t, safe=""), quote_plus, lambda t: json.dumps(t)[1:-1], escape,
])  # fmt: skip
noise = st.sampled_from(["", "name", "422", "is taken", "order R/1", "!?", "…", "\u202e", "{", "0"])
edges = st.sampled_from([" ", "'", '"', ": ", "=", "&", "(", ")", "\n", ", "])


def values(order: SourceOrder) -> list[str]:
    """Every value of the people of an order."""
    people = [order.customer, *filter(None, (order.shipping_address, order.billing_address))]
    found = [getattr(one, name, None) for one in people for name in _PEOPLE]
    return [text for text in (*found, order.note) if text]


_PEOPLE = (
    "reference", "first_name", "last_name", "company", "address1", "city", "postal_code", "phone", "email", "full_name",
)  # fmt: skip


@given(order=some_orders, data=st.data())
def test_nothing_is_left_of_any_order_in_any_text(order: SourceOrder, data: st.DataObject) -> None:
    """Whatever a text is built of, and in whatever spelling: no value is left in it, and clearing it again changes
    nothing."""
    all_values = values(order)
    parts: list[str] = []
    for _ in range(data.draw(st.integers(1, 5))):
        value, spell = data.draw(st.sampled_from(all_values)), data.draw(spelled)
        parts += [data.draw(noise), data.draw(edges), spell(value), data.draw(edges)]
    left = cleared("".join(parts), order)
    words_left = _plain(left).replace(MARK, " \0 ").split()
    for value in all_values:
        for form in {_plain(value), _plain(quote(value, safe="")), _plain(json.dumps(value)[1:-1])}:
            assert f" {form} " not in f" {' '.join(words_left)} "
            assert len(form) < 6 or form not in " ".join(words_left)
    assert cleared(left, order) == left


def _plain(text: str) -> str:
    return " ".join("".join(c for c in normalize("NFKD", text.casefold()) if not "\u0300" <= c <= "\u036f").split())


# ── what is too long to be read ──────────────────────────────────────────────────────────────


@given(order=some_orders, before=st.integers(0, 30), spell=spelled, data=st.data())
@settings(deadline=None)
def test_nothing_is_left_of_a_value_where_a_text_is_cut(
    order: SourceOrder, before: int, spell: Callable[[str], str], data: st.DataObject
) -> None:
    """Wherever in a value that is, by whoever it was cut, and whatever follows the cut."""
    value = data.draw(st.sampled_from([one for one in values(order) if not one.isdecimal()]))
    said = spell(value)
    most = data.draw(st.sampled_from([LONGEST_SAID, LONGEST]))
    text = "# " * (most // 2 - before) + said + " #" * most
    cut = brief(text, most)
    assert len(cut) <= most
    assert brief(cut, most) == cut
    assert cleared(text, order).endswith(CUT)
    for one in (cut, f"{cut}; said once", text):
        left = cleared(one, order)
        assert len(left) <= LONGEST
        rest = left.removesuffix("; said once") if len(one) <= LONGEST else left.partition(";")[0]
        assert len("".join(filter(str.isalnum, rest))) < SHORTEST, left[-60:]


@given(st.sampled_from(["4111111111111111", "4111 1111 1111 1111", "4111%201111-1111.1111"]), st.integers(0, 60))
def test_no_part_of_a_number_is_left_where_a_text_is_cut(number: str, before: int) -> None:
    """Half of a card's would be recognized by nobody."""
    text = "# " * (LONGEST_SAID // 2 - before) + "x" * (before % 2) + number + " #" * LONGEST_SAID
    left = brief(text)
    assert number in left or not any(char.isdecimal() for char in left)


@pytest.mark.parametrize(
    "said", ["x" * 30_000_000, "ring twice " * 2_000_000, "…" * 3_000_000, "4" * 9_000_000, "\u200b" * 9_000_000]
)
def test_what_takes_long_to_read_takes_no_time(said: str) -> None:
    """Nor does it where the order itself is long."""
    order = evolve(ORDER, note="ring twice, " * 80_000, extra={"a": "x" * 900_000})
    began = time.process_time()
    assert len(cleared(said, order)) <= LONGEST
    assert time.process_time() - began < 10


def test_where_a_line_goes_is_taken_out_too() -> None:
    """Of an order whose lines go to several addresses."""
    line = an_order().lines[0]
    order = an_order(lines=(evolve(line, ship_to=Address(last_name="Berg", address1="2 Elmwood")),))
    assert cleared("no such street: 2 Elmwood, for Berg", order) == "no such street: …, for …"
