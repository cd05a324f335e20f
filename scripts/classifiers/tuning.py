"""Fine-tunes a sentence encoder together with the linear head over its sentence vectors, for labels of short texts.

The paper's own way to a detector of values (paper A, section 5.1: fine-tuned encoders), at a size that two cores
train in minutes. It starts from a head that was fitted on the frozen encoder (Kumar et al. 2022: a head that starts
from nothing first spoils the encoder), and what is kept lies on the straight line from that start to where training
ended (Wortsman et al. 2022: weights in between do better on texts unlike those of training, and ValueEval holds out
whole topics). Word embeddings stay as they are. What comes out is read as any sentence encoder under a linear head
is (scripts/classifiers/values.py, kind `head`).
"""

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.classifiers.batches import longest_input
from scripts.classifiers.sentences import LONGEST, mean_pooled
from scripts.text.files import read_json

log = logging.getLogger(__name__)

WARMUP = 0.06  # share of the steps in which the rates rise
DROPPED = 0.1  # share of a sentence vector's numbers, a step
GATHERED = 20  # batches whose texts are sorted by length together: little padding, and still another order each epoch


@dataclass(frozen=True)
class Recipe:
    """Rates fall linearly to 0; `share` is how far along the line from start to end the result lies."""

    epochs: int
    batch: int
    learning_rate: float
    head_rate: float
    share: float
    seed: int


def tune(source: Path, texts: Sequence[str], present: Any, recipe: Recipe, output: Path) -> tuple[Any, Any, list]:
    """Weight (k, d) and bias (k,) over unit sentence vectors, and the mean loss of each epoch; the encoder in `output`.

    `source` holds what training starts from: encoder/ and head.json. `present` is boolean, (n, k). One thread and one
    seed give one result.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    torch.manual_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(source / "encoder")
    encoder = AutoModel.from_pretrained(source / "encoder")
    encoder.get_input_embeddings().requires_grad_(False)
    head = _starting_head(source, encoder.config.hidden_size)
    started = [weight.detach().clone() for weight in _learned(encoder, head)]
    longest = min(longest_input(tokenizer, encoder), LONGEST)
    tokens = tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"]
    losses = _train(tokenizer, encoder.train(), head, tokens, torch.as_tensor(present).float(), recipe)
    with torch.no_grad():
        for weight, start in zip(_learned(encoder, head), started, strict=True):
            weight.lerp_(start, 1 - recipe.share)
    encoder.eval().save_pretrained(output)
    tokenizer.save_pretrained(output)
    return head.weight.detach().numpy() * _scale(head), head.bias.detach().numpy(), losses


def _starting_head(source: Path, width: int) -> Any:
    """The linear layer of head.json, for vectors as long as is usual within networks: not 1 but the root of `width`."""
    import torch

    found = read_json(source / "head.json")
    head = torch.nn.Linear(width, len(found["labels"]))
    with torch.no_grad():
        head.weight.copy_(torch.tensor(found["weight"]) / _scale(head))
        head.bias.copy_(torch.tensor(found["bias"]))
    return head


def _scale(head: Any) -> float:
    return math.sqrt(head.in_features)


def _learned(encoder: Any, head: Any) -> list[Any]:
    return [weight for weight in (*encoder.parameters(), *head.parameters()) if weight.requires_grad]


def _train(tokenizer: Any, encoder: Any, head: Any, tokens: list[list[int]], targets: Any, recipe: Recipe) -> list:
    """Mean loss of each epoch; encoder and head are changed in place."""
    import torch

    optimizer, scheduler = _optimizer(encoder, head, recipe, math.ceil(len(tokens) / recipe.batch) * recipe.epochs)
    losses: list[float] = []
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in batches([len(ids) for ids in tokens], recipe.batch, random.Random(f"{recipe.seed} {epoch}")):
            inputs = tokenizer.pad({"input_ids": [tokens[row] for row in rows]}, return_tensors="pt")
            vectors = mean_pooled(encoder(**inputs).last_hidden_state, inputs["attention_mask"]) * _scale(head)
            scores = head(torch.nn.functional.dropout(vectors, DROPPED))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets[rows])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(_learned(encoder, head), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            total += loss.item() * len(rows)
        losses.append(total / len(tokens))
        log.info("epoch %d of %d, loss %.4f", epoch + 1, recipe.epochs, losses[-1])
    return losses


def batches(lengths: Sequence[int], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Every row once, in batches of texts of like length, in random order."""
    order = rng.sample(range(len(lengths)), len(lengths))
    found = []
    for start in range(0, len(order), size * GATHERED):
        near = sorted(order[start : start + size * GATHERED], key=lengths.__getitem__)
        found += [near[place : place + size] for place in range(0, len(near), size)]
    rng.shuffle(found)
    yield from found


def _optimizer(encoder: Any, head: Any, recipe: Recipe, steps: int) -> tuple[Any, Any]:
    import torch

    warm = max(1, round(WARMUP * steps))
    learned = [weight for weight in encoder.parameters() if weight.requires_grad]
    groups = [{"params": learned, "lr": recipe.learning_rate}, {"params": head.parameters(), "lr": recipe.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (steps - step) / (steps - warm + 1), 1.0)
    )
    return optimizer, rate
