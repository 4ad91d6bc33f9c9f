# Everything runs from here on a machine with Python 3.11 or newer, pip and make: `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PARALLEL := -n 2 --dist loadfile
OLDEST := .venv-oldest
EXTRAS := addresses,cli,crypto,keyring,otel,postgres,sandbox,service,xlsx
UV := $(shell command -v uv 2>/dev/null)
# These need what is installed for tests alone, or ask for what constraints.txt pins.
OLDEST_WITHOUT := $(addprefix --ignore=tests/,engine/test_telemetry.py sandbox/test_browser.py \
	tradegecko/test_events.py tradegecko/test_recorded.py) \
	--deselect=tests/test_supply.py::test_every_package_that_users_run_is_pinned
OLDEST_PIP := $(if $(UV),VIRTUAL_ENV=$(OLDEST) $(UV) pip,$(OLDEST)/bin/python -m pip --disable-pip-version-check)

# What was compiled is kept, whatever the environment says: tests start many processes.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/compiled

.DEFAULT_GOAL := help
.PHONY: help demo demo-medusa demo-vendure test test-fast coverage test-oldest mutants check docs bench soak chaos simulate carts pyright dist audit clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.all ## Set up, then show the whole round on embedded defaults (sandbox, folder, SQLite)
	$(BIN)/tgbridge demo

demo-vendure: $(VENV)/.dev carts ## The same round with a real Vendure shop (needs Node.js and npm)
	$(BIN)/python -m tests.carts.vendure demo

demo-medusa: $(VENV)/.dev carts ## The same round with a real Medusa shop (needs Node.js, npm and PostgreSQL)
	$(BIN)/python -m tests.carts.medusa demo

test: $(VENV)/.dev ## Set up, then run every check and test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PARALLEL) $(if $(COVERAGE),--cov --cov-report=)
	$(if $(COVERAGE),$(BIN)/python scripts/coverage_table.py)
	$(BIN)/sphinx-build -q -b dummy -E -n -W --keep-going -j 2 docs docs/_build/checked

test-fast: $(VENV)/.dev ## The unit tests and a thin slice of those with the sandbox, in less than a minute
	$(BIN)/ruff check
	$(BIN)/python -m pytest --fast -q $(PARALLEL)
	@echo "also left out: types, walls between the rooms, documentation (make check docs)"

coverage: $(VENV)/.dev ## Run every test and print which lines and branches they reach, by package
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=
	$(BIN)/python scripts/coverage_table.py

test-oldest: $(OLDEST)/.made ## The fast tests, and some more, with the oldest versions allowed (PYTHON=python3.11)
	$(OLDEST)/bin/python -m pytest $(PARALLEL) -q -p no:cacheprovider --fast $(OLDEST_WITHOUT)
	$(OLDEST)/bin/python -m pytest $(PARALLEL) -q -p no:cacheprovider -m "not slow" \
		tests/tradegecko/test_async.py tests/tradegecko/test_connections.py tests/tradegecko/test_gateway.py \
		tests/stores/test_opening.py tests/stores/test_postgres.py tests/stores/test_tokens.py \
		tests/engine/test_deliver.py tests/cli/test_usage.py tests/sandbox/test_wire.py

mutants: $(VENV)/.dev ## Make mistakes in the rules, one at a time: does a test fail? (ONLY=ledger SAMPLE=50)
	$(BIN)/python -m scripts.mutants $(ONLY) $(if $(SAMPLE),--sample $(SAMPLE))

check: $(VENV)/.dev ## Only the quick checks: style, types, walls between the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -n -W --keep-going -j 2 docs docs/_build/html

bench: $(VENV)/.dev ## Print the speed of the main parts as ratios
	for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

soak: $(VENV)/.dev ## Eight hours of the sandbox's time in a minute: does its memory stay flat?
	$(BIN)/python benchmarks/soak_sandbox.py

chaos: $(VENV)/.dev ## Kill workers thousands of times, in storms of faults too, and count the orders (SEED=1)
	$(BIN)/python -m tests.chaos --seed $(or $(SEED),1)

simulate: $(VENV)/.dev ## Search for faults nobody thought of in simulated time (SEED=1 MINUTES=5 KINDS=right LEVEL=http)
	$(BIN)/python -m tests.simulation --seed $(or $(SEED),1) --minutes $(or $(MINUTES),$(if $(SEED),0,1)) --kinds "$(KINDS)" \
		$(if $(LEVEL),--level $(LEVEL)) $(if $(TIMES),--times $(TIMES)) $(if $(WITHOUT),--without $(WITHOUT)) $(if $(JOBS),--jobs $(JOBS))

carts: $(VENV)/.dev ## Install the real carts, and Shopify's schemas, that the tests run against (needs Node.js and npm)
	$(BIN)/python -m tests.carts.vendure install
	$(BIN)/python -m tests.carts.medusa install
	$(BIN)/python -m tests.carts.shopify install

pyright: $(VENV)/.dev ## Install the type checker of editors, for the tests that ask it too (needs Node.js and npm)
	$(BIN)/python -m tests.typing.pyright

dist: $(VENV)/.dev ## Build wheel, sdist and the bill of materials (CycloneDX) into dist/, and use them elsewhere
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python scripts/bill_of_materials.py > dist/tradegecko-bridge.cdx.json
	$(BIN)/python scripts/check_dist.py dist

audit: $(VENV)/.audit ## Ask whether vulnerabilities are known in the versions of constraints.txt
	$(BIN)/python scripts/audit.py

clean: ## Remove everything that was made
	rm -rf $(VENV) $(OLDEST) .carts .cache .coverage dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp in .venv for each set of extras, made again when what is to be installed changes.
$(VENV)/.%: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
ifneq ($(UV),)
	@echo "── setting up $(VENV) with uv ($*)"
	@test -x $(BIN)/python || $(UV) venv --python $(PYTHON) $(VENV)
	$(UV) pip install --python $(BIN)/python -c constraints.txt -e ".[$*]"
else
	@echo "── setting up $(VENV) with pip ($*); the first time takes a minute"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[$*]"
endif
	@touch $@

$(OLDEST)/.made: pyproject.toml constraints.txt scripts/minimums.py
	$(if $(UV),$(UV) venv --clear --python $(PYTHON) $(OLDEST),$(PYTHON) -m venv --clear $(OLDEST))
	$(OLDEST)/bin/python scripts/minimums.py $(EXTRAS) > $(OLDEST)/oldest.txt
	$(OLDEST_PIP) install -q -c $(OLDEST)/oldest.txt -e ".[$(EXTRAS)]"
	$(OLDEST_PIP) install -q -c constraints.txt hypothesis pytest pytest-xdist
	@touch $@
