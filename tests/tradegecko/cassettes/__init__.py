"""Exchanges with the sandbox, recorded by ``python -m tests.tradegecko.cassettes.record``."""
