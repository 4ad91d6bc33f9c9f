"""`python -m tests.carts.medusa install | run | demo`: install the test shop, run a seeded one, or show the round."""

import sys

from tests.carts.medusa.install import COMMAND, install, missing
from tests.carts.packages import InstallError


def main(arguments: list[str]) -> int:
    """Run one command; the exit status is 0, 1 for a failure and 2 for a wrong command."""
    match arguments:
        case ["install"]:
            return _install()
        case ["run"]:
            return _run()
        case ["demo"]:
            return _demo()
    print(f"usage: {COMMAND} | run | demo", file=sys.stderr)
    return 2


def _install() -> int:
    try:
        install()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run() -> int:
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    from tests.carts.medusa.shop import a_shop

    with a_shop() as shop:
        print(f"address     {shop.address.url}\nsecret key  {shop.address.key}")
        print("Press Enter to stop.")
        sys.stdin.readline()
    return 0


def _demo() -> int:
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    from tests.carts.medusa.demo import show

    return 0 if show() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
