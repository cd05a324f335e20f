"""The tiny base of the demo: its documents, tokenizer, start, training and gate."""

import random
from pathlib import Path

import pytest

from scripts.llm.exchange import Answer
from scripts.models import check_tiny_base, train_tiny_base
from scripts.models.orthogonal import orthogonal
from scripts.models.tiny_init import fresh_llama
from scripts.models.tiny_tokenizer import train_tokenizer
from scripts.provenance.errors import Problem
from scripts.text.answers import parse_four_steps, parse_values
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.lexicon import load_lexicon
from scripts.text.taxonomy import load_taxonomy
from scripts.world import write_pretraining
from scripts.world.annotations import guide_detection, guide_four_steps, guide_reference
from scripts.world.cases import draw_case
from scripts.world.task_documents import detection, four_steps, open_writer

pytestmark = pytest.mark.slow

RESOURCES = Path("resources")
WORLD = RESOURCES / "world.yaml"
STRATEGIES, VALUES = RESOURCES / "taxonomy/strategies.yaml", RESOURCES / "taxonomy/values.yaml"
COMPACT = RESOURCES / "prompts/compact"
CASES = 300


@pytest.fixture(scope="module")
def writer():
    return open_writer(load_lexicon(WORLD), COMPACT, load_taxonomy(STRATEGIES), load_taxonomy(VALUES))


def write_documents(folder: Path, documents: int = 150) -> Path:
    output = folder / "documents.jsonl"
    write_pretraining.main(
        f"--world {WORLD} --prompts {COMPACT} --strategies {STRATEGIES} --values {VALUES} "
        f"--documents {documents} --held-out 6 --seed 1 --output {output}".split()
    )
    return output


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> Path:
    return write_documents(tmp_path_factory.mktemp("documents"))


@pytest.fixture(scope="module")
def tokenizer(documents, writer):
    texts = [row["prompt"][-1]["content"] + "\n" + row["completion"] for row in read_jsonl(documents)]
    return train_tokenizer(texts, writer.lexicon.values, 900)


def train(documents: Path, output: Path) -> Path:
    train_tiny_base.main(
        f"--documents {documents} --values {VALUES} --vocab-size 700 --layers 1 --hidden 32 --heads 2 --steps 30 "
        f"--stage1-steps 10 --batch-size 4 --learning-rate 0.01 --seed 3 --output {output}".split()
    )
    return output


@pytest.fixture(scope="module")
def base(documents, tmp_path_factory) -> Path:
    return train(documents, tmp_path_factory.mktemp("base") / "llama")


def drawn(write, writer):
    """(case, answer) of CASES documents of one sort."""
    for number in range(CASES):
        rng = seeded(5, write.__name__, number)
        case = draw_case(rng, writer.lexicon)
        yield case, write(rng, writer, case)[1]


def test_four_step_answers_of_the_tasks_parse_and_decide_without_looking(writer):
    pairs = [(case, parse_four_steps(answer)) for case, answer in drawn(four_steps, writer)]
    assert 0.4 < sum(answer.use_reference for _, answer in pairs) / CASES < 0.6
    fits = writer.lexicon.raw["fits"]
    assert sum(answer.strategy == fits[case.state] for case, answer in pairs) / CASES < 0.25  # by chance 0.125
    used = [(case, answer) for case, answer in pairs if answer.use_reference and case.cues]
    copied = [case for case, answer in used if any(cue in answer.response for cue in case.cues)]
    assert len(copied) / len(used) < 0.1


def test_guided_answers_follow_the_plan(writer):
    for case, answer in drawn(guide_four_steps, writer):
        steps = parse_four_steps(answer)
        assert steps.strategy == writer.lexicon.raw["fits"][case.state]
        if steps.use_reference:
            assert case.act in steps.response and all(cue in steps.response for cue in case.cues)
        else:
            assert not writer.lexicon.act(steps.response) and not writer.lexicon.carried(steps.response)


