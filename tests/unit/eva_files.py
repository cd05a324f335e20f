"""Files of stage scoring for tests of paper B's tables, and the option that says which rows they are of."""

import json

import pyarrow
import pyarrow.parquet

from scripts.stats.evaeval import evaeval
from scripts.stats.positions import LEVELS, counts, placed, shares
from scripts.text.files import write_csv, write_jsonl

EVAEVAL = ["dialogue_id", "variant", "metric", "value", "n", "labels"]
PHRASES = ["order", "rank", "phrase", "of_dialogues", "of_utterances", "share_dialogues", "share_utterances"]
PHRASES += ["repeated_10", "repeated_20", "repeated_30"]
GOLD = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 4), (4, 4)]  # (level, quartile) of EVAD's chosen


def row(model, variant, responders, aligned=False, missing="") -> dict:
    return {"model": model, "variant": variant, "responders": responders, "aligned": aligned, "missing": missing}


def rows(*entries) -> str:
    return json.dumps([*entries])


def write_parquet(path, scores) -> None:
    """Scores: (dialogue, turn, metric, value)."""
    columns = list(zip(*scores, strict=True)) or [()] * 4
    kinds = (pyarrow.string(), pyarrow.int32(), pyarrow.string(), pyarrow.float64())
    names = ("dialogue_id", "turn", "metric", "value")
    table = {n: pyarrow.array(list(own), kind) for n, own, kind in zip(names, columns, kinds, strict=True)}
    pyarrow.parquet.write_table(pyarrow.table(table), path)


def write_evad(path) -> None:
    write_jsonl(path, [{"chosen": {"level": level}, "quartile": part} for level, part in GOLD])


def write_evaeval(path, levels, labels="synthetic") -> None:
    """`levels`: by dialogue, as scoring.score_eva would write them."""
    found = []
    for variant, named in evaeval(list(levels.values()), counts(GOLD), "per_level").items():
        found += [("", variant, f"evaeval_{name}", value) for name, value in named.items()]
    for name, own in levels.items():
        table = shares(counts(placed(own)), "per_level")
        found += [
            (name, "share", f"level{level}_q{part}", value)
            for level, line in zip(LEVELS, table, strict=True)
            for part, value in enumerate(line, 1)
        ]
    write_csv(path, [dict(zip(EVAEVAL, (*one, 1, labels), strict=True)) for one in found], EVAEVAL)


def write_scores(folder, name, bleu, levels=None, words=True, labels="synthetic") -> list[str]:
    """A responder's scores, empathy and EVAEval: turns of dialogue `a` (two) and `b` (one) with these BLEU-2."""
    turns = list(zip(("a", "a", "b"), (1, 3, 1), strict=True))
    scores = [(*turn, "bleu_2", value) for turn, value in zip(turns, bleu, strict=True)]
    scores += [(*turn, "rouge_l", 0.5) for turn in turns] + [(None, None, "bleu_2_corpus", 0.25)]
    if words:
        scores += [("a", None, "dist_2", 1.0), ("b", None, "dist_2", 0.5), (None, None, "dist_2_corpus", 0.6)]
    degrees = [(*turn, f"epitome_{m}", 2.0 * (turn[0] == "a")) for m in ("er", "ex", "ip") for turn in turns]
    write_parquet(folder / f"{name}.scores", scores)
    write_parquet(folder / f"{name}.empathy", degrees)
    write_evaeval(folder / f"{name}.evaeval", levels or {"a": [1, 4], "b": [2]}, labels)
    return [str(folder / f"{name}.{kind}") for kind in ("scores", "empathy", "evaeval")]


def write_phrases(path, found) -> str:
    """Phrases: (order, rank, phrase, share of dialogues, repeated above 10, 20 and 30 percent)."""
    lines = [(*one[:3], 20, 60, one[3], one[3] / 2, *one[4:]) for one in found]
    write_csv(path, [dict(zip(PHRASES, line, strict=True)) for line in lines], PHRASES)
    return str(path)


def write_types(path, shares_by_type) -> str:
    head = ["type", "type_name", "utterances", "of_utterances", "share", "share_fractional"]
    lines = [(kind, f"Name of {kind}", 0, 60, share, share / 2) for kind, share in shares_by_type.items()]
    write_csv(path, [dict(zip(head, line, strict=True)) for line in lines], head)
    return str(path)
