"""The checks of :class:`tradegecko_bridge.testing.sources.SourceSuite`, by topic.

Each is a function that yields what is wrong, so that pytest and the command line run the same ones.
"""
