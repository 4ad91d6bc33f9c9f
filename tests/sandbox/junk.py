"""JSON values that do not belong: what no column, key or parameter is made for."""

from __future__ import annotations


def deep(open_: str, close: str, depth: int) -> str:
    """A 1 in so many brackets."""
    return open_ * depth + "1" + close * depth


ANYTHING = (
    "null", "true", "0", "-1", '""', '" "', "[]", "{}", "[[]]", "[{}]", '{"0":{}}', '[{"id":{}}]', '"\\u0000"',
    '"\\ud83d\\ude00"', '"' + "x" * 100_000 + '"', deep("[", "]", 90), deep('{"a":', "}", 90), deep("[", "]", 300),
    deep('{"a":', "}", 300),
)  # fmt: skip
NUMBERS = (
    "false", "-0", "1.5", "99999", "1e14", "-1e14", "999999999999999", "1e30", "-1e308", "9223372036854775808",
    "18446744073709551615", '"999999999999999.9999999999"', '"-999999999999999.9999999999"', '"0.00000000001"',
    '"1e-10"', '"1e-999999999"', '"0e999999999"', '"1e999999999"', '"NaN"', '"sNaN"', '"-Infinity"', '"1_000"', '"x"',
    '"\\u0661\\u0662"', '"\\u00b2"', '"' + "1" * 5000 + '"', '["1e400"]', "[1,1,1]", "[true]",
)  # fmt: skip
DATES = (
    '"0001-01-01"', '"9999-12-31"', '"9999-12-31T23:59:59-14:00"', '"1000-01-01T00:00:00+14:00"', '"10000-01-01"',
    '"2021-02-30"', '"2021-13-01T25:61:61Z"', '"31-12-9999"', '"32-13-2021"', '"00-00-0000"', '"2021-W53-7"',
    '"Wed, 17 Jul 99999 09:50:56 GMT"', '"Wed, 17 Jul 2013 09:50:56 +9999"', '"1 Jan 99999999999999999999"',
    '"2021-01-01T00:00:00+24:00"', '"2021-03-01T12:00:00 05:30"', "20210301",
)  # fmt: skip
TEXTS = (
    '"SO\\u00b2"', '"\\uffff"', '"x\\r\\ny: z"', '"void"', '"deleted"', '"archived"', '"fulfilled"', '"received"',
    '"buy"', '"http://["', '"http://127.0.0.1:1/\\u65e5"', '"//["', '"a,b,,c"', '"../../etc/passwd"', '"America"',
    '"<script>"', "1e308", '["a","a"]', '{"a":1}',
)  # fmt: skip
KINDS = {"int": NUMBERS, "decimal": NUMBERS, "quantity": NUMBERS, "float": NUMBERS, "date": DATES, "datetime": DATES}
