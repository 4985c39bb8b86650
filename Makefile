# Everything a person or a machine does with this checkout; `make` alone lists it.

PYTHON ?= python3
PORT ?= 8000
# One more than there are processors: now and then a test only waits. `make test` has another one
# on PostgreSQL, as there a third of the time is waited.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
CODE := benchmarks dashboard demo emulator harness secretsapp
PINS := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make requirements" --extra postgres --extra sentry

.DELETE_ON_ERROR:
.PHONY: help run demo quick test coverage check schema bench screenshots requirements clean

help: ## List the commands
	@sed -n -e 's/^##@ \(.*\)/\n\1/p' -e 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' \
		$(firstword $(MAKEFILE_LIST)) | expand -t 22

##@ Use it

run: $(VENV)/.runtime ## Sealroom itself, with its data in var/; PORT=8000
	@$(PY) manage.py run --port $(PORT)

demo: $(VENV)/.runtime ## Emulator, web server and worker with sample data; PORT=8000, RESET=1 starts again
	@$(PY) -m demo --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

##@ Change it

quick: $(VENV)/.dev ## The tests without processes, a browser, long walks and later cases; a part with T=tests/pages
	$(PY) -m pytest -n $(JOBS) -m "not process and not browser and not long and not later" $(T)

ifneq ($(filter postgres postgresql,$(ENGINE)),)
test: $(VENV)/.dev
	$(PY) -m tests.postgres $(PY) -m pytest -n $(JOBS) $(T)
else
test: $(VENV)/.dev ## Every test, and on PostgreSQL what concerns the engine; all with ENGINE=postgres, a part with T=
	$(PY) -m tests.suite --jobs $(JOBS) $(T)
endif

coverage: $(VENV)/.dev ## The same tests with coverage, and its lower bound
	$(PY) -m tests.suite --jobs $(JOBS) --coverage

check: $(VENV)/.dev ## Every check that does not run the product
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0 -r $(VENV)/bin/djade --check --target-version 5.2
	$(VENV)/bin/mypy $(CODE) tests manage.py verify_evidence.py
	$(VENV)/bin/lint-imports
	$(PY) -m tests.repository.bounds
	$(VENV)/bin/bandit --quiet --configfile pyproject.toml --recursive $(CODE) manage.py verify_evidence.py
	.ci/check-django $(PY)
	$(VENV)/bin/hadolint Dockerfile
	$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

##@ Now and then

schema: $(VENV)/.dev ## Record what the migrations create, on both engines; after each new one
	@$(PY) -m tests.schema
	@$(PY) -m tests.postgres $(PY) -m tests.schema

bench: $(VENV)/.dev ## Measure what people wait for, as benchmarks/README.md says; a part with ONLY=listing
	@$(PY) -m benchmarks $(ONLY)

screenshots: $(VENV)/.dev ## Take the README's pictures and the sheets of every page again, of demos of their own
	@$(PY) -m tests.browser.screenshots
	@$(PY) -m tests.browser.contact_sheets

requirements: $(VENV)/.dev ## Pin what pyproject.toml needs; the newest that fit with UPGRADE=1
	$(VENV)/bin/$(PINS) $(if $(UPGRADE),--upgrade) --output-file requirements.txt
	$(VENV)/bin/$(PINS) $(if $(UPGRADE),--upgrade) --group dev --constraints requirements.txt \
		--output-file requirements-dev.txt

clean: ## Remove what the tools made; databases and keys under var/ stay
	rm -rf $(VENV) .coverage .coverage.* .coverage-postgres.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The pins are installed again only when they have changed. What development needs contains what
# the product needs, in the same versions.

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Sealroom needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.txt | $(PY)
	@echo "Installing the requirements …"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(PY)
	@echo "Installing the requirements of development …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.runtime $@
