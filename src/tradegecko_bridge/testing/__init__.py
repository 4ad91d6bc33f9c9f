"""Behaviour suites for plugin authors: subclass one, give it your implementation, run pytest.

:class:`tradegecko_bridge.testing.stores.StoreSuite` checks a ledger store. The modules need pytest; nothing
outside tests imports them.
"""
