"""What is learnt of a row under each chat template in use: explicit strings, through the trainers as they are built.

The templates are written out from the formats that the models publish; the tokenizers are tiny but carry the models'
special tokens, put a begin token before plain text where theirs do, and have a padding token only where theirs has one.
"""

import json
from pathlib import Path

import pytest

from scripts.llm.chat import Request, Sampling
from scripts.llm.local import open_local
from scripts.llm.template import as_said
from scripts.provenance.errors import Problem
from scripts.training.dpo import dpo_trainer
from scripts.training.sft import sft_trainer
from tests.unit.tiny import DPO, LORA, SFT
from tests.unit.tiny_model import byte_level, write_adapter

pytestmark = pytest.mark.slow

TEMPLATES = Path("tests/unit/templates")
# special tokens, begin, end of a turn, padding, begin before plain text, class
FORMATS = {
    "llama3": (
        ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
        "llama",
    ),
    "mistral": (["<s>", "</s>", "[INST]", "[/INST]"], {"bos_token": "<s>", "eos_token": "</s>"}, "mistral"),
    "mistral_strict": (["<s>", "</s>"], {"bos_token": "<s>", "eos_token": "</s>"}, "mistral"),
    "qwen2": (
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"},
        "qwen2",
    ),
}
SYSTEM = {"role": "system", "content": "Be kind."}
TURNS = [
    {"role": "user", "content": "I am sad."},
    {"role": "assistant", "content": "Since when?"},
    {"role": "user", "content": "May."},
]
TALK = {"prompt": [SYSTEM, *TURNS], "completion": [{"role": "assistant", "content": "A long time."}]}
SHORT = {"prompt": TURNS[:1], "completion": [{"role": "assistant", "content": "Oh."}]}
PAIR = {
    "prompt": TALK["prompt"],
    "chosen": TALK["completion"],
    "rejected": [{"role": "assistant", "content": "So?"}],
}
# What is shown and what is learnt of TALK (its system message too) and of SHORT, and of PAIR's answers.
LEARNT = {
    "llama3": {
        "talk": (
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nI am sad.<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nSince when?<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nMay.<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
            "A long time.<|eot_id|>",
        ),
        "short": (
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nI am sad.<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
            "Oh.<|eot_id|>",
        ),
        "rejected": "So?<|eot_id|>",
    },
    "mistral": {
        "talk": ("<s>[INST] I am sad.[/INST] Since when?</s>[INST] Be kind.\n\nMay.[/INST]", " A long time.</s>"),
        "short": ("<s>[INST] I am sad.[/INST]", " Oh.</s>"),
        "rejected": " So?</s>",
    },
    "mistral_strict": {
        "talk": ("<s>[INST] Be kind.\n\nI am sad. [/INST]Since when?</s>[INST] May. [/INST]", "A long time.</s>"),
        "short": ("<s>[INST] I am sad. [/INST]", "Oh.</s>"),
        "rejected": "So?</s>",
    },
    "qwen2": {
        "talk": (
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nI am sad.<|im_end|>\n"
            "<|im_start|>assistant\nSince when?<|im_end|>\n<|im_start|>user\nMay.<|im_end|>\n<|im_start|>assistant\n",
            "A long time.<|im_end|>\n",
        ),
        "short": (
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nI am sad.<|im_end|>\n"
            "<|im_start|>assistant\n",
            "Oh.<|im_end|>\n",
        ),
        "rejected": "So?<|im_end|>\n",
    },
}


def tokenizer_of(name):
    """A byte-level tokenizer with the format's special tokens and template."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    special, named, _ = FORMATS[name]
    bpe = byte_level(300, special, ["I am sad. Since when? A long time. Be kind, assistant."])
    if "bos_token" in named:
        begin = named["bos_token"]
        bpe.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin} $B", special_tokens=[(begin, bpe.token_to_id(begin))]
        )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, **named)
    tokenizer.chat_template = (TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")
    return tokenizer


@pytest.fixture(scope="module", params=list(FORMATS))
def checkpoint(request, tmp_path_factory):
    """(name, folder): a tiny model of the format's own class, and an adapter `adapter` beside its files."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    name = request.param
    folder = tmp_path_factory.mktemp(name)
    tokenizer = tokenizer_of(name)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        FORMATS[name][2],
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=256,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=None,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    write_adapter(folder, folder / "adapter", 1)
    return name, folder


def pieces(tokenizer, ids, learnt):
    """(shown, learnt) as text; what is learnt must be one piece at the end."""
    place = learnt.index(True)
    assert all(learnt[place:]), "what is learnt is not one piece"
    return tokenizer.decode(ids[:place]), tokenizer.decode(ids[place:])


