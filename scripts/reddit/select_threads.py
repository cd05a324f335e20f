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


_COLUMN = {"v_reg": "sentiment", "v_oc": "sentiment_class"}


class Values:
    """The values present in utterances, from their labels (a table `id, v00 …`)."""

    def __init__(self, labels, names: list[str], threshold: float, top: int) -> None:
        self._names, self._threshold, self._top = names, threshold, top
        columns = [labels[f"v{number:02d}"].to_pylist() for number in range(len(names))]
        self._of = dict(zip(labels["id"].to_pylist(), zip(*columns, strict=True), strict=True))

    def present(self, name: str) -> list[str]:
        """The `top` values with a probability above (strict) the threshold, most probable first."""
        ranked = sorted(enumerate(self._of.get(name, ())), key=lambda entry: (-entry[1], entry[0]))
        return [self._names[number] for number, probability in ranked[: self._top] if probability > self._threshold]


def outcomes(replies, labels, options):
    """For each OP reply (Arrow array of ids) `kept`, or the reason why its thread is dropped."""
    import pyarrow.compute as pc

    row = pc.index_in(replies, value_set=labels["id"].combine_chunks())
    score = labels[_COLUMN[options.positive_rule]].cast("float64").take(row)
    bound = pc.greater if options.positive_rule == "v_reg" else pc.greater_equal
    positive = bound(score, options.positive_threshold)
    strongest = pc.max_element_wise(*(labels[name] for name in labels.column_names if name.startswith("v")))
    valued = pc.greater(strongest.cast("float64").take(row), options.value_threshold)
    judged = pc.if_else(positive, pc.if_else(valued, "kept", "no_value"), "not_positive")
    return pc.fill_null(judged, "no_label")


def last(lists):
    """The last entries of a list column; none of the lists is empty."""
    lists = lists.combine_chunks()
    return lists.values.take(lists.offsets.slice(1).cast("int64").to_numpy() - 1)


def texts_of(path: str, names: set[str]) -> dict[str, str]:
    """The named utterances' texts; the others never are in memory at once."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted, texts = pa.array(sorted(names)), {}
    for batch in pq.ParquetFile(path).iter_batches(columns=["id", "text"]):
        found = batch.filter(pc.is_in(batch["id"], value_set=wanted))
        texts.update(zip(found["id"].to_pylist(), found["text"].to_pylist(), strict=True))
    return texts


def example(thread: dict, texts: dict[str, str], values: Values) -> dict:
    """The training example of a thread that is kept."""
    *history, comment, reply = thread["path"]
    return {
        "id": thread["thread"],
        "post": thread["path"][0].removeprefix("t3_"),
        "turns": [
            {"index": index, "role": "supporter" if index % 2 else "seeker", "text": texts[name]}
            for index, name in enumerate(history)
        ],
        "comment": texts[comment],
        "reply": texts[reply],
        "targets": values.present(reply),
        "siblings": [
            {
                "text": texts[sibling["comment"]],
                "targets": None if sibling["reply"] is None else values.present(sibling["reply"]),
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


def kept_threads(options, labels) -> tuple[dict[str, list[dict]], dict[str, dict[str, int]]]:
    """By setting: the threads that stay, and counts of all, dropped by reason and kept ones."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    threads = pq.read_table(options.threads)
    judged = outcomes(last(threads["path"]), labels, options)
    kept, counts = {}, {}
    for setting in SETTINGS:
        own = pc.equal(threads["setting"], setting)
        found = Counter(judged.filter(own).to_pylist())
        counts[setting] = {"threads": found.total(), **{reason: found[reason] for reason in (*REASONS, "kept")}}
        kept[setting] = threads.filter(pc.and_(own, pc.equal(judged, "kept"))).to_pylist()
    if not all(kept.values()):
        raise Problem(
            f"{options.threads}: no positive OP reply with a value is left in one setting ({counts}). "
            "Loosen the filters or the positivity rule."
        )
    return kept, counts


def main(argv: list[str] | None = None) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    options = parse_args(argv)
    labels = pq.read_table(options.labels)
    kept, report = kept_threads(options, labels)
    posts = {setting: [thread["path"][0].removeprefix("t3_") for thread in kept[setting]] for setting in SETTINGS}
    splits = split_posts(posts, options.sizes, options.seed)
    threads = [*kept["single"], *kept["multi"]]
    replies = {thread["path"][-1] for thread in threads}
    replies |= {sibling["reply"] for thread in threads for sibling in thread["siblings"] if sibling["reply"]}
    named = {name for thread in threads for name in thread["path"]}
    named |= {sibling["comment"] for thread in threads for sibling in thread["siblings"]}
    texts = texts_of(options.utterances, named)
    labels = labels.filter(pc.is_in(labels["id"], value_set=pa.array(sorted(replies))))
    values = Values(labels, labels_of(load_taxonomy(options.values)), options.value_threshold, options.top)
    for setting in SETTINGS:
        for split in ("train", "dev", "test"):
            pairs = zip(kept[setting], posts[setting], strict=True)
            rows = [example(thread, texts, values) for thread, post in pairs if splits.get(post, "train") == split]
            write_jsonl(Path(getattr(options, setting)) / f"{split}.jsonl", rows)
            report[setting][split] = len(rows)
    write_json(options.report, report)
    log.info("%s", report)


if __name__ == "__main__":
    main()
