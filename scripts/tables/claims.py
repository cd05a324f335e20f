"""The numbers that the papers' prose quotes, from what a build made (requirements A-083 and B-047)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from scripts.text.dialogue import merge_turns
from scripts.text.files import read_csv, read_json, read_jsonl

Name = tuple[str, str]  # key and metric of published/a_inline.csv or b_inline.csv


class Claim(NamedTuple):
    """A quoted number as built; `n` units behind it, and what it was taken from, or why there is none."""

    value: float | str | None
    n: int | None
    basis: str
    status: str = ""  # where it is not built, or not_computable without a value


Claims = dict[Name, Claim]


def from_settings(settings: Mapping[str, Mapping[str, object]]) -> Claims:
    """Quoted settings, by key and metric: {value, basis}; a value of None is a setting that there is not."""
    return {
        _name(name): Claim(None if entry["value"] is None else _number(entry["value"]), None, str(entry["basis"]))
        for name, entry in settings.items()
    }


def _name(dotted: str) -> Name:
    key, _, metric = dotted.partition(".")
    return key, metric


def _number(value: object) -> float | str:
    """The number, or the word that stands for one (a horizon may be `all`)."""
    try:
        return float(str(value))
    except ValueError:
        return str(value)


def from_corpus(splits: Mapping[str, Sequence[dict]]) -> Claims:
    """Length of ESConv: exchanges a dialogue, and words of a seeker's merged turn in the test split."""
    merged = {split: [merge_turns(row["turns"]) for row in rows] for split, rows in splits.items()}
    every = [turns for rows in merged.values() for turns in rows]
    said = [len(turn["text"].split()) for turns in merged["test"] for turn in turns if turn["role"] == "seeker"]
    exchanges = fmean(len(turns) / 2 for turns in every)
    return {
        ("esconv", "mean_turns_quoted"): Claim(exchanges, len(every), "exchanges: merged turns of ESConv, halved"),
        ("esconv_test", "mean_seeker_utterance_words"): Claim(fmean(said), len(said), "merged seeker turns, words"),
    }


def from_personas(situations: str, rated: str, splits: Mapping[str, str]) -> Claims:
    """Situations before and after the rating, and personas by split."""
    kept = [row for row in read_jsonl(rated) if row["kept"]]
    counts = {"situations_generated": len(read_jsonl(situations)), "situations_kept": len(kept)}
    counts |= {split: len(read_jsonl(path)) for split, path in splits.items()}
    return {("personas", metric): Claim(count, None, "personas/") for metric, count in counts.items()}


def from_teacher(dialogues: Iterable[dict]) -> Claims:
    """How often the teacher's first answer leaves the reference unused, in percent of its turns."""
    used = [
        turn["use_reference"]
        for row in dialogues
        for turn in row["turns"]
        if turn["role"] == "supporter" and turn.get("use_reference") is not None
    ]
    share = 100 * fmean(not use for use in used) if used else None
    return {("sft_simulation_gpt", "reference_not_used_percent"): Claim(share, len(used), "turns of the SFT teacher")}


def from_lengths(dialogues: Mapping[str, Sequence[dict]], longest: str) -> Claims:
    """Words of a supporter's turn (the greeting left out): of the longest system's, and the range of the others'."""
    words = {
        name: [
            len(turn["text"].split())
            for row in rows
            for turn in row["turns"]
            if turn["role"] == "supporter" and turn["index"] > 0
        ]
        for name, rows in dialogues.items()
    }
    means = {name: fmean(counts) for name, counts in words.items() if counts}
    others = [mean for name, mean in means.items() if name != longest]
    return {
        (f"llama_{longest}", "words_per_turn"): Claim(
            means.get(longest), len(words.get(longest, [])), "test dialogues"
        ),
        ("others", "words_per_turn_low"): Claim(min(others, default=None), len(others), "the shortest other system"),
        ("others", "words_per_turn_high"): Claim(max(others, default=None), len(others), "the longest other system"),
    }


def from_low_values(ratings: str, count: int) -> Claims:
    """The highest rating (the lower of both sides) among the `count` dialogues that are rated lowest."""
    lowest = sorted(min(row["seeker"], row["supporter"]) for row in read_jsonl(ratings))[:count]
    value = lowest[-1] if lowest else None
    return {("low_value_analysis", "score"): Claim(value, len(lowest), "the highest rating among the lowest dialogues")}


def from_tables(figure2: str, table11: str, table13: str) -> Claims:
    """Numbers that stand in a table or figure of the build too."""
    found: Claims = {}
    for row in read_csv(figure2):
        if row["item"] == "total":
            found[f"value_effect_{row['group']}", row["metric"]] = _claim(row, "figure2.csv")
    for row in read_csv(table11):
        if (row["model"], row["method"], row["metric"]) == ("GPT-4o-mini", "Zero-shot", "spearman"):
            found["es_intensity", "correlation_esconv"] = _claim(row, "table11.csv")
    rho = [float(row["value"]) for row in read_csv(table13) if row["metric"] == "spearman" and row["value"]]
    why = "table13.csv" if rho else "no ratings of experts: table13.csv says where they belong"
    found["expert_correlation", "min"] = Claim(min(rho, default=None), len(rho), why)
    found["expert_correlation", "max"] = Claim(max(rho, default=None), len(rho), why)
    return found


def _claim(row: Mapping[str, str], basis: str) -> Claim:
    return Claim(float(row["value"]) if row["value"] else None, int(row["n"]) if row["n"] else None, basis)


def from_labels(path: str) -> Claims:
    """The range of both sentiment scales in ESConv's labels."""
    import pyarrow.compute
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["sentiment", "sentiment_class"])
    found: Claims = {}
    for scale, column in (("v_oc", "sentiment_class"), ("v_reg", "sentiment")):
        bounds = pyarrow.compute.min_max(table[column]).as_py()
        for end in ("min", "max"):
            found["emollama", f"{scale}_{end}"] = Claim(bounds[end], table.num_rows, "observed in ESConv's labels")
    return found


def from_trainings(folders: Mapping[Name, str]) -> Claims:
    """Hours of trainings, from what lies beside their weights."""
    return {
        name: Claim(read_json(Path(folder) / "training.json")["seconds"] / 3600, None, "on this run's device")
        for name, folder in folders.items()
    }
