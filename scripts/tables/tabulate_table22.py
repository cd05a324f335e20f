"""Table 22 of paper A: supporters with their self-disclosures removed, by skills and intensity (section I; A-074).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table22 --blocks '[{"reference": "ours_sft", "label": "SFT", "systems": [{"id": "gpt",
"keys": ["…"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --skills
results/judging/skills/{gpt,…}.jsonl --intensity results/judging/intensity/{gpt,…}.jsonl --resamples 10000 --seed 42
--published resources/published/a_table22.csv --run demo --evidence stand_in --output results/table22.csv --text
results/table22.md --stats results/table22_stats.csv --agreement results/table22_agreement.csv
--completion results/table22_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import SKILLS, Page, note

KEYS = ("model", "variant", "group")
PAGE = Page(
    "Table 22: without self-disclosure",
    ("Models", "Self-disclosure"),
    SKILLS,
    note("against the model as it is", emphasised=False, ratios=False),
    emphasised=False,
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = comparison_parser(
        "Supporters without self-disclosure by skills and intensity (paper A, table 22).", rated=True, paired=False
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=True, partial=False)


if __name__ == "__main__":
    main()
