"""ExTES in the project's dialogue format, split by dialogue (Zheng et al. 2023; requirement A-009).

Reads a JSON list of {scene, description, content: [{"User": …}, {"AI Strategy": …, "AI": …}, …]}. Some public
records are malformed; those are left out and counted.

Outputs (JSONL): `id` `extes-<row>`, `turns`, `meta` `scene, description`.

    python -m scripts -- corpora.normalise_extes --input extes/ExTES.json --sha256 "" --dev-share 0.05 \
        --test-share 0.05 --seed 42 --train train.jsonl --dev dev.jsonl --test test.jsonl
"""

import argparse
import logging

from scripts.corpora.registry import checked, read_records
from scripts.corpora.shares import split_shares
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)


def turns_of(content: list[dict]) -> list[dict]:
    """Turns in order; an entry may hold the user's words, the supporter's, or both. ValueError when neither."""
    turns: list[dict] = []

    def add(role: str, text: object, **more: str) -> None:
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"turn {len(turns)} has no text")
        turns.append({"index": len(turns), "role": role, "text": text.strip(), **more})

    for entry in content:
        if not isinstance(entry, dict) or not ({"User", "AI"} & set(entry)):
            raise ValueError(f"turn {len(turns)} is neither User nor AI")
        if "User" in entry:
            add("seeker", entry["User"])
        if "AI" in entry:
            strategy = entry.get("AI Strategy")
            add("supporter", entry["AI"], **({"strategy": strategy} if isinstance(strategy, str) else {}))
    if {turn["role"] for turn in turns} != {"seeker", "supporter"}:
        raise ValueError("one side never speaks")
    return turns


def dialogues(records: list) -> tuple[list[dict], int]:
    """The readable dialogues and the number of malformed records."""
    rows, malformed = [], 0
    for number, record in enumerate(records):
        try:
            meta = {"scene": str(record["scene"]), "description": str(record["description"])}
            rows.append({"id": f"extes-{number}", "turns": turns_of(record["content"]), "meta": meta})
        except (KeyError, TypeError, ValueError) as error:
            malformed += 1
            log.warning("record %d left out: %r", number, error)
    return rows, malformed


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--input", required=True)
    parser.add_argument("--sha256", required=True, help="of the input; empty: not pinned")
    parser.add_argument("--dev-share", type=float, required=True)
    parser.add_argument("--test-share", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    for split in ("train", "dev", "test"):
        parser.add_argument(f"--{split}", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    records = read_records(checked(options.input, options.sha256))
    rows, malformed = dialogues(records)
    if malformed > 0.2 * len(records):
        raise Problem(
            f"{options.input}: {malformed} of {len(records)} records are malformed. Check that it is ExTES.json."
        )
    by_id = {row["id"]: row for row in rows}
    splits = split_shares(list(by_id), {"dev": options.dev_share, "test": options.test_share}, options.seed)
    for split, names in splits.items():
        write_jsonl(getattr(options, split), [by_id[name] for name in names])
    log.info("dialogues in %d, kept %d, dropped {'malformed': %d}", len(records), len(rows), malformed)


if __name__ == "__main__":
    main()
