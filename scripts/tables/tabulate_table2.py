"""Table 2 of paper A: what target values and references add to a prompted GPT (section 6.4.1; A-060).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table2 --blocks '[{"reference": "gpt", "label": "Both", "systems": [{"id": "gpt",
"keys": ["…"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --skills
results/judging/skills/{gpt,…}.jsonl --intensity results/judging/intensity/{gpt,…}.jsonl --values
results/judging/values/gpt/{gpt,…}.jsonl --resamples 10000 --seed 42
--published resources/published/a_table02.csv --run demo --evidence stand_in --output results/table2.csv --text
results/table2.md --stats results/table2_stats.csv --agreement results/table2_agreement.csv
--completion results/table2_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import SKILLS, VALUES, Page, note

KEYS = ("model", "group")
PAGE = Page(
    "Table 2: what target values and references add",
    ("Models",),
    SKILLS | VALUES,
    note("against the model with both", daggers=False),
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = comparison_parser("GPT with neither, either or both inputs (paper A, table 2).", rated=True, paired=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=False, partial=False)


if __name__ == "__main__":
    main()
