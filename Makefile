# make demo   a real claim runs through its deadlines
# make test   all tests
# make check  the linters and the type checker
# make docs   the documentation as pages for a browser, in build/docs
# make bench  the engine measured beside its peers, in about five minutes
# Each of them first sets up .venv with what it needs; nothing outside this folder is touched.

VENV := .venv
BIN := $(VENV)/bin
# Another interpreter: make demo PYTHON=/path/to/python
PYTHON ?=
SCENARIO ?= docs/examples/claim.yaml

.DEFAULT_GOAL := help
.PHONY: help demo test check docs bench venv clean
unexport PYTHONPATH PYTHONHOME

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: $(VENV)/.ready
	@$(BIN)/rulesengine simulate $(SCENARIO)

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# fresh each time, since the references are made from the schemas, the commands and the docstrings
docs: $(VENV)/.ready-docs
	@rm -rf build/docs
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --jobs auto -d build/doctrees docs build/docs
	@$(BIN)/python tools/manual/outside.py build/docs

bench: $(VENV)/.ready-bench
	@$(BIN)/python benchmarks/run.py --out benchmarks

venv: $(VENV)/.ready-dev

$(VENV)/.ready: pyproject.toml tools/venv.sh
	@sh tools/venv.sh "$(VENV)" "." "$(PYTHON)"
	@touch $@

$(VENV)/.ready-dev: pyproject.toml tools/venv.sh
	@sh tools/venv.sh "$(VENV)" ".[dev]" "$(PYTHON)"
	@touch $(VENV)/.ready $@

$(VENV)/.ready-docs: pyproject.toml tools/venv.sh
	@sh tools/venv.sh "$(VENV)" ".[docs]" "$(PYTHON)"
	@touch $(VENV)/.ready $@

$(VENV)/.ready-bench: pyproject.toml tools/venv.sh
	@sh tools/venv.sh "$(VENV)" ".[bench]" "$(PYTHON)"
	@touch $(VENV)/.ready $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
