# ruff: noqa: E501 (a line of a file)
"""A format to start from, and the page on formats."""

from __future__ import annotations

import io
import tomllib
from decimal import Decimal
from typing import Any

import pytest

from scripts import formats_page
from tests.sources.folder.shops import FILES
from tests.sources.folder.test_formats import HALF_PAST, OWN_HEADER, only
from tests.sources.folder.test_json_paths import ORDER
from tradegecko_bridge.sources.folder.chosen import format_of
from tradegecko_bridge.sources.folder.guess import as_toml, guess

UNKNOWN = (
    "Order No;Date;Time;Customer Name;Deliver To Name;Ship Address 1;Ship City;Ship Zip;Ship Country;Item Code;"
    "Description;Qty;Unit Price;Colour\n77;31.01.2026;09:30;Ann Lee;Ann Lee;1 King St;Toronto;M5H;Canada;MUG;Mug;2;19,99;red\n"
)


def test_a_guess_can_be_used_as_it_is() -> None:
    """What it writes is a format that reads the file."""
    found = guess("a.csv", io.BytesIO(UNKNOWN.encode()))
    settings = tomllib.loads(as_toml(found, "my-shop"))["connections"]["my-shop"]["options"]["format"]
    assert found.unused == ["Colour"]
    order = only(UNKNOWN, **settings)
    assert (order.number, order.placed_at, order.lines[0].price) == ("77", HALF_PAST, Decimal("19.99"))
    assert order.shipping_address is not None
    assert (order.shipping_address.full_name, order.shipping_address.country) == ("Ann Lee", "CA")


def test_a_guess_says_what_a_preset_needs() -> None:
    """What is to be chosen is a remark, so nothing is taken unseen."""
    name, text = FILES["bigcommerce"]
    lines = as_toml(guess(name, io.BytesIO(text.encode())), "shop").splitlines()
    assert lines[1] == 'preset = "bigcommerce"'
    assert [line.partition("  #")[0] for line in lines[4:]] == ['# dates = "dmy"', 'zone = "America/Toronto"']


def test_a_guess_of_json() -> None:
    """Paths, the list of lines among them."""
    found = guess("a.json", io.BytesIO(ORDER.encode()))
    assert found.settings["lines"] == "items"
    assert (found.columns["sku"], found.columns["ship_city"]) == ("variant.sku", "to.city")


def test_a_guess_says_what_is_missing() -> None:
    """As lines to fill in."""
    text = as_toml(guess("a.csv", io.BytesIO(b"Foo,Bar\n1,2\n")), "my shop")
    assert text.startswith('[connections."my shop".options.format]')
    for field in ("order_number", "placed_at", "quantity", "price"):
        assert f'# {field} = "…"  # needed' in text
    assert guess("a.csv", io.BytesIO(f"{OWN_HEADER}\n".encode())).is_own


# ── the page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not formats_page.PAGE.exists(), reason="the documentation is not beside the tests")
def test_the_page_is_written_from_the_settings() -> None:
    """Nobody edits it by hand: run ``python scripts/formats_page.py``. Its examples are formats."""
    text = formats_page.PAGE.read_text(encoding="utf-8")
    assert text == formats_page.page()
    for block in text.split("```toml\n")[1:]:
        data = tomllib.loads(block.partition("```")[0])
        options: dict[str, Any] = {"format": data}
        if "connections" in data:
            options = next(iter(data["connections"].values()))["options"]
        format_of(options.get("preset"), options.get("format"))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Bestellnummer;Datum;Empfänger;Straße;PLZ;Ort;Land;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Währung",
            "1006;31.01.2026;Ann Lee;Königstr. 1;10115;Berlin;Deutschland;MUG;Becher;2;19,99 €;EUR",
        ),
        (
            "Numéro de commande;Date de commande;Nom;Adresse;Code postal;Ville;Pays;Référence;Désignation;Quantité;Prix unitaire;Devise",
            "1006;31/01/2026;Ann Lee;1 rue X;10115;Berlin;Allemagne;MUG;Tasse;2;19,99;EUR",
        ),
        (
            "Numero ordine;Data ordine;Destinatario;Indirizzo;CAP;Città;Nazione;Codice articolo;Descrizione;Quantità;Prezzo unitario;Valuta",
            "1006;31/01/2026;Ann Lee;Via Roma 1;10115;Berlin;Germania;MUG;Tazza;2;19,99;EUR",
        ),
        (
            "Nº pedido;Fecha de pedido;Destinatario;Dirección;Código postal;Ciudad;País;Referencia;Producto;Cantidad;Precio unitario;Moneda",
            "1006;31/01/2026;Ann Lee;Calle 1;10115;Berlin;Alemania;MUG;Taza;2;19,99;EUR",
        ),
        (
            "Ordernummer;Besteldatum;Naam;Straat;Postcode;Plaats;Land;Artikelcode;Omschrijving;Aantal;Stukprijs;Valuta",
            "1006;31-01-2026;Ann Lee;Kade 1;10115;Berlin;Duitsland;MUG;Mok;2;19,99;EUR",
        ),
    ],
)
def test_names_of_columns_in_other_languages(header: str, row: str) -> None:
    """What is guessed is a format that reads the file."""
    text = f"{header}\n{row}\n".encode()
    found = guess("a.csv", io.BytesIO(text))
    assert (found.missing, found.unused) == ([], [])
    table = tomllib.loads(as_toml(found, "shop"))["connections"]["shop"]["options"]["format"]
    order = only(text.decode(), **table)
    address, (line,) = order.shipping_address, order.lines
    assert address is not None
    where = (address.full_name, address.postal_code, address.city, address.country)
    assert where == ("Ann Lee", "10115", "Berlin", "DE")
    assert (order.number, order.currency, line.sku) == ("1006", "EUR", "MUG")
    assert (line.quantity, line.price) == (Decimal(2), Decimal("19.99"))
