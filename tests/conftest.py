"""What holds for every test: a clean environment, and how long hypothesis looks."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", settings.get_profile("default"), max_examples=1000, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# What the developer's shell or the Makefile has set is no business of a test.
for _name in [name for name in os.environ if name.startswith("STRANGLER_")]:
    if _name != "STRANGLER_TESTS_WITHOUT_SERVICES":
        del os.environ[_name]
for _name in ("PORT", "DATABASE_URL", "SECRET_KEY"):
    os.environ.pop(_name, None)
