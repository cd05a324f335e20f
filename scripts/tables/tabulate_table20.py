"""Table 20 of paper A: every supporter, at every grid point, by skills and intensity (6.4.2; A-055).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table20 --blocks '[{"reference": "ours_sft", "label": "SFT", "systems": [{"id": "gpt",
"keys": ["…"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --skills
results/judging/skills/{gpt,…}.jsonl --intensity results/judging/intensity/{gpt,…}.jsonl --resamples 10000 --seed 42
--published resources/published/a_table20.csv --run demo --evidence stand_in --output results/table20.csv --text
results/table20.md --stats results/table20_stats.csv --agreement results/table20_agreement.csv
--completion results/table20_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import SKILLS, Page, note

KEYS = ("category", "model", "h", "gamma", "t_diff", "group")
PAGE = Page(
    "Table 20: all supporters",
    ("Categories", "Models", "h", "γ", "T_diff"),
    SKILLS,
    note("against Ours SFT", ratios=False),
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = comparison_parser("All supporters by skills and intensity (paper A, table 20).", rated=True, paired=False)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=True, partial=True)


if __name__ == "__main__":
    main()
