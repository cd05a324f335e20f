"""The config: complete, strict, honest, documented, and merged as Snakemake merges."""

import copy
import csv
import datetime
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from scripts.config import conversations, docs, evaluation, inputs, measures, method, operation
from scripts.config.load import load_config
from scripts.config.overlays import BASE, RUNS, forbidden, leaves, merge, read_run
from scripts.config.schema import Config
from scripts.provenance.errors import Problem

ROOT = Path.cwd()
PAPER = read_run("paper", ROOT)

SIZES = ("operation", "sizes")  # its keys are models' names


def edited(path: str, value: object) -> dict:
    """The paper's config with one leaf (parts joined by `/`) set to `value`."""
    mapping = copy.deepcopy(PAPER)
    *parents, last = path.split("/")
    here = mapping
    for part in parents:
        here = here[part]
    here[last] = value
    return mapping


def refusal(mapping: dict) -> list[str]:
    with pytest.raises(Problem) as caught:
        load_config(mapping)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("run", RUNS)
def test_every_run_is_valid_and_survives_a_round_trip_through_json(run):
    config = load_config(read_run(run, ROOT))
    assert config.run == run
    assert load_config(config.model_dump(mode="json")) == config


def test_a_loaded_config_cannot_be_changed():
    config = load_config(PAPER)
    with pytest.raises(ValidationError):
        config.seed = 1


def test_no_key_has_a_default_and_every_key_is_described_in_one_line():
    def fields(model: type[BaseModel]):
        for name, field in model.model_fields.items():
            yield f"{model.__name__}.{name}", field

    models = [Config] + [
        item
        for module in (inputs, conversations, method, measures, evaluation, operation)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, BaseModel)
    ]
    found = dict(pair for model in models for pair in fields(model))
    assert len(found) > 150
    assert [name for name, field in found.items() if not field.is_required()] == []
    assert [
        name for name, field in found.items() if not field.description or re.search(r"[\[\]#|\n]", field.description)
    ] == []


def test_any_leaf_left_out_is_named():
    for path in leaves(PAPER):
        if path[0] in ("models", "ingest_only") or path[:2] == SIZES:
            continue
        mapping = copy.deepcopy(PAPER)
        here = mapping
        for part in path[:-1]:
            here = here[part]
        del here[path[-1]]
        assert (
            refusal(mapping)[1] == f"  {'.'.join(path)}: missing. Every key must stand: take it over from config.yaml."
        )


def test_any_misspelt_leaf_is_told_its_name():
    for path in leaves(PAPER):
        if path != ("ingest_only",) and path[:2] != SIZES:
            lines = refusal(edited("/".join((*path[:-1], f"{path[-1]}s")), 1))
            assert lines[1:] == [f"  {'.'.join(path)}s: unknown key. Did you mean {path[-1]}?"]


def test_all_problems_are_told_at_once():
    mapping = edited("detector/lora/rnk", 8)
    mapping["run"] = "papr"
    mapping["judging"]["repeats"] = 3
    mapping["roles"]["seeker"] = "gpt4o_mni"
    assert refusal(mapping) == [
        "The config has 4 problems; nothing was started.",
        "  run = 'papr': expected paper, demo or laptop. Did you mean paper?",
        "  detector.lora.rnk: unknown key. Did you mean rank?",
        "  judging.repeats = 3: expected a multiple of 2. Change it to a value in that range.",
        "  roles.seeker = 'gpt4o_mni': expected an entry of the chat models. Did you mean gpt4o_mini?",
    ]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (
            "detector/train/learning_rate",
            "1e-4",
            "'1e-4': expected a number. Write 1.0e-4 (without the point",
        ),
        ("reddit/from", datetime.date(2019, 1, 1), 'expected text. Put it in quotes: "2019-01-01".'),
        ("reddit/to", "31.12.2023", "expected a date YYYY-MM-DD in quotes"),
        ("seed", True, "True: expected a whole number"),
        ("stats/resamples", 1e4, "10000.0: expected a whole number"),
        ("labels/value_threshold", 1.5, "1.5: expected at most 1"),
        ("labels/value_threshold", float("nan"), "nan: expected a finite number"),
        ("points/h3_g1_t2/h", "al", "'al': expected a whole number or all"),
        ("models/values/revision", "main", "'main': expected a commit of 40 hex digits"),
        ("detector/settings", [], "[]: expected a list that is not empty"),
        ("detector/settings", ["single", "mlti"], "detector.settings[1] = 'mlti': expected single or multi"),
        ("stats", None, "stats = None: expected keys with values"),
        ("supporter/reward/count", "turns", "supporter.reward.count = 'turns': expected presence or count"),
        ("supporter/reward/reliability_share", 0, "reliability_share = 0: expected more than 0"),
        ("models/gpt4o/bakend", "x", "models.gpt4o.bakend: unknown key. Did you mean backend?"),
    ],
)
def test_a_wrong_value_comes_with_its_path_and_remedy(path, value, line):
    lines = refusal(edited(path, value))
    assert len(lines) == 2
    assert line in lines[1]


