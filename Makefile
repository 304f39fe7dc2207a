# Smena: one command for each thing a person does with the repository. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := shared services/catalog-sync services/sales-ingest services/ledger deploy/sandbox
SOURCES := shared/src services/catalog-sync/src services/sales-ingest/src services/ledger/src deploy/sandbox/src
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_WARN_SCRIPT_LOCATION=1 $(BIN)/python -m pip

##@ Use

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*##/ {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: .state/venv ## Set up the virtual environment from the hashed lock
.state/venv: requirements/dev.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: apt install python3 python3-venv)"; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON); about a minute the first time"
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment (Debian: apt install python3-venv)"; exit 1; }
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@mkdir -p .state && touch $@

.PHONY: demo
demo: venv ## The main job on a fresh machine, against the sandbox (ONCE=1 exits after it; DATA=folder feeds real files; DAYS=n)
	@$(BIN)/smena demo $(if $(ONCE),--once) $(if $(DATA),--data "$(DATA)") $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED))

.PHONY: up
up: venv ## Three services as processes of their own, with RabbitMQ, PostgreSQL and the sandbox (DATA=folder, DAYS=n)
	@$(BIN)/smena local up $(if $(DATA),--data "$(DATA)") $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED))

.PHONY: job
job: venv ## The main job through what `make up` started
	@$(BIN)/smena local job

.PHONY: down
down: venv ## Stop what `make up` started
	@$(BIN)/smena local down

##@ Check

.PHONY: check
check: venv ## Format, lint, types, import contracts, repository lints
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(BIN)/python -m pip check
	$(BIN)/python -m pytest tests/tidy -q

.PHONY: test
test: venv ## The whole test suite, with a real PostgreSQL and a real RabbitMQ (T=path for a part, SIDE=1 one after the other)
	$(BIN)/python -m pytest -n $(or $(SIDE),2) --dist worksteal $(or $(T),tests)

.PHONY: what-works
what-works: venv ## Run the whole suite and write the README's table of what works from its report
	$(BIN)/python -m pytest -n $(or $(SIDE),2) --dist worksteal tests --junitxml=.state/report.xml
	$(BIN)/python tests/tidy/what_works.py .state/report.xml

.PHONY: manifests
manifests: venv ## Hold what the tests read of the Kubernetes manifests to `kubectl kustomize`
	@command -v kubectl >/dev/null || { echo "kubectl 1.27 or newer is needed (https://kubernetes.io/docs/tasks/tools/)"; exit 1; }
	@cd tests && ../$(BIN)/python -m manifests.against_kubectl

.PHONY: bench
bench: venv ## Every benchmark beside its own limit in one run, into bench.json (B=names, SCALE=small, ROUNDS=n)
	@cd tests && ../$(BIN)/python -m bench $(B) --scale $(or $(SCALE),full) --rounds $(or $(ROUNDS),5) --out ../bench.json

.PHONY: format
format: venv ## Format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

##@ Maintain

.PHONY: screenshots
screenshots: venv ## Take the console's windows over the sandbox, wide and narrow, into docs/screenshots (FOLDER=elsewhere)
	@cd tests && ../$(BIN)/python -m console.screenshots "$(abspath $(or $(FOLDER),docs/screenshots))"

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-emit-options --no-header
.PHONY: lock
lock: venv ## Resolve the requirements anew
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt requirements/base.in -o requirements/base.txt

.PHONY: sbom
sbom: venv ## The bill of materials of the images (CycloneDX), from the hashed lock, into smena.cdx.json
	@$(BIN)/python deploy/sbom.py smena.cdx.json && echo smena.cdx.json

.PHONY: clean
clean: ## Remove the environment and every local state
	rm -rf $(VENV) .state .smena .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
