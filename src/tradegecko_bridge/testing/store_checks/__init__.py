"""The checks of :class:`tradegecko_bridge.testing.stores.StoreSuite`, by topic."""
