"""Writing back: a batch in which one item never hides another, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from attrs import frozen

from tradegecko_bridge.commerce import ItemResult, ProductDetails, StockLevel, Verdict
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.toolkit.faults import Forbidden, Refusal, ShopFault
from tradegecko_bridge.sources.toolkit.incremental import in_chunks

T = TypeVar("T")
Found = TypeVar("Found", bound=Mapping[str, Any])
Wrong = str | SourceUnavailable

PATIENCE = 3
"""Items in a row the shop may leave without an answer before the rest is not tried."""


def accepted(key: str, message: str = "") -> ItemResult:
    """Done, or found done already."""
    return ItemResult(key=key, verdict=Verdict.ACCEPTED, message=message)


def ignored(key: str, message: str) -> ItemResult:
    """Not this shop's business."""
    return ItemResult(key=key, verdict=Verdict.IGNORED, message=message)


def refused(key: str, message: str) -> ItemResult:
    """A person has to change something."""
    return ItemResult(key=key, verdict=Verdict.REFUSED, message=message)


def failed(key: str, error: SourceRefused | SourceUnavailable) -> ItemResult:
    """An error as the answer for one item: refused for good, or failed for now. A missing right is no item's fault."""
    for_good = isinstance(error, SourceRefused) and not isinstance(error, Forbidden)
    return ItemResult(key=key, verdict=Verdict.REFUSED if for_good else Verdict.FAILED, message=str(error))


def not_tried(key: str) -> ItemResult:
    """The answer for an item nobody asked the shop about, because it does not answer."""
    return ItemResult(key=key, verdict=Verdict.FAILED, message="not tried: the shop does not answer")


def is_silence(error: Exception) -> bool:
    """Whether the shop did not answer at all, so that asking for the next item may be of no use either."""
    return isinstance(error, SourceUnavailable) and not isinstance(error, ShopFault)


def answer_each(items: Iterable[T], key: Callable[[T], str], act: Callable[[T], ItemResult]) -> Iterator[ItemResult]:
    """``act`` on every item; an error becomes that item's result.

    Raises:
        SourceNeedsLogin: no other item could fare better.
    """
    silences = 0
    for item in items:
        if silences == PATIENCE:
            yield not_tried(key(item))
            continue
        try:
            result = act(item)
        except (SourceRefused, SourceUnavailable) as error:
            silences = silences + 1 if is_silence(error) else 0
            yield failed(key(item), error)
        else:
            silences = 0
            yield result


def write_together(
    items: Sequence[T], key: Callable[[T], str], write: Callable[[Sequence[T]], Mapping[str, Wrong]]
) -> Iterator[ItemResult]:
    """All items in one call; where the shop refuses it for one of them, one by one.

    ``write`` gives what is wrong with each that did not go through, by key: a text is for good; the others did.

    Raises:
        SourceNeedsLogin: nothing else was tried.
    """
    if not items:
        return
    try:
        wrong = write(items)
    except (Refusal, ShopFault) as error:
        if len(items) > 1:
            yield from answer_each(items, key, lambda item: next(write_together([item], key, write)))
        else:
            yield failed(key(items[0]), error)
    except (SourceUnavailable, SourceRefused) as error:
        yield from (failed(key(item), error) for item in items)
    else:
        yield from (_written(key(item), wrong.get(key(item))) for item in items)


def _written(key: str, wrong: Wrong | None) -> ItemResult:
    if wrong is None:
        return accepted(key)
    return refused(key, wrong) if isinstance(wrong, str) else failed(key, wrong)


# ── stock ────────────────────────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class Shelf:
    """Where a shop counts the units of a SKU.

    ``units`` is what it counts now, None where it never did; ``reserved`` is what of it is promised to orders, in
    shops that count what is on the shelf, and 0 in those that count what can still be sold.
    """

    id: str
    units: int | None
    reserved: int = 0
    tracked: bool = True


@frozen(kw_only=True)
class Count:
    """``units`` to write for a shelf."""

    sku: str
    shelf: Shelf
    units: int


class Shelves(Protocol):
    """A shop's stock."""

    def find(self, skus: Collection[str], /) -> Mapping[str, Sequence[Shelf]]:
        """The shelves of each of these SKUs, which the shop may not keep unique; an unknown SKU has none."""

    def write(self, counts: Sequence[Count], /) -> Mapping[str, Wrong]:
        """Set them; what is wrong with each that was not taken, by SKU."""


