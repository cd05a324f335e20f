"""One split of Touché23-ValueEval: premises and their 20 values (Mirzakhmedova et al. 2024; requirement A-018).

The text is the premise alone: an utterance of a talk has neither stance nor conclusion, so a classifier of
utterances learns from what it will be given.

Output (parquet, sorted by id): `id, text, v00 … v19` (0/1, taxonomy order).

    python -m scripts -- corpora.normalise_valueeval --arguments arguments-training.tsv --labels labels-training.tsv \
        --sha256-arguments "" --sha256-labels "" --values values.yaml --output train.parquet
"""

import argparse
import csv
import logging
from pathlib import Path

from scripts.corpora.registry import checked
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.taxonomy import labels as labels_of
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)
KEY = "Argument ID"


def read_tsv(path: Path, columns: list[str]) -> dict[str, dict[str, str]]:
    """Rows by argument id; quotes are plain characters here. Another header or a repeated id is a Problem."""
    with open(path, encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        if list(reader.fieldnames or ()) != columns:
            raise Problem(
                f"{path} has columns {reader.fieldnames}, expected {columns}. Check that it is the right file."
            )
        rows: dict[str, dict[str, str]] = {}
        for row in reader:
            if row[KEY] in rows or None in row.values():
                raise Problem(
                    f"{path}, line {reader.line_num}: argument {row[KEY]} is repeated or cut short. Fetch it again."
                )
            rows[row[KEY]] = row
    return rows


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--arguments", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--sha256-arguments", required=True, help="empty: not pinned")
    parser.add_argument("--sha256-labels", required=True, help="empty: not pinned")
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    options = parse_args(argv)
    values = labels_of(load_taxonomy(options.values))
    columns = [KEY, "Conclusion", "Stance", "Premise"]
    arguments = read_tsv(checked(options.arguments, options.sha256_arguments), columns)
    labels = read_tsv(checked(options.labels, options.sha256_labels), [KEY, *values])
    if set(arguments) != set(labels):
        odd = sorted(set(arguments) ^ set(labels))[:3]
        raise Problem(
            f"{options.arguments} and {options.labels} name different arguments ({odd} …). Take both from one release."
        )
    ids = sorted(arguments)
    columns = {"id": pa.array(ids), "text": pa.array([arguments[name]["Premise"].strip() for name in ids])}
    for number, value in enumerate(values):
        columns[f"v{number:02d}"] = pa.array([int(labels[name][value]) for name in ids], pa.int8())
    with publishing(options.output) as draft:
        pq.write_table(pa.table(columns), draft, compression="zstd")
    positives = sum(int(labels[name][value]) for name in ids for value in values)
    log.info("arguments in %d, kept %d, %.2f labels each", len(ids), len(ids), positives / max(len(ids), 1))


if __name__ == "__main__":
    main()
