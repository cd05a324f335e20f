"""A checkpoint with the frame of its tuning: same weights, chat template of EmoLLMs, nothing copied twice."""

import json

import pytest

from scripts.llm.exchange import Ask
from scripts.llm.local import open_local
from scripts.models import frame_model
from scripts.provenance.errors import Problem
from tests.unit.tiny_model import write_base

TEMPLATE = ("--template", "resources/templates/emollms.jinja")


def bare(folder):
    """A tiny checkpoint without a chat template, as EmoLLMs' are published."""
    write_base(folder)
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    config.pop("chat_template", None)
    path.write_text(json.dumps(config))
    return folder


def rendered(model, messages):
    ask = Ask("k", "a", "A-INT", "0", {"messages": messages})
    _, tokenizer = model._load()
    return tokenizer.decode(model.render(ask))


def test_framed_checkpoint_speaks_in_the_frame_of_its_tuning(tmp_path):
    base = bare(tmp_path / "base")
    messages = [{"role": "system", "content": "Judge."}, {"role": "user", "content": "I am sad."}]
    with pytest.raises(Problem, match="no chat template"):
        rendered(open_local(base), messages)
    frame_model.main(["--model", str(base), *TEMPLATE, "--output", str(tmp_path / "framed")])
    framed = open_local(tmp_path / "framed")
    assert rendered(framed, messages) == "Human: \nJudge.\n\nI am sad.\n\nAssistant: \n"
    weights = [folder / "model.safetensors" for folder in (base, tmp_path / "framed")]
    assert weights[0].samefile(weights[1])


def test_snakemakes_stamp_of_the_checkpoint_is_not_shared(tmp_path):
    base = bare(tmp_path / "base")
    (base / ".snakemake_timestamp").touch()
    frame_model.main(["--model", str(base), *TEMPLATE, "--output", str(tmp_path / "framed")])
    assert not (tmp_path / "framed" / ".snakemake_timestamp").exists()


def test_training_rows_end_with_the_answer_and_the_end_token(tmp_path):
    from transformers import AutoTokenizer

    frame_model.main(["--model", str(bare(tmp_path / "base")), *TEMPLATE, "--output", str(tmp_path / "framed")])
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "framed")
    asked = [{"role": "user", "content": "Judge."}]
    whole = tokenizer.apply_chat_template([*asked, {"role": "assistant", "content": "low"}], tokenize=False)
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    assert whole == prompt + "low" + tokenizer.eos_token


def test_folder_that_is_no_checkpoint_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="is no model folder"):
        frame_model.main(["--model", str(tmp_path), *TEMPLATE, "--output", str(tmp_path / "framed")])
