#!/bin/sh
# Make the virtual environment: needs Python >= 3.11 with venv, and fetches everything else.
#
#   deploy/setup.sh [FOLDER] [PYTHON]
#
# FOLDER is .venv by default; PYTHON the newest of 3.11 to 3.13 that works.
# On Debian, a missing python3-venv is installed (root, or sudo without a password).
set -eu

folder=${1:-.venv}
python=${2:-}

say() { printf 'setup: %s\n' "$*" >&2; }

works() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -z "$python" ]; then
    for candidate in python3.13 python3.12 python3.11 python3; do
        if works "$candidate"; then python=$candidate; break; fi
    done
fi
if [ -z "$python" ] || ! works "$python"; then
    say "Python 3.11 or newer is needed; found ${python:-none}. Install it, or give PYTHON=/path/to/python"
    exit 2
fi

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    root=""
    if [ "$(id -u)" -ne 0 ]; then root="sudo -n"; fi
    package="python3-venv"
    say "Python's venv module is missing; installing $package"
    if ! { $root apt-get update && $root apt-get install -y --no-install-recommends "$package"; } >/dev/null 2>&1; then
        say "Python's venv module is missing: install the package $package"
        exit 2
    fi
fi

[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"

# uv comes first, alone and checked by its hashes like all the rest.
wanted=$(sed -n 's/^uv==\([^ ;]*\).*/\1/p' requirements.lock)
if [ "$("$folder/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" != "$wanted" ]; then
    alone=$(mktemp)
    trap 'rm -f "$alone"' EXIT
    sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ /p;}' requirements.lock >"$alone"
    "$folder/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r "$alone"
fi

"$folder/bin/uv" pip sync --quiet --python "$folder/bin/python" --require-hashes --compile-bytecode requirements.lock
"$folder/bin/uv" pip install --quiet --python "$folder/bin/python" --no-deps --no-build-isolation --editable .
touch "$folder/ready"
