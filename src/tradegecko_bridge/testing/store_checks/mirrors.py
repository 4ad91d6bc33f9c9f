"""What is remembered of accounts."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from attrs import evolve

from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorCounts, MirrorProgress, MirrorRow

SHOP, KIND = "7@shop", "orders"
AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def a_row(id_: str, stamp: str = "1", *numbers: str) -> MirrorRow:
    """A record found by its numbers."""
    return MirrorRow(id_, stamp, tuple(("number", number) for number in numbers), {"said": stamp})


class MirrorChecks:
    """Rows, keys, progress."""

    def test_nothing_is_known_at_first(self, mirror: MirrorStore) -> None:
        """An account nobody has read is at the beginning.

        *Troubleshooting:* no row means no cursor, not complete, never.
        """
        assert mirror.progress(SHOP, KIND) == MirrorProgress()
        assert list(mirror.find(SHOP, KIND, "number", ["1"])) == []

    def test_its_key_is_its_own(self, mirror: MirrorStore) -> None:
        """Long enough that nobody guesses it, and the same for all who ask.

        *Troubleshooting:* made once, at random, and kept with the rows; of two who make it the first one's counts.
        """
        with ThreadPoolExecutor(4) as pool:
            keys = set(pool.map(lambda _: mirror.key(), range(8)))
        assert len(keys) == 1
        assert 16 <= len(*keys) <= 64

    def test_rows_are_found_by_any_of_their_keys(self, mirror: MirrorStore) -> None:
        """By every value of a key, each row once, in the order of their ids; by nothing else.

        *Troubleshooting:* a row may have several values under one key, and none at all.
        """
        rows = [a_row("2", "1", "A", "B"), a_row("1", "1", "B"), a_row("3")]
        mirror.write(SHOP, KIND, rows)
        assert [row.id for row in mirror.find(SHOP, KIND, "number", ["A", "B", "C"])] == ["1", "2"]
        assert list(mirror.find(SHOP, KIND, "number", ["A"])) == [rows[0]]
        assert list(mirror.find(SHOP, KIND, "number", ["a"])) == []
        assert list(mirror.find(SHOP, KIND, "other", ["A"])) == []
        assert list(mirror.find(SHOP, "variants", "number", ["A"])) == []
        assert list(mirror.find("8@shop", KIND, "number", ["A"])) == []
        assert list(mirror.find(SHOP, KIND, "number", [])) == []

    def test_all_rows_come_in_parts(self, mirror: MirrorStore) -> None:
        """By id as text, each once, behind the one that was last; and by their ids.

        *Troubleshooting:* ids are digits, so that every database sorts them alike.
        """
        mirror.write(SHOP, KIND, [a_row(str(n)) for n in (1, 2, 10, 11, 100)])
        mirror.write(SHOP, "others", [a_row("12")])
        first = mirror.rows(SHOP, KIND, limit=3)
        assert [row.id for row in first] == ["1", "10", "100"]
        assert [row.id for row in mirror.rows(SHOP, KIND, after="100", limit=3)] == ["11", "2"]
        assert list(mirror.rows(SHOP, KIND, after="2")) == []
        assert {row.id for row in mirror.with_ids(SHOP, KIND, ["2", "100", "12"])} == {"2", "100"}

    def test_a_newer_version_replaces_an_older_one(self, mirror: MirrorStore) -> None:
        """With its facts and its keys: what it was found by before finds it no more.

        *Troubleshooting:* the old version's keys are removed with it.
        """
        mirror.write(SHOP, KIND, [a_row("1", "1", "A")])
        mirror.write(SHOP, KIND, [a_row("1", "2", "B")])
        assert list(mirror.find(SHOP, KIND, "number", ["A"])) == []
        assert [row.facts for row in mirror.find(SHOP, KIND, "number", ["B"])] == [{"said": "2"}]

    def test_an_older_version_changes_nothing(self, mirror: MirrorStore) -> None:
        """Two processes read the same list; whoever writes last may have read first.

        *Troubleshooting:* compare stamps as text; an equal stamp may replace.
        """
        mirror.write(SHOP, KIND, [a_row("1", "2", "B"), a_row("2", "1", "C"), a_row("2", "0", "D")])
        mirror.write(SHOP, KIND, [a_row("1", "1", "A")])
        assert [row.stamp for row in mirror.find(SHOP, KIND, "number", ["A", "B"])] == ["2"]
        assert [row.stamp for row in mirror.find(SHOP, KIND, "number", ["C", "D"])] == ["1"]

    def test_progress_never_goes_back(self, mirror: MirrorStore) -> None:
        """Cursor and time only grow, and complete stays so; other kinds and accounts have their own.

        *Troubleshooting:* merge with ``MirrorProgress.then`` inside the transaction.
        """
        mirror.write(SHOP, KIND, [], progress=MirrorProgress(cursor="b", complete=True, at=AT))
        mirror.write(SHOP, KIND, [], progress=MirrorProgress(cursor="a", at=AT - timedelta(hours=1)))
        assert mirror.progress(SHOP, KIND) == MirrorProgress(cursor="b", complete=True, at=AT)
        mirror.write(SHOP, KIND, [], progress=MirrorProgress(cursor="c"))
        assert mirror.progress(SHOP, KIND) == MirrorProgress(cursor="c", complete=True, at=AT)
        assert mirror.progress(SHOP, "variants") == MirrorProgress()
        assert mirror.progress("8@shop", KIND) == MirrorProgress()

    def test_what_is_added_and_changed_is_counted(self, mirror: MirrorStore) -> None:
        """A row that comes again with a new stamp alone is no change, nor is one that is out of date.

        *Troubleshooting:* compare keys and facts with those of the row as it is; forgetting an account is a change.
        """
        rows = [a_row(str(n), "1", f"N{n}") for n in range(300)]
        assert mirror.counts("9@shop", KIND) == MirrorCounts()
        mirror.write("9@shop", KIND, rows, progress=MirrorProgress(cursor="a"))
        assert mirror.counts("9@shop", KIND) == MirrorCounts(300, 0)
        mirror.write("9@shop", KIND, [evolve(row, stamp="2") for row in rows])
        assert [row.stamp for row in mirror.find("9@shop", KIND, "number", ["N1"])] == ["2"]
        assert mirror.counts("9@shop", KIND) == MirrorCounts(300, 0)
        mirror.write("9@shop", KIND, [a_row("1", "1", "X"), evolve(rows[2], stamp="3", facts={}), a_row("301")])
        assert mirror.counts("9@shop", KIND) == MirrorCounts(301, 1)
        mirror.write("9@shop", KIND, [evolve(rows[1], stamp="3", keys=(("number", "X"),))], progress=MirrorProgress())
        assert mirror.counts("9@shop", KIND) == MirrorCounts(301, 2)
        mirror.drop("9@shop", KIND, ["1", "nobody"])
        assert mirror.counts("9@shop", KIND) == MirrorCounts(301, 3)
        mirror.forget("9@shop")
        assert mirror.counts("9@shop", KIND) == MirrorCounts(301, 4)
        assert mirror.counts("9@shop", "variants") == mirror.counts("10@shop", KIND) == MirrorCounts()

    def test_rows_can_be_dropped(self, mirror: MirrorStore) -> None:
        """With all their keys, of that kind and account only; they may come again, in whatever version.

        *Troubleshooting:* remove the keys with the row; progress stays, ids nobody remembers are passed over.
        """
        for account, kind in ((SHOP, KIND), (SHOP, "variants"), ("8@shop", KIND)):
            rows = [a_row("1", "5", "A", "B"), a_row("2", "5", "A")]
            mirror.write(account, kind, rows, progress=MirrorProgress(cursor="a", complete=True))
        mirror.drop(SHOP, KIND, ["1", "9"])
        mirror.drop(SHOP, KIND, [])
        assert [row.id for row in mirror.find(SHOP, KIND, "number", ["A", "B"])] == ["2"]
        assert mirror.progress(SHOP, KIND) == MirrorProgress(cursor="a", complete=True)
        for account, kind in ((SHOP, "variants"), ("8@shop", KIND)):
            assert [row.id for row in mirror.find(account, kind, "number", ["A"])] == ["1", "2"]
        mirror.write(SHOP, KIND, [a_row("1", "4", "C")])
        assert [row.id for row in mirror.find(SHOP, KIND, "number", ["B", "C"])] == ["1"]

    def test_an_account_can_be_forgotten(self, mirror: MirrorStore) -> None:
        """Rows, keys and progress of one account, nobody else's.

        *Troubleshooting:* all kinds of it.
        """
        for account in (SHOP, "8@shop"):
            mirror.write(account, KIND, [a_row("1", "1", "A")], progress=MirrorProgress(cursor="a"))
        mirror.forget(SHOP)
        assert mirror.progress(SHOP, KIND) == MirrorProgress()
        assert list(mirror.find(SHOP, KIND, "number", ["A"])) == []
        assert [row.id for row in mirror.find("8@shop", KIND, "number", ["A"])] == ["1"]

    def test_many_rows_at_once(self, mirror: MirrorStore) -> None:
        """A thousand rows are written and found in one call.

        *Troubleshooting:* databases limit how many values one statement carries.
        """
        mirror.write(SHOP, KIND, [a_row(str(n), "1", f"N{n}") for n in range(1000)])
        assert len(mirror.find(SHOP, KIND, "number", [f"N{n}" for n in range(1500)])) == 1000

    def test_threads_write_side_by_side(self, mirror: MirrorStore) -> None:
        """The newest version wins, whoever was last.

        *Troubleshooting:* reading the stamps and writing the rows is one transaction that others wait for.
        """

        def write(stamp: int) -> None:
            mirror.write(SHOP, KIND, [a_row(str(n), f"{stamp:03d}", f"N{n}") for n in range(20)])

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, [5, 3, 9, 1, 7, 2]))
        found = mirror.find(SHOP, KIND, "number", [f"N{n}" for n in range(20)])
        assert [row.stamp for row in found] == ["009"] * 20
