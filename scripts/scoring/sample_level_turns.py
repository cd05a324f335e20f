"""Real supporters' turns for people to give a level of emotional validation (paper B, appendix F; requirement B-023).

Draws `--count` merged supporter turns of the given dialogues (never the test split's), or takes all. Writes
`b_level_texts.csv` (`utterance_id, text, before`: the help-seeker's turn before it, to be read with it) and the sheet
(`utterance_id, rater, level`), which several raters fill in a copy of. Put together as `ratings/b_levels.csv`, beside
the texts as `ratings/b_level_texts.csv`, they are what scoring.collect_level_rows reads.

python -m scripts -- scoring.sample_level_turns --dialogues train.jsonl dev.jsonl --count 5622 --group level --seed 42
--texts b_level_texts.csv --sheet sheet.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.text.dialogue import merge_turns
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_csv

log = logging.getLogger(__name__)


def supporter_turns(dialogues: Sequence[dict]) -> list[dict[str, str]]:
    found = []
    for dialogue in dialogues:
        before = ""
        for turn in merge_turns(dialogue["turns"]):
            text = " ".join(turn["text"].split())
            if turn["role"] == "supporter" and text:
                found.append({"utterance_id": f"{dialogue['id']}:{turn['index']}", "text": text, "before": before})
            before = text
    return found


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Turns for people to give a level.", allow_abbrev=False)
    parser.add_argument("--dialogues", required=True, nargs="+", help="corpus splits, .jsonl")
    parser.add_argument("--count", required=True, type=int)
    parser.add_argument("--group", required=True, help="what raters' names begin with")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--texts", required=True, help="output, .csv")
    parser.add_argument("--sheet", required=True, help="output, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    turns = supporter_turns([dialogue for path in args.dialogues for dialogue in read_jsonl(path)])
    order = sorted(turns, key=lambda row: (seeded(args.seed, "levels", row["utterance_id"]).random(), row["text"]))
    drawn = {row["utterance_id"] for row in order[: args.count]}
    rows = [row for row in turns if row["utterance_id"] in drawn]
    empty = [{"utterance_id": row["utterance_id"], "rater": f"{args.group}-", "level": ""} for row in rows]
    write_csv(args.texts, rows, ["utterance_id", "text", "before"])
    write_csv(args.sheet, empty, ["utterance_id", "rater", "level"])
    log.info("%d of %d supporter turns", len(rows), len(turns))


if __name__ == "__main__":
    main()
