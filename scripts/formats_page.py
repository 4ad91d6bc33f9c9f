# ruff: noqa: E501 (lines of the page)
"""Write ``docs/formats.md`` from the settings of a format and the presets themselves.

    python scripts/formats_page.py

A test compares the page with what this writes.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from tradegecko_bridge.sources.folder import declared
from tradegecko_bridge.sources.folder.columns import ASSEMBLED
from tradegecko_bridge.sources.folder.shipped import preset_names, preset_table, preset_text

PAGE: Final = Path(__file__).parents[1] / "docs/formats.md"
OF_PRESETS: Final = ("json", "title", "needs", "marks", "unusable")
MEANT: Final = {
    "customer_name": "the customer's full name",
    "ship_name": "the recipient's full name",
    "bill_name": "the payer's full name",
    "placed_date": "the day of the order, with `placed_time` and `placed_zone` where there are such columns",
    "placed_time": "its time",
    "placed_zone": "its zone: a name, letters such as `EST`, or `-05:00`",
    "line_price": "the price of the whole line, before its discount",
    "fee_amount": "what is charged for no goods, once an order: duties, handling. It becomes a line of its own",
    "fee_label": "what it is called; `Fee` without it",
    "line_discount": "what is taken off the whole line before tax",
    "line_ship_name": "the full name of who gets this line",
}
HEAD: Final = """\
<!-- Written by scripts/formats_page.py: edit it there. -->

# Files as a shop writes them

Order files need not be in {doc}`our own columns <folder>`. A *format* says what a shop's columns mean and how its numbers and
times are written. For common shops there are *presets*. From an export that nobody has seen before to a dry run it takes four
steps.

**1. Ask what it is.**

```console
$ tgbridge source guess orders_export_1.csv
# This is Shopify orders (CSV).
[connections.my-shop.options]
preset = "shopify"
```

For a file that is of no preset it writes a format to start from, with the columns it could guess, those that it could not, and
what is missing:

```console
$ tgbridge source guess export.csv > export.toml
```

**2. Try it.** Nothing is sent, and the file stays where it is.

```console
$ tgbridge source try orders_export_1.csv --preset shopify
$ tgbridge source try export.csv --format export.toml
```

It shows what each column became, which are not read, each order with its lines, whether it adds up to the file's own total, what
was passed over, and every fault with its file and row. Of people it only says what is given. Change `export.toml` until the
orders are right.

**3. Put it into the settings file**, where it is checked with everything else:

```toml
[connections.my-shop]
source = "folder"
options = { path = "shop", preset = "squarespace", format = { zone = "America/Toronto" } }
```

or in Python, the same:

```python
from tradegecko_bridge.sources import FolderSource, Format

source = FolderSource("shop", preset="squarespace", format=Format(zone="America/Toronto"))
```

**4. Look at a dry run.** `tgbridge sync orders --dry-run` says of each order what would be done. `earliest_order` keeps old orders
of a first export back.

With a preset, `format` changes it: what it says goes before what the preset says, and its columns, constants and lists are added.
`columns` names the file's columns as they are written in its header; case, blanks and underscores do not matter.

```toml
[connections.my-shop.options]
path = "shop"

[connections.my-shop.options.format]
decimal = ","
dates = "dmy"
zone = "Europe/Berlin"
ignore = ["Gewicht"]
constants = { currency = "EUR", prices_include_tax = "yes" }
values = { paid = { "bezahlt" = "yes", "*" = "no" } }
repeats = { shipping_amount = "first" }

[connections.my-shop.options.format.columns]
order_number = "Bestellung"
placed_at = "Datum"
customer_name = "Kunde"
customer_email = "E-Mail"
ship_name = ["Lieferung an", "Kunde"]
ship_address1 = "{Straße} {Hausnummer}"
ship_city = "Ort"
ship_postal_code = "PLZ"
ship_country = "Land"
sku = "Artikel"
quantity = "Menge"
line_price = "Betrag"
shipping_amount = "Versand"
paid = "Zahlung"
```

JSON is read by the same settings, with paths for columns:

```toml
[connections.my-shop.options.format]
orders = "data.orders"
lines = "items"

[connections.my-shop.options.format.columns]
order_number = "id"
placed_at = "created"
ship_city = "address.city"
sku = "variant.sku"
quantity = "qty"
price = "price"
tax = "taxes[].amount"
```

## What is done without being asked

- A file that is clearly one of a preset's is refused without it, with a line that names the preset.
- Totals rows, ends of reports and repeated headers are passed over, and told. A first row of an order that sums up the others
  (no SKU, all of their units and money) is no line.
- Names of countries in twelve languages and their three letters become two: `Kanada`, `CAN` and `Canada` are `CA`.
  States and provinces of Australia, Brazil, Canada, Italy and the United States get their codes: `Ontario` is `ON`.
- Signs and codes of currencies around amounts are taken off, and so are the apostrophes and `="…"` by which spreadsheets keep
  digits as they are.
- Where `decimal` does not say it, a comma counts as the mark before decimals only where it can be nothing else: `19,99`, not `1,234`.
- Discounts are taken off with or without a minus. One of the whole order that its lines have already is not taken off twice.
- Prices include tax where only then the order adds up to its total. Taxes of lines that do not make the order's are not used;
  then the order's own counts.
- The connection's `currency` counts where the file has no such column.
- What is required is checked once, before any order, and one line names all that is missing.

## Fields

`columns`, `constants` and so on may name every column of {doc}`our own files <folder>`, and these, of which they are made:

"""


def page() -> str:
    """The whole page."""
    parts = [f"{HEAD}| field | holds |\n|---|---|\n", *(f"| `{name}` | {MEANT[name]} |\n" for name in ASSEMBLED)]
    parts.append(
        "\n`order_number`, `placed_at` (or `placed_date`), `quantity` and `price` (or `line_price`) have to come from"
        " somewhere.\n\n## Settings of a format\n\n| setting | what it does |\n|---|---|\n"
    )
    parts += [f"| `{name}` | {does} |\n" for name, does in settings() if name not in OF_PRESETS]
    parts.append("\n## Presets\n\n| preset | files | what else to set |\n|---|---|---|\n")
    parts += [_preset_row(name) for name in preset_names() if "unusable" not in preset_table(name)]
    parts.append("\nOf these exports nothing can be made:\n\n")
    for name in preset_names():
        if "unusable" in preset_table(name):
            table = preset_table(name)
            parts.append(f"- {table['title']}: {table['unusable']}.\n")
    parts.append("\nA preset is data: its file shows what can be said in a format. This is that of Shopify's CSV:\n\n")
    parts.append(f"```toml\n{preset_text('shopify')}```\n")
    return "".join(parts)


def _preset_row(name: str) -> str:
    table = preset_table(name)
    does = [line.removeprefix("# ").strip() for line in preset_text(name).split("\n") if line.startswith("#")]
    needs = ", ".join(f"`{one}`" for one in table.get("needs", ()))
    return f"| `{name}` | {' '.join(does)} | {needs or 'nothing'} |\n"


def settings() -> Iterator[tuple[str, str]]:
    """Each setting with the text below it."""
    classes = [one for one in ast.parse(inspect.getsource(declared)).body if isinstance(one, ast.ClassDef)]
    for field, below in pairwise(next(one.body for one in classes if one.name == "Declared")):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            text = " ".join(ast.literal_eval(below.value).split())
            yield ast.unparse(field.target), text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
