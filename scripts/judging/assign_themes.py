"""Names the themes that a dialogue's shortcomings come down to (paper A, section J, tables 14 and 35; A-076).

Reads a system's dialogues and what `explain_low_values` found in them; writes one row a dialogue: `id, themes` (one to
`--most` labels of the taxonomy, in the order named).

python -m scripts judging.assign_themes --dialogues results/dialogues/ours_dpo/test.jsonl --explained
results/judging/low_values/ours_dpo.jsonl --themes resources/taxonomy/themes.yaml --most 3 --prompt
resources/prompts/A-LOW2.md --model '{…}' --temperature 0 --top-p 1 --max-tokens 60 --max-failed 0.01
--output results/judging/themes/ours_dpo.jsonl
"""

import argparse
import functools
import logging
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.judging.finished import finished_dialogues
from scripts.llm.chat import Request
from scripts.text.answers import parse_values
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def parse_themes(text: str, names: list[str], most: int) -> list[str]:
    """The first `most` known labels of a comma separated answer; ValueError when none is known."""
    return parse_values(plain(text), names)[:most]


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Sort what dialogues of low value lacked into fixed themes.")
    parser.add_argument("--dialogues", required=True)
    parser.add_argument("--explained", required=True, help="what each dialogue lacked, by explain_low_values")
    parser.add_argument("--themes", required=True, help="taxonomy of the themes")
    parser.add_argument("--most", type=int, required=True, help="themes a dialogue, at most")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    themes, prompt = load_taxonomy(args.themes), load_prompt(args.prompt)
    texts, explained = finished_dialogues(args.dialogues), read_jsonl(args.explained)
    requests = [
        Request(
            id=row["id"],
            kind=prompt.id,
            messages=prompt.messages(themes=themes, most=args.most, dialogue=texts[row["id"]], areas=row["areas"]),
        )
        for row in explained
    ]
    answers = ask_judge(args, requests, functools.partial(parse_themes, names=labels(themes), most=args.most))
    rows = [
        {"id": request.id, "themes": answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("%d of %d dialogues have themes", len(rows), len(requests))


if __name__ == "__main__":
    main()
