# Short names for the commands that README.md shows; each prints the command it runs.
PYTHON ?= python3
PIP_ARGS ?=
CORES ?= 2
BIN := .venv/bin
RUN := OMP_NUM_THREADS=1 $(BIN)/python
WARM := $(RUN) -m scripts.provenance.warm --
FOLLOW := $(BIN)/python -m scripts.provenance.follow

.PHONY: demo test test-repeat laptop check clean-demo

demo: .venv/ready  ## the headline: table 3 and the report, on the offline world
	$(WARM) $(FOLLOW) results/demo/build.log -- $(BIN)/snakemake --profile demo --cores $(CORES) headline
	@$(BIN)/python -m scripts.tables.show_headline --table results/demo/table3.csv --folder results/demo

test: .venv/ready  ## all tests
	$(RUN) -m pytest -q -n 2 tests/unit
	$(RUN) -m pytest -q tests/graph tests/e2e

test-repeat: .venv/ready  ## two fresh clones, other --cores: the same bytes
	bash tests/repeat.sh

laptop: .venv/ready .venv/laptop  ## real corpora: make laptop DATA=dir
	@test -n "$(DATA)" || { echo "laptop: name the folder of the corpora. make laptop DATA=dir"; exit 2; }
	$(WARM) $(FOLLOW) results/laptop/build.log -- $(BIN)/snakemake --profile laptop --cores $(CORES) \
	  --config "data_dir=$$(realpath "$(DATA)")" -- real_data
	@$(BIN)/python -m scripts.tables.show_laptop --folder results/laptop

check: .venv/ready  ## lint, format and fast tests
	$(BIN)/ruff check scripts tests benchmarks
	$(BIN)/ruff format --check scripts tests benchmarks
	$(RUN) -m pytest -q -n 2 -m "not slow" tests/unit

clean-demo:  ## forget the demo, its journals and checkpoints
	rm -rf results/demo journal/results/demo

.venv/ready: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "affirm needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q $(PIP_ARGS) -r requirements.lock
	touch $@

.venv/laptop: requirements-laptop.lock .venv/ready
	$(BIN)/pip install -q $(PIP_ARGS) --no-deps -r requirements-laptop.lock
	touch $@
