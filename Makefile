# `make demo` and `make test` are all a newcomer needs; `make check` and `make fix` are for changes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := data/threads/distillation_letter.json
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check fix clean

demo: $(VENV)/installed
	$(BIN)/argmine report $(DEMO) -o reports/local/demo

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) reports/local

# torch goes first and at its pin: a CPU build where one is to be had, so that no other package pulls in a larger one.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	touch $@
