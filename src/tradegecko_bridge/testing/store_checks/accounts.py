"""Which account has a connection's orders, and whether the ledger was restored."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.ledger import KnownAccount
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import AT, SHOP, SOON

ANNS = AccountIdentity(id="12", name="Ann's Tea", base_url="https://api.example", created_at=AT)
BOBS = AccountIdentity(id="34", name="Bob's", base_url="https://api.example")


class AccountChecks:
    """Known accounts."""

    def test_no_account_is_known_at_first(self, store: Store) -> None:
        """Until a run has reached one.

        *Troubleshooting:* None, no error.
        """
        assert store.known_account(SHOP) is None

    def test_the_first_account_stays(self, store: Store) -> None:
        """Whoever comes later gets the one that is known, as it was first seen; other connections have their own.

        *Troubleshooting:* insert unless there is one, then read, in one transaction.
        """
        first = KnownAccount(connection=SHOP, account=ANNS, first_seen_at=AT)
        assert store.remember_account(SHOP, ANNS, at=AT) == first
        assert store.remember_account(SHOP, BOBS, at=SOON) == first
        assert store.known_account(SHOP) == first
        other = KnownAccount(connection="other", account=BOBS, first_seen_at=SOON)
        assert store.remember_account("other", BOBS, at=SOON) == store.known_account("other") == other

    def test_an_account_is_replaced_only_on_purpose(self, store: Store) -> None:
        """With all its facts, also those the new one does not have; moments are UTC, whatever zone they come in.

        *Troubleshooting:* ``created_at`` may become None again.
        """
        store.remember_account(SHOP, ANNS, at=AT)
        east = SOON.astimezone(timezone(timedelta(hours=9)))
        known = store.remember_account(SHOP, BOBS, at=east, replace=True)
        assert known == KnownAccount(connection=SHOP, account=BOBS, first_seen_at=SOON)
        assert str(known.first_seen_at.tzinfo) == "UTC"
        assert store.known_account(SHOP) == known

    def test_of_many_at_once_one_account_is_remembered(self, store: Store) -> None:
        """And all of them are told which.

        *Troubleshooting:* the answer is read after the write, not before.
        """
        found = [AccountIdentity(id=str(n), name="x", base_url="https://api.example") for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda account: store.remember_account(SHOP, account, at=AT), found))
        assert set(told) == {store.known_account(SHOP)}

    def test_the_first_source_stays(self, store: Store) -> None:
        """As the first account does; it is replaced only on purpose, and what was read stays as it is.

        *Troubleshooting:* insert unless there is one, then read, in one transaction; cursors are something else.
        """
        assert store.known_source(SHOP) is None
        assert store.remember_source(SHOP, "folder /ann", at=AT) == "folder /ann"
        assert store.remember_source(SHOP, "folder /bob", at=SOON) == "folder /ann"
        assert store.remember_source("other", "folder /bob", at=SOON) == store.known_source("other") == "folder /bob"
        assert store.remember_source(SHOP, "folder /new", at=SOON, replace=True) == "folder /new"
        assert store.known_source(SHOP) == "folder /new"
        assert [store.cursor(SHOP, stream) for stream in ("orders", "shipments")] == [None, None]

    def test_of_many_at_once_one_source_is_remembered(self, store: Store) -> None:
        """And all of them are told which.

        *Troubleshooting:* the answer is read after the write, not before.
        """
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda n: store.remember_source(SHOP, f"folder /{n}", at=AT), range(8)))
        assert set(told) == {store.known_source(SHOP)}

    def test_a_new_ledger_was_never_restored(self, store: Store) -> None:
        """There is no backup it comes from.

        *Troubleshooting:* None, no error.
        """
        assert store.restored() is None
