"""Processes forked from a server that has imported everything and does nothing else: milliseconds instead of a start.

There is one such server in each test process, so what it shall have imported is said here, for all.
"""

from __future__ import annotations

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.chaos.victim"])