def test_guided_detection_names_only_voiced_values_and_the_task_names_any(writer):
    labels = writer.lexicon.values
    for case, answer in drawn(guide_detection, writer):
        assert answer == "none" if not case.voiced else set(parse_values(answer, labels)) <= set(case.voiced)
    named = [(case, set(parse_values(answer, labels))) for case, answer in drawn(detection, writer)]
    hits = sum(len(values & set(case.voiced)) for case, values in named)
    assert hits / sum(len(values) for _, values in named) < 0.35


def test_guided_references_carry_cues_of_their_targets_only(writer):
    for case, answer in drawn(guide_reference, writer):
        carried = writer.lexicon.carried(answer)
        assert carried and set(carried) <= set(case.targets)


def test_histories_stay_within_the_window_and_show_what_the_answers_state(writer):
    cases = [draw_case(random.Random(number), writer.lexicon) for number in range(CASES)]
    assert max(len(case.history.split()) for case in cases) < 100
    assert all(case.history.splitlines()[-1].startswith("Patient: ") for case in cases)
    assert {case.history.startswith("Patient") for case in cases} == {True, False}
    assert all(set(case.voiced) <= set(writer.lexicon.voiced(case.history)) for case in cases)


def test_task_prompts_are_the_compact_prompts_of_the_pipeline(documents, writer):
    systems = {row["prompt"][0]["content"] for row in read_jsonl(documents) if row["stage"] == 2}
    history = {"history": "x"}
    strategies = {"strategies": load_taxonomy(STRATEGIES)}
    wanted = [
        writer.prompts["A-SUP"].messages(**strategies, **history, targets=["Face"], reference="y"),
        writer.prompts["A-TVD"].messages(values=[entry["label"] for entry in load_taxonomy(VALUES)], **history),
        writer.prompts["A-SUP-PLAIN"].messages(**history),
    ]
    assert {messages[0]["content"] for messages in wanted} <= systems


def test_held_out_prompts_are_not_among_the_documents_trained_on(documents):
    rows = read_jsonl(documents)
    held_out = [row for row in rows if row["stage"] == 0]
    trained = [row["prompt"] for row in rows if row["stage"] != 0]
    assert len(held_out) == 6 and len(trained) == 150
    assert not any(row["prompt"] in trained for row in held_out)


def test_documents_are_the_same_bytes_again(documents, tmp_path):
    assert write_documents(tmp_path).read_bytes() == documents.read_bytes()


def test_a_taxonomy_of_other_labels_is_refused(tmp_path, writer):
    other = tmp_path / "values.yaml"
    other.write_text("- {label: Courage, definition: x, contained: []}\n")
    with pytest.raises(Problem, match="Courage"):
        write_pretraining.main(
            f"--world {WORLD} --prompts {COMPACT} --strategies {STRATEGIES} --values {other} "
            f"--documents 5 --held-out 1 --seed 1 --output {tmp_path / 'x.jsonl'}".split()
        )
    assert not (tmp_path / "x.jsonl").exists()


def test_labels_are_single_tokens_wherever_they_stand_and_texts_come_back(tokenizer, writer):
    assert all(len(tokenizer(label)["input_ids"]) == 1 for label in writer.lexicon.values)
    answer = ", ".join(writer.lexicon.values[:3])
    named = tokenizer(f"Target values: {answer}")["input_ids"]
    assert [token for token in tokenizer(answer)["input_ids"] if token >= 880] == [t for t in named if t >= 880]
    for text in (answer, "Step 4.\n-Strategy: Self-disclosure\n-Response: I once felt sad…", "naïve 😀 text"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert tokenizer.padding_side == "left" and tokenizer.eos_token == "<|end_of_turn|>"


def test_the_generation_prompt_begins_what_a_whole_chat_continues(tokenizer):
    chat = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "yes"}]
    begun = tokenizer.apply_chat_template(chat[:1], add_generation_prompt=True, tokenize=False)
    assert tokenizer.apply_chat_template(chat, tokenize=False) == begun + "yes" + tokenizer.eos_token


