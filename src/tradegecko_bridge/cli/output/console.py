"""Printing: lines and tables for people, JSON for programs, and progress bars. Only this and ``lines`` print.

Orders, labels and files from outside are in what is printed: all of it is made visible, and each line stays one line.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

import attrs
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.engine import Progress
from tradegecko_bridge.visible import VisibleStream, is_visible, visible

_SCREEN: Final = Console(highlight=False)
_LINES: Final = Console(highlight=False, width=1_000_000)

_BEYOND_ASCII: Final = re.compile(r"[^ -~]+")
LONGEST_SHOWN: Final = 32
"""How many characters of an order number a list shows; a single order is shown with all of them."""


def say(*what: Any, width: int | None = None) -> None:
    """Print. Only a terminal wraps lines: in a file or a pipe they stay whole, so that they can be searched."""
    shown = [_cell(one) if isinstance(one, str | Text) else one for one in what]
    if _SCREEN.is_terminal:
        _SCREEN.print(*shown, width=width)
        return
    with _LINES.capture() as captured:
        _LINES.print(*shown, width=width)
    tell(*(line.rstrip() for line in captured.get().split("\n")[:-1]))


def _cell(given: str | Text) -> Text:
    """A text as it may be laid out: its width is counted after it was made visible."""
    if isinstance(given, str):
        return Text(visible(given))
    if is_visible(given.plain):
        return given
    return Text.assemble(*((visible(part.text), part.style or "") for part in given.render(_LINES)))


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str | Text]], *, fold: bool = False, none: str = ""
) -> None:
    """Rows under headings; ``fold`` lets long cells wrap; ``none`` is printed instead if there are no rows."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=not fold, justify="right" if heading == "orders" else "left")
    for row in rows:
        table.add_row(*map(_cell, row))
    say(table if table.row_count or not none else none)


def print_columns(rows: Iterable[Sequence[str | Text]]) -> None:
    """Rows without headings; only the last column wraps. Prints nothing if there are no rows."""
    table = Table.grid(padding=(0, 2))
    for row in rows:
        *first, last = map(_cell, row)
        for cell in first:
            cell.no_wrap = True
        table.add_row(*first, last)
    if table.row_count:
        say(table)


def print_json(value: Any) -> None:
    """Print a value for programs, in ASCII. Our own classes become objects with their :func:`public_fields`."""
    text = orjson.dumps(value, default=_json_value, option=orjson.OPT_INDENT_2).decode()
    tell(*(_BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], line) for line in text.split("\n")))


def _json_value(value: Any) -> Any:
    if attrs.has(type(value)):
        return public_fields(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


def public_fields(value: Any) -> dict[str, Any]:
    """The fields that show in ``repr``: all except personal data and secrets."""
    return {field.name: getattr(value, field.name) for field in attrs.fields(type(value)) if field.repr}


@contextmanager
def progress_bar(*, hidden: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A bar for each operation while it runs; it disappears at the end. There is none if nobody watches a screen."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    # What others print while a bar is shown goes above it by way of rich, which would let escapes of theirs through.
    screen = Console(file=getattr(sys.stderr, "rich_proxied_file", sys.stderr))
    if hidden or not screen.is_terminal:
        yield lambda _: None
        return
    with (
        Bars(*columns, console=screen, transient=True) as bars,
        redirect_stdout(VisibleStream.over(sys.stdout)),
        redirect_stderr(VisibleStream.over(sys.stderr)),
    ):
        tasks: dict[str, Any] = {}

        def on_progress(progress: Progress) -> None:
            task = tasks.get(progress.operation)
            if task is None:
                task = tasks[progress.operation] = bars.add_task(progress.operation, total=progress.total)
            bars.update(task, completed=progress.done, total=progress.total)

        yield on_progress


def counted(count: int, word: str) -> str:
    """A count with its word, e.g. ``1 order`` and ``2 orders``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def in_one_line(name: str) -> str:
    """A number or SKU as lists show it: escaped, and cut if it is absurdly long."""
    shown = visible(name)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[: LONGEST_SHOWN - 1]}…"
