"""``python -m tests.chaos``: see ``long_form``. (Processes cannot find their work in a package's main module.)"""

from __future__ import annotations

import sys

from tests.chaos.long_form import main

if __name__ == "__main__":
    sys.exit(main())
