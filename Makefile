# make run      the reference system behind the gateway, on http://127.0.0.1:8000
# make test     all tests, with a real MariaDB, Redis and Chromium
# make help     the rest

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
STRANGLER_HOME ?= ./var
DATABASE ?= sqlite
JOBS ?= 2
export STRANGLER_HOME

BIN := .venv/bin
SERVICES := $(PYTHON) deploy/services.py run
UV_COMPILE := $(BIN)/uv pip compile pyproject.toml --extra mysql --group reference --group test \
	--group check --generate-hashes --universal --python-version 3.11 \
	--custom-compile-command "make lock" --quiet

.PHONY: help setup run test test-long check format lock clean

help:
	@echo "make setup            .venv with everything pinned"
	@echo "make run              the reference system behind the gateway; PORT=8000 DATABASE=sqlite|mysql STRANGLER_WORKERS=1"
	@echo "make test             all tests, with a real MariaDB, Redis and Chromium"
	@echo "make test-long        the same on Python 3.11, 3.12 and 3.13 where present"
	@echo "make check            lint, formatting, types, import contracts"
	@echo "make format           let ruff format the code"
	@echo "make lock             resolve requirements.lock anew"
	@echo "make clean            remove .venv and caches; var stays"

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml deploy/setup.sh
	@deploy/setup.sh .venv $(PYTHON)

run: .venv/ready
ifeq ($(DATABASE),mysql)
	@$(SERVICES) --mariadb --data $(STRANGLER_HOME)/mariadb --database encore -- deploy/run.sh
else ifeq ($(DATABASE),sqlite)
	@deploy/run.sh
else
	@echo "make: DATABASE = $(DATABASE) is not allowed; allowed: sqlite, mysql" >&2; exit 2
endif

test: .venv/ready
	@$(SERVICES) --mariadb --redis --chromium -- $(BIN)/pytest -n $(JOBS) --dist loadfile --cov --cov-report=term:skip-covered $(ARGS)

test-long: .venv/ready
	@for version in 3.11 3.12 3.13; do \
		python=; for candidate in python$$version $$HOME/.pyenv/versions/$$version.*/bin/python; do \
			$$candidate -c pass 2>/dev/null && python=$$candidate && break; done; \
		[ "$$python" ] || { echo "Python $$version is not here"; continue; }; \
		echo "== Python $$version ($$python)"; \
		deploy/setup.sh .venv-$$version $$python && \
		HYPOTHESIS_PROFILE=long $(SERVICES) --mariadb --redis --chromium -- .venv-$$version/bin/pytest -n $(JOBS) --dist loadfile $(ARGS) || exit 1; \
	done

check: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: .venv/ready
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: .venv/ready
	@$(UV_COMPILE) --output-file requirements.lock

clean:
	rm -rf .venv .venv-3.1? .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* dist
