# Shelfwise: one command each. Everything installs into .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS ?= dev
DEMO ?= demo-shop
PORT ?= 8000

.PHONY: help setup demo test lint bench docs clean

help:
	@echo "make demo         create the demo shop and serve it        (CHECK=1: try it over HTTP and exit)"
	@echo "make test         run all tests"
	@echo "make lint         ruff, mypy and the import rules"
	@echo "make bench        speed against other engines, in environments of their own"
	@echo "make docs         build the API reference into build/docs"
	@echo "make setup        the virtual environment with everything that tests need (EXTRAS=dev,train)"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Shelfwise needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

# The core alone is enough to serve a shop.
$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check -q --progress-bar on -c constraints.txt -e .
	@touch $@

$(VENV)/.$(EXTRAS): pyproject.toml constraints.txt $(VENV)/.core
	$(BIN)/pip install --disable-pip-version-check -q --progress-bar on -c constraints.txt -e ".[$(EXTRAS)]"
	@touch $@

setup: $(VENV)/.$(EXTRAS)

demo: $(VENV)/.core
	@$(BIN)/shelfwise demo --shop $(DEMO) --port $(PORT) $(if $(CHECK),--check)

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks.speed $(ARGS)

docs: setup
	$(BIN)/python docs/build.py build/docs

clean:
	rm -rf $(VENV) build dist demo-shop .mypy_cache .ruff_cache .pytest_cache