def choose_location(locations: Iterable[Mapping[str, Any]], chosen: str | None, shop: str) -> str:
    """The ``id`` of the stock location to write to: by id or ``name``, or the only one.

    Raises:
        SourceRefused: it takes a choice; the message lists them.
    """
    known = {str(one["id"]): str(one["name"]) for one in locations}
    fitting = [key for key, name in known.items() if chosen is None or chosen in (key, name)]
    if len(fitting) == 1:
        return fitting[0]
    wrong = "stock_location is not set" if chosen is None else f"stock_location {chosen!r} is not exactly one of them"
    there = ", ".join(f"{key} ({name})" for key, name in known.items()) or "none"
    raise SourceRefused(f"{wrong}; {shop}'s stock locations are: {there}")


def set_levels(levels: Iterable[StockLevel], shelves: Shelves, *, chunk: int = 50) -> Iterator[ItemResult]:
    """Each level's own result; only what differs is written. Parts of a unit do not count.

    Raises:
        SourceNeedsLogin: what was answered before it counts.
    """
    silent = False

    def write(counts: Sequence[Count]) -> Mapping[str, Wrong]:
        nonlocal silent
        try:
            return shelves.write(counts)
        except SourceUnavailable as error:
            silent = is_silence(error)
            raise

    for some in in_chunks(levels, chunk):
        wanted = {level.sku: level for level in some}
        if silent:
            yield from map(not_tried, wanted)
            continue
        try:
            found = shelves.find(wanted.keys())
        except (SourceRefused, SourceUnavailable) as error:
            silent = is_silence(error)
            yield from (failed(sku, error) for sku in wanted)
            continue
        planned = [_planned(level, found.get(sku, ())) for sku, level in wanted.items()]
        yield from (one for one in planned if isinstance(one, ItemResult))
        yield from write_together([one for one in planned if isinstance(one, Count)], lambda count: count.sku, write)


def _planned(level: StockLevel, shelves: Sequence[Shelf]) -> Count | ItemResult:
    if not shelves:
        return ignored(level.sku, "the shop does not sell this SKU")
    if len(shelves) > 1:
        return refused(level.sku, _several(level.sku, [shelf.id for shelf in shelves]))
    shelf = shelves[0]
    if not shelf.tracked:
        return ignored(level.sku, "the shop does not track its inventory")
    units = int(level.available) + shelf.reserved
    return accepted(level.sku) if units == shelf.units else Count(sku=level.sku, shelf=shelf, units=units)


# ── products ─────────────────────────────────────────────────────────────────────────────────


def update_products(
    products: Iterable[ProductDetails],
    find: Callable[[Collection[str]], Mapping[str, Sequence[T]]],
    product_of: Callable[[T], str],
    update: Callable[[ProductDetails, Mapping[str, Sequence[T]]], None],
) -> Iterator[ItemResult]:
    """Each product's own result, for a shop in which none is created.

    ``find`` gives what the shop has of each of these SKUs, ``product_of`` the id of the product that one of them is of.
    ``update`` is asked for a product that the shop has, and that may be changed, with what was found by SKU.

    Raises:
        SourceNeedsLogin: what was answered before it counts.
    """

    def act(product: ProductDetails) -> ItemResult:
        skus = list(dict.fromkeys(variant.sku for variant in product.variants if variant.sku))
        found = {sku: variants for sku, variants in find(skus).items() if variants} if skus else {}
        if not found:
            return ignored(product.reference, "the shop sells none of its SKUs")
        if not product.update:
            return ignored(product.reference, "the shop has it, and it may only be created")
        ids = sorted({product_of(variant) for variants in found.values() for variant in variants})
        if len(ids) > 1:
            told = f"its SKUs are on {len(ids)} products in the shop (ids {', '.join(ids)})"
            return refused(product.reference, told)
        update(product, found)
        return accepted(product.reference)

    return answer_each(products, lambda product: product.reference, act)


def only_one(sku: str, found: Sequence[Found]) -> Found:
    """The only thing in the shop with a SKU.

    Raises:
        SourceRefused: several carry it.
    """
    if len(found) > 1:
        raise SourceRefused(_several(sku, [str(one["id"]) for one in found]))
    return found[0]


def _several(sku: str, ids: Sequence[str]) -> str:
    return f"SKU {sku} is there {len(ids)} times (ids {', '.join(ids)}): give each its own"
