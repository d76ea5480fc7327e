# Every target first installs what is missing (bin/setup), and needs nothing but make and sh to do so.
#   make run                 the whole system on this machine, at http://127.0.0.1:3000
#   make test ARGS="-k …"    all tests, on a throw-away Postgres and Redis
#   make test PG=17          with this major; PG=/some/where/bin: with the server whose programs lie there
#   make check               format, lint, types, import rules, PL/pgSQL, migrations, images; the web apps' own checks
#   make vulnerabilities     whether a pinned version is known to be vulnerable; skipped without a network
#   make reference           docs/reference/ anew, from the code
#   make screenshots         docs/images/ anew, from the apps
#   make chaos SEED=n        the simulation while whatever may die dies, in the order that n gives
#   make bench WHAT=…        ratios and floors, measured in the same run
#   make matrix              run, README's walk and tests on bare systems of other kinds, as root (docs/platforms.md)
.PHONY: run test check vulnerabilities reference screenshots chaos bench matrix install install-tests
.DEFAULT_GOAL := run

BIN := .venv/bin
JOBS ?= 3

# Where the system's Node.js is too old, that of .venv is used.
export PATH := $(CURDIR)/$(BIN):$(PATH)

install:
	@sh bin/setup

install-tests:
	@sh bin/setup tests

run: install
	@$(BIN)/curhat up $(ARGS)

test: install-tests
	@$(BIN)/pytest --numprocesses=$(JOBS) --dist=worksteal $(if $(PG),--pg=$(PG)) $(ARGS)

check: install-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk migrations/*.sql
	$(BIN)/hadolint Dockerfile deploy/*/Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml deploy/ha/compose.yaml
	$(BIN)/pytest -m check --quiet
	npm --prefix web run --silent check

vulnerabilities: install
	@$(BIN)/python bin/known-vulnerabilities

reference: install-tests
	@$(BIN)/python -m tests.reference

screenshots: install-tests
	@$(BIN)/pytest --quiet tests/web/test_pictures.py tests/web/control_center/test_pictures.py
	@mkdir -p docs/images && cp build/screens/readme/*.jpg docs/images/

chaos: install-tests
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed=$(SEED)) $(ARGS)

bench: install-tests
	@$(BIN)/python -m bench $(WHAT)

matrix: install-tests
	@$(BIN)/python -m tests.matrix $(ARGS)
