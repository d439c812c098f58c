# One way to do each thing; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo check test storm fmt lock clean
SHELL := /bin/sh

RUN := .venv/bin/python
PIP := $(RUN) -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes
PYTEST := $(RUN) -m pytest -m "" --cov --cov-append --cov-report=
PARALLEL := -n logical --maxprocesses 4
LOCK := .venv/bin/uv pip compile --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock"
CHROMIUM := command -v chromium || command -v chromium-browser

# The first Python that is recent enough, empty when there is none.
PYTHON := $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done)

help: ## list what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/.runtime ## run everything here: site, mailbox, services; Ctrl-C stops it
	@exec $(RUN) -m deploy.embedded.demo

check: .venv/.dev ## look without running: style, types, imports, contracts
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
	$(RUN) -m shared.contracts check

test: .venv/.dev ## run every test that can run on this computer, with coverage
	@if ! { $(CHROMIUM); } >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing chromium for the browser tests..."; \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true; \
	fi
	@$(RUN) -m coverage erase
	$(PYTEST) $(PARALLEL) tests/unit tests/contract
	$(PYTEST) $(PARALLEL) --dist loadfile tests/integration
	@if { $(CHROMIUM); } >/dev/null; then \
		set -x; $(PYTEST) tests/reliability tests/e2e; \
	else \
		echo "The browser tests are left out: chromium is not installed."; \
		set -x; $(PYTEST) tests/reliability tests/e2e --ignore-glob='*browser*'; \
	fi
	@if [ -n "$$KAFKA_BOOTSTRAP" ] || $(RUN) -m tests.support.apache_kafka; then \
		set -x; $(PYTEST) tests/kafka; \
	fi
	$(RUN) -m coverage report --fail-under=95
	@$(RUN) -m coverage report --include='services/*/domain/*,services/*/application/*' --fail-under=99 >/dev/null \
		|| { echo "The decisions (domain, application) must be covered to 99 %." >&2; exit 1; }

storm: .venv/.dev ## break everything at random while people go on: SECONDS=300 SEED=1
	@$(RUN) -m tests.reliability.storm --seconds $(or $(SECONDS),300) --seed $(or $(SEED),1)

fmt: .venv/.dev ## format, and repair what can be repaired
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

lock: .venv/.dev ## resolve requirements/*.in again into requirements/*.txt
	$(LOCK) requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt

clean: ## remove .venv, caches and the demo with its data
	@[ ! -e .demo ] || [ ! -e .venv/.runtime ] || $(RUN) -m deploy.embedded.demo --forget
	rm -rf .demo .venv .coverage* htmlcov .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Passerelle needs Python 3.11 or later: install it, and run make again." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's module venv is missing: install it (on Debian, apt-get install python3-venv), and run make again." >&2; exit 1; }
	@echo "Creating .venv with $$($(PYTHON) --version)..."
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements/runtime.txt | .venv/bin/python
	@echo "Installing what Passerelle needs into .venv; the first time takes a minute or two..."
	@$(PIP) -r requirements/runtime.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/bin/python
	@echo "Installing what the checks and tests need into .venv; the first time takes a minute or two..."
	@$(PIP) -r requirements/dev.txt
	@touch $@ .venv/.runtime
