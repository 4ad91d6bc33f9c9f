"""Fixtures of the folder source's tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_NOBODY = 65534


@pytest.fixture
def bound_by_permissions() -> Iterator[Path]:
    """A folder, and a process that permissions bind: root gives its rights away for the time of the test."""
    if not hasattr(os, "seteuid"):
        pytest.skip("this system has no effective user to change")
    was = os.geteuid()
    if was == 0:
        os.seteuid(_NOBODY)
    # Not tmp_path: its parents are closed to other users.
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        os.seteuid(was)
        for inside in [folder, *(found for found in folder.rglob("*") if found.is_dir())]:
            inside.chmod(0o700)
        shutil.rmtree(folder)
