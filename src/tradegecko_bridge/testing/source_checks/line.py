"""A line that breaks: what is raised, what is lost, and what shows."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tradegecko_bridge.errors import SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.testing.source_checks.bench import (
    Bench,
    Check,
    Checks,
    Findings,
    Given,
    listed,
    raised,
    references,
)
from tradegecko_bridge.testing.source_checks.shops import CannotDo, Fault

LINE = Checks()
NEEDS = ("break_line", "mend")

_LATER = (SourceUnavailable,)
_WHY = "An error taken for the end of a list leaves out all that is behind it; an unknown one ends the whole run."


def _line_check(fault: Fault, expected: tuple[type[Exception], ...], fix: str) -> None:
    names = " or ".join(kind.__name__ for kind in expected)

    def run(bench: Bench) -> Findings:
        for after in (0, 1, 2):
            yield from _breaks(bench, fault, expected, after)

    promise = f"Where {_SAID[fault]}, it raises {names}, and nothing is lost."
    LINE.append(Check(name=f"line_{fault.value}", promise=promise, why=_WHY, fix=fix, needs=NEEDS, run=run))


_SAID = {
    Fault.BUSY: "the shop answers 429",
    Fault.DOWN: "the shop answers 503",
    Fault.SLOW: "the shop does not answer in time",
    Fault.CUT: "an answer ends in the middle",
    Fault.PAGE: "a page of HTML comes in place of an answer",
    Fault.HUGE: "an answer is larger than any can be taken",
    Fault.LOGIN: "the shop no longer takes the login",
    Fault.FORBIDDEN: "the login lacks a right",
    Fault.REDIRECT: "the shop sends us on to another address",
}


def _breaks(bench: Bench, fault: Fault, expected: tuple[type[Exception], ...], after: int) -> Findings:
    placed = set(bench.place(5))
    bench.shop.break_line(fault, after=after)
    source = bench.source()
    given, error = until_error(source)
    bench.shop.mend()
    if error is None and placed <= set(references(given)):
        return  # the reading was done before the line broke
    if error is None:
        yield f"the reading ends after {len(given)} orders as if that were all"
    elif not isinstance(error, expected):
        yield f"{raised(error)}, in place of {' or '.join(kind.__name__ for kind in expected)}"
    rest = bench.read(given[-1].cursor if given else None, source)
    if missing := placed - set(references(given)) - set(references(rest)):
        yield f"when the line is good again, {listed(missing)} do not come from where it broke"


def until_error(source: Any) -> tuple[list[Given], Exception | None]:
    """What a source gives before it raises, and what it raises."""
    given: list[Given] = []
    try:
        for order in source.fetch_orders(None):
            given.append(order)  # noqa: PERF402  what was given before an error counts
    except CannotDo:
        raise
    except Exception as error:
        return given, error
    return given, None


_line_check(Fault.BUSY, _LATER, "Wait as long as Retry-After says, a bounded number of times, then SourceUnavailable.")
_line_check(Fault.DOWN, _LATER, "Map 5xx to SourceUnavailable; try again a bounded number of times.")
_line_check(Fault.SLOW, _LATER, "Set time-outs for each step and for the whole, and map them to SourceUnavailable.")
_line_check(Fault.CUT, _LATER, "Map the client's transport errors and unreadable JSON to SourceUnavailable.")
_line_check(Fault.PAGE, _LATER, "Check that an answer is what was asked for before its absence of orders is believed.")
_line_check(Fault.HUGE, _LATER, "Stop reading an answer beyond a bound; the toolkit's client does.")
_line_check(Fault.LOGIN, (SourceNeedsLogin,), "Map 401 to SourceNeedsLogin, after logging in once more.")
_line_check(
    Fault.FORBIDDEN, (SourceRefused, SourceNeedsLogin), "Map 403 to SourceRefused; name the right that is missing."
)
_line_check(
    Fault.REDIRECT,
    (SourceRefused, SourceNeedsLogin, SourceUnavailable),
    "Do not follow redirects with a login; say where it leads, so that the address can be corrected.",
)


@LINE.check(
    why="Reports and logs are read, mailed and kept by many.",
    fix="Never put headers, bodies or whole addresses into a message; keep keys as Secret; see quiet_http.",
    needs=[*NEEDS, "secrets"],
)
def errors_hold_no_secrets(bench: Bench) -> Findings:
    """Whatever goes wrong, no key and no customer shows: in errors, in the log, in the source's repr or identity."""
    bench.place(4)
    order = next(iter(bench.read()), None)
    customer = getattr(getattr(order, "customer", None), "email", None)
    hidden = dict.fromkeys(bench.shop.secrets, "a secret") | ({customer: "a customer"} if customer else {})
    for fault in Fault:
        with suppress(CannotDo), _log() as log:
            bench.shop.break_line(fault, after=1)
            source = bench.source()
            _, error = until_error(source)
            bench.shop.mend()
            told = {"the error": _chain(error), "the log": log.getvalue(), "its repr": repr(source)}
            told["its identity"] = str(getattr(source, "identity", ""))
            for place, text in told.items():
                for secret, what in hidden.items():
                    if secret in text:
                        yield f"{what} shows in {place} where {_SAID.get(fault, fault.value)}"


def _chain(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    return " ".join(texts)


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, at every level."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
