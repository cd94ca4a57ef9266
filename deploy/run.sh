#!/bin/sh
# Bring the reference system's database up to date, seed it, and serve it.
set -eu
.venv/bin/python -m migrations.upgrade
.venv/bin/python -m shared.seed
exec .venv/bin/strangler serve "$@"
