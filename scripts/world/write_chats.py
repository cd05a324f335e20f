"""Writes the conversations that the demo's chat model of paper B is trained on (docs/tiny_base.md).

Output: JSON lines {"messages", "learnt"}; scripts/world/chats.py says what they hold. Not part of any paper.

python -m scripts world.write_chats --world resources/world.yaml --base-prompt resources/prompts/compact/B-BASE.md
--reasoned-prompt resources/prompts/compact/B-COT.md --levels resources/taxonomy/levels.yaml --count 2000 --seed 42
--output results/demo/world/chats.jsonl
"""

import argparse
import logging

from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.lexicon import load_lexicon
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy
from scripts.world.chats import conversation

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True, help="words and frames (resources/world.yaml)")
    parser.add_argument("--base-prompt", required=True, help="B-BASE")
    parser.add_argument("--reasoned-prompt", required=True, help="B-COT")
    parser.add_argument("--levels", required=True, help="taxonomy of levels")
    parser.add_argument("--count", type=int, required=True, help="conversations")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    lexicon, levels = load_lexicon(args.world), load_taxonomy(args.levels)
    prompts = load_prompt(args.base_prompt), load_prompt(args.reasoned_prompt)
    rows = [conversation(seeded(args.seed, "chat", number), lexicon, *prompts, levels) for number in range(args.count)]
    write_jsonl(args.output, rows)
    log.info("%d conversations", len(rows))


if __name__ == "__main__":
    main()
