"""Goes on training the tiny base on the world's conversations: the demo's chat model of paper B.

Input: the tiny base, JSON lines {"messages", "learnt"} of world.write_chats, and chat templates. A conversation is said
in one of the templates (the base's own among them), in turn, so that the same weights stand for models with other
templates. Loss on every answer, or on the last one where a row says so. Output: a checkpoint folder with the base's
template, and `training.json`.

python -m scripts models.train_tiny_chat --base results/demo/models/tiny/llama --chats results/demo/world/chats.jsonl
--templates resources/templates/mistral.jinja --steps 200 --batch-size 10 --learning-rate 0.002 --seed 42
--output results/demo/models/tiny/mistral
"""

import argparse
import logging
import random
import time
from pathlib import Path

from scripts.models.train_tiny_base import batches, train
from scripts.provenance.drafts import publishing
from scripts.text.files import read_jsonl, write_json
from scripts.training.rounds import encode

log = logging.getLogger(__name__)


def encoded(tokenizer, rows: list[dict], templates: list[str]) -> list[dict]:
    """Token ids and mask of each conversation, the templates taken in turn."""
    own, found = tokenizer.chat_template, []
    for number, row in enumerate(rows):
        tokenizer.chat_template = [own, *templates][number % (1 + len(templates))]
        one = encode(tokenizer, row["messages"])
        found.append(last_alone(one) if row["learnt"] == "last" else one)
    tokenizer.chat_template = own
    return found


def last_alone(one: dict) -> dict:
    """The same with the last stretch of the mask alone."""
    mask = one["completion_mask"]
    end = len(mask) - mask[::-1].index(1)
    start = next((place + 1 for place in range(end - 1, -1, -1) if not mask[place]), 0)
    return {**one, "completion_mask": [int(start <= place < end) for place in range(len(mask))]}


def loss_of(model, documents: list[dict], pad: int):
    """Mean cross entropy of the answers' tokens; rows are padded on the right, where causal attention is blind."""
    import torch

    longest = max(len(one["input_ids"]) for one in documents)

    def padded(name: str, filler: int):
        return torch.tensor([one[name] + [filler] * (longest - len(one[name])) for one in documents])

    inputs, kept = padded("input_ids", pad), padded("completion_mask", 0)[:, 1:].bool()
    hidden = model.model(input_ids=inputs).last_hidden_state[:, :-1]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden[kept]), inputs[:, 1:][kept])


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder of the tiny base")
    parser.add_argument("--chats", type=Path, required=True, help="JSON lines of world.write_chats")
    parser.add_argument("--templates", type=Path, nargs="*", required=True, help="chat templates beside the base's own")
    parser.add_argument("--steps", type=int, required=True, help="optimiser steps")
    parser.add_argument("--batch-size", type=int, required=True, help="conversations a step")
    parser.add_argument("--learning-rate", type=float, required=True, help="greatest rate of both optimisers")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="checkpoint folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    model = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32)
    templates = [path.read_text(encoding="utf-8") for path in args.templates]
    documents = encoded(tokenizer, read_jsonl(args.chats), templates)
    began = time.monotonic()
    lengths = [len(one["input_ids"]) for one in documents]
    order = batches(lengths, args.batch_size, args.steps, random.Random(args.seed))
    pad = tokenizer.pad_token_id
    each = (loss_of(model, [documents[place] for place in chosen], pad) for chosen in order)
    losses = train(model, each, args.steps, args.learning_rate)
    report = {
        "conversations": len(documents),
        "steps": len(losses),
        "losses": [round(sum(losses[i : i + 25]) / len(losses[i : i + 25]), 4) for i in range(0, len(losses), 25)],
        "seconds": round(time.monotonic() - began, 2),
    }
    with publishing(args.output) as draft:
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        write_json(draft / "training.json", report)
    log.info("%d conversations, %d steps, last loss %.3f", len(documents), len(losses), report["losses"][-1])


if __name__ == "__main__":
    main()
