"""Checkpoints whose model comes as code (EmoLLM's InternLM2, MeChat's ChatGLM2) speak and are trained without it."""

import json

import pytest

from scripts.llm.chat import Request, Sampling
from scripts.llm.local import open_local
from scripts.llm.serve import end_tokens, window
from scripts.models import frame_model
from scripts.models.checkpoint_files import make_ready, require_known
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from scripts.training import dpo_command, sft_command
from scripts.training.adapters import load_base
from tests.unit.published_forms import LOGITS, PIECES, SAID, weights_of, write_published
from tests.unit.tiny import DPO, LAUNCH, SFT

pytestmark = pytest.mark.slow

KINDS = {"internlm2": "llama", "chatglm2": "glm"}
LORA = {"rank": 4, "alpha": 8, "dropout": 0.0, "target_modules": ["q_proj", "v_proj"]}  # as config: eva.ali.lora
ASKED = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "I am sad."}]
TALK = [*ASKED, {"role": "assistant", "content": "Since when?"}]
SHOWN = {  # ChatGLM2 puts a blank before a text
    "internlm2": (
        "<s><|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nI am sad.<|im_end|>\n<|im_start|>assistant\n"
    ),
    "chatglm2": "[gMASK]<sop> Be kind.\n\n[Round 1]\n\n问：I am sad.\n\n答：",
}


def ready(form, folder):
    """Fetched and framed as the config says; ChatGLM2 has a template of ours."""
    make_ready(write_published(form, folder / "hub"))
    if form == "internlm2":
        return folder / "hub"
    template = "resources/templates/chatglm.jinja"
    frame_model.main(["--model", str(folder / "hub"), "--template", template, "--output", str(folder / "framed")])
    return folder / "framed"


@pytest.fixture(scope="module", params=list(KINDS))
def made(request, tmp_path_factory):
    return request.param, ready(request.param, tmp_path_factory.mktemp(request.param))


def test_translated_weights_give_the_published_models_numbers(made):
    import torch

    form, folder = made
    model, _ = load_base(folder)
    assert model.config.model_type == KINDS[form]
    ids = [7, 300, 41, 5, 599, 12, 88, 7, 7, 2, 450]
    with torch.inference_mode():
        found = model(torch.tensor([ids])).logits[0]
    wanted = LOGITS[form](weights_of(form), ids)
    assert wanted.abs().max() > 0.5
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=1e-4)


def test_texts_are_read_as_sentencepiece_does_and_begin_as_the_model_wants(made):
    form, folder = made
    _, tokenizer = load_base(folder)
    begin = {"internlm2": [1], "chatglm2": [601, 603]}[form]
    for text, ids, _ in json.loads((PIECES / "read.json").read_text(encoding="utf-8"))[form]:
        if text:
            assert tokenizer(text, add_special_tokens=False)["input_ids"] == ids, text
            assert tokenizer(text)["input_ids"] == begin + ids, text
    assert tokenizer.tokenize("sophisticated sop")  # no piece is a special token by chance
    assert not {601, 602, 603, 604} & set(tokenizer("sophisticated sop", add_special_tokens=False)["input_ids"])


def test_greedy_answers_are_those_of_the_published_arithmetic(made, tmp_path):
    form, folder = made
    model = open_local(folder)
    with model.chat(None, Sampling(0.0, 1.0, 6), tmp_path / "j.jsonl") as chat:
        ids = model.render(chat.attempt(Request("q", "B-BASE", ASKED), 0))
        _, tokenizer = model._load()
        assert tokenizer.decode(ids) == SHOWN[form]
        (answer,) = chat.once([Request("q", "B-BASE", ASKED)])
    weights, own = weights_of(form), []
    while len(own) < 6 and (not own or own[-1] not in model._stops):
        own.append(int(LOGITS[form](weights, [*ids, *own])[-1].argmax()))
    ended = own[-1] in model._stops
    assert answer.value == tokenizer.decode(own[:-1] if ended else own, skip_special_tokens=True)
    assert 2 in model._stops


def told(rows, folder, name):
    write_jsonl(folder / f"{name}.jsonl", rows)
    return str(folder / f"{name}.jsonl")


