"""Trains a tiny text encoder on the spot; the folder loads like any classification checkpoint.

A stand-in of the demo: it learns the offline world's words in seconds, through the code that reads real checkpoints.
"""

import logging
import math
import random
import re
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


@dataclass(frozen=True)
class Recipe:
    """How a tiny encoder is built and trained; `join` (below 1) is the chance of each further text
    in a row, so that texts of several sentences are met in training."""

    layers: int
    hidden: int
    steps: int
    batch: int
    learning_rate: float
    join: float
    max_length: int
    seed: int


def fit(
    texts: Sequence[str],
    targets: Any,
    recipe: Recipe,
    settings: dict,
    loss: Callable[[Any, Any], Any],
    unite: Callable[[Any, Any], Any],
    folder: Path,
) -> dict:
    """Trains on (texts, targets (n, k) float) and saves model and tokenizer to `folder`; returns what was measured.

    `settings` go to the model's config (labels, problem type); `loss(logits, targets)` is a scalar; `unite(a, b)`
    is the target of two joined texts. Mean pooling and an initialisation wider than usual (0.08) are what lets a
    model of this size learn twenty labels in seconds: reading off the first token stays at a third of the F1.
    """
    import torch
    from transformers import ModernBertConfig, ModernBertForSequenceClassification
    from transformers.utils.logging import disable_progress_bar

    if not 0 <= recipe.join < 1:
        raise Problem(f"the chance of a further text is {recipe.join}, not below 1. Set it between 0 and 0.9.")
    started = time.perf_counter()
    torch.manual_seed(recipe.seed)
    tokenizer = word_tokenizer(texts, recipe.max_length)
    config = ModernBertConfig(
        vocab_size=len(tokenizer), hidden_size=recipe.hidden, num_hidden_layers=recipe.layers,
        num_attention_heads=max(1, recipe.hidden // 32), intermediate_size=2 * recipe.hidden,
        max_position_embeddings=recipe.max_length, global_attn_every_n_layers=1, classifier_pooling="mean",
        initializer_range=0.08, pad_token_id=0, cls_token_id=2, bos_token_id=2, sep_token_id=3, eos_token_id=3,
        **settings,
    )  # fmt: skip
    model = ModernBertForSequenceClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 10) * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    )
    tokens, losses = 0, []
    for inputs, wanted in _batches(tokenizer, list(texts), torch.as_tensor(targets), recipe, unite):
        value = loss(model(**inputs).logits, wanted)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(value.item())
        tokens += int(inputs["attention_mask"].sum())
    seconds = time.perf_counter() - started
    disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    log.info("trained %d steps in %.1f s, loss %.4f -> %.4f", recipe.steps, seconds, losses[0], losses[-1])
    return {
        "recipe": asdict(recipe),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "vocabulary": len(tokenizer),
        "losses": [round(value, 5) for value in losses[:: max(1, recipe.steps // 20)]],
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def word_tokenizer(texts: Sequence[str], max_length: int) -> Any:
    """A lower-casing tokenizer with one entry for each word and mark of `texts`; other words are unknown."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]+", text.lower())})
    vocabulary = {word: place for place, word in enumerate(_SPECIAL + words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=max_length, **names)


def _batches(tokenizer: Any, texts: list[str], targets: Any, recipe: Recipe, unite: Callable[[Any, Any], Any]):
    """`recipe.steps` pairs of (padded inputs, targets), drawn with replacement from the rows."""
    import torch

    rng = random.Random(recipe.seed)
    for _ in range(recipe.steps):
        chosen, wanted = [], []
        for row in rng.choices(range(len(texts)), k=recipe.batch):
            text, target = texts[row], targets[row]
            while rng.random() < recipe.join:
                other = rng.randrange(len(texts))
                text, target = f"{text} {texts[other]}", unite(target, targets[other])
            if rng.random() < 0.3:  # words it will not know must come to mean nothing
                text += " [UNK]" * rng.randint(1, 8)
            chosen.append(text)
            wanted.append(target)
        inputs = tokenizer(
            chosen, padding=True, truncation=True, max_length=recipe.max_length, return_tensors="pt",
            return_token_type_ids=False,
        )  # fmt: skip
        yield inputs, torch.stack(wanted).float()
