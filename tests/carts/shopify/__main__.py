"""`python -m tests.carts.shopify install`: fetch Shopify's schemas."""

import sys

from tests.carts.shopify.install import COMMAND, install
from tests.carts.vendure.install import InstallError


def main(arguments: list[str]) -> int:
    """Run one command; the exit status is 0, 1 for a failure and 2 for a wrong command."""
    if arguments != ["install"]:
        print(f"usage: {COMMAND}", file=sys.stderr)
        return 2
    try:
        install()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
