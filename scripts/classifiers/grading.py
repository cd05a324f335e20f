"""Trains a reader of grades (`scripts.classifiers.grades`): a pretrained encoder, or a tiny one from scratch.

The seeker's encoder of a pretrained pair is not trained (as in EPITOME's public code), so its states are computed once;
a tiny pair shares one encoder, since an untrained one would say nothing.
"""

import copy
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.classifiers.grades import Texts, moved, padded, reader_class, seeker_states
from scripts.classifiers.tiny import word_tokenizer

log = logging.getLogger(__name__)
POOLED = 16  # batches whose rows are sorted by length together, so that little is padded


@dataclass(frozen=True)
class GradeRecipe:
    """How a reader is trained.

    `layers` and `hidden` are a tiny encoder's; a pretrained one has its own. `frozen_layers`: lowest layers (with the
    word vectors) that keep their weights. `balance`: power of the inverse class frequency that weighs a row in the
    loss (0: none, 1: all classes weigh the same).
    """

    layers: int
    hidden: int
    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    dropout: float
    max_length: int
    pool: str
    frozen_layers: int
    balance: float


def train_reader(
    encoder: str | Path | None,
    texts: Texts,
    grades: Sequence[int],
    classes: list,
    pair: bool,
    recipe: GradeRecipe,
    seed: int,
    states: dict | None = None,
) -> tuple[Any, Any, dict]:
    """(reader, tokenizer, report). `grades` are places in `classes`; `encoder` None: a tiny one from scratch.

    `states`: what `frozen_states` gave for texts that hold these, where several trainings share it.
    """
    import torch

    started = time.perf_counter()
    torch.manual_seed(seed)
    tokenizer, model = opened(encoder, texts, recipe)
    settings = dict(classes=classes, pair=pair, pool=recipe.pool, max_length=recipe.max_length, dropout=recipe.dropout)
    frozen = pair and encoder is not None
    seeker = copy.deepcopy(model).requires_grad_(False) if frozen else model if pair else None
    reader = reader_class()(model, seeker, settings)
    reader.to("cuda" if torch.cuda.is_available() else "cpu")
    freeze(model, recipe.frozen_layers)
    if frozen and states is None:
        states = _states(reader, tokenizer, texts)
    losses = _train(reader, tokenizer, texts, grades, recipe, seed, states if frozen else None)
    report = {
        "rows": len(texts),
        "rows_by_class": {str(name): list(grades).count(place) for place, name in enumerate(classes)},
        "losses": [round(value, 5) for value in losses],
        "seconds": round(time.perf_counter() - started, 1),
    }
    return reader.eval(), tokenizer, report


def frozen_states(encoder: str | Path | None, texts: Texts, recipe: GradeRecipe) -> dict | None:
    """The seekers' word states, which no training of a pretrained pair changes; None for tiny ones, which it does."""
    if encoder is None:
        return None
    tokenizer, model = opened(encoder, texts, recipe)
    settings = dict(classes=[], pair=True, pool=recipe.pool, max_length=recipe.max_length, dropout=recipe.dropout)
    return _states(reader_class()(model, model, settings), tokenizer, texts)


def _states(reader: Any, tokenizer: Any, texts: Texts) -> dict:
    import torch

    with torch.no_grad():
        return seeker_states(reader.eval(), tokenizer, list(dict.fromkeys(asked for asked, _ in texts)))


