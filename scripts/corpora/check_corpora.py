"""Facts that the papers print about ESConv, counted again (paper A, 3, 6.1, E.2; paper B, App. G).

Output (CSV): `fact, published, computed, difference, source`; numbers of dialogues or turns, or words.

    python -m scripts -- corpora.check_corpora --train train.jsonl --dev dev.jsonl --test test.jsonl \
        --facts resources/esconv_facts.csv --output corpora.csv
"""

import argparse
import logging
from collections import Counter
from statistics import fmean

from scripts.provenance.errors import Problem
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_csv, read_jsonl, write_csv

log = logging.getLogger(__name__)
SPLITS = ("train", "dev", "test")


def seeker_turn_words(dialogues: list[dict]) -> float:
    """Mean words (split at white space) of merged seeker turns that have a turn before them."""
    return fmean(
        len(turn["text"].split())
        for dialogue in dialogues
        for turn in merge_turns(dialogue["turns"])[1:]
        if turn["role"] == "seeker"
    )


def computed_facts(splits: dict[str, list[dict]]) -> dict[str, float]:
    """Every fact by its name in resources/esconv_facts.csv."""
    every = [dialogue for split in SPLITS for dialogue in splits[split]]
    facts: dict[str, float] = {
        f"first_speaker_is_seeker_{split}": sum(one["turns"][0]["role"] == "seeker" for one in splits[split])
        for split in SPLITS
    }
    facts["seeker_turn_words_test"] = seeker_turn_words(splits["test"])
    facts["turns_per_dialogue"] = fmean(len(dialogue["turns"]) for dialogue in every) / 2
    finals = [one["meta"]["final_intensity"] for one in every if one["meta"]["initial_intensity"] == 5]
    facts["initial_5"] = len(finals)
    facts["initial_5_final_1_2"] = sum(final in (1, 2) for final in finals)
    facts["initial_5_final_3_4"] = sum(final in (3, 4) for final in finals)
    facts["initial_5_final_missing"] = finals.count(None)
    strategies = Counter(turn["strategy"] for one in every for turn in one["turns"] if "strategy" in turn)
    return facts | {f"strategy: {name}": count for name, count in strategies.items()}


def compare(published: list[dict[str, str]], computed: dict[str, float]) -> list[dict]:
    """One row a published fact; a strategy that never occurs counts 0."""
    rows = []
    for fact in published:
        name, printed = fact["fact"], float(fact["published"])
        if name not in computed and not name.startswith("strategy: "):
            raise Problem(
                f"resources/esconv_facts.csv names the fact {name!r}, which is not computed. Correct its name."
            )
        value = computed.get(name, 0)
        rows.append({**fact, "computed": round(value, 6), "difference": round(value - printed, 6)})
    return rows


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    for split in SPLITS:
        parser.add_argument(f"--{split}", required=True)
    parser.add_argument("--facts", required=True, help="published numbers (CSV)")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    splits = {split: read_jsonl(getattr(options, split)) for split in SPLITS}
    if empty := [split for split, rows in splits.items() if not rows]:
        raise Problem(f"ESConv's {empty} hold no dialogue. Look at the corpus they were made from.")
    rows = compare(read_csv(options.facts), computed_facts(splits))
    write_csv(options.output, rows, ["fact", "published", "computed", "difference", "source"])
    log.info("facts %d, equal when rounded %d", len(rows), sum(abs(row["difference"]) < 0.5 for row in rows))


if __name__ == "__main__":
    main()
