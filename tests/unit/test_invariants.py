"""What must not move a trained model or its predictions, each on a random tiny model through the trainers as built."""

import json

import pytest

from scripts.llm.score import continuation_logprobs
from scripts.training.adapters import load_base, merge_adapter
from scripts.training.dpo import dpo_trainer
from scripts.training.sft import sft_trainer
from tests.unit.tiny import DPO, LORA, SFT, dpo_rows, logits, root, sft, sft_rows, trainer

pytestmark = pytest.mark.slow

# Plain gradient descent: Adam divides each gradient by its own size, so that it turns the rounding of those near zero
# into whole steps. Without it a weight moves by rate x gradient, and so do differences.
DESCENT = {"optimizer": "sgd", "learning_rate": 0.5, "scheduler": "constant", "warmup_ratio": 0.0, "epochs": 1}
# float32 rounds at 6e-8 of a value. A gradient here is a sum of some 200 tokens' ones, which in another order may lose
# a few digits: 1e-5 of the greatest entry. Three steps at rate 0.5 carry that into weights of size 0.1 to 1.
GRADIENTS, WEIGHTS, LOSSES = 1e-5, 1e-5, 1e-5


def uneven(kind, count):
    """Rows whose answers have 1 to 5 parts, so that a mean of row means is another number than a mean over tokens."""
    rows = sft_rows(count) if kind == "sft" else dpo_rows(count)
    field = "completion" if kind == "sft" else "chosen"
    for number, row in enumerate(rows):
        row[field] = [{"role": "assistant", "content": "So sad, so sad." * (1 + number % 5)}]
    return rows


def built(kind, settings, folder, rows, lora=LORA):
    base = root() / "base"
    if kind == "sft":
        return sft_trainer(base, rows, rows[:6], lora, settings, 7, folder)
    return dpo_trainer(base, sft(), rows, rows[:6], lora, settings, 7, folder)


