"""Psych8k as dialogues of two turns (Liu et al. 2023, ChatCounselor; requirement A-010).

Reads a JSON list of {instruction, input, output}: the client's words and the counsellor's answer. The
instruction is the same request to act as a counsellor throughout; our own prompt stands in its place.

Outputs (JSONL): `id` `psych8k-<row>`, `turns` (seeker, supporter), `meta` {}.

    python -m scripts -- corpora.normalise_psych8k --input psych8k/psych8k.json --sha256 "" --dev-share 0.05 \
        --seed 42 --train train.jsonl --dev dev.jsonl
"""

import argparse
import logging

from scripts.corpora.registry import checked, read_records
from scripts.corpora.shares import split_shares
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)


def dialogues(records: list, path: str) -> list[dict]:
    """One dialogue a record; records whose question or answer is empty are left out."""
    rows = []
    for number, record in enumerate(records):
        if not isinstance(record, dict) or not {"input", "output"} <= set(record):
            raise Problem(f"{path}, record {number} has no input and output. Check that it is Psych8k's JSON list.")
        said, answered = record["input"].strip(), record["output"].strip()
        if said and answered:
            turns = [
                {"index": 0, "role": "seeker", "text": said},
                {"index": 1, "role": "supporter", "text": answered},
            ]
            rows.append({"id": f"psych8k-{number}", "turns": turns, "meta": {}})
    return rows


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--input", required=True)
    parser.add_argument("--sha256", required=True, help="of the input; empty: not pinned")
    parser.add_argument("--dev-share", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    for split in ("train", "dev"):
        parser.add_argument(f"--{split}", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    records = read_records(checked(options.input, options.sha256))
    rows = {row["id"]: row for row in dialogues(records, options.input)}
    for split, names in split_shares(list(rows), {"dev": options.dev_share}, options.seed).items():
        write_jsonl(getattr(options, split), [rows[name] for name in names])
    log.info("records in %d, kept %d, dropped {'empty': %d}", len(records), len(rows), len(records) - len(rows))


if __name__ == "__main__":
    main()
