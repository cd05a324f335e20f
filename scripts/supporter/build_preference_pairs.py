"""DPO pairs of the supporter: the candidate of higher reward against the other (paper A, section 5.3, Table 19).

Writes rows {id, prompt, chosen, rejected} for each split and `counts.json`: pairs whose chosen answer is the initial
one, the alternative, and turns compared; and the same for both ways to compare with T_diff, `gt` (>) and `ge` (>=).
Run: python -m scripts.supporter.build_preference_pairs --help
"""

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.supporter.reward import exceeds, read_rewards
from scripts.text.answers import known_strategy
from scripts.text.contexts import supporter_messages
from scripts.text.files import read_jsonl, write_json, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def build(dialogues: list[dict], rewards: dict, args: argparse.Namespace, prompt, strategies: list[dict]):
    """The pairs and counts of one split; answers outside the eight strategies make no pair (as in the SFT filter)."""
    pairs: list[dict] = []
    counts: Counter = Counter(initial=0, alternative=0, compared=0)
    ways = {way: dict.fromkeys(("initial", "alternative"), 0) for way in ("gt", "ge")}
    for dialogue in dialogues:
        for turn in dialogue["turns"]:
            both = rewards.get((dialogue["id"], turn["index"]))
            if not both or not turn.get("alternative"):
                continue
            answers = {"initial": turn, "alternative": turn["alternative"]}
            if not all(known_strategy(answer["strategy"], strategies) for answer in answers.values()):
                continue
            counts["compared"] += 1
            difference = both["initial"] - both["alternative"]
            for way, tally in ways.items():
                tally["initial" if difference > 0 else "alternative"] += exceeds(difference, args.threshold, way)
            if not exceeds(difference, args.threshold, args.compare):
                continue
            chosen, rejected = ("initial", "alternative") if difference > 0 else ("alternative", "initial")
            counts[chosen] += 1
            before = dialogue["turns"][: turn["index"]]
            pairs.append(
                {
                    "id": f"{dialogue['id']}:{turn['index']}",
                    "prompt": supporter_messages(
                        prompt, before, turn["target_values"], turn["reference"], strategies, args.history
                    ),
                    "chosen": [{"role": "assistant", "content": answers[chosen]["answer"]}],
                    "rejected": [{"role": "assistant", "content": answers[rejected]["answer"]}],
                }
            )
    return pairs, {**counts, "kept": len(pairs), **ways}


def horizon(text: str) -> int | None:
    """`all` is the whole rest of the dialogue."""
    return None if text == "all" else int(text)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for split in ("train", "dev"):
        parser.add_argument(f"--{split}-dialogues", type=Path, required=True)
        parser.add_argument(f"--{split}-rewards", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-SUP or A-SUP-E")
    parser.add_argument("--strategies", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--horizon", type=horizon, required=True, help="h: seeker turns, or all")
    parser.add_argument("--gamma", type=float, required=True)
    parser.add_argument("--threshold", type=float, required=True, help="T_diff")
    parser.add_argument("--compare", choices=["gt", "ge"], required=True)
    parser.add_argument("--least-train", type=int, required=True, help="fewer pairs are an error")
    parser.add_argument("--least-dev", type=int, required=True)
    parser.add_argument("--train", type=Path, required=True, help="output")
    parser.add_argument("--dev", type=Path, required=True, help="output")
    parser.add_argument("--counts", type=Path, required=True, help="output")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, strategies = load_prompt(args.prompt), load_taxonomy(args.strategies)
    pairs, counts = {}, {}
    for split, least in (("train", args.least_train), ("dev", args.least_dev)):
        rewards = read_rewards(getattr(args, f"{split}_rewards"), args.horizon, args.gamma)
        dialogues = read_jsonl(getattr(args, f"{split}_dialogues"))
        pairs[split], counts[split] = build(dialogues, rewards, args, prompt, strategies)
        log.info("%s: %s", split, counts[split])
        if len(pairs[split]) < least:
            raise Problem(
                f"only {len(pairs[split])} {split} pairs of {counts[split]['compared']} turns differ by more than "
                f"{args.threshold:g}; at least {least} are wanted. Simulate more personas or lower the threshold."
            )
    write_jsonl(args.train, pairs["train"])
    write_jsonl(args.dev, pairs["dev"])
    write_json(args.counts, counts)


if __name__ == "__main__":
    main()
