"""One split of ESConv in the project's dialogue format (Liu et al. 2021; requirement A-008).

Reads both published forms: JSON lines with `sys`/`usr` and `text` (thu-coai/esconv), and the JSON list with
`seeker`/`supporter`, `content` and `annotation` (the authors' repository). Turns stay as they are, not merged.

Output (JSONL): `id` `esconv-<split>-<row>`, `turns [{index, role, text, (supporter:) strategy}]`, `meta`
`emotion_type, problem_type, situation, initial_intensity, final_intensity` (1-5, or null).

    python -m scripts -- corpora.normalise_esconv --input esconv/valid.jsonl --split dev --sha256 "" --output dev.jsonl
"""

import argparse
import logging

from scripts.corpora.registry import checked, read_records
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)
ROLES = {"usr": "seeker", "seeker": "seeker", "sys": "supporter", "supporter": "supporter"}


def turn_of(index: int, raw: dict) -> dict:
    """A turn of either form; KeyError when it has neither."""
    text = raw["text"] if "text" in raw else raw["content"]
    turn = {"index": index, "role": ROLES[raw["speaker"]], "text": text.strip()}
    strategy = raw.get("strategy") or raw.get("annotation", {}).get("strategy")
    return turn | {"strategy": strategy} if strategy and turn["role"] == "supporter" else turn


def intensity(survey: dict, when: str) -> int | None:
    """The seeker's intensity (1-5) `initial` or `final`; it is a string, and absent where nobody answered."""
    value = (survey.get("seeker") or {}).get(f"{when}_emotion_intensity")
    return None if value in (None, "") else int(value)


def dialogue(record: dict, split: str, row: int) -> dict:
    survey = record.get("survey_score") or {}
    return {
        "id": f"esconv-{split}-{row}",
        "turns": [turn_of(index, raw) for index, raw in enumerate(record["dialog"])],
        "meta": {
            "emotion_type": record["emotion_type"],
            "problem_type": record["problem_type"],
            "situation": record["situation"].strip(),
            "initial_intensity": intensity(survey, "initial"),
            "final_intensity": intensity(survey, "final"),
        },
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--input", required=True)
    parser.add_argument("--split", choices=("train", "dev", "test"), required=True)
    parser.add_argument("--sha256", required=True, help="of the input; empty: not pinned")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    rows = []
    for number, record in enumerate(read_records(checked(options.input, options.sha256))):
        try:
            rows.append(dialogue(record, options.split, number))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Problem(
                f"{options.input}, record {number} is no ESConv dialogue ({error!r}). "
                "Fetch the file again; the two forms that are read stand at the top of normalise_esconv.py."
            ) from error
    write_jsonl(options.output, rows)
    log.info("dialogues in %d, kept %d, turns %d", len(rows), len(rows), sum(len(row["turns"]) for row in rows))


if __name__ == "__main__":
    main()
