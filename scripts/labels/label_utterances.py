"""Labels utterances with sentiment strength and 20 value probabilities (paper A, section 4; A-017, A-018, A-034).

Input: either a table of utterances (parquet `id, text`) or dialogues (JSONL; their seeker turns are labelled as
`<dialogue>:<turn index>`, after merging consecutive turns of one role where `--merge yes`); `--unit sentence` labels
each sentence of an utterance by itself, as `<utterance>#<number>`. Output, sorted by id:
parquet `id, sentiment` (V-reg, 0 to 1), `sentiment_class` (V-oc, -3 to 3), `v00 … v19` (probabilities, taxonomy
order). Sentiment is empty where the scorer's answer could not be read.

python -m scripts.labels.label_utterances --dialogues train.jsonl dev.jsonl --merge yes
    --values resources/taxonomy/values.yaml --sentiment-kind encoder --sentiment-model sentiment
    --values-kind encoder --values-model values --output labels.parquet
"""

import argparse
import itertools
import logging
from collections.abc import Sequence
from typing import Any

from scripts.classifiers.sentiment import Sentiment, open_sentiment
from scripts.classifiers.valueeval import value_columns
from scripts.classifiers.values import open_values
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_jsonl
from scripts.text.sentences import sentence_id, sentences
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def seeker_utterances(dialogues: list[dict], merge: bool) -> list[tuple[str, str]]:
    """(id, text) of every seeker turn; `merge` numbers turns after joining consecutive ones of one role."""
    return [
        (f"{dialogue['id']}:{turn['index']}", turn["text"])
        for dialogue in dialogues
        for turn in (merge_turns(dialogue["turns"]) if merge else dialogue["turns"])
        if turn["role"] == "seeker"
    ]


def table_utterances(path: str) -> list[tuple[str, str]]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["id", "text"])
    return list(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))


def in_sentences(utterances: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(id, text) of every sentence."""
    return [
        (sentence_id(name, number), sentence)
        for name, text in utterances
        for number, sentence in enumerate(sentences(text))
    ]


def in_order(utterances: list[tuple[str, str]], source: str) -> list[tuple[str, str]]:
    """The utterances sorted by id; none at all, or an id that stands twice, is a Problem."""
    if not utterances:
        raise Problem(f"{source} has no utterance to label. Check the step that wrote it and rebuild it.")
    ordered = sorted(utterances)
    for (one, _), (other, _) in itertools.pairwise(ordered):
        if one == other:
            raise Problem(f"{source}: the id {one} stands twice. Rebuild it, or give each dialogue its own id.")
    return ordered


def label_table(ids: Sequence[str], sentiments: Sequence[Sentiment], probabilities: Any, columns: list[str]) -> Any:
    """The output table; probabilities (n, k) keep six decimals, below which float32 says nothing."""
    import pyarrow

    fields = {
        "id": pyarrow.array(ids, pyarrow.string()),
        "sentiment": pyarrow.array([one.strength for one in sentiments], pyarrow.float32()),
        "sentiment_class": pyarrow.array([one.ordinal for one in sentiments], pyarrow.int8()),
    }
    rounded = probabilities.astype("float64").round(6).astype("float32")
    return pyarrow.table(fields | {name: rounded[:, place] for place, name in enumerate(columns)})


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--utterances", help="parquet id, text")
    source.add_argument("--dialogues", nargs="+", help="JSONL files of dialogues or rollouts")
    parser.add_argument("--merge", choices=["yes", "no"], help="join consecutive turns first (with --dialogues)")
    parser.add_argument("--unit", choices=["utterance", "sentence"], required=True, help="what a row is about")
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--sentiment-kind", required=True, choices=["generative", "encoder", "lexicon"])
    parser.add_argument("--sentiment-model", help="folder (none for the lexicon)")
    parser.add_argument("--values-kind", required=True, choices=["encoder", "head"])
    parser.add_argument("--values-model", required=True, help="folder")
    parser.add_argument("--output", required=True, help="parquet")
    args = parser.parse_args(argv)
    if args.dialogues and not args.merge:
        parser.error("--dialogues needs --merge yes or no")
    if args.sentiment_kind != "lexicon" and not args.sentiment_model:
        parser.error(f"--sentiment-kind {args.sentiment_kind} needs --sentiment-model")
    return args


def main(argv: list[str] | None = None) -> None:
    import pyarrow.parquet

    args = parse_args(argv)
    if args.dialogues:
        dialogues = [dialogue for path in args.dialogues for dialogue in read_jsonl(path)]
        utterances = in_order(seeker_utterances(dialogues, args.merge == "yes"), " ".join(args.dialogues))
    else:
        utterances = in_order(table_utterances(args.utterances), args.utterances)
    if args.unit == "sentence":
        utterances = in_order(in_sentences(utterances), "the sentences")
    named = labels(load_taxonomy(args.values))
    texts = [text for _, text in utterances]
    sentiments = open_sentiment(args.sentiment_kind, args.sentiment_model)(texts)
    probabilities = open_values(args.values_kind, args.values_model, named)(texts)
    table = label_table([name for name, _ in utterances], sentiments, probabilities, value_columns(named))
    with publishing(args.output) as draft:
        pyarrow.parquet.write_table(table, draft)
    unread = sum(one.strength is None for one in sentiments)
    log.info("%d utterances labelled, %d distinct texts, %d without sentiment", len(texts), len(set(texts)), unread)


if __name__ == "__main__":
    main()