class Steps:
    """A trainer's steps as they happen: gradients as the optimizer gets them, and what is logged of each."""

    def __init__(self, made):
        import transformers

        found = self
        found.gradients, found.logged = [], []

        class Watch(transformers.TrainerCallback):
            def on_pre_optimizer_step(self, args, state, control, model, **_):
                found.gradients.append(
                    {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}
                )

            def on_log(self, args, state, control, logs, **_):
                if "grad_norm" in logs:
                    found.logged.append({name: float(value) for name, value in logs.items()})

        made.args.logging_steps = made.state.logging_steps = 1
        made.add_callback(Watch())
        made.train()
        self.weights = {name: p.detach().clone() for name, p in made.model.named_parameters() if p.requires_grad}

    def norms(self):
        import torch

        return [torch.stack([g.norm() for g in step.values()]).norm().item() for step in self.gradients]


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_one_row_eight_times_is_the_step_of_eight_rows(kind, monkeypatch, tmp_path):
    """Gradients, losses and weights of each of 3 steps (8, 8 and 4 rows); the rows' answers differ in length."""
    import torch

    found = []
    for batch in (8, 1):
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": batch}))
        made = built(kind, {**(SFT if kind == "sft" else DPO), **DESCENT}, tmp_path / str(batch), uneven(kind, 20))
        assert (made.args.per_device_train_batch_size, made.args.gradient_accumulation_steps) == (batch, 8 // batch)
        found.append(Steps(made))
    eight, one = found
    assert len(eight.gradients) == len(one.gradients) == 3
    for a, b in zip(eight.gradients, one.gradients, strict=True):
        greatest = max(g.abs().max().item() for g in a.values())
        assert greatest > 1e-4 and a.keys() == b.keys()
        assert max((a[name] - b[name]).abs().max().item() for name in a) <= GRADIENTS * greatest
    assert [step["loss"] for step in eight.logged] == pytest.approx([s["loss"] for s in one.logged], rel=LOSSES)
    for name, weight in eight.weights.items():
        torch.testing.assert_close(weight, one.weights[name], atol=WEIGHTS, rtol=0)
    assert max((w - eight.weights[n]).abs().max() for n, w in start(kind, tmp_path).items()) > 100 * WEIGHTS


def start(kind, folder):
    """The adapter before its first step."""
    made = built(kind, SFT if kind == "sft" else DPO, folder, uneven(kind, 20))
    return {name: p.detach() for name, p in made.model.named_parameters() if p.requires_grad}


def padded(rows, side, pad):
    import torch

    width = max(map(len, rows))
    fill = [(width - len(row)) for row in rows]
    ids = [[pad] * n + row if side == "left" else row + [pad] * n for n, row in zip(fill, rows, strict=True)]
    mask = [
        [0] * n + [1] * len(row) if side == "left" else [1] * len(row) + [0] * n
        for n, row in zip(fill, rows, strict=True)
    ]
    return torch.tensor(ids), torch.tensor(mask)


def test_padding_side_neighbours_and_order_move_no_prediction():
    """The logits of a row alone, in a batch padded on either side, and in that batch turned round."""
    import torch
    from peft import PeftModel

    base, tokenizer = load_base(root() / "base")
    model = PeftModel.from_pretrained(base, sft()).eval()
    rows = [tokenizer("I am sad about work " * n, add_special_tokens=False)["input_ids"] for n in (1, 3, 2, 7)]
    with torch.no_grad():
        alone = [model(torch.tensor([row])).logits[0] for row in rows]
        for side in ("left", "right"):
            for order in ([0, 1, 2, 3], [3, 1, 0, 2], [1, 2]):
                ids, mask = padded([rows[place] for place in order], side, tokenizer.pad_token_id)
                out = model(input_ids=ids, attention_mask=mask).logits
                for line, place in enumerate(order):
                    got = out[line][mask[line].bool()]
                    torch.testing.assert_close(got, alone[place], atol=1e-4, rtol=0)
    assert (alone[0][-1] - alone[1][-1]).abs().max() > 0.01


def test_neighbours_and_their_order_move_no_score():
    """Scores of continuations of prompts of 3 to 30 tokens, each prompt alone and in batches."""
    model, _ = load_base(root() / "base")
    prompts = [list(range(20, 20 + n)) for n in (3, 30, 11, 7)]
    lines = [[[40], [41, 42, 43], [44, 45]] for _ in prompts]
    alone = [continuation_logprobs(model, [p], [c], 4)[0] for p, c in zip(prompts, lines, strict=True)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3]):
        together = continuation_logprobs(model, [prompts[n] for n in order], [lines[n] for n in order], 4)
        for got, place in zip(together, order, strict=True):
            assert got == pytest.approx(alone[place], abs=1e-4)


def test_batch_and_order_of_dev_pairs_move_no_dev_score(tmp_path):
    """The mean over pairs, read one by one, all at once, and the other way round, after a few steps of training."""
    rows = uneven("dpo", 20)
    made = built("dpo", DPO, tmp_path, rows)
    made.train()
    wanted = made.evaluate()
    assert abs(wanted["eval_rewards/margins"]) > 1e-3
    dev = made.eval_dataset
    for batch, rows in ((6, dev), (1, dev.select(range(5, -1, -1))), (6, dev.select(range(5, -1, -1)))):
        made.args.per_device_eval_batch_size = batch
        made.eval_dataset = rows
        found = made.evaluate()
        for name in ("eval_loss", "eval_rewards/margins", "eval_rewards/chosen", "eval_rewards/accuracies"):
            assert found[name] == pytest.approx(wanted[name], abs=1e-5)


