"""Table 23 of paper A: ES-Value of supporters without self-disclosure, against themselves (section I; A-075).

scripts/tables/comparison.py says what is read and written.

python -m scripts tables.tabulate_table23 --blocks '[{"reference": "ours_sft", "label": "SFT", "systems": [{"id": "gpt",
"keys": ["…"]}, …]}]' --dialogues results/dialogues/{gpt,…}/test.jsonl --values
results/judging/values/ours_sft/{gpt,…}.jsonl --resamples 10000 --seed 42
--published resources/published/a_table23.csv --run demo --evidence stand_in --output results/table23.csv --text
results/table23.md --stats results/table23_stats.csv --agreement results/table23_agreement.csv
--completion results/table23_completion.csv
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparison import comparison_parser, tabulate
from scripts.tables.layout import Page, against, note

KEYS = ("variant", "reference_model")
PAGE = Page(
    "Table 23: ES-Value without self-disclosure",
    ("Self-disclosure",),
    against(("SFT", "DPO (GPT)", "DPO (SFT)")),
    note("of x against 1 - x for the model as it is", emphasised=False),
    emphasised=False,
)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = comparison_parser(
        "ES-Value of supporters without self-disclosure (paper A, table 23).", rated=False, paired=True
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    tabulate(parse_args(argv), KEYS, PAGE, daggers=True, partial=False)


if __name__ == "__main__":
    main()
