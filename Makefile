# `make` alone prints this help.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run test soak pictures lint servers servers-stop lock bench clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

install: $(STAMP) ## Install into .venv, every package checked against its hash

$(STAMP): requirements.lock requirements/build.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes --no-deps -r requirements/build.lock
	$(BIN)/pip install -q --require-hashes --no-deps --no-build-isolation -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

run: install ## Start the archive with sample data at http://127.0.0.1:8000
	$(BIN)/kholuutru demo
	KHOLUUTRU_DEMONSTRATION=true $(BIN)/kholuutru run

test: install ## Run all checks and tests (about ten minutes)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not soak" --durations=20 --cov --cov-report=term

soak: install ## Run the long tests; SHARE=10 runs a tenth of them
	KHOLUUTRU_SOAK_SHARE=$(or $(SHARE),1) $(BIN)/pytest -q -m soak

pictures: install ## Take the pictures of the user guide anew (Chromium)
	KHOLUUTRU_PICTURES=archive/help/guide/hinh $(BIN)/pytest -q -m soak tests/browser/test_demonstration.py

lint: install ## Run the static checks alone
	$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy && $(BIN)/lint-imports

servers: ## Start PostgreSQL, MinIO, OpenSearch and clamd for tests (root installs what is missing)
	@scripts/servers/servers.sh start

servers-stop: ## End these servers; their data stay in .servers
	@scripts/servers/servers.sh stop

bench: install ## Measure beside the plain libraries, in one run
	$(BIN)/python -m bench

lock: ## Write the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements/build.in -o requirements/build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra server --extra dev -o requirements.lock

clean: ## Remove the virtual environment and caches (never DATA)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
