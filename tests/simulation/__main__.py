"""``python -m tests.simulation``: see ``hunt``. (Processes cannot find their work in a package's main module.)"""

from __future__ import annotations

import sys

from tests.simulation.hunt import main

if __name__ == "__main__":
    sys.exit(main())
