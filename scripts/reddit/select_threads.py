"""Threads whose last OP reply is positive and voices values, split by submission (paper A, sections 4 and 5.1).

A thread stays when the OP's last reply o(t+1) is positive (A-019) and at least one value is present in it;
its targets are the `top` values above the threshold, by falling probability (A-020). No submission stands in
two splits, also across settings; dev and test sizes are exact, train is the rest (A-015, A-016).

Outputs `<single|multi>/{train,dev,test}.jsonl`: `id, post, turns` (o1 … ot), `comment` (ct), `reply` (o(t+1)),
`targets`, `siblings [{text, targets}]` (targets null where the OP did not answer); and a report (JSON).

    python -m scripts -- reddit.select_threads --threads threads.parquet --utterances utterances.parquet \
        --labels labels.parquet --values values.yaml --positive-rule v_reg --positive-threshold 0.5 \
        --value-threshold 0.26 --top 3 --sizes '{"single": {"dev": 2000, "test": 1000}, "multi": …}' --seed 42 \
        --single reddit/single --multi reddit/multi --report select.json
"""

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.reddit.splits import split_posts
from scripts.text.files import write_json, write_jsonl
from scripts.text.taxonomy import labels as labels_of
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)
SETTINGS = ("single", "multi")
REASONS = ("no_label", "not_positive", "no_value")  # why a thread is dropped


class Labels:
    """Sentiment and value probabilities by utterance id."""

    def __init__(self, path: str, values: list[str]) -> None:
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        self.values = values
        self._row = {name: place for place, name in enumerate(table["id"].to_pylist())}
        self._sentiment = {rule: table[column].to_pylist() for rule, column in _COLUMN.items()}
        columns = [table[f"v{number:02d}"].to_pylist() for number in range(len(values))]
        self._values = list(zip(*columns, strict=True))

    def positive(self, name: str, rule: str, threshold: float) -> bool | None:
        """Whether the utterance is positive; None when it has no usable label."""
        row = self._row.get(name)
        score = None if row is None else self._sentiment[rule][row]
        if score is None:
            return None
        return score > threshold if rule == "v_reg" else score >= threshold

    def present(self, name: str, threshold: float, top: int) -> list[str]:
        """The `top` values with a probability above (strict) the threshold, most probable first."""
        row = self._row.get(name)
        if row is None:
            return []
        ranked = sorted(enumerate(self._values[row]), key=lambda entry: (-entry[1], entry[0]))
        return [self.values[number] for number, probability in ranked[:top] if probability > threshold]


_COLUMN = {"v_reg": "sentiment", "v_oc": "sentiment_class"}


def example(thread: dict, texts: dict[str, str], labels: Labels, options) -> dict | str:
    """The training example of a thread, or the reason it is dropped."""
    *history, comment, reply = thread["path"]
    positive = labels.positive(reply, options.positive_rule, options.positive_threshold)
    if not positive:
        return "no_label" if positive is None else "not_positive"
    targets = labels.present(reply, options.value_threshold, options.top)
    if not targets:
        return "no_value"
    return {
        "id": thread["thread"],
        "post": thread["path"][0].removeprefix("t3_"),
        "turns": [
            {"index": index, "role": "supporter" if index % 2 else "seeker", "text": texts[name]}
            for index, name in enumerate(history)
        ],
        "comment": texts[comment],
        "reply": texts[reply],
        "targets": targets,
        "siblings": [
            {
                "text": texts[sibling["comment"]],
                "targets": None
                if sibling["reply"] is None
                else labels.present(sibling["reply"], options.value_threshold, options.top),
            }
            for sibling in thread["siblings"]
        ],
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--threads", required=True)
    parser.add_argument("--utterances", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--positive-rule", choices=sorted(_COLUMN), required=True)
    parser.add_argument("--positive-threshold", type=float, required=True, help="v_reg: above it; v_oc: at least it")
    parser.add_argument("--value-threshold", type=float, required=True, help="a value is present above it")
    parser.add_argument("--top", type=int, required=True, help="targets an example, at most")
    parser.add_argument("--sizes", type=json.loads, required=True, help='{"single": {"dev": n, "test": n}, "multi": …}')
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--single", required=True, help="folder of train, dev and test.jsonl")
    parser.add_argument("--multi", required=True, help="folder of train, dev and test.jsonl")
    parser.add_argument("--report", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import pyarrow.parquet as pq

    options = parse_args(argv)
    labels = Labels(options.labels, labels_of(load_taxonomy(options.values)))
    utterances = pq.read_table(options.utterances)
    texts = dict(zip(utterances["id"].to_pylist(), utterances["text"].to_pylist(), strict=True))
    counts: dict[str, Counter] = {setting: Counter(dict.fromkeys(("threads", *REASONS), 0)) for setting in SETTINGS}
    kept: dict[str, list[dict]] = {setting: [] for setting in SETTINGS}
    for batch in pq.ParquetFile(options.threads).iter_batches():
        for thread in batch.to_pylist():
            outcome = example(thread, texts, labels, options)
            counts[thread["setting"]]["threads"] += 1
            if isinstance(outcome, str):
                counts[thread["setting"]][outcome] += 1
            else:
                kept[thread["setting"]].append(outcome)
    if not all(kept.values()):
        found = {setting: dict(count) for setting, count in counts.items()}
        raise Problem(
            f"{options.threads}: no positive OP reply with a value is left in one setting ({found}). "
            "Loosen the filters or the positivity rule."
        )
    splits = split_posts(
        {setting: [row["post"] for row in rows] for setting, rows in kept.items()},
        options.sizes,
        options.seed,
    )
    report = {setting: {**counts[setting], "kept": len(kept[setting])} for setting in SETTINGS}
    for setting in SETTINGS:
        for split in ("train", "dev", "test"):
            rows = [row for row in kept[setting] if splits.get(row["post"], "train") == split]
            write_jsonl(Path(getattr(options, setting)) / f"{split}.jsonl", rows)
            report[setting][split] = len(rows)
    write_json(options.report, report)
    log.info("%s", report)


if __name__ == "__main__":
    main()
