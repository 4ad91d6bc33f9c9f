"""How a check is declared, run and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from traceback import walk_tb
from typing import Any, Final, cast

from attrs import field, frozen

from tradegecko_bridge.commerce import ItemResult, SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import SourceError
from tradegecko_bridge.testing.source_checks.shops import AbleShop, CannotDo, Shop, Wanted, WantedLine

Given = SourceOrder | UnreadableOrder
Findings = Iterator[str]

SKUS: Final = ("MUG-BLUE", "MUG-RED", "TEE-M")
MOST: Final = 2_000
"""Orders one reading may give before it counts as endless."""
METHODS: Final = {
    "fetch_order",
    "fetch_since",
    "identity",
    "accept_tracking",
    "withdraw_tracking",
    "withdraw_products",
    "accept_stock",
    "accept_products",
    "accept_receipts",
}


class CheckVerdict(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    LEFT_OUT = "left out"
    """The source does not do this, or the shop's driver cannot show it."""
    DEVIATES = "deviates"
    """It fails, as was said beforehand, for the reason that was given."""


@frozen(kw_only=True)
class Check:
    """One promise, and what to do where it is not kept.

    ``needs``: methods of the shop's driver; ``takes``: the method of the source that it is about, blank for reading.
    """

    name: str
    promise: str
    why: str
    fix: str
    needs: tuple[str, ...] = ()
    takes: str = ""
    run: Callable[[Any], Findings] = field(repr=False)


@frozen(kw_only=True)
class Outcome:
    """What came of one check: what is wrong, or why it was left out."""

    check: Check
    verdict: CheckVerdict
    findings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What broke, why it matters, and how to fix it, on lines of their own."""
        lines = [f"{self.check.name}: {self.verdict}", *(f"  {finding}" for finding in self.findings)]
        if self.verdict is CheckVerdict.FAILED:
            lines += [
                f"  promise: {self.check.promise}",
                f"  why it matters: {self.check.why}",
                f"  to fix it: {self.check.fix}",
            ]
        return "\n".join(lines)


class Checks(list[Check]):
    """Checks of one topic, as their functions are declared."""

    def check(
        self, *, why: str, fix: str, needs: Sequence[str] = (), takes: str = ""
    ) -> Callable[[Callable[[Bench], Findings]], Callable[[Bench], Findings]]:
        """Declare one: its name is the function's, its promise the docstring's first line."""

        def declare(run: Callable[[Bench], Findings]) -> Callable[[Bench], Findings]:
            promise = (run.__doc__ or "").strip().partition("\n")[0]
            one = Check(name=run.__name__, promise=promise, why=why, fix=fix, needs=tuple(needs), takes=takes, run=run)
            self.append(one)
            return run

        return declare


class Bench:
    """A shop on which a check is run, with the sources made for it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = cast("AbleShop", shop)
        self._made: list[Any] = []

    @property
    def skus(self) -> Sequence[str]:
        """Three SKUs that the shop sells."""
        return getattr(self.shop, "skus", SKUS)

    def source(self) -> Any:
        """Another source, as after a restart."""
        self._made.append(self.shop.source())
        return self._made[-1]

    def close(self) -> None:
        """Let go of the sources."""
        for source in self._made:
            if hasattr(source, "close"):
                with suppress(Exception):
                    source.close()

    def place(self, count: int = 7) -> list[str]:
        """So many ordinary orders, one after the other."""
        return [self.shop.place(self.wanted()) for _ in range(count)]

    def wanted(self, *quantities: int, **fields: Any) -> Wanted:
        """An order of so many units of the first SKU, the second, and so on; of one without any."""
        lines = tuple(
            WantedLine(sku=sku, quantity=units) for sku, units in zip(self.skus, quantities or (1,), strict=False)
        )
        return Wanted(**{"lines": lines, **fields})

    def read(self, after: str | None = None, source: Any = None) -> list[Given]:
        """All that is given from a cursor on, by a new source unless one is named.

        Raises:
            Endless: more than any of the checks has orders for.
        """
        return collected((source or self.source()).fetch_orders(after))

    def order(self, reference: str) -> SourceOrder:
        """An order as the source gives it.

        Raises:
            Missing: it does not.
        """
        found = [one for one in self.read() if one.reference == reference]
        if not found or not isinstance(found[-1], SourceOrder):
            said = f" ({found[-1].problem})" if found and isinstance(found[-1], UnreadableOrder) else ""
            raise Missing(f"the source does not give order {reference}{said}")
        return found[-1]


