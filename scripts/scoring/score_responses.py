"""BLEU-2, ROUGE-L and Dist-2 of a system's responses (paper B, section 5.2; requirements B-032 to B-034).

Reads responses (`scripts.scoring.responses`). Writes tidy parquet `dialogue_id, turn, metric, value`, values as shares
(tables show them times 100): a row a turn of `bleu_2` and `rouge_l`; a row a dialogue (`turn` empty) of `dist_2`; and
of the whole system (both empty) `bleu_2_corpus` and `dist_2_corpus`. The system's BLEU-2 and ROUGE-L are the means over
turns, its Dist-2 the mean over dialogues that have a bigram; the `_corpus` rows pool. With `--against-reference no`
(real supporters, whose responses are the references) only Dist-2 is written.

    python -m scripts -- scoring.score_responses --responses responses.jsonl --against-reference yes \
        --output scores.parquet
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.provenance.drafts import publishing
from scripts.scoring.responses import by_dialogue, read_responses
from scripts.stats.overlap import bleu_2, corpus_bleu_2, distinct_2, rouge_l, rouge_words, words

log = logging.getLogger(__name__)
Score = tuple[str | None, int | None, str, float]  # dialogue, turn, metric, value


def likeness(rows: Sequence[dict], tokens: Sequence[Sequence[str]]) -> list[Score]:
    """BLEU-2 and ROUGE-L of each turn, and BLEU-2 of all; `tokens` are the responses' words."""
    references = [words(row["reference"]) for row in rows]
    found: list[Score] = []
    for row, reference, own in zip(rows, references, tokens, strict=True):
        place = row["dialogue_id"], row["turn"]
        found.append((*place, "bleu_2", bleu_2(reference, own)))
        found.append((*place, "rouge_l", rouge_l(rouge_words(row["reference"]), rouge_words(row["response"]))))
    return [*found, (None, None, "bleu_2_corpus", corpus_bleu_2(references, tokens))]


def variety(rows: Sequence[dict], tokens: Sequence[Sequence[str]]) -> list[Score]:
    """Dist-2 of each dialogue and of all responses; case does not make a bigram another one."""
    lowered = {row["id"]: [word.lower() for word in own] for row, own in zip(rows, tokens, strict=True)}
    found: list[Score] = []
    for name, own in by_dialogue(rows).items():
        value = distinct_2([lowered[row["id"]] for row in own])
        found += [] if value is None else [(name, None, "dist_2", value)]
    pooled = distinct_2(list(lowered.values()))
    return found if pooled is None else [*found, (None, None, "dist_2_corpus", pooled)]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--responses", required=True, help="JSONL")
    parser.add_argument("--against-reference", required=True, choices=("yes", "no"))
    parser.add_argument("--output", required=True, help="parquet")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import pyarrow
    import pyarrow.parquet

    args = parse_args(argv)
    rows = read_responses(args.responses)
    tokens = [words(row["response"]) for row in rows]
    scores = likeness(rows, tokens) if args.against_reference == "yes" else []
    scores += variety(rows, tokens)
    kinds = {
        "dialogue_id": pyarrow.string(),
        "turn": pyarrow.int32(),
        "metric": pyarrow.string(),
        "value": pyarrow.float64(),
    }
    columns = [list(column) for column in zip(*scores, strict=True)] or [[]] * len(kinds)
    table = {name: pyarrow.array(column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)}
    with publishing(args.output) as draft:
        pyarrow.parquet.write_table(pyarrow.table(table), draft)
    log.info("responses %d, of them empty %d, scores %d", len(rows), sum(not own for own in tokens), len(scores))


if __name__ == "__main__":
    main()
