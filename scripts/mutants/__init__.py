"""Mutation testing: does a test fail when a rule is wrong? Run with ``python -m scripts.mutants``."""
