# Needs Python 3.11 or later with pip, and make; everything else is installed into .venv from requirements.lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := build/demo
ROWS ?= 1000000
PYTEST_ARGS ?= -n 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench lock clean

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

setup: $(READY)  ## install what the lock names into .venv

demo: $(READY)  ## run the example estate and print what it found; the second run tells what changed
	$(BIN)/trueup -w $(DEMO) demo --no-open

test: lint  ## check style, types and layers, then run every test this machine can run
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(READY)  ## check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## put the code in the house format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(READY)  ## measure the bulk stages on made-up data: make bench ROWS=10000000
	$(BIN)/python -m benchmarks --rows $(ROWS)

lock:  ## write requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--all-extras --group dev pyproject.toml -o requirements.lock

clean:  ## remove what make made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
