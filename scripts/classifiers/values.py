"""Probabilities of the 20 values in free text (paper A, sections 4 and 5.1; requirement A-018).

The text is fed alone, as a premise without conclusion and stance (the paper does not say how it was fed).
`encoder`: a multi-label sequence classifier. `head`: sentence vectors under a linear head (made by
models.train_value_head, and with the encoder fine-tuned by models.train_value_encoder). A value is present when its
probability is above the threshold (strict).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.classifiers.batches import longest_input, open_encoder, run_encoder
from scripts.classifiers.sentences import open_sentences
from scripts.provenance.errors import Problem
from scripts.text.files import read_json

Detector = Callable[[Sequence[str]], Any]


def open_values(kind: str, folder: str | Path, labels: list[str]) -> Detector:
    """A function from texts to an array (n, len(labels)) of probabilities, float32, in the order of `labels`.

    `labels` is the taxonomy's order; a model that states another one is a Problem.
    """
    if kind == "encoder":
        return _encoder(folder, labels)
    if kind == "head":
        return _head(folder, labels)
    raise Problem(f"values kind {kind!r} is unknown. Use encoder or head.")


def check_order(stated: list[str], labels: list[str], folder: str | Path) -> None:
    """Nothing, or a Problem. Unnamed outputs (`LABEL_0` …) are taken to be in the taxonomy's order."""
    unnamed = [f"LABEL_{place}" for place in range(len(labels))]
    if stated not in (labels, unnamed):
        raise Problem(
            f"{folder} gives the values {stated[:2]}… ({len(stated)}), the taxonomy {labels[:2]}… ({len(labels)}). "
            "Name a model with the taxonomy's labels in the taxonomy's order."
        )


def _encoder(folder: str | Path, labels: list[str]) -> Detector:
    tokenizer, model = open_encoder(folder, "AutoModelForSequenceClassification")
    named = model.config.id2label
    if len(named) == len(labels):
        check_order([named[place] for place in range(len(labels))], labels, folder)
    elif not model.config.to_dict().get("auto_map"):  # a checkpoint with code of its own may keep its labels there
        check_order(list(named.values()), labels, folder)
    longest = longest_input(tokenizer, model)

    def probabilities(output: Any, mask: Any) -> Any:
        # The winner's published checkpoint (paper A's detector) answers {"output": probabilities} and no logits.
        found = output["logits"].sigmoid() if "logits" in output else output["output"]
        return found.reshape(found.shape[0], -1)

    return lambda texts: run_encoder(tokenizer, model, texts, longest, len(labels), probabilities)


def _head(folder: str | Path, labels: list[str]) -> Detector:
    import numpy

    folder = Path(folder)
    if not (folder / "head.json").is_file():
        raise Problem(f"{folder} has no head.json. Build it with models.train_value_head.")
    head = read_json(folder / "head.json")
    check_order(head["labels"], labels, folder)
    weight, bias = (numpy.asarray(head[name], dtype=numpy.float64) for name in ("weight", "bias"))
    sentences = open_sentences("encoder", folder / "encoder")

    def detect(texts: Sequence[str]) -> Any:
        scores = sentences(texts).astype(numpy.float64) @ weight.T + bias
        return (1 / (1 + numpy.exp(-scores))).astype(numpy.float32)

    return detect