def lines(batch, field, wanted):
    """Each line's ids and whether they are learnt, without padding."""
    for ids, mask, marks in zip(batch["input_ids"], batch["attention_mask"], batch[field], strict=True):
        held = mask.bool()
        assert not any(wanted(mark) for mark in marks[~held].tolist()), "padding is learnt"
        yield ids[held].tolist(), [wanted(mark) for mark in marks[held].tolist()]


def test_sft_learns_the_answer_and_its_end_and_nothing_else(checkpoint, tmp_path):
    name, folder = checkpoint
    rows = [TALK, SHORT]
    built = sft_trainer(folder, rows, rows, LORA, SFT, 7, tmp_path)
    tokenizer = built.processing_class
    batch = built.data_collator(list(built.train_dataset))  # both rows: the shorter one is padded
    found = [pieces(tokenizer, *line) for line in lines(batch, "labels", lambda label: label != -100)]
    assert found == [LEARNT[name]["talk"], LEARNT[name]["short"]]
    labels, ids = batch["labels"], batch["input_ids"]
    assert bool(((labels == ids) | (labels == -100)).all())


def test_dpo_compares_the_two_answers_and_their_ends_and_nothing_else(checkpoint, tmp_path):
    name, folder = checkpoint
    built = dpo_trainer(folder, folder / "adapter", [PAIR], [PAIR], LORA, DPO, 7, tmp_path)
    batch = built.data_collator(list(built.train_dataset))
    found = [pieces(built.processing_class, *line) for line in lines(batch, "completion_mask", bool)]
    shown, chosen = LEARNT[name]["talk"]
    assert found == [(shown, chosen), (shown, LEARNT[name]["rejected"])]


def test_a_local_model_is_asked_with_the_very_text_that_was_trained(checkpoint, tmp_path):
    name, folder = checkpoint
    model = open_local(folder)
    chat = model.chat(None, Sampling(0.0, 1.0, 4), tmp_path / "j.jsonl")
    for row, wanted in ((TALK, "talk"), (SHORT, "short")):
        ids = model.render(chat.attempt(Request("q", "A-RG", row["prompt"]), 0))
        assert model._tokenizer.decode(ids) == LEARNT[name][wanted][0]


def test_the_end_that_is_learnt_is_one_that_stops_generation(checkpoint, tmp_path):
    name, folder = checkpoint
    model = open_local(folder)
    _, tokenizer = model._load()
    end = LEARNT[name]["rejected"].split("So?")[1].strip()
    assert tokenizer.convert_tokens_to_ids(end) in model._stops


def test_messages_that_a_template_says_alike_stay_as_they_are():
    for name in ("llama3", "qwen2"):
        assert as_said(tokenizer_of(name), TALK["prompt"]) == TALK["prompt"]
    assert as_said(tokenizer_of("mistral"), TURNS) == TURNS


def test_a_system_message_goes_where_the_template_itself_puts_it():
    kept = as_said(tokenizer_of("mistral"), TALK["prompt"])
    assert kept == [*TURNS[:2], {"role": "user", "content": "Be kind.\n\nMay."}]
    assert as_said(tokenizer_of("mistral"), kept) == kept
    refused = as_said(tokenizer_of("mistral_strict"), TALK["prompt"])
    assert refused == [{"role": "user", "content": "Be kind.\n\nI am sad."}, *TURNS[1:]]


@pytest.mark.parametrize(
    "template",
    [
        # ends every text with the assistant's heading, as the first template of Llama-3 did
        "{% for m in messages %}<|start_header_id|>{{ m.role }}\n{{ m.content }}<|eot_id|>{% endfor %}"
        "<|start_header_id|>assistant\n",
        # says no end of the answer
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}",
        # leaves earlier answers out once there is a later one
        "{% for m in messages %}{% if m.role == 'user' or loop.last %}{{ m.content }}<|eot_id|>{% endif %}{% endfor %}"
        "{% if add_generation_prompt and messages | length > 2 %}!{% endif %}",
    ],
)
def test_a_template_that_says_a_prompt_otherwise_before_an_answer_is_a_problem(template):
    tokenizer = tokenizer_of("llama3")
    tokenizer.chat_template = template
    with pytest.raises(Problem, match=r"chat_template\.jinja"):
        as_said(tokenizer, TALK["prompt"])


def test_templates_are_files_of_their_own_and_all_of_them_are_tested():
    assert sorted(path.stem for path in TEMPLATES.iterdir()) == sorted(FORMATS) == sorted(LEARNT)
    assert json.dumps(LEARNT).count("[INST]") == 6
