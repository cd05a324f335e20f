"""Trains the tiny base model of the demo on the world's documents: a Llama of about half a million parameters.

Input: JSON lines {"stage", "prompt", "completion"} of world.write_pretraining; stage 0 is never read. Output: a
checkpoint folder like that of a real base (config, safetensors, tokenizer with chat template) and `training.json`
(steps, losses, seconds, tokens a second). One thread, about a minute; loss on completions only.

python -m scripts models.train_tiny_base --documents results/demo/world/pretraining.jsonl \
  --values resources/taxonomy/values.yaml --vocab-size 1280 --layers 2 --hidden 128 --heads 4 --steps 550 \
  --stage1-steps 200 --batch-size 10 --learning-rate 0.003 --seed 42 --output results/demo/models/llama
"""

import argparse
import logging
import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.models.orthogonal import muon
from scripts.models.tiny_init import fresh_llama
from scripts.models.tiny_tokenizer import END_OF_TURN, train_tokenizer
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_json
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)
WARMUP = 30  # steps
FLOOR = 0.05  # the least learning rate, as a share of the greatest
LOOK_UP_BATCH = 1.4  # documents of a step of stage 1, in batches: they are short
BUCKET = 4  # batches that are drawn at once and sorted by length
TOKENIZER_TEXTS = 4000


def encode(tokenizer, rows: list[dict]) -> list[tuple[list[int], int]]:
    """(token ids of prompt and completion, length of the prompt) of each row."""
    prompts = [tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False) for row in rows]
    before = tokenizer(prompts, add_special_tokens=False)["input_ids"]
    after = tokenizer([row["completion"] + END_OF_TURN for row in rows], add_special_tokens=False)["input_ids"]
    return [(first + second, len(first)) for first, second in zip(before, after, strict=True)]


def batches(lengths: list[int], size: int, steps: int, rng: random.Random) -> Iterator[list[int]]:
    """`steps` lists of `size` row numbers of like length; every row once before any comes again."""
    order: list[int] = []
    ready: list[list[int]] = []
    for _ in range(steps):
        if not ready:
            while len(order) < size * BUCKET:
                order += rng.sample(range(len(lengths)), len(lengths))
            drawn = sorted(order[: size * BUCKET], key=lambda row: lengths[row])
            del order[: size * BUCKET]
            ready = [drawn[start : start + size] for start in range(0, len(drawn), size)]
            rng.shuffle(ready)
        yield ready.pop()


def loss_of(model, documents: list[tuple[list[int], int]], pad: int):
    """Mean cross entropy of the completions' tokens; rows are padded on the right, where causal attention is blind."""
    import torch

    longest = max(len(ids) for ids, _ in documents)
    inputs = torch.tensor([ids + [pad] * (longest - len(ids)) for ids, _ in documents])
    wanted = torch.tensor([[-100] * start + ids[start:] + [-100] * (longest - len(ids)) for ids, start in documents])[
        :, 1:
    ]
    kept = wanted != -100
    hidden = model.model(input_ids=inputs).last_hidden_state[:, :-1]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden[kept]), wanted[kept])


def optimizers(model, learning_rate: float) -> list:
    """Muon for the layers' matrices, AdamW for the embedding and the norms."""
    import torch

    matrices = [weight for weight in model.model.layers.parameters() if weight.ndim == 2]
    rest = [weight for name, weight in model.named_parameters() if weight.ndim == 1 or "embed" in name]
    adamw = torch.optim.AdamW(rest, lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    return [muon(matrices, learning_rate), adamw]


def train(model, losses: Iterable, steps: int, learning_rate: float) -> list[float]:
    """The loss of every step, each computed when its turn comes; the learning rate warms up, then falls to FLOOR."""
    import torch

    both = optimizers(model, learning_rate)
    found = []
    model.train()
    for step, loss in enumerate(losses):
        rate = learning_rate * min(1, (step + 1) / WARMUP) * max(FLOOR, 1 - step / steps)
        for group in (group for optimizer in both for group in optimizer.param_groups):
            group["lr"] = rate
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in both:
            optimizer.step()
            optimizer.zero_grad()
        found.append(loss.item())
        if (step + 1) % 50 == 0:
            log.info("step %d of %d, loss %.3f", step + 1, steps, sum(found[-50:]) / 50)
    return found


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, required=True, help="JSON lines of world.write_pretraining")
    parser.add_argument("--values", type=Path, required=True, help="taxonomy; each label becomes one token")
    parser.add_argument("--vocab-size", type=int, required=True, help="at most so many tokens")
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--hidden", type=int, required=True, help="width of the stream")
    parser.add_argument("--heads", type=int, required=True, help="attention heads, keys and values each")
    parser.add_argument("--steps", type=int, required=True, help="optimiser steps of both stages")
    parser.add_argument("--stage1-steps", type=int, required=True, help="of these, steps on documents of stage 1")
    parser.add_argument("--batch-size", type=int, required=True, help="documents a step")
    parser.add_argument("--learning-rate", type=float, required=True, help="greatest rate of both optimisers")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="checkpoint folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = read_jsonl(args.documents)
    stages = {stage: [row for row in rows if row["stage"] == stage] for stage in (1, 2)}
    if not all(stages.values()):
        raise Problem(f"{args.documents} lacks documents of stage 1 or 2. Write it again with world.write_pretraining.")
    started = time.monotonic()
    tokenizer = train_tokenizer(_texts(rows, args.seed), labels(load_taxonomy(args.values)), args.vocab_size)
    model = fresh_llama(tokenizer, args.layers, args.hidden, args.heads, args.seed)
    encoded = {stage: encode(tokenizer, part) for stage, part in stages.items()}
    used: list[int] = []
    stream = _stream(encoded, args.stage1_steps, args.steps, args.batch_size, random.Random(args.seed), used)
    began = time.monotonic()
    each = (loss_of(model, batch, tokenizer.pad_token_id) for batch in stream)
    losses = train(model, each, args.steps, args.learning_rate)
    seconds = time.monotonic() - began
    report = {
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "vocabulary": len(tokenizer),
        "documents": {f"stage_{stage}": len(part) for stage, part in stages.items()},
        "steps": len(losses),
        "losses": [round(sum(losses[i : i + 25]) / len(losses[i : i + 25]), 4) for i in range(0, len(losses), 25)],
        "tokens": sum(used),
        "seconds": round(seconds, 2),
        "seconds_to_prepare": round(began - started, 2),
        "tokens_per_second": round(sum(used) / seconds, 1),
    }
    with publishing(args.output) as draft:
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        write_json(draft / "training.json", report)
    log.info("%d documents, %d steps, last loss %.3f, %.0f s", len(rows), len(losses), report["losses"][-1], seconds)


def _texts(rows: list[dict], seed: int) -> list[str]:
    """Texts for the tokenizer: a draw from all documents."""
    chosen = random.Random(seed).sample(rows, min(TOKENIZER_TEXTS, len(rows)))
    return ["\n".join([*(part["content"] for part in row["prompt"]), row["completion"]]) for row in chosen]


def _stream(
    encoded: dict[int, list], first: int, steps: int, size: int, rng: random.Random, used: list[int]
) -> Iterator[list[tuple[list[int], int]]]:
    """The batches of both stages; `used` gets the tokens of each."""
    for stage, count, batch in ((1, first, round(LOOK_UP_BATCH * size)), (2, steps - first, size)):
        documents = encoded[stage]
        for chosen in batches([len(ids) for ids, _ in documents], batch, count, rng):
            used.append(sum(len(documents[row][0]) for row in chosen))
            yield [documents[row] for row in chosen]


if __name__ == "__main__":
    main()
