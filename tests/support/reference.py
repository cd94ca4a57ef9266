"""The reference system as `make run` starts it, on a database of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.servers import clean_environment

__all__ = ["ROOT", "prepare"]

ROOT = Path(__file__).parents[2]
"""The checkout: where ``strangler.toml`` names the composition root."""


def prepare(environment: Mapping[str, str]) -> None:
    """Migrate and seed the database that these variables name."""
    for module in ("migrations.upgrade", "shared.seed"):
        subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=clean_environment(environment),
            check=True,
            capture_output=True,
        )
