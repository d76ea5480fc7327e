# Every target first installs what is missing (bin/setup), and needs nothing but make and sh to do so.
#   make run                 the whole system on this machine, at http://127.0.0.1:3000
#   make test ARGS="-k …"    all tests, on a throw-away Postgres and Redis
#   make check               format, lint, types, import rules, PL/pgSQL, migrations, images; the web apps' own checks
#   make vulnerabilities     whether a pinned version is known to be vulnerable; skipped without a network
#   make reference           docs/reference/ anew, from the code
#   make chaos SEED=n        the simulation while whatever may die dies, in the order that n gives
#   make bench WHAT=…        ratios and floors, measured in the same run
.PHONY: run test check vulnerabilities reference chaos bench install
.DEFAULT_GOAL := run

BIN := .venv/bin
JOBS ?= 3

install:
	@sh bin/setup

run: install
	@$(BIN)/curhat up $(ARGS)

test: install
	@$(BIN)/pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

check: install
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

reference: install
	@$(BIN)/python -m tests.reference

chaos: install
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed=$(SEED)) $(ARGS)

bench: install
	@$(BIN)/python -m bench $(WHAT)
