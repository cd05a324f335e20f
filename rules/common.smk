# Config, inputs by name and the front door: what every rules/<stage>.smk uses.
import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(workflow.basedir))
os.environ.update(AFFIRM_ROOT=str(workflow.basedir))

from scripts.config.doubled import refuse_doubled_keys
from scripts.config.load import load_config
from scripts.config.measures import SIMULATORS as SIMULATED
from scripts.llm.operation import PRICES
from scripts.llm.prices import read_prices
from scripts.provenance.errors import Problem
from scripts.provenance.signature import backend_code
from scripts.text.systems import TABLES, dpo_point, resolved

try:
    refuse_doubled_keys(workflow.configfiles)
    C = load_config(config).model_dump(mode="json")
    rates = read_prices(Path(workflow.basedir) / PRICES)
except Problem as problem:
    raise WorkflowError(str(problem))

RUN = C["run"]
RESULTS = C["pathvars"]["results"]
OVERLAID = ("demo", "laptop")  # runs whose results lie inside the paper's
for asked in map(os.path.relpath, filter(None, sys.argv[1:])):
    for run in OVERLAID:
        if asked.startswith(f"results/{run}/") and RUN != run:
            raise WorkflowError(f"{asked} belongs to the {run} run. Type: snakemake --profile {run} {asked}")

# What jobs are told about the machine: never part of a command, so never a reason to rerun.
told = C["operation"] | C["llm"] | {"prices": rates}
os.environ.update(AFFIRM_OPERATION=json.dumps(told, sort_keys=True))
os.environ.update(AFFIRM_PROTECTED=json.dumps([os.getcwd(), str(workflow.basedir), os.path.abspath(C["data_dir"])]))
os.environ.update(PATH=str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""))
os.environ.update(PYTHONHASHSEED="0")
os.environ.update(TOKENIZERS_PARALLELISM="false")
os.environ.update(HF_HUB_OFFLINE="1")
if "AFFIRM_GIT" not in os.environ:
    state = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=40"], capture_output=True, text=True)
    os.environ.update(AFFIRM_GIT=state.stdout.strip())

# Every rule's command: the front door (scripts/__main__.py), then `<stage>.<rule> --option …`.
DOOR = (
    "python -m scripts --log {log.text:q} --sidecar {log.run:q} --code {params.code} "
    "--in {input:q} --out {output:q} -- "
)
# For training and local generation: an equal job's finished work is published again (scripts/provenance/keep.py).
DOOR_KEEPING = DOOR.replace(" --in ", " --keep --in ")
ON_GPU = " on {resources.gpu} GPU" if C["models"]["llama"]["source"] == "hub" else ""  # for the messages of a plan
WORLD = f"{RESULTS}/world/world.yaml"  # with its effects scaled (rules/world.smk)
SPLITS = ["train", "dev", "test"]
VALUE_SEEDS = [C["seed"] + repeat for repeat in range(C["value_encoder"]["repeats"])]  # the first one's model labels
VALUES = "resources/taxonomy/values.yaml"
STRATEGIES = "resources/taxonomy/strategies.yaml"
PROBLEMS = "resources/taxonomy/problems.yaml"
EMOTIONS = "resources/taxonomy/emotions.yaml"
CRITERIA = "resources/taxonomy/criteria.yaml"
RESPONSE_TYPES = "resources/taxonomy/response_types.csv"
MECHANISMS = ["er", "ex", "ip"]  # of empathy, as EPITOME has them
SCORED = ["esconv", "esconv_dev", "esconv_train", "empathetic"]  # sets of turns that are scored; without a split: test


def door(*words):
    """A rule's shell command: the front door (scripts/__main__.py), then `<stage>.<rule> --option …`."""
    return "".join([DOOR, *words])


def keeping_door(*words):
    """The same for training and local generation: an equal job's finished work is published again."""
    return "".join([DOOR_KEEPING, *words])


def canonical(value):
    """JSON with sorted keys: one spelling for one value, so that order never makes a job stale."""
    return json.dumps(value, sort_keys=True)


def prompt(name):
    """The template in use: the paper's owner's folder, the full or the compact set (config: prompts_dir)."""
    return f"{C['prompts_dir']}/{name}.md"


def template(name):
    """A chat template of ours."""
    return f"resources/templates/{name}.jinja"


