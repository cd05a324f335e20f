"""The GPU benchmark on a CPU: operations counted by hand, chats of the lengths asked for, every row of its table."""

import re

import pytest

from benchmarks.bench_gpu import TINY, main, parse_args, plan_of, seen, training
from benchmarks.flops import Seen, Shape, attention, dpo_step, forward, full_step, lora_step
from benchmarks.gpu_model import chats, word_tokenizer
from benchmarks.page import renewed

SMALL = Shape(vocabulary=10, width=4, inner=6, layers=2, heads=2, key_value_heads=1)
# A layer: query 4x4, key and value 4x2, output 4x4, gate and up 4x6, down 6x4 = 16 + 8 + 8 + 16 + 24 + 24 + 24 = 120.
# The output layer: 4x10 = 40. Rank 3: 3 x (8 + 6 + 6 + 8 + 10 + 10 + 10) = 174 a layer.


def test_weights_are_those_of_the_published_model():
    shape = Shape()
    norms = (2 * shape.layers + 1) * shape.width
    assert shape.body + 2 * shape.head + norms == 8_030_261_248  # Llama-3-8B, embedding and output layer apart
    assert (SMALL.body, SMALL.head, SMALL.lora(3)) == (240, 40, 348)


def test_operations_of_a_step_are_those_counted_by_hand():
    batch = Seen(lengths=(3, 2), learnt=2)
    # pairs of a token and those up to it: 6 + 3 = 9; scores and sums, 2 operations, width 4, 2 layers
    assert attention(SMALL, batch) == 9 * 2 * 2 * 4 * 2 == 288
    assert forward(SMALL, batch) == 2 * 240 * 5 + 2 * 40 * 2 + 288 == 2848
    assert full_step(SMALL, batch) == 3 * 2848
    # the base's weights twice (there and back), the adapter's three times, attention three times
    assert lora_step(SMALL, batch, 3) == 4 * (240 * 5 + 40 * 2) + 3 * 288 + 6 * 348 * 5 == 16424
    assert dpo_step(SMALL, batch, 3) == 16424 + 2848


def test_chats_have_the_lengths_that_are_asked_for():
    tokenizer = word_tokenizer()
    for kind, answer in (("sft", "completion"), ("dpo", "rejected")):
        lengths = []
        for row in chats(kind, 30, 64):
            whole = tokenizer.apply_chat_template(row["prompt"] + row[answer], tokenize=True, return_dict=False)
            prompt = tokenizer.apply_chat_template(
                row["prompt"], add_generation_prompt=True, tokenize=True, return_dict=False
            )
            assert whole[: len(prompt)] == prompt and abs(len(whole) - 2 * len(prompt)) <= 4
            lengths.append(len(whole))
        assert 16 <= min(lengths) < 24 and 56 < max(lengths) <= 64


@pytest.mark.slow
def test_what_a_batch_holds_is_counted_without_padding_and_by_packed_row():
    import torch

    labels = torch.tensor([[-100, 5, 6, -100], [-100, -100, 7, 8]])
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])
    assert seen({"labels": labels, "attention_mask": mask}) == Seen((3, 4), 4)
    packed = {"labels": labels.reshape(1, 8), "position_ids": torch.tensor([[0, 1, 2, 0, 1, 0, 1, 2]])}
    assert seen(packed) == Seen((3, 2, 3), 4)


def test_the_defaults_are_an_8b_model_and_flags_change_the_shape():
    plan, _ = plan_of(parse_args([]))
    assert plan.shape == Shape() and plan.precision == "bf16"
    plan, _ = plan_of(parse_args(["--layers", "16", "--width", "2048", "--length", "512"]))
    assert plan.shape == Shape(layers=16, width=2048) and plan.length == 512
    assert plan_of(parse_args(["--tiny"]))[0].shape == Shape(**TINY)


@pytest.mark.slow
def test_packing_fills_windows_and_counts_every_row_of_them():
    plan, _ = plan_of(parse_args(["--tiny", "--steps", "1"]))
    padded, packed = (training("x", "sft", plan, True, packing) for packing in (False, True))
    assert padded.tokens < packed.tokens <= plan.batch * plan.length
    assert packed.tokens > 0.8 * plan.batch * plan.length


@pytest.mark.slow
def test_the_tiny_run_fills_its_table(capsys, monkeypatch, tmp_path):
    page = tmp_path / "README.md"
    page.write_text("# Measurements\n")
    monkeypatch.setattr("benchmarks.page.README", page)
    main(["--tiny", "--steps", "1", "--write"])
    text = capsys.readouterr().out
    rows = re.findall(r"^\| (LoRA|full|generation)[^|]*((?:\| [^|]+)+)\|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == ["LoRA", "LoRA", "LoRA", "full", "full", "generation"]
    for _, cells in rows:
        numbers = [float(cell.strip().rstrip("%").replace(",", "")) for cell in cells.strip("| ").split("|")]
        assert len(numbers) == 6 and all(number > 0 for number in numbers[:4]) and numbers[-1] > 0.05
    assert "no GPU" in text and text.strip() in page.read_text()


def test_without_a_gpu_the_full_size_is_not_tried():
    import torch

    if torch.cuda.is_available():
        pytest.skip("a GPU is here")
    with pytest.raises(SystemExit, match="--tiny"):
        main([])


def test_a_part_of_the_page_is_renewed_alone_and_a_missing_one_comes_at_the_end():
    page = renewed("# A\n\ntext\n", "bench-x", "X", "one")
    assert page == "# A\n\ntext\n\n## X\n\n<!-- bench-x -->\none\n<!-- end of bench-x -->\n"
    assert renewed(page + "\n## Y\n", "bench-x", "X", r"two \1") == page.replace("one", r"two \1") + "\n## Y\n"
