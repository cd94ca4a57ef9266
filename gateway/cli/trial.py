"""Import the application in a process of its own, and say in one line if it cannot be."""

from __future__ import annotations

import asyncio
import os
import sys

from gateway.cli.application import load_in_child
from gateway.errors import GatewayError

__all__ = ["main"]


def main() -> int:
    """Load the gateway that the environment names, and read its tables.

    Returns:
        0 if it will serve; 2 with one line on stderr if not.
    """
    try:
        asyncio.run(load_in_child().read_tables())
    except GatewayError as error:
        sys.stderr.write(f"strangler: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: a thread that the application's import started must not keep it here.
    os._exit(code)
