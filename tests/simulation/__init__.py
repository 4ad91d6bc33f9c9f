"""A deterministic simulation: the real engine and ledger in a world of faults, replayed from a seed alone.

Read :mod:`tests.simulation.world` first; ``docs/testing.md`` says what it is for.
"""