def test_a_merged_adapter_says_what_the_unmerged_one_says():
    """Scale and addition of the low-rank product: as a path beside each layer, and in the layers' weights."""
    import torch
    from peft import PeftModel

    model, tokenizer = load_base(root() / "base")
    bare = logits(model, tokenizer)
    apart = logits(PeftModel.from_pretrained(model, sft()), tokenizer)
    merged = logits(merge_adapter(load_base(root() / "base")[0], sft()), tokenizer)
    torch.testing.assert_close(merged, apart, atol=1e-4, rtol=0)
    assert (apart - bare).abs().max() > 0.1


@pytest.mark.parametrize("batch", [8, 2])
def test_reference_scores_known_beforehand_train_what_computed_ones_train(batch, monkeypatch, tmp_path):
    """TRL can score the reference before the first step; the adapter off at each step must say the same."""
    import torch
    import trl

    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": batch}))
    settings = {**DPO, **DESCENT, "learning_rate": 2.0, "epochs": 2}
    computed = Steps(built("dpo", settings, tmp_path / "a", uneven("dpo", 20)))
    real = trl.DPOConfig
    monkeypatch.setattr(trl, "DPOConfig", lambda **given: real(**{**given, "precompute_ref_log_probs": True}))
    made = built("dpo", settings, tmp_path / "b", uneven("dpo", 20))
    assert "ref_chosen_logps" in made.train_dataset.column_names
    known = Steps(made)
    for name in ("loss", "rewards/chosen", "rewards/rejected", "rewards/margins"):
        values = [step[name] for step in known.logged]
        assert values == pytest.approx([step[name] for step in computed.logged], abs=2e-5)
    assert computed.logged[-1]["rewards/margins"] > 0.01
    for name, weight in computed.weights.items():
        torch.testing.assert_close(weight, known.weights[name], atol=5e-5, rtol=0)


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_a_gradient_is_cut_to_the_greatest_norm_and_a_smaller_one_is_left_alone(kind, tmp_path):
    """`grad_norm` is logged before the cut; what the optimizer gets is measured here."""
    settings = {**(SFT if kind == "sft" else DPO), **DESCENT, "learning_rate": 1e-9}  # the model stays where it is
    rows = uneven(kind, 20)
    free = Steps(built(kind, {**settings, "max_grad_norm": 1e6}, tmp_path / "free", rows))
    before = [step["grad_norm"] for step in free.logged]
    assert free.norms() == pytest.approx(before, rel=1e-4)
    middle = sorted(before)[1] * 0.999  # some steps are above it, the least is not
    cut = Steps(built(kind, {**settings, "max_grad_norm": middle}, tmp_path / "cut", rows))
    assert [step["grad_norm"] for step in cut.logged] == pytest.approx(before, rel=1e-4)
    assert cut.norms() == pytest.approx([min(norm, middle) for norm in before], rel=1e-4)
    assert min(before) < middle < max(before)


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_dropout_is_off_when_dev_rows_are_read_and_on_in_training(kind, tmp_path):
    import torch

    settings = SFT if kind == "sft" else DPO
    dropping, plain = (trainer(kind, settings, tmp_path, {**LORA, "dropout": rate}) for rate in (0.5, 0.0))
    moved = {
        name: torch.randn(p.shape, generator=torch.Generator().manual_seed(1)) * 0.1
        for name, p in plain.model.named_parameters()
        if "lora_B" in name
    }  # B starts at zero, which would hide what is dropped of A
    for made in (dropping, plain):
        with torch.no_grad():
            for name, weight in made.model.named_parameters():
                if name in moved:
                    weight.copy_(moved[name])
    dropping.model.train()
    scores = [made.evaluate()["eval_loss"] for made in (dropping, dropping, plain)]
    assert scores[0] == scores[1] == pytest.approx(scores[2], abs=1e-6)
    batch = dropping._prepare_inputs(dropping.data_collator(list(dropping.train_dataset)))
    dropping.model.train()
    with torch.no_grad():
        losses = {round(float(dropping.compute_loss(dropping.model, dict(batch))), 7) for _ in range(3)}
    assert len(losses) == 3
