# Three commands matter: `make train`, `make studio` and `make test`. Each builds what it needs in .venv, on a bare
# machine too.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
TSC    := build/typescript/node_modules/.bin/tsc

.PHONY: train studio test quick check format bench docs clean
.DELETE_ON_ERROR:

train: $(VENV)/glassnet
	$(RUN) -m glassnet train

studio: $(VENV)/studio
	$(RUN) -m glassnet studio

test: $(VENV)/test
	$(RUN) -m pytest

quick: $(VENV)/test
	$(RUN) -m pytest tests/unit tests/gradient tests/golden -m "not heavy"

check: $(VENV)/test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	@if [ -x $(TSC) ] && command -v node > /dev/null; then $(TSC) --project jsconfig.json && echo "JavaScript: no problems found"; \
	else echo "JavaScript: not checked, because node or $(TSC) is missing; .ci/run installs both"; fi

format: $(VENV)/test
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: $(VENV)/bench
	$(RUN) benchmarks/all.py

docs: $(VENV)/test
	$(RUN) scripts/make_signatures.py
	$(RUN) scripts/make_javascript.py
	$(RUN) scripts/make_chapters.py
	$(RUN) docs/make_reference.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

# Debian keeps Python's venv module in a package of its own; where it is missing, virtualenv from PyPI does the same.
$(RUN):
	@echo "making $(VENV), a Python environment of its own"
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV) && \
	  $(PYTHON) -m pip install --quiet --target build/virtualenv virtualenv && \
	  PYTHONPATH=build/virtualenv $(PYTHON) -m virtualenv --quiet $(VENV); }

$(VENV)/glassnet: $(RUN) pyproject.toml
	@$(RUN) scripts/install.py --editable .
	@touch $@

$(VENV)/studio: $(RUN) pyproject.toml
	@$(RUN) scripts/install.py --editable '.[studio]'
	@touch $@ $(VENV)/glassnet

$(VENV)/test: $(RUN) pyproject.toml
	@$(RUN) scripts/install.py --editable '.[test,check]'
	@touch $@ $(VENV)/glassnet

$(VENV)/bench: $(RUN) pyproject.toml
	@$(RUN) scripts/install.py --editable '.[bench]'
	@touch $@ $(VENV)/glassnet
