.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= 2
ASSETS := api/static/packages/.lock
export PYTHONPATH := $(CURDIR)
# Tests start many processes: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup assets test check audit faults record bench deploy-check lock docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run $(ASSETS) ## set up what is needed and start Headgate on http://localhost:8000
	@$(BIN)/python -m headgate up

setup: $(VENV)/.dev $(ASSETS) ## only set up: the virtual environment with all locked dependencies, the pages' scripts

test: $(VENV)/.dev $(ASSETS) ## run every test: unit, property, scenario, Temporal, SQL, browser
	@$(BIN)/python -m headgate prepare --for-tests
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

assets: $(ASSETS) ## the scripts that pages take from maintained packages

check: $(VENV)/.dev ## lint, strict types, import contracts, definitions
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@same=$$(find tests -name 'test_*.py' | sed 's|.*/||' | sort | uniq -d); \
		[ -z "$$same" ] || { echo "pytest takes no two files of tests with the same name:" $$same; exit 1; }
	@$(BIN)/python -m tests.locked
	@$(BIN)/python -c 'from store.migrate import newest_revision; newest_revision()' 2>/dev/null || { \
		echo "The migrations in store/migrations/versions have more than one newest: renumber one and set its down_revision"; exit 1; }
	@$(BIN)/python -m headgate check definitions

audit: $(VENV)/.dev $(ASSETS) ## known weaknesses of the locked dependencies (asks the advisories of PyPI and npm)
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements-dev.lock
	@$(BIN)/python -m tests.locked --audit

faults: $(VENV)/.dev $(ASSETS) ## long outages on real processes
	@$(BIN)/python -m headgate prepare --for-tests
	@$(BIN)/python -m pytest tests/faults --run-faults

record: $(VENV)/.dev ## the histories of this version, which every later one has to replay (before a release)
	@$(BIN)/python -m headgate prepare --for-tests
	@$(BIN)/python -m pytest -q tests/temporal/record.py

bench: $(VENV)/.dev $(ASSETS) ## the benchmarks: beside a bare workflow, long queues, every page (docs/performance.md)
	@$(BIN)/python -m headgate prepare --for-tests
	@$(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.benchmarks.pages

deploy-check: $(VENV)/.dev ## what is in deploy/, by its own tools, which Go builds the first time
	@PYTHON=$(BIN)/python deploy/check.sh

docs: $(VENV)/.dev ## write the generated pages and schemas of docs/ anew
	@$(BIN)/python -m headgate docs

lock: $(VENV)/.dev ## lock the dependencies anew, with digests
	$(BIN)/uv pip compile -q pyproject.toml --group assets --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Headgate needs Python 3.11 or later; $(PYTHON) was not found."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Headgate needs Python 3.11 or later; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf "$(VENV)/bin"; \
		echo "Headgate needs Python's venv module with pip; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock | $(BIN)/python
	@echo "Installing the locked dependencies"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing the locked dependencies, those for development too"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

$(ASSETS): package-lock.json | $(VENV)/.run
	@echo "Getting the scripts of the pages"
	@$(BIN)/python -m headgate assets
	@touch $@
