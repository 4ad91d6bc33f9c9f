"""Shopify's search syntax, as far as it is used: terms with comparisons, AND, OR, parentheses, quotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<word>AND|OR|\(|\))|(?P<field>\w+):(?P<op>>=|<=|>|<)?(?:\"(?P<a>(?:\\.|[^\"\\])*)\"|'(?P<b>[^']*)'|(?P<c>[^\s()]+)))"
)


def parsed(text: str | None) -> Test:
    """Whether what has these values is found.

    Raises:
        ValueError: it cannot be read.
    """
    if not text:
        return lambda _: True
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"cannot be searched for: {text[place:]}")
        tokens.append(found)
        place = found.end()
    test, rest = _any(tokens)
    if rest:
        raise ValueError("too many parentheses")
    return test


def _any(tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
    tests, rest = [], tokens
    while True:
        one, rest = _all(rest)
        tests.append(one)
        if not rest or rest[0]["word"] != "OR":
            return (lambda values: any(test(values) for test in tests)), rest
        rest = rest[1:]


def _all(tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
    tests, rest = [], tokens
    while True:
        one, rest = _one(rest)
        tests.append(one)
        if not rest or rest[0]["word"] in ("OR", ")"):
            return (lambda values: all(test(values) for test in tests)), rest
        if rest[0]["word"] == "AND":
            rest = rest[1:]


def _one(tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
    first, *rest = tokens
    if first["word"] == "(":
        inner, rest = _any(rest)
        return inner, rest[1:]
    wanted = first["a"] if first["a"] is not None else first["b"] if first["b"] is not None else first["c"]
    wanted, name, sign = re.sub(r"\\(.)", r"\1", wanted), first["field"], first["op"]

    def test(values: Mapping[str, Any]) -> bool:
        value = values[name]
        match sign:
            case ">=":
                return bool(value >= wanted)
            case "<=":
                return bool(value <= wanted)
            case ">":
                return bool(value > wanted)
            case "<":
                return bool(value < wanted)
        return str(value or "").casefold().startswith(wanted.casefold())  # parts, and any case, as the real one

    return test, rest