def test_all_weights_and_then_an_adapter_of_preferences_are_trained(made, tmp_path):
    _, folder = made
    talks = told([{"id": str(n), "messages": TALK} for n in range(8)], tmp_path, "talks")
    pair = {"prompt": ASKED, "chosen": TALK[2:], "rejected": [{"role": "assistant", "content": "Work harder."}]}
    pairs = told([pair] * 8, tmp_path, "pairs")
    common = ["--seed", "7", "--launch", LAUNCH]
    full, aligned = tmp_path / "acq", tmp_path / "ali"
    words = ["--train", talks, "--dev", talks, "--lora", "null", "--train-settings", json.dumps(SFT)]
    sft_command.main(["--base", str(folder), *words, *common, "--output", str(full)])
    losses = [row["eval_loss"] for row in read_json(full / "training.json")["dev"]]
    assert losses[-1] < losses[0] and not list(full.glob("*.py"))
    words = [
        "--train",
        pairs,
        "--dev",
        pairs,
        "--lora",
        json.dumps(LORA),
        "--train-settings",
        json.dumps({**DPO, "epochs": 3}),
    ]
    dpo_command.main(["--base", str(full), *words, *common, "--output", str(aligned)])
    assert read_json(aligned / "training.json")["dev"][-1]["eval_rewards/margins"] > 0
    model = open_local(full, {"speaker": aligned})
    with model.chat("speaker", Sampling(0.0, 1.0, 4), tmp_path / "j.jsonl") as chat:
        assert chat.once([Request("q", "B-BASE", ASKED)])[0].value is not None


def test_a_model_server_finds_what_it_is_told_of_them(made):
    _, folder = made
    assert window(folder) == 512 and end_tokens(folder)


def test_nothing_but_weights_settings_and_a_tokenizer_is_left_of_pickles(made):
    form, folder = made
    left = {path.name for path in folder.iterdir() if path.suffix not in (".py", ".jinja")}
    shards = 1 if form == "internlm2" else 2
    assert left - {"config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model"} == {
        "model.safetensors.index.json",
        *(f"model-{n:05}-of-{shards:05}.safetensors" for n in range(1, shards + 1)),
    }
    assert "auto_map" not in (folder / "config.json").read_text() + (folder / "tokenizer_config.json").read_text()


def altered(form, folder, **config):
    path = write_published(form, folder) / "config.json"
    path.write_text(json.dumps(read_json(path) | config))
    return folder


@pytest.mark.parametrize(
    ("form", "config", "message"),
    [
        ("internlm2", {"bias": True}, "bias: True"),
        ("chatglm2", {"multi_query_attention": False}, "multi_query_attention: False"),
        ("chatglm2", {"rope_ratio": 50}, "rope_ratio: 50"),
        ("chatglm2", {"ffn_hidden_size": 95}, r"down_proj\.weight is \(64, 96\) and should be \(64, 95\)"),
        ("internlm2", {"num_hidden_layers": 3}, "is None and should be"),
    ],
)
def test_form_that_is_not_translated_is_a_problem(tmp_path, form, config, message):
    with pytest.raises(Problem, match=message):
        make_ready(altered(form, tmp_path / "hub", **config))


def test_pickle_that_holds_code_is_not_opened(tmp_path):
    import os

    import torch

    class Planted:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "planted"),)

    folder = write_published("chatglm2", tmp_path / "hub")
    torch.save({"x": Planted()}, folder / "pytorch_model-00002-of-00002.bin")
    with pytest.raises(Problem, match="holds more than weights"):
        make_ready(folder)
    assert not (tmp_path / "planted").exists()


def test_architecture_that_nobody_knows_is_a_problem_before_its_weights_come(tmp_path):
    folder = altered("internlm2", tmp_path / "hub", model_type="baichuan")
    with pytest.raises(Problem, match="'baichuan', which transformers does not have"):
        require_known(folder, "some/model", own_code=False)
    require_known(folder, "some/model", own_code=True)
    require_known(altered("internlm2", tmp_path / "other"), "some/model", own_code=False)


def test_llama_with_pieces_alone_gets_a_tokenizer_that_begins_with_its_mark(tmp_path):
    """As EmoLLMs' and ChatPsychiatrist's checkpoints come, an added token after the pieces."""
    import shutil

    from transformers import AutoTokenizer

    shutil.copy(PIECES / "llama.model", tmp_path / "tokenizer.model")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    bos = {"content": "<s>", "lstrip": False}
    said = {"tokenizer_class": "LlamaTokenizer", "bos_token": bos, "eos_token": "</s>", "model_max_length": 99}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(said))
    (tmp_path / "added_tokens.json").write_text('{"[PAD]": 600}')
    (tmp_path / "special_tokens_map.json").write_text('{"pad_token": "[PAD]", "bos_token": ""}')
    make_ready(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    for text, ids, back in json.loads((PIECES / "read.json").read_text(encoding="utf-8"))["llama"]:
        assert tokenizer(text)["input_ids"] == [1, *ids]
        assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == back
    assert tokenizer.pad_token_id == 600 and len(tokenizer) == 601 and tokenizer.model_max_length == 99


def test_the_names_of_the_published_tokenizers_classes_are_gone(made):
    form, folder = made
    assert read_json(folder / "tokenizer_config.json")["tokenizer_class"] != SAID[form]["tokenizer_class"]
