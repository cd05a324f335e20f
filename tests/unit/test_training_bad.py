"""What cannot be trained on is told in a sentence and nothing is published: rows, templates, adapters, losses, GPUs."""

import json
import shutil

import pytest

from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.llm.identity import base_identity, require_base
from scripts.llm.local import open_local
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_json, write_jsonl
from scripts.training.adapters import load_base, merge_adapter
from scripts.training.checkpoints import mark_whole
from scripts.training.progress import Progress
from scripts.training.report import mean_losses
from scripts.training.rows import chat_rows, preference_rows
from scripts.training.settings import devices, per_device_batch
from tests.graph.tree import ROOT
from tests.unit.tiny import DPO, LORA, SFT, dpo, dpo_rows, root, sft, train, weights
from tests.unit.tiny_model import write_base

pytestmark = pytest.mark.slow


def refused(kind, tmp_path, match, settings=DPO, **paths):
    with pytest.raises(Problem, match=match):
        train(kind, "x", settings, output=tmp_path / "out", **paths)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("split", ["train", "dev"])
def test_pairs_without_a_preference_are_an_error(tmp_path, split):
    rows = tmp_path / "equal.jsonl"
    write_jsonl(rows, [{**row, "rejected": row["chosen"]} for row in dpo_rows(4)])
    refused("dpo", tmp_path, r"equal\.jsonl: chosen and rejected are the same in all 4", **{split: rows})


def test_a_few_equal_pairs_are_told_and_trained_on(tmp_path, caplog):
    rows = dpo_rows(8)
    write_jsonl(tmp_path / "some.jsonl", [{**rows[0], "rejected": rows[0]["chosen"]}, *rows[1:]])
    train("dpo", "x", DPO, train=tmp_path / "some.jsonl", output=tmp_path / "out")
    assert "the same in 1 of 8 pairs" in caplog.text and (tmp_path / "out").exists()


@pytest.mark.parametrize("side", ["chosen", "rejected"])
def test_one_sided_pairs_are_an_error_that_names_the_row(tmp_path, side):
    rows = dpo_rows(4)
    rows[2][side] = []
    write_jsonl(tmp_path / "half.jsonl", rows)
    refused("dpo", tmp_path, rf"half\.jsonl, row 3 has no {side}", train=tmp_path / "half.jsonl")


ANSWER = {"role": "assistant", "content": "Yes."}
NO_LIST = r"that is no list of messages \{role, content\}"


@pytest.mark.parametrize("field", ["prompt", "chosen", "rejected"])
@pytest.mark.parametrize(
    "value",
    [
        "Yes.",
        ANSWER,
        ["Yes."],
        [[ANSWER]],
        [ANSWER, {**ANSWER, "content": ""}],
        [{**ANSWER, "content": 5}],
        [{**ANSWER, "content": None}],
        [{"role": "assistant"}],
        [{"content": "Yes."}],
        [{**ANSWER, "role": 1}],
    ],
)
def test_field_that_is_no_list_of_messages_is_an_error_that_names_file_row_and_field(tmp_path, field, value):
    write_jsonl(tmp_path / "odd.jsonl", [*dpo_rows(2), {**dpo_rows(1)[0], field: value}])
    with pytest.raises(Problem, match=rf"odd\.jsonl, row 3 has a {field} {NO_LIST}.*Mend the step"):
        preference_rows(tmp_path / "odd.jsonl")


@pytest.mark.parametrize("field", ["completion", "chosen", "rejected"])
def test_answer_of_another_role_is_an_error_and_a_prompt_may_have_any(tmp_path, field):
    kept = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi."}]
    write_jsonl(tmp_path / "odd.jsonl", [{"prompt": kept, field: [ANSWER]}, {"prompt": kept, field: [ANSWER, kept[1]]}])
    with pytest.raises(
        Problem, match=rf"odd\.jsonl, row 2 has a {field} with a message of a role other than assistant"
    ):
        chat_rows(tmp_path / "odd.jsonl", ("prompt", field))


def test_row_that_is_no_object_is_an_error_and_a_good_one_is_given_as_it_is(tmp_path):
    good = {"prompt": [{"role": "user", "content": "Hi."}], "completion": [ANSWER]}
    write_jsonl(tmp_path / "odd.jsonl", [{**good, "id": "a"}])
    assert chat_rows(tmp_path / "odd.jsonl", ("prompt", "completion")) == [good]
    write_jsonl(tmp_path / "odd.jsonl", [good, [ANSWER]])
    with pytest.raises(Problem, match=r"odd\.jsonl, row 2 is no object with prompt, completion\. Mend"):
        chat_rows(tmp_path / "odd.jsonl", ("prompt", "completion"))


def test_answers_that_are_no_list_end_a_run_before_it_begins(tmp_path):
    write_jsonl(tmp_path / "odd.jsonl", [{**row, "chosen": row["chosen"][0]} for row in dpo_rows(4)])
    refused("dpo", tmp_path, r"odd\.jsonl, row 1 has a chosen", dev=tmp_path / "odd.jsonl")


def test_warm_up_over_all_steps_is_refused_in_the_config():
    """The trainer takes 1.0 for one step, not for all."""
    config = read_run("demo", ROOT)
    config["supporter"]["sft"]["train"]["warmup_ratio"] = 1.0
    with pytest.raises(Problem, match=r"supporter\.sft\.train\.warmup_ratio"):
        load_config(config)


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_base_without_a_chat_template_is_an_error(tmp_path, kind):
    bare = shutil.copytree(root() / "base", tmp_path / "bare")
    (bare / "chat_template.jinja").unlink()
    refused(kind, tmp_path, "bare has no chat template", **{"base": bare, "sft-adapter": None})


