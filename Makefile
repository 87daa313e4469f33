# Every target makes its own .venv with the standard library; nothing but python3 and make is needed first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := $(VENV)/.bench

.PHONY: demo test lint bench torture clean

demo: $(READY)
	$(BIN)/tracker demo --out demo

# Tests start some 600 interpreters. Where the shell tells Python to keep nothing that it compiled, each would
# compile our package anew: 0.55 s for a worker in place of 0.33.
test torture: export PYTHONDONTWRITEBYTECODE =

test: $(READY)
	$(BIN)/python -m pytest -q -m "not torture" -n 2

torture: $(READY)
	$(BIN)/python -m pytest -q -m torture
	TRACKER_TEST_EXAMPLES=25 $(BIN)/python -m pytest -q -m "hypothesis and not torture" -n 2

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The moratorium needs a table of launches, the corpora archives of test feeds, the quality of matching labelled
# headlines: make bench LAUNCHES=path/to/tests.csv FEEDS="path/to/one.tar.xz path/to/another.tar.xz"
# HEADLINES="path/to/dev.tsv path/to/commitments.tsv path/to/noise.tsv"
bench: $(BENCH)
	for b in $(filter-out moratorium corpora matching_quality,$(basename $(notdir $(wildcard benchmarks/[a-z]*.py)))); do \
		$(BIN)/python -m benchmarks.$$b || exit 1; done
	$(if $(LAUNCHES),$(BIN)/python benchmarks/moratorium.py "$(LAUNCHES)")
	$(if $(FEEDS),$(BIN)/python -m benchmarks.corpora $(FEEDS))
	$(if $(HEADLINES),$(BIN)/python -m benchmarks.matching_quality $(HEADLINES))

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade -c constraints.txt pip
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --group dev -e ".[postgres,fulltext,pdf]"
	touch $@

# What the log is compared with; nothing else needs it.
$(BENCH): $(READY)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --group bench
	touch $@

clean:
	rm -rf $(VENV) demo dist build
