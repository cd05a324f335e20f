# Short names for the commands that README.md shows; each prints the command it runs.
PYTHON ?= python3
PIP_ARGS ?=
CORES ?= 2
RUN ?= paper
BENCH ?=
AT = --run $(RUN) $(if $(DATA),--data-dir "$$(realpath "$(DATA)")")
BIN := .venv/bin
PY := OMP_NUM_THREADS=1 $(BIN)/python
WARM := $(PY) -m scripts.provenance.warm --
FOLLOW := $(BIN)/python -m scripts.provenance.follow
MATRIX := tests/graph/test_matrix.py tests/graph/test_matrix_config.py
BUILDS := tests/e2e/test_resume.py tests/e2e/test_null_world.py

.PHONY: demo demo-all test test-builds test-matrix test-targets test-repeat test-slurm laptop check why accept \
  estimate cost bench-ingest bench-llm bench-generate bench-gpu clean-demo clean-checkpoints

demo: .venv/ready  ## the headlines: table 3 of paper A, table 2 of paper B and the report, on the offline world
	$(WARM) $(FOLLOW) results/demo/build.log -- $(BIN)/snakemake --profile demo --cores $(CORES) headline
	@$(BIN)/python -m scripts.tables.show_headline --folder results/demo

demo-all: .venv/ready .venv/benchmarks  ## every table and figure of both papers and a report of all, on the offline world
	$(WARM) $(FOLLOW) results/demo/build.log -- $(BIN)/snakemake --profile demo --cores $(CORES) all
	@echo "Tables and figures: results/demo/; report: results/demo/report_all.html; what each needs: docs/targets.md"

test: .venv/ready  ## the tests; slower ones have targets of their own
	$(PY) -m pytest -q -n 2 tests/unit
	$(PY) -m pytest -q -n 2 --dist loadfile tests/graph $(MATRIX:%=--ignore %)
	$(PY) -m pytest -q tests/e2e $(BUILDS:%=--ignore %)

test-builds: .venv/ready  ## builds that are stopped, killed, starved or edited go on; a world without effects shows none
	$(PY) -m pytest -q $(BUILDS)

test-matrix: .venv/ready  ## every prompt, module, rule, pin and config leaf (MATRIX_PART=0/5: a fifth) edited once: what reruns
	$(PY) -m pytest -q -n 2 --dist loadfile $(MATRIX)

test-targets: .venv/ready .venv/benchmarks  ## all targets built in a scratch copy, beside the printed rows; random edits really rebuilt
	$(PY) -m pytest -q tests/targets

test-repeat: .venv/ready  ## two fresh clones, other --cores: the same bytes
	bash tests/repeat.sh

test-slurm: .venv/ready  ## the graph on a real one-machine Slurm (root, Debian packages)
	bash tests/slurm/run.sh

why: .venv/ready  ## what is stale, by which edit, and what rebuilding costs: make why RUN=demo TARGET=…
	$(BIN)/python -m scripts.provenance.why $(AT) $(TARGET)

accept: export REASON := $(value REASON)  # as it was typed: neither make nor the shell reads it
accept: .venv/ready  ## a code change that moves no number: make accept RUN=demo TARGET=… REASON="…"
	$(BIN)/python -m scripts.provenance.accept $(AT) --reason "$$REASON" $(TARGET)

estimate: .venv/ready  ## calls, tokens and USD of a whole run, before anything is asked: make estimate RUN=paper
	$(BIN)/python -m scripts.provenance.estimate --run $(RUN)

cost: .venv/ready  ## what was paid, by stage, model and day: make cost RUN=paper
	$(BIN)/snakemake $(if $(filter paper,$(RUN)),,--profile $(RUN)) --cores 1 \
	  results/$(if $(filter paper,$(RUN)),,$(RUN)/)audit/cost.csv

laptop: .venv/ready .venv/laptop  ## real corpora: make laptop DATA=dir
	@test -n "$(DATA)" || { echo "laptop: name the folder of the corpora. make laptop DATA=dir"; exit 2; }
	$(WARM) $(FOLLOW) results/laptop/build.log -- $(BIN)/snakemake --profile laptop --cores $(CORES) \
	  --config "data_dir=$$(realpath "$(DATA)")" -- real_data
	@$(BIN)/python -m scripts.tables.show_laptop --folder results/laptop

check: .venv/ready  ## lint, format and fast tests
	$(BIN)/ruff check scripts tests benchmarks
	$(BIN)/ruff format --check scripts tests benchmarks
	$(BIN)/snakefmt --check Snakefile rules
	$(PY) -m pytest -q -n 2 -m "not slow" tests/unit

bench-ingest: .venv/ready  ## decode, ingest and threads beside other readers; renews its table in benchmarks/README.md
	$(PY) -m benchmarks.bench_ingest --folder results/bench --readme benchmarks/README.md $(BENCH)

bench-llm: .venv/ready  ## what asking costs us; renews its table in benchmarks/README.md
	$(PY) -m benchmarks.bench_llm --write

bench-generate: .venv/ready  ## lock-step generation beside one by one; renews its table in benchmarks/README.md
	$(PY) -m benchmarks.bench_generate --write

bench-gpu: .venv/ready  ## an 8B-shaped model's training and generation on a GPU; renews its table in benchmarks/README.md
	$(BIN)/python -m benchmarks.bench_gpu --write

clean-demo: clean-checkpoints  ## forget the demo, its journals and checkpoints
	rm -rf results/demo journal/results/demo

clean-checkpoints: .venv/ready  ## forget kept slow work, and say what that frees
	$(PY) -m scripts.provenance.keep

.venv/ready: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "affirm needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q $(PIP_ARGS) -r requirements.lock
	touch $@

.venv/laptop: requirements-laptop.lock .venv/ready
	$(BIN)/pip install -q $(PIP_ARGS) --no-deps -r requirements-laptop.lock
	touch $@

.venv/benchmarks: requirements-benchmarks.lock .venv/ready
	$(BIN)/pip install -q $(PIP_ARGS) --no-deps -r requirements-benchmarks.lock
	touch $@