def opened(encoder: str | Path | None, texts: Texts, recipe: GradeRecipe) -> tuple[Any, Any]:
    """Tokenizer and encoder: those of a folder, or tiny ones of these texts' words."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    if encoder is not None:
        loaded = {"attn_implementation": "sdpa"}
        return transformers.AutoTokenizer.from_pretrained(encoder), transformers.AutoModel.from_pretrained(
            encoder, **loaded
        )
    tokenizer = word_tokenizer([text for pair in texts for text in pair], recipe.max_length)
    config = transformers.ModernBertConfig(
        vocab_size=len(tokenizer), hidden_size=recipe.hidden, num_hidden_layers=recipe.layers,
        num_attention_heads=max(1, recipe.hidden // 32), intermediate_size=2 * recipe.hidden,
        max_position_embeddings=recipe.max_length, global_attn_every_n_layers=1, initializer_range=0.08,
        pad_token_id=0, cls_token_id=2, bos_token_id=2, sep_token_id=3, eos_token_id=3,
    )  # fmt: skip
    return tokenizer, transformers.ModernBertModel(config)


def freeze(model: Any, layers: int) -> None:
    """Takes the word vectors and the lowest `layers` layers out of training; none for 0."""
    if layers:
        model.embeddings.requires_grad_(False)
        for layer in model.encoder.layer[:layers]:
            layer.requires_grad_(False)


def class_weights(grades: Sequence[int], classes: int, balance: float) -> list[float]:
    """Weights of the classes in the loss whose mean over rows is 1; a class without a row has 0."""
    sizes = [list(grades).count(place) for place in range(classes)]
    raw = [size**-balance if size else 0.0 for size in sizes]
    mean = sum(size * weight for size, weight in zip(sizes, raw, strict=True)) / len(grades)
    return [weight / mean for weight in raw]


def _train(
    reader: Any,
    tokenizer: Any,
    texts: Texts,
    grades: Sequence[int],
    recipe: GradeRecipe,
    seed: int,
    cached: dict | None,
) -> list[float]:
    """The mean loss of each epoch."""
    import torch

    ids = tokenizer([response for _, response in texts], truncation=True, max_length=recipe.max_length)["input_ids"]
    asked = tokenizer([seeker for seeker, _ in texts], truncation=True, max_length=recipe.max_length)["input_ids"]
    weights = torch.tensor(class_weights(grades, len(reader.settings["classes"]), recipe.balance))
    loss_of = torch.nn.CrossEntropyLoss(weight=weights.to(reader.encoder.device))
    trained = [weight for weight in reader.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(texts) // recipe.batch)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / steps))
    means = []
    for epoch in range(recipe.epochs):
        reader.train()
        if cached is not None:
            reader.seeker.eval()
        total = 0.0
        for rows in batches([len(own) for own in ids], recipe.batch, random.Random(seed * 1000 + epoch)):
            inputs = moved(_inputs([ids[row] for row in rows], tokenizer), reader)
            beside: tuple = (None, None)
            if reader.settings["pair"] and cached is not None:
                kept = [cached[texts[row][0]] for row in rows]
                beside = moved(padded(kept, max(map(len, kept))), reader)
            elif reader.settings["pair"]:
                before = moved(_inputs([asked[row] for row in rows], tokenizer), reader)
                beside = (reader.seeker_states(before), before["attention_mask"])
            wanted = torch.tensor([grades[row] for row in rows], device=reader.encoder.device)
            loss = loss_of(reader(inputs, *beside), wanted)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            total += loss.item() * len(rows)
        means.append(total / len(texts))
        log.info("epoch %d of %d, loss %.4f", epoch + 1, recipe.epochs, means[-1])
    return means


def batches(lengths: Sequence[int], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Row numbers in batches of about one length, in random order; each row once."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    found = []
    for start in range(0, len(order), size * POOLED):
        near = sorted(order[start : start + size * POOLED], key=lambda row: lengths[row])
        found += [near[place : place + size] for place in range(0, len(near), size)]
    rng.shuffle(found)
    yield from found


def _inputs(ids: list[list[int]], tokenizer: Any) -> dict:
    import torch

    longest = max(map(len, ids))
    rows = [own + [tokenizer.pad_token_id] * (longest - len(own)) for own in ids]
    mask = [[1] * len(own) + [0] * (longest - len(own)) for own in ids]
    return {"input_ids": torch.tensor(rows), "attention_mask": torch.tensor(mask)}
