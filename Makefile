# Every target works on a fresh clone: it makes what it needs first.
.DEFAULT_GOAL := help
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Tests run in two processes, each with a MongoDB of its own; the slow proofs want the machine alone.
AT_ONCE := -n 2 --dist worksteal
# Modules are compiled once, whatever the environment says: not anew by each of the hundreds of processes
# that the tests start.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help run install pictures test test-all check bench profile format clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: $(INSTALLED) ## Make .venv with everything, GraphiQL's files and the face models too
	@$(BIN)/python -m api.graphiql.build
	@$(BIN)/python -m api.face.fetch
	@$(BIN)/python -m compileall -q api auth resolvers schema

run: install ## Serve on 127.0.0.1:8000 with a local MongoDB and demo data
	@ONECARD_END_WITH_PARENT=$$PPID exec $(BIN)/onecard serve

pictures: install ## Get the pictures of faces that the tests look at
	@$(BIN)/python -m tests.face_pictures

test: pictures ## Run the tests, without the slow proofs
	@$(BIN)/python -m pytest $(AT_ONCE)

test-all: pictures ## Run all tests, the slow proofs too
	@$(BIN)/python -m pytest -m ''

check: pictures ## Format, lint, types, import contracts, schema, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m api.graphiql.build --types
	@$(BIN)/onecard schema | diff -u schema/schema.graphql - || \
		{ echo "schema/schema.graphql is old: run 'onecard schema > schema/schema.graphql'" >&2; exit 1; }
	@$(BIN)/python -m pytest $(AT_ONCE)

profile: $(INSTALLED) ## Show where the time of a home screen goes
	@$(BIN)/python -m bench.profile_home

bench: $(INSTALLED) ## Compare with other servers, in some ten minutes; BENCH_ROUNDS and BENCH_SECONDS shorten it
	@$(BIN)/python -m bench

format: install ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove what was installed and built; data in .onecard stays
	@rm -rf $(VENV) build dist *.egg-info api/graphiql/node_modules api/graphiql/static
