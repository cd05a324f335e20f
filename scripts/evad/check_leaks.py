"""Which ESConv dialogues stand behind preference data: our items, and the authors' public sample (I-B17).

Reads the splits of ESConv, our items and, where it lies in data_dir, the sample that paper B's authors published (a
JSON list; `History` of {role, content}, rebuilt from ESConv). A sample's dialogue is found by what its help-seeker
says: the dialogue's seeker turns begin with it. Writes a row for ours and for the sample: `data, rows,
dialogues, train, dev, test` (rows by split), `unknown`, `leaks` (ids of rows from test dialogues), `status` (clean,
leaks, or absent). Leaks of ours are a Problem; the sample's are reported.

python -m scripts -- evad.check_leaks --train results/corpora/esconv/train.jsonl --dev results/corpora/esconv/dev.jsonl
--test results/corpora/esconv/test.jsonl --items results/evad/items.jsonl --sample
resources/external/evad/EVAD_sample_rebuilt.json --output results/evad/leaks.csv
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, read_jsonl, write_csv

log = logging.getLogger(__name__)

COLUMNS = ["data", "rows", "dialogues", "train", "dev", "test", "unknown", "leaks", "status"]


def letters(texts: Sequence[str]) -> str:
    """The texts without case, blanks and signs, in which copies differ."""
    return "".join(letter for text in texts for letter in text.lower() if letter.isalnum())


def seeker_letters(turns: Sequence[dict]) -> str:
    return letters([turn["text"] for turn in turns if turn["role"] == "seeker"])


def split_of(history: str, dialogues: dict[str, dict[str, str]]) -> tuple[str, str]:
    """(split, dialogue) whose seeker begins with these words; ("unknown", "") where none does."""
    for split, texts in dialogues.items():
        for name, text in texts.items():
            if history and text.startswith(history):
                return split, name
    return "unknown", ""


def summary(data: str, found: Sequence[tuple[str, str, str]]) -> dict:
    """A row of the table; `found` are (row's id, split, dialogue)."""
    splits = Counter(split for _, split, _ in found)
    leaks = [name for name, split, _ in found if split == "test"]
    counts = {name: splits[name] for name in ("train", "dev", "test", "unknown")}
    return {
        "data": data,
        "rows": len(found),
        "dialogues": len({dialogue or name for name, _, dialogue in found}),
        **counts,
        "leaks": " ".join(leaks),
        "status": "leaks" if leaks else "clean",
    }


def sample_rows(path: str) -> list[tuple[str, str]]:
    """(id, letters of the help-seeker) of the authors' sample; a Problem when the file is something else."""
    try:
        return [
            (row["ID"], letters([turn["content"] for turn in row["History"] if turn["role"] == "help-seeker"]))
            for row in read_json(path)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Problem(
            f"{path} is no list of rows with ID and History ({error!r}). Take it out or restore it."
        ) from error


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look for test dialogues in preference data.", allow_abbrev=False)
    for name in ("train", "dev", "test"):
        parser.add_argument(f"--{name}", required=True, help="dialogues of ESConv")
    parser.add_argument("--items", required=True, help="ours")
    parser.add_argument("--sample", required=True, nargs="*", help="the authors', where it is there")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    splits = {name: read_jsonl(getattr(args, name)) for name in ("train", "dev", "test")}
    split_by_id = {row["id"]: name for name, rows in splits.items() for row in rows}
    ours = [
        (item["item_id"], split_by_id.get(item["dialogue_id"], "unknown"), item["dialogue_id"])
        for item in read_jsonl(args.items)
    ]
    table = [summary("items", ours)]
    if table[0]["test"]:
        raise Problem(f"{args.items} has items of test dialogues: {table[0]['leaks']}. Build it again.")
    if args.sample:
        texts = {name: {row["id"]: seeker_letters(row["turns"]) for row in rows} for name, rows in splits.items()}
        found = [(name, *split_of(text, texts)) for name, text in sample_rows(args.sample[0])]
        table.append(summary("authors' public sample", found))
    else:
        table.append(dict.fromkeys(COLUMNS) | {"data": "authors' public sample", "status": "absent"})
    write_csv(args.output, table, COLUMNS)
    log.info("%s", table)


if __name__ == "__main__":
    main()