def test_adapter_of_a_base_of_another_size_is_an_error_that_names_the_layer(tmp_path):
    other = write_base(tmp_path / "other", hidden=32)
    with pytest.raises(Problem, match=r"trained on another base: base_model\.model\.model\.layers\.0"):
        merge_adapter(load_base(other)[0], sft())


def test_adapter_of_another_base_of_the_same_shape_is_an_error_that_names_both(tmp_path):
    other = write_base(tmp_path / "other", seed=1)
    named = (
        rf"sft was trained on another base \({base_identity(root() / 'base')[:12]}.*other \({base_identity(other)[:12]}"
    )
    refused("dpo", tmp_path, named, base=other)
    for adapter in (sft(), dpo()):
        with pytest.raises(Problem, match=f"{adapter} was trained on another base .* than {other}"):
            open_local(other, {"role": adapter})


def test_base_may_lie_elsewhere(tmp_path):
    moved = shutil.copytree(root() / "base", tmp_path / "moved")
    adapter = train("dpo", "x", DPO, base=moved, output=tmp_path / "out")
    assert weights(adapter) == weights(dpo())
    assert read_json(adapter / "base.json") == read_json(sft() / "base.json")
    assert open_local(moved, {"role": sft()}).identity("role") == open_local(root() / "base", {"role": sft()}).identity(
        "role"
    )


@pytest.mark.parametrize("named", [None, "{", "[]", "{}"])
def test_adapter_that_names_no_base_is_told(tmp_path, caplog, named):
    adapter = shutil.copytree(sft(), tmp_path / "old")
    (adapter / "base.json").unlink() if named is None else (adapter / "base.json").write_text(named)
    require_base(adapter, root() / "base")
    assert "old does not say which base it was trained on" in caplog.text
    require_base(sft(), root() / "base")
    assert len(caplog.messages) == 1


def test_adapter_of_a_base_with_more_layers_is_an_error(tmp_path):
    """PEFT itself would leave out what it does not find."""
    model = load_base(root() / "base")[0]
    del model.model.layers[1]
    with pytest.raises(Problem, match=r"another base: .*layers\.1"):
        merge_adapter(model, sft())


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_loss_that_is_no_number_ends_the_run_and_names_the_step(tmp_path, kind):
    """A decay of so much throws the weights from side to side until they overflow."""
    wild = {**DPO, "weight_decay": 1e25, "learning_rate": 0.5, "warmup_ratio": 0.0, "scheduler": "constant"}
    refused(kind, tmp_path, r"is (nan|inf) at step [23]; nothing was published.*lower learning_rate", wild)


@pytest.mark.parametrize(("kind", "lora"), [("sft", LORA), ("dpo", LORA), ("sft", None)])
def test_weights_that_are_no_numbers_are_not_published(tmp_path, monkeypatch, kind, lora):
    """As an optimiser's last step may leave them, where no loss shows it."""

    def ruin(trainer, *_):
        next(part for part in trainer.model.parameters() if part.requires_grad).data[0, 0] = float("inf")
        return {}

    monkeypatch.setattr("scripts.training.run.training_report", ruin)
    with pytest.raises(Problem, match=r"weight holds what is no number after training; nothing was published"):
        train(kind, "x", {**DPO, "epochs": 1}, lora, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_number_that_is_none_names_the_last_good_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIRM_PROGRESS", str(tmp_path))
    checkpoint = tmp_path / "m" / "checkpoint-7"
    checkpoint.mkdir(parents=True)
    write_json(checkpoint / "trainer_state.json", {"best_global_step": None})
    mark_whole(checkpoint, {"seconds": 1.0, "tokens": 1})
    progress = Progress(tmp_path / "m", 1.0)
    progress.require_finite(8, {"loss": 1.0, "grad_norm": 2.0})
    for name in ("loss", "grad_norm", "eval_loss"):
        with pytest.raises(Problem, match=rf"{name} is nan at step 8.*last good checkpoint: step 7.*learning_rate"):
            progress.require_finite(8, {name: float("nan")})


def test_no_gpu_is_an_error_where_the_config_wants_one(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"require_gpu": True}))
    refused("sft", tmp_path, "operation.require_gpu is true, and this machine shows no GPU", SFT)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert devices() == 1


def test_the_paper_run_wants_a_gpu_and_the_small_runs_do_not():
    wanted = {run: read_run(run, ROOT)["operation"]["require_gpu"] for run in ("paper", "demo", "laptop")}
    assert wanted == {"paper": True, "demo": False, "laptop": False}


@pytest.mark.parametrize(("gpus", "near"), [(3, "15 or 18"), (5, "15 or 20"), (32, "32")])
def test_gpus_that_cannot_share_a_batch_are_found_in_the_config(gpus, near):
    config = read_run("paper", ROOT)
    config["operation"]["training"]["supporter_sft"]["gpus"] = gpus
    with pytest.raises(Problem) as found:
        load_config(config)
    assert "supporter.sft.train.effective_batch = 16: cannot be shared" in str(found.value)
    assert f"Set it to {near}, or" in str(found.value) and "The config has 1 problem" in str(found.value)


def test_loss_over_a_whole_batch_is_not_cut_over_gpus():
    config = read_run("demo", ROOT)
    config["operation"]["training"]["reference_dpo"]["gpus"] = 2
    with pytest.raises(Problem, match=r"reference\.single\.dpo\.train\.loss_types"):
        load_config(config)
    with pytest.raises(Problem, match="mean over a whole batch"):
        per_device_batch(8, 2, whole=True)


def test_losses_are_means_over_ten_steps_and_the_rest():
    by_step = {step: float(step) for step in range(1, 13)}
    assert mean_losses(by_step) == [{"step": 10, "loss": 5.5}, {"step": 12, "loss": 11.5}]
    assert mean_losses({}) == []
