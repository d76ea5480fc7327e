# Every target first installs what is missing (bin/setup), which needs only make and sh.
#   make run                 the whole system on this machine, at http://127.0.0.1:3000
#   make test ARGS="-k …"    all tests, on a throw-away Postgres and Redis
#   make test PG=17          with this major version; PG=/some/where/bin uses the server in that directory
#   make check               format, lint, types, import rules, PL/pgSQL, migrations, images, and the web apps' checks
#   make vulnerabilities     looks up known vulnerabilities of pinned versions; skipped without a network
#   make reference           regenerates docs/reference/ from the code
#   make screenshots         regenerates docs/images/ from the apps
#   make chaos SEED=n        the simulation while processes are killed, in the order given by n
#   make bench WHAT=…        ratios and floors, measured in the same run
#   make matrix              run, README's walk and tests on several bare systems, as root (docs/platforms.md)
.PHONY: run test check vulnerabilities reference screenshots chaos bench matrix install install-tests
.DEFAULT_GOAL := run

BIN := .venv/bin
JOBS ?= 3

# Prefer .venv's Node.js, which bin/setup installs if the system's is too old.
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
