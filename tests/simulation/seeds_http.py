"""Which schedules the test run takes at the HTTP level; see :mod:`tests.simulation.seeds`."""

from __future__ import annotations

from typing import Final

from tests.simulation.faults import HTTP_RATES
from tests.simulation.seeds import RIGHT

RIGHT_HTTP: Final = RIGHT | HTTP_RATES.keys()
