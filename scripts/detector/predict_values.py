"""Predicts the target values of held-out threads and scores them (paper A, section D.1, Table 5's last row).

Writes `predictions.jsonl` (id, predicted, by_sum: the same with labels ranked by their summed log-probability, targets)
and `scores.json` (micro precision, recall, F1 over (thread, value)
pairs, number of threads, unusable answers).
Run: python -m scripts.detector.predict_values --examples test.jsonl --base … --detector … --output predictions.jsonl …
"""

import argparse
import contextlib
import json
import logging
from pathlib import Path

from scripts.llm.chat import Request, Sampling, journal_path
from scripts.llm.top_values import top_values
from scripts.llm.weights import BACKENDS, open_weights
from scripts.text.answers import parse_values
from scripts.text.files import read_jsonl, write_json, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def micro_scores(pairs: list[tuple[list[str], list[str]]]) -> dict[str, float]:
    """Precision, recall and F1 over all (thread, value) pairs of (predicted, target) lists."""
    hits = sum(len(set(predicted) & set(targets)) for predicted, targets in pairs)
    named = sum(len(set(predicted)) for predicted, _ in pairs)
    wanted = sum(len(set(targets)) for _, targets in pairs)
    precision, recall = hits / max(1, named), hits / max(1, wanted)
    return {"precision": precision, "recall": recall, "f1": 2 * hits / max(1, named + wanted)}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, required=True, help="rows of build_detector_examples")
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--base-backend", choices=BACKENDS, required=True)
    parser.add_argument("--detector", type=Path, required=True, help="adapter folder")
    parser.add_argument("--sampling", type=json.loads, required=True)
    parser.add_argument("--top-values", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    known = labels(load_taxonomy(args.values))
    rows = read_jsonl(args.examples)
    requests = [Request(row["id"], "A-TVD", row["prompt"]) for row in rows]
    weights = open_weights(args.base_backend, args.base, {"detector": args.detector}, args.output)
    with (
        contextlib.closing(weights),
        weights.chat("detector", Sampling(**args.sampling), journal_path(args.output), logprobs=True) as chat,
    ):
        answers = chat.ask(requests, lambda text: parse_values(text, known))
    predicted = [top_values(answer, known, args.top_values) if answer.value else [] for answer in answers]
    by_sum = [top_values(answer, known, args.top_values, mean=False) if answer.value else [] for answer in answers]
    targets = [parse_values(row["completion"][0]["content"], known) for row in rows]
    scores = micro_scores(list(zip(predicted, targets, strict=True)))
    unusable = sum(answer.value is None for answer in answers)
    write_json(args.scores, {**scores, "threads": len(rows), "unusable": unusable})
    write_jsonl(
        args.output,
        (
            {"id": row["id"], "predicted": p, "by_sum": s, "targets": t}
            for row, p, s, t in zip(rows, predicted, by_sum, targets, strict=True)
        ),
    )
    log.info("%d threads, F1 %.3f, %d unusable answers", len(rows), scores["f1"], unusable)


if __name__ == "__main__":
    main()
