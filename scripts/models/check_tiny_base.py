"""The gate of the tiny base: a share of its sampled answers to held-out four-step prompts has to keep the format.

Input: the checkpoint folder and the documents of world.write_pretraining, of which stage 0 is held out. Output:
JSON {prompts, parsed, share, least}; jobs that let the base speak take it as an input. A lower share is a Problem.

python -m scripts models.check_tiny_base --base results/demo/models/tiny/llama \
  --documents results/demo/world/pretraining.jsonl --least 0.9 \
  --sampling '{"temperature": 0.7, "top_p": 1.0, "max_tokens": 128}' --output results/demo/models/tiny/llama_gate.json
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.llm.chat import Answer, Request, Sampling, journal_path
from scripts.llm.local import open_local
from scripts.provenance.errors import Problem
from scripts.text.answers import parse_four_steps
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)


def held_out(rows: list[dict]) -> list[Request]:
    """A request for each held-out prompt."""
    prompts = [row["prompt"] for row in rows if row["stage"] == 0]
    return [Request(f"held-out-{number}", "A-SUP", prompt) for number, prompt in enumerate(prompts)]


def share_at_once(answers: list[Answer]) -> float:
    """Share of answers that could be read at the first attempt."""
    return sum(answer.value is not None and answer.attempts == 1 for answer in answers) / len(answers)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--documents", type=Path, required=True, help="JSON lines of world.write_pretraining")
    parser.add_argument("--least", type=float, required=True, help="least share of readable answers")
    parser.add_argument("--sampling", type=json.loads, required=True, help="{temperature, top_p, max_tokens}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    requests = held_out(read_jsonl(args.documents))
    if not requests:
        raise Problem(f"{args.documents} holds no held-out prompts. Write it again with --held-out above 0.")
    with open_local(args.base).chat(None, Sampling(**args.sampling), journal_path(args.output)) as chat:
        share = share_at_once(chat.ask(requests, parse_four_steps))
    if share < args.least:
        raise Problem(
            f"{args.base}: only {share:.0%} of {len(requests)} sampled answers keep the four steps, {args.least:.0%} "
            "are needed. Train it for more steps (tiny.base.steps)."
        )
    report = {
        "prompts": len(requests),
        "parsed": round(share * len(requests)),
        "share": round(share, 4),
        "least": args.least,
    }
    write_json(args.output, report)
    log.info("%d prompts, %.3f readable at once", len(requests), share)


if __name__ == "__main__":
    main()
