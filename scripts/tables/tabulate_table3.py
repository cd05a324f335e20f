"""Table 3 of paper A: nine supporters by ES-Skills, ES-Intensity and ES-Value (section 6.4.2).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table3 --blocks '[{"reference": "ours_dpo", "label": "DPO", "systems": [{"id": "gpt",
"keys": ["Prompt-based", "GPT"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --skills
results/judging/skills/{gpt,…}.jsonl --intensity results/judging/intensity/{gpt,…}.jsonl --values
results/judging/values/ours_dpo/{gpt,…}.jsonl --resamples 10000 --seed 42 --published resources/published/a_table03.csv
--run demo --evidence stand_in --output results/table3.csv --text results/table3.md --stats results/table3_stats.csv
--agreement results/table3_agreement.csv --completion results/table3_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import SKILLS, VALUES, Page, note

KEYS = ("category", "model", "group")
PAGE = Page(
    "Table 3: supporters compared",
    ("Categories", "Models"),
    SKILLS | VALUES,
    note("against the reference model"),
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    return comparison_parser(
        "Nine supporters by skills, intensity and values (paper A, table 3).", True, True
    ).parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=True, partial=False)


if __name__ == "__main__":
    main()
