"""Sentiment strength of texts (paper A, section 4; requirement A-017), by one of three kinds of scorer.

`generative`: a language model tuned on EmoLLMs' tasks, asked for strength (V-reg) and class (V-oc).
`encoder`: a regression head whose sigmoid is V-reg. `lexicon`: vaderSentiment, V-reg = (compound + 1) / 2, where no
trained scorer is at hand. The two latter know no V-oc; it is read off V-reg on a scale of seven equal classes.
"""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from scripts.classifiers.batches import config_file, longest_input, open_encoder, run_encoder
from scripts.provenance.errors import Problem

# The tasks in the words that the EmoLLMs checkpoints were tuned on (github.com/lzw108/EmoLLMs, MIT): they belong to
# the checkpoint and are no prompt to vary. No beginning-of-text token stood before them in its training.
_FRAME = "Human: \n{task}\n\nAssistant: \n"
_STRENGTH = (
    "Task: Evaluate the valence intensity of the writer's mental state based on the text, assigning it a real-valued "
    "score from 0 (most negative) to 1 (most positive).\nText: {text}\nIntensity Score:"
)
_CLASS = (
    "Task: Categorize the text into an ordinal class that best characterizes the writer's mental state, considering "
    "various degrees of positive and negative sentiment intensity. 3: very positive mental state can be inferred. "
    "2: moderately positive mental state can be inferred. 1: slightly positive mental state can be inferred. "
    "0: neutral or mixed mental state can be inferred. -1: slightly negative mental state can be inferred. "
    "-2: moderately negative mental state can be inferred. -3: very negative mental state can be inferred\n"
    "Text: {text}\nIntensity Class:"
)
_TEXT_TOKENS = 1024
_ROWS = 16


class Sentiment(NamedTuple):
    """Strength (V-reg, 0 to 1) and class (V-oc, -3 to 3); None where the answer could not be read."""

    strength: float | None
    ordinal: int | None


Scorer = Callable[[Sequence[str]], list[Sentiment]]


def open_sentiment(kind: str, folder: str | Path | None) -> Scorer:
    """The scorer; `folder` holds the model (unused by `lexicon`). An unknown kind or missing model is a Problem."""
    if kind == "generative":
        return _generative(folder)
    if kind == "encoder":
        return _encoder(folder)
    if kind == "lexicon":
        return _lexicon()
    raise Problem(f"sentiment kind {kind!r} is unknown. Use generative, encoder or lexicon.")


def parse_strength(answer: str) -> float | None:
    """The first number of an answer like `0.879`, or None when there is none between 0 and 1."""
    number = re.search(r"(?<![\w.])-?\d*\.?\d+", answer)
    value = float(number[0]) if number else -1.0
    return value if 0 <= value <= 1 else None


def parse_class(answer: str) -> int | None:
    """The integer an answer like `-3: very negative …` begins with, or None when it is not in -3…3.

    Only the integer is read: the checkpoint's answers word the classes otherwise than its task does.
    """
    number = re.match(r"\W*?(-?\d+)(?!\.?\d)", answer)
    value = int(number[1]) if number else 9
    return value if -3 <= value <= 3 else None


def class_of(strength: float) -> int:
    """The class of a strength: 0 -> -3, 0.5 -> 0, 1 -> 3, halves upwards."""
    return math.floor(strength * 6 - 3 + 0.5)


def _read(strengths: Sequence[float]) -> list[Sentiment]:
    rounded = [round(float(strength), 6) for strength in strengths]
    return [Sentiment(strength, class_of(strength)) for strength in rounded]


def _encoder(folder: str | Path | None) -> Scorer:
    tokenizer, model = open_encoder(folder, "AutoModelForSequenceClassification")
    if model.config.num_labels != 1:
        raise Problem(f"{folder} has {model.config.num_labels} outputs, not one. Name a regression model.")
    longest = longest_input(tokenizer, model)

    def score(texts: Sequence[str]) -> list[Sentiment]:
        found = run_encoder(tokenizer, model, texts, longest, 1, lambda output, mask: output.logits.sigmoid())
        return _read(found[:, 0])

    return score


def _lexicon() -> Scorer:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise Problem("vaderSentiment is not installed. Install the extra with: pip install '.[laptop]'.") from error
    analyzer = SentimentIntensityAnalyzer()
    return lambda texts: _read([(analyzer.polarity_scores(text)["compound"] + 1) / 2 for text in texts])


def _generative(folder: str | Path | None) -> Scorer:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    config_file(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    on_gpu = torch.cuda.is_available()
    dtype = torch.bfloat16 if on_gpu else torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval().to("cuda" if on_gpu else "cpu")

    def answers(texts: list[str], task: str, new_tokens: int) -> list[str]:
        """One greedy answer for each text, computed in batches of similar length."""
        order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), texts[row]))
        found = [""] * len(texts)
        for start in range(0, len(order), _ROWS):
            rows = order[start : start + _ROWS]
            prompts = [_FRAME.format(task=task.format(text=_shorten(tokenizer, texts[row]))) for row in rows]
            batch = tokenizer(prompts, padding=True, add_special_tokens=False, return_tensors="pt")
            inputs = {name: batch[name].to(model.device) for name in ("input_ids", "attention_mask")}
            with torch.inference_mode():
                out = model.generate(
                    **inputs, do_sample=False, max_new_tokens=new_tokens, pad_token_id=tokenizer.pad_token_id
                )
            written = tokenizer.batch_decode(out[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
            for row, answer in zip(rows, written, strict=True):
                found[row] = answer
        return found

    def score(texts: Sequence[str]) -> list[Sentiment]:
        distinct = sorted(set(texts))
        strengths = map(parse_strength, answers(distinct, _STRENGTH, 10))
        classes = map(parse_class, answers(distinct, _CLASS, 6))
        known = {text: Sentiment(*pair) for text, *pair in zip(distinct, strengths, classes, strict=True)}
        return [known[text] for text in texts]

    return score


def _shorten(tokenizer, text: str) -> str:
    """The text cut to its first tokens when it is long, so that task and answer fit the model's window."""
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    return text if len(tokens) <= _TEXT_TOKENS else tokenizer.decode(tokens[:_TEXT_TOKENS])
