"""The behaviour suite for ledger stores."""

import pytest

pytest.register_assert_rewrite("tradegecko_bridge.testing.store_checks")

from tradegecko_bridge.testing.store_checks.accounts import AccountChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.alerts import AlertChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.claims import ClaimChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.decisions import DecisionChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.differences import DifferenceChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.expiry import ExpiryChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.ingest import IngestChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.limits import LimitChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.lookups import LookupChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.mirrors import MirrorChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.outbox import OutboxChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.records import RecordChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.resupply import ResupplyChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.runs import RunChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.shipments import ShipmentChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.tokens import TokenChecks  # noqa: E402
from tradegecko_bridge.testing.store_checks.told_values import ToldValueChecks  # noqa: E402

__all__ = ["MirrorStoreSuite", "RateLedgerSuite", "StoreSuite", "TokenStoreSuite"]


class StoreSuite(
    IngestChecks,
    ResupplyChecks,
    ClaimChecks,
    RecordChecks,
    DecisionChecks,
    DifferenceChecks,
    LookupChecks,
    ShipmentChecks,
    ToldValueChecks,
    OutboxChecks,
    RunChecks,
    AlertChecks,
    AccountChecks,
    ExpiryChecks,
):
    """Everything :class:`tradegecko_bridge.ports.Store` promises, as tests.

    Subclass it in your test suite and give it a fixture ``store``: an empty store, a new one for every test::

        import pytest
        from tradegecko_bridge.testing.stores import StoreSuite
        from my_package import MyStore


        class TestMyStore(StoreSuite):
            @pytest.fixture
            def store(self, tmp_path):
                store = MyStore(tmp_path / "ledger")
                yield store
                store.close()

    That is all. Each check states one promise in its first line; when it fails, its *Troubleshooting* note
    says where to look first. The store is used from several threads at once; that it also withstands several
    processes and being killed depends on where it keeps its data, so that stays for you to test.

    What your store cannot promise is marked in the subclass as an expected failure *with the reason*, so that
    whoever reads your tests knows::

            @pytest.mark.xfail(reason="one process only: claims are not shared between threads")
            def test_threads_never_claim_the_same_order(self, store):
                super().test_threads_never_claim_the_same_order(store)

    Most of what the checks ask for need not be written again: the pure functions in
    :mod:`tradegecko_bridge.stores.rules` decide what becomes of a row; a store only finds, locks and writes rows.
    """


class TokenStoreSuite(TokenChecks):
    """Everything :class:`tradegecko_bridge.ports.TokenStore` promises, as tests.

    As :class:`StoreSuite`, with a fixture ``tokens``: an empty token store, a new one for every test.
    :class:`tradegecko_bridge.stores.slots.SlotStore` does everything but finding, locking and writing.
    """


class MirrorStoreSuite(MirrorChecks):
    """Everything :class:`tradegecko_bridge.ports.MirrorStore` promises, as tests.

    As :class:`StoreSuite`, with a fixture ``mirror``: an empty one, a new one for every test.
    """


class RateLedgerSuite(LimitChecks):
    """Everything :class:`tradegecko_bridge.ports.RateLedger` promises, as tests.

    As :class:`StoreSuite`, with a fixture ``permits``: an empty one, a new one for every test.
    :class:`tradegecko_bridge.ports.limits.WindowUse` decides who gets what; a store only finds, locks and writes.
    """
