"""Table 21 of paper A: ES-Value of nine supporters against three reference models (section 6.4.2; A-069).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table21 --blocks '[{"reference": "ours_sft", "label": "SFT", "systems": [{"id": "gpt",
"keys": ["…"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --values
results/judging/values/ours_sft/{gpt,…}.jsonl --resamples 10000 --seed 42
--published resources/published/a_table21.csv --run demo --evidence stand_in --output results/table21.csv --text
results/table21.md --stats results/table21_stats.csv --agreement results/table21_agreement.csv
--completion results/table21_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import Page, against, note

KEYS = ("category", "model", "h", "gamma", "t_diff", "reference_model")
PAGE = Page(
    "Table 21: ES-Value against three reference models",
    ("Categories", "Models", "h", "γ", "T_diff"),
    against(("SFT", "DPO (GPT)", "DPO (SFT)")),
    note("of x against 1 - x for each reference model", emphasised=False),
    emphasised=False,
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = comparison_parser("ES-Value against three reference models (paper A, table 21).", rated=False, paired=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=True, partial=True)


if __name__ == "__main__":
    main()