class Endless(Exception):
    """A source gives orders without end."""


class Missing(Exception):
    """An order that a check is about was not given."""


def collected(given: Iterable[Given]) -> list[Given]:
    """What is given, as long as it ends.

    Raises:
        Endless: it does not.
    """
    found = list(islice(given, MOST))
    if len(found) == MOST:
        raise Endless(f"the source gave {MOST:,} orders and went on; the shop has a few")
    return found


def references(given: Iterable[Given]) -> list[str | None]:
    """The references of what was given, in turn."""
    return [one.reference for one in given]


def listed(names: Iterable[object]) -> str:
    """Some names, for a finding."""
    texts = sorted(map(str, names))
    return ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")


def answers(results: object) -> tuple[list[ItemResult], list[str]]:
    """A batch's results, and what is wrong with them as such."""
    if not isinstance(results, Iterable):
        return [], [f"it returned {type(results).__name__}; it must give an iterable of ItemResult"]
    found = list(results)
    wrong = [f"it gave a {type(one).__name__} among its results" for one in found if not isinstance(one, ItemResult)]
    return [one for one in found if isinstance(one, ItemResult)], wrong


def examine(check: Check, shop: Shop, deviations: Mapping[str, str] | None = None) -> Outcome:
    """Run one check on a shop of its own; whatever source or shop raise is a finding."""
    verdict, findings = _run(check, Bench(shop))
    if (reason := (deviations or {}).get(check.name)) is not None:
        if verdict is CheckVerdict.FAILED:
            return Outcome(check=check, verdict=CheckVerdict.DEVIATES, findings=(reason,))
        if verdict is CheckVerdict.PASSED:
            said = f"it is named as a deviation ({reason}) and passes: take it out of the deviations"
            return Outcome(check=check, verdict=CheckVerdict.FAILED, findings=(said,))
    return Outcome(check=check, verdict=verdict, findings=tuple(findings))


def _run(check: Check, bench: Bench) -> tuple[CheckVerdict, list[str]]:
    if missing := [name for name in check.needs if not hasattr(bench.shop, name)]:
        return CheckVerdict.LEFT_OUT, [f"the shop's driver has no {', '.join(missing)}"]
    try:
        if check.takes and not hasattr(bench.source(), check.takes):
            return CheckVerdict.LEFT_OUT, [f"the source has no {check.takes}"]
        findings = list(dict.fromkeys(check.run(bench)))
    except CannotDo as reason:
        return CheckVerdict.LEFT_OUT, [f"the shop cannot do it: {reason}"]
    except (Endless, Missing) as error:
        findings = [str(error)]
    except Exception as error:
        findings = [raised(error)]
    finally:
        bench.close()
    return (CheckVerdict.FAILED if findings else CheckVerdict.PASSED), findings


def raised(error: BaseException) -> str:
    """An exception as a finding, with its place unless it is one that a source is meant to raise."""
    text = f": {error}" if str(error) else ""
    places = [(place.f_code.co_filename, number) for place, number in walk_tb(error.__traceback__)]
    theirs = [place for place in places if "/source_checks/" not in place[0].replace("\\", "/")] or places
    where = f" at {theirs[-1][0]}:{theirs[-1][1]}" if theirs and not isinstance(error, SourceError) else ""
    return f"raised {type(error).__name__}{where}{text}"
