"""Chat rows that teach a model the seeker turns of a public corpus (paper A, section E.2; requirement A-044).

python -m scripts -- dialogues.build_seeker_sft --dialogues results/corpora/esconv/train.jsonl --prompt
resources/prompts/A-SEEK-PLAIN.md --history '{…}' --output rows.jsonl
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.dialogues.seeker_turns import cases, seeker_messages
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-SEEK-PLAIN")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt = load_prompt(args.prompt)
    rows = [
        {
            "id": case.id,
            "prompt": seeker_messages(prompt, case, "", args.history),
            "completion": [{"role": "assistant", "content": case.text}],
        }
        for case in cases(read_jsonl(args.dialogues))
    ]
    if not rows:
        raise Problem(f"{args.dialogues} holds no seeker turn after an earlier one. Look at how the corpus was read.")
    write_jsonl(args.output, rows)
    log.info("%d rows", len(rows))


if __name__ == "__main__":
    main()
