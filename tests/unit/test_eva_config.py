"""Paper B's systems in the config: the papers' hyper-parameters, names that exist, batches that GPUs can share."""

import copy
from pathlib import Path

import pytest

from scripts.config.eva import TRAINED
from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv
from scripts.text.systems import EVA_SETS

PAPER = read_run("paper", Path.cwd())
PRINTED = {"esconv": "ESConv", "empathetic": "ED"}


def refused(path: str, value: object) -> str:
    mapping = copy.deepcopy(PAPER)
    *parents, last = path.split("/")
    here = mapping
    for part in parents:
        here = here[part]
    here[last] = value
    with pytest.raises(Problem) as caught:
        load_config(mapping)
    return str(caught.value)


def test_training_is_as_paper_b_states_it():
    eva = PAPER["eva"]
    assert PAPER["select"]["eva_seeds"] == [42, 43, 44]
    acq, ali = eva["acq"]["train"], eva["ali"]["train"]
    assert (acq["learning_rate"], acq["epochs"], acq["effective_batch"]) == (1e-6, 3, 8 * 4)
    assert (ali["learning_rate"], ali["epochs"], ali["effective_batch"]) == (5e-5, 6, 8 * 4)
    assert {key: eva["ali"]["lora"][key] for key in ("rank", "alpha", "dropout")} == dict(
        rank=8, alpha=16, dropout=0.05
    )
    assert eva["sampling"] == {"temperature": 0.0, "top_p": 1.0, "max_tokens": 128}


@pytest.mark.parametrize("table", EVA_SETS)
def test_rows_of_each_table_are_the_published_ones_in_their_order(table):
    systems = PAPER["eva"]["systems"]
    built = [(systems[name]["label"], systems[name]["variant"]) for name in PAPER["eva"]["tables"][table]]
    published = read_csv(f"resources/published/b_table{int(table.removeprefix('table')):02d}.csv")
    rows = list(dict.fromkeys((row["model"], row["variant"]) for row in published))
    assert built == rows if table != "table12" else set(built) == set(rows)
    assert {row["dataset"] for row in published} == {PRINTED[EVA_SETS[table]]}


def test_a_backbone_that_the_config_does_not_know_is_refused_with_the_nearest_name():
    told = refused("eva/systems/mistral_eva/model", "mistrall")
    assert "eva.systems.mistral_eva.model" in told and "Did you mean mistral?" in told


def test_a_hosted_model_cannot_be_trained_but_can_speak():
    assert "expected an entry of the local models" in refused("eva/systems/mistral_eva/model", "gpt4o")
    assert {system["variant"] for system in PAPER["eva"]["systems"].values()} == {"vanilla", "CoT", *TRAINED}


def test_a_table_with_an_unknown_system_is_refused():
    assert "Did you mean mistral_eva?" in refused("eva/tables/table12", ["mistral", "mistral_ewa"])


@pytest.mark.parametrize("stage", ["acq", "ali"])
def test_a_batch_that_the_gpus_cannot_share_is_refused(stage):
    gpus = {"acq": 8, "ali": 3}[stage]
    mapping = copy.deepcopy(PAPER)
    mapping["operation"]["training"][stage]["gpus"] = gpus
    mapping["eva"][stage]["train"]["effective_batch"] = 12 if stage == "acq" else 32
    with pytest.raises(Problem, match=rf"eva\.{stage}\.train\.effective_batch.*cannot be shared evenly"):
        load_config(mapping)


def test_the_template_of_paper_a_s_base_is_its_own():
    assert "models.llama.template" in refused("models/llama/template", "mistral")


def test_loss_types_of_alignment_have_a_weight_each():
    assert "eva.ali.train.loss_weights" in refused("eva/ali/train/loss_types", ["sigmoid", "sft"])


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("eva/tables/table2", ["mistral", "mistral"], "stands twice"),
        ("select/eva_seeds", [42, 42], "stands once"),
        ("scoring/phrases/thresholds", [0.1, 0.1], "stands once"),
        ("scoring/phrases/orders", [4, 4], "stands once"),
        ("scoring/levels/test_share", 0.95, "leave nothing to learn from"),
        ("scoring/phrases/repeated", 99, "expected at most top"),
    ],
)
def test_lists_of_paper_b_hold_each_thing_once_and_shares_leave_something(path, value, told):
    assert told in refused(path, value)


@pytest.mark.parametrize("name", ["human", "mistral_eva_s42", "a/b", "x{y}", "Upper"])
def test_system_whose_id_is_no_folder_or_another_responders_is_refused(name):
    systems = PAPER["eva"]["systems"]
    assert "expected another name" in refused("eva/systems", {**systems, name: systems["mistral"]})


def test_two_rows_of_one_printed_name_are_refused():
    mapping = copy.deepcopy(PAPER)
    mapping["eva"]["systems"]["second"] = mapping["eva"]["systems"]["mistral"] | {"model": "qwen2"}
    mapping["eva"]["tables"]["table2"] = ["mistral", "second"]
    with pytest.raises(Problem, match="has label and variant of mistral"):
        load_config(mapping)