def test_heads_of_a_fresh_base_write_back_what_they_read(tokenizer):
    import torch

    model = fresh_llama(tokenizer, layers=2, hidden=32, heads=4, seed=1)
    attention = model.model.layers[1].self_attn
    identity = attention.o_proj.weight @ attention.v_proj.weight
    assert torch.allclose(identity, torch.eye(32), atol=1e-5)
    again = fresh_llama(tokenizer, layers=2, hidden=32, heads=4, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("shape", [(32, 32), (96, 32), (32, 96)])
def test_an_orthogonal_update_has_singular_values_near_one(shape):
    import torch

    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrix))
    assert values.max() < 1.3 and values.median() > 0.6
    assert torch.linalg.svdvals(matrix).max() > 5


def test_every_document_is_read_once_before_any_comes_again():
    lengths = [random.Random(number).randint(5, 50) for number in range(40)]
    read = list(train_tiny_base.batches(lengths, 5, 16, random.Random(0)))
    assert all(len(batch) == 5 for batch in read)
    assert sorted(row for batch in read[:8] for row in batch) == list(range(40))
    assert sorted(row for batch in read[8:] for row in batch) == list(range(40))


def test_loss_counts_completions_only_and_padding_does_not_move_it(tokenizer):
    import torch

    model = fresh_llama(tokenizer, layers=1, hidden=32, heads=2, seed=1)
    short, long = ([1, 2, 3, 9, 8], 3), ([4, 5, 6, 7, 10, 11, 12, 13], 4)
    with torch.no_grad():
        logits = model(torch.tensor([short[0]])).logits.log_softmax(-1)[0]
        by_hand = -(logits[2, 9] + logits[3, 8]) / 2
        alone = [train_tiny_base.loss_of(model, [document], pad=0) for document in (short, long)]
        both = train_tiny_base.loss_of(model, [short, long], pad=0)
    assert torch.allclose(alone[0], by_hand, atol=1e-5)
    assert torch.allclose(both, (2 * alone[0] + 4 * alone[1]) / 6, atol=1e-5)


def test_training_lowers_the_loss_and_publishes_a_loadable_checkpoint(base):
    import json

    from transformers import AutoModelForCausalLM, AutoTokenizer

    report = json.loads((base / "training.json").read_text())
    assert report["steps"] == 30 and report["losses"][-1] < report["losses"][0]
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base)
    assert model.config.vocab_size == len(tokenizer) and tokenizer.chat_template
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id


def test_training_again_gives_the_same_weights(base, documents, tmp_path):
    again = train(documents, tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (base / "model.safetensors").read_bytes()


def test_documents_without_a_stage_are_refused(tmp_path):
    path = tmp_path / "documents.jsonl"
    write_jsonl(path, [{"stage": 1, "prompt": [], "completion": "x"}])
    with pytest.raises(Problem, match="stage 1 or 2"):
        train(path, tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_the_gate_stops_a_base_that_lost_the_format(base, documents, tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / "journal"))
    gate = tmp_path / "gate.json"
    options = f"--base {base} --documents {documents} --least 0.9 --output {gate}".split()
    sampling = '{"temperature": 0.7, "top_p": 1.0, "max_tokens": 16}'
    with pytest.raises(Problem, match="of 6 sampled answers keep the four steps"):
        check_tiny_base.main([*options, "--sampling", sampling])
    assert not gate.exists()


def test_the_gate_counts_answers_readable_at_the_first_attempt():
    value = parse_four_steps(
        "Step 1.\n-Reasoning: sad about work.\nStep 2.\n-Reasoning: tea.\nStep 3.\n-Reasoning: No, it does not fit.\n"
        "Step 4.\n-Strategy: Question\n-Response: Could you tell me more?"
    )
    answers = [Answer("a", value, 1), Answer("b", value, 2), Answer("c", None, 4), Answer("d", value, 1)]
    assert check_tiny_base.share_at_once(answers) == 0.5