@pytest.mark.parametrize("path", ["prompts_dir", "pathvars/results", "world/file"])
def test_no_path_but_data_dir_may_be_absolute(path):
    load_config(edited("data_dir", "/anywhere/data"))
    assert "expected a path relative to the repository's root" in refusal(edited(path, "/anywhere"))[1]


def test_a_key_pasted_in_place_of_its_variable_is_not_printed():
    text = "\n".join(refusal(edited("operation/endpoints/openai/key_env", "sk-very-secret")))
    assert "never the key itself" in text
    assert "secret" not in text


@pytest.mark.parametrize("address", ["http://user:hunter2@host/v1", "http://hunter2@host", "ftp://user:hunter2@host"])
def test_a_password_in_an_address_is_refused_and_not_printed(address):
    text = "\n".join(refusal(edited("operation/endpoints/openai/base_url", address)))
    assert "base_url" in text and "without a user or a password" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("roles/seeker", "llama", "roles.seeker = 'llama': expected an entry of the chat models"),
        (
            "systems/gpt/supporter",
            "values",
            "systems.gpt.supporter = 'values': expected an entry of models that supporters speak from",
        ),
        (
            "systems/gpt/adapter",
            "value/sft",
            "systems.gpt.adapter = 'value/sft': expected none for a hosted model",
        ),
        (
            "systems/extes/adapter",
            "baseline/extas",
            "systems.extes.adapter = 'extas': expected an entry of dialogue corpora",
        ),
        (
            "systems/esconv/reference",
            "value",
            "systems.esconv.reference = 'value': expected none for the plain form",
        ),
        (
            "select/systems",
            ["gpt", "ours_dop", "ours_dpo"],
            "select.systems[1] = 'ours_dop': expected an entry of systems",
        ),
        (
            "judging/reference",
            "emotion_gpt",
            "judging.reference = 'emotion_gpt': expected an entry of select.systems",
        ),
        (
            "supporter/sources/value/sft",
            "gtp",
            "supporter.sources.value.sft = 'gtp': expected an entry of systems",
        ),
        (
            "selected/value",
            "h3_g1_t0.5",
            "selected.value = 'h3_g1_t0.5': expected an entry of select.points.value",
        ),
        ("points/h3_g1_t2/gamma", 0.9, "points.h3_g1_t2: its values spell h3_g0.9_t2"),
        ("reddit/multi/least", 16, "reddit.multi.least = 16: expected at most most = 15"),
        (
            "supporter/dpo/train/loss_weights",
            [1.0, 1.0],
            "supporter.dpo.train.loss_weights = [1.0, 1.0]: expected 1 weights",
        ),
        (
            "measures/experts/codes/improvements",
            ["understanding", "validation"],
            "measures.experts.codes.improvements[1] = 'validation': expected a code that stands once",
        ),
        ("measures/experts/notes", "../notes.csv", "measures.experts.notes = '../notes.csv'"),
        ("datasets/reddit/from", "world", "evidence = 'real': datasets.reddit stand in for the real thing"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(path, value, line):
    assert any(found.strip().startswith(line) for found in refusal(edited(path, value)))


def test_real_evidence_is_refused_for_the_demo():
    line = refusal(merge(read_run("demo", ROOT), {"evidence": "real"}))[1]
    assert all(name in line for name in ("datasets.esconv", "models.llama", "models.gpt4o", "models.sentences"))


@pytest.mark.parametrize("name", ["resources/demo.yaml", "resources/laptop.yaml"])
def test_an_overlay_changes_only_what_overlays_may_change(name):
    assert forbidden(yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "path",
    ["seed", "labels/value_threshold", "supporter/reward/compare", "select/systems", "systems/gpt/form"],
)
def test_an_overlay_that_changed_the_method_would_be_caught(path):
    overlay: object = 1
    for part in reversed(path.split("/")):
        overlay = {part: overlay}
    assert forbidden(overlay) == [path.replace("/", ".")]


def test_no_two_keys_share_an_object_that_an_overlay_would_change_in_both():
    seen: dict[int, str] = {}

    def visit(mapping: dict, path: str) -> None:
        assert seen.setdefault(id(mapping), path) == path
        for key, value in mapping.items():
            if isinstance(value, dict):
                visit(value, f"{path}.{key}")

    mappings = [yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in (BASE, *RUNS["laptop"])]
    for mapping in mappings:
        visit(mapping, str(id(mapping)))


def test_our_merge_of_overlays_is_snakemakes():
    from snakemake.common.configfile import load_configfile
    from snakemake.utils import update_config

    for run, names in RUNS.items():
        merged = load_configfile(str(ROOT / BASE))
        for name in names:
            update_config(merged, load_configfile(str(ROOT / name)))
        assert merged == read_run(run, ROOT)


def test_every_key_of_config_yaml_has_a_comment_with_its_source():
    text = (ROOT / BASE).read_text(encoding="utf-8")
    known = r"(ours|\d(\.\d)*|[A-J](\.\d)?|Table \d+|Eq\. \d|[AB]-0\d\d|I-[AB]\d\d)"
    found = docs.sources(text)
    assert [
        path for path in docs.key_lines(text) if not re.fullmatch(rf"{known}(, {known})*", found.get(path, ""))
    ] == []


def test_comments_and_reference_page_are_as_the_schema_says():
    text = (ROOT / BASE).read_text(encoding="utf-8")
    assert docs.with_comments(text) == text
    assert docs.page(ROOT) == (ROOT / docs.PAGE).read_text(encoding="utf-8")


def test_a_changed_description_makes_the_comments_stale():
    text = (ROOT / BASE).read_text(encoding="utf-8")
    older = text.replace("# rank of the update [D.1]", "# rank [D.1]")
    assert older != text
    assert docs.with_comments(older) == text


def test_checking_a_config_imports_no_heavy_library():
    code = (
        "import sys; from scripts.config.load import load_config; "
        "print([name for name in ('pandas', 'numpy', 'torch', 'openai', 'scipy') if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_selected_systems_are_the_rows_of_table_3_in_order():
    with open(ROOT / "resources/published/a_table03.csv", encoding="utf-8", newline="") as stream:
        rows = list(dict.fromkeys((row["category"], row["model"]) for row in csv.DictReader(stream)))
    chosen = [PAPER["systems"][name] for name in PAPER["select"]["systems"]]
    assert [(system["category"], system["label"]) for system in chosen] == rows


def test_reference_recipes_are_those_of_table_6():
    printed = {
        ("single", "sft"): (1e-4, 8, 8, 0.1),
        ("single", "dpo"): (1e-5, 8, 16, 0.05),
        ("multi", "sft"): (1e-5, 8, 16, 0.05),
        ("multi", "dpo"): (1e-5, 8, 16, 0.05),
    }
    for (setting, stage), numbers in printed.items():
        recipe = PAPER["reference"][setting][stage]
        lora = recipe["lora"]
        assert (recipe["train"]["learning_rate"], lora["rank"], lora["alpha"], lora["dropout"]) == numbers


def test_every_chat_model_has_a_price():
    with open(ROOT / "resources/prices.csv", encoding="utf-8", newline="") as stream:
        priced = {row["model"] for row in csv.DictReader(stream)}
    asked = {entry["id"] for run in RUNS for entry in read_run(run, ROOT)["models"].values() if "source" not in entry}
    assert asked <= priced