def registry():
    """resources/datasets.csv by name."""
    with open(Path(workflow.basedir) / "resources" / "datasets.csv", encoding="utf-8", newline="") as stream:
        rows = [{name: word.strip() for name, word in row.items()} for row in csv.DictReader(stream)]
        return {row["name"]: row for row in rows}


DATASETS = registry()

TAKES = {  # rollouts by the end of their file's name: whose, and which sample of the models' answers they take
    "rollouts": dict(candidates="alternative", draw=0),
    "fresh_rollouts": dict(candidates="initial", draw=1),  # config: supporter.rollouts.fresh
    "second_rollouts": dict(candidates="initial alternative", draw=2),  # config: supporter.reward.reliability_share
}
MAIN_DUMP = "offmychest"  # whose threads are built; config: ingest_only names further dumps


def among(names):
    """A wildcard's pattern: one of the names and nothing else."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    corpus=among(["esconv", "extes", "psych8k"]),
    dataset=among(DATASETS),
    dump=among([MAIN_DUMP, *C["ingest_only"]]),
    file="[^/]+",
    mechanism=among(MECHANISMS),
    model=among(name for name, entry in C["models"].items() if entry.get("source") == "hub"),
    point=among(C["points"]),
    reference=among(C["systems"]),
    rollouts=among(C["systems"]),
    scored=among(SCORED),
    second="(_second)?",
    seed=among(map(str, VALUE_SEEDS)),
    setting=among(["single", "multi"]),
    split=among(SPLITS),
    system=among(C["systems"]),
    simulator=among(SIMULATED),
    table=f"reddit|esconv|dialogues/seekers/({among(SIMULATED)})|(sentences/)?dialogues/({among(C['systems'])})/({among(SPLITS)})(_({among(TAKES)}))?",
    take=among(TAKES),
    variant=among(["value", "emotion"]),


def raw(name, origin=None):
    """The raw file of a dataset: made by the world, lying in data_dir, or to be fetched from its source."""
    entry = DATASETS[name]
    origin = origin or C["datasets"][entry["dataset"]]["from"]
    if origin == "world":
        return f"{RESULTS}/world/{entry['file']}"
    lying = os.path.join(C["data_dir"], entry["file"])
    if os.path.exists(lying):
        return lying
    if entry["url"]:
        return f"{RESULTS}/external/{name}/{os.path.basename(entry['file'])}"
    raise WorkflowError(unfetched(entry["dataset"]))


def unfetched(dataset):
    """What is missing of a dataset that nobody fetches but the user, where it comes from and where it belongs."""
    rows = [row for row in DATASETS.values() if row["dataset"] == dataset and not row["url"]]
    paths = [os.path.join(C["data_dir"], row["file"]) for row in rows]
    missing = "\n".join(f"  {path}" for path in paths if not os.path.exists(path))
    return (
        f"These files are missing; nothing downloads them:\n{missing}\n"
        f"They come from {rows[0]['source']}. Licence: {rows[0]['licence']}.\n"
        "Put them there under these names, or name another folder with --config data_dir=DIR."
    )


def model_entry(name):
    """What a job is told of a model that is asked: backend, id, and the world's file for the offline one."""
    entry = {key: value for key, value in C["models"][name].items() if key in ("backend", "id")}
    return canonical(entry | ({"world": WORLD} if entry["backend"] == "offline" else {}))


def model_backend(name):
    """Code that answers for the model, when it is ours; '' for an endpoint."""
    return backend_code(C["models"][name].get("backend") or "")


def world_of(name):
    """The world's file, for models that answer from it."""
    return [WORLD] if C["models"][name].get("backend") == "offline" else []


def model_dir(name):
    """The folder of a local checkpoint or classifier: fetched, packaged or trained here (config: models.<name>.source)."""
    source = C["models"][name]["source"]
    if (source, name) == ("packaged", "values"):
        return f"{RESULTS}/models/{source}/{name}/{VALUE_SEEDS[0]}"
    return f"{RESULTS}/models/{source}/{name}"


def base_gate():
    """The check that a tiny base keeps the answer format; nothing speaks before it is passed."""
    return f"{model_dir('llama')}_gate.json" if C["models"]["llama"]["source"] == "tiny" else []
