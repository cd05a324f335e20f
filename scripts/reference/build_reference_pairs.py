"""DPO pairs of the reference generator: the real comment against a random sibling (paper A, section 5.2).

The target values of the chosen comment lose every value that the OP's reply to the sibling shows too; a pair whose
targets are all lost is dropped, so is a thread without a usable sibling. `--counts` says how many were.
Run: python -m scripts.reference.build_reference_pairs --threads results/reddit/single/train.jsonl … --output …
"""

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.contexts import reference_messages
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_json, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

DROPPED = ("no_usable_sibling", "no_target_left")


def choose_sibling(thread: dict, requires_reply: bool, seed: int) -> dict | None:
    """One sibling at random; a sibling's `targets` is null when the OP did not answer it."""
    usable = [sibling for sibling in thread["siblings"] if not requires_reply or sibling["targets"] is not None]
    return seeded(seed, "sibling", thread["id"]).choice(usable) if usable else None


def remaining_targets(targets: list[str], sibling_targets: list[str] | None, keep: int) -> list[str]:
    """v(t+1) without the values of v'(t+1), at most `keep`."""
    return [value for value in targets if value not in (sibling_targets or [])][:keep]


def pair(thread: dict, sibling: dict, targets: list[str], prompt, values: list[dict], window: dict) -> dict:
    return {
        "id": thread["id"],
        "prompt": reference_messages(prompt, thread["turns"], targets, values, window),
        "chosen": [{"role": "assistant", "content": thread["comment"]}],
        "rejected": [{"role": "assistant", "content": sibling["text"]}],
    }


def build(threads: list[dict], prompt, values: list[dict], args: argparse.Namespace) -> tuple[list[dict], dict]:
    """The pairs, and how many threads there were, became pairs and were dropped for each reason."""
    pairs, dropped = [], Counter()
    for thread in threads:
        sibling = choose_sibling(thread, args.sibling_requires_reply == "yes", args.seed)
        if sibling is None:
            dropped["no_usable_sibling"] += 1
            continue
        targets = remaining_targets(thread["targets"], sibling["targets"], args.keep)
        if not targets:
            dropped["no_target_left"] += 1
            continue
        pairs.append(pair(thread, sibling, targets, prompt, values, args.history))
    return pairs, {"threads": len(threads), **{why: dropped[why] for why in DROPPED}, "pairs": len(pairs)}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--sibling-requires-reply", choices=["yes", "no"], required=True)
    parser.add_argument("--keep", type=int, required=True, help="target values kept at most")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True, help="output, .json")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    threads = read_jsonl(args.threads)
    pairs, counts = build(threads, load_prompt(args.prompt), load_taxonomy(args.values), args)
    if not pairs:
        raise Problem(f"{args.threads}: no pair is left of {len(threads)} threads ({counts}). Loosen reference.dpo.")
    write_jsonl(args.output, pairs)
    write_json(args.counts, counts)
    log.info("%s", counts)


if __name__ == "__main__":
    main()
