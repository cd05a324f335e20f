"""The numbers that paper B's prose quotes, from what a build made (requirement B-047)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from scripts.tables.claims import Claim, Claims
from scripts.tables.people import NEEDS
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_csv, read_json, read_jsonl

NOWHERE = {  # facts about people and machines of the paper, which nothing here says
    ("evad", "pay_per_dialogue_usd"): "what the paper's raters were paid",
    ("human_eval", "pay_per_example_usd"): "what the paper's raters were paid",
    ("ed", "workers"): "a fact about the corpus that its files do not hold",
    ("esconv", "real_experience_percent"): "a fact about the corpus that its files do not hold",
    ("hardware", "gpus_a6000"): "the paper's machines; docs/training.md says what ours are",
    ("packages", "rouge_score"): "ROUGE-L is our own (scripts/stats/overlap.py); tests compare it by hand",
}
SEARCHED = {"batch_size", "learning_rate", "grad_accumulation", "epochs"}
NOT_SEARCHED = "no search is made (B-027); the paper's choice is the default"
KAPPAS = ("prelim", "evad", "human_eval", "validity")


def nowhere() -> Claims:
    searched = {("acq_grid", metric): NOT_SEARCHED for metric in SEARCHED}
    return {name: Claim(None, None, why) for name, why in (NOWHERE | searched).items()}


def _cell(rows: Sequence[Mapping[str, str]], basis: str, **keys: str) -> Claim:
    """The value of the one row with these keys, with its status."""
    row = next(row for row in rows if all(row[name] == value for name, value in keys.items()))
    value = float(row["value"]) if row["value"] else None
    return Claim(value, int(row["n"]) if row["n"] else None, basis, row["status"])


def from_people(agreement: str, comfort: str, figure5: str) -> Claims:
    """Kappas, the comfort survey and figure 5."""
    kappas = read_csv(agreement)
    found = {
        (study, "fleiss_kappa"): _cell(kappas, "agreement.csv", study=study, judged="", metric="fleiss_kappa")
        for study in KAPPAS
    }
    metric = "not_comfortable_percent"
    found["prelim", metric] = _cell(read_csv(comfort), "prelim_comfort.csv", system="all", metric=metric)
    won = _cell(read_csv(figure5), "figure5.csv", criterion="Comfortness", label="win", metric="percent")
    return found | {("human_eval", "comfort_win_percent"): won}


def from_evad(table7: str) -> Claims:
    """How many items the preference data have."""
    keys = {"label": "chosen", "split": "total", "metric": "n_examples"}
    return {("evad", "samples"): _cell(read_csv(table7), "table7.csv", **keys)}


def waiting(missing: Mapping[str, str]) -> Claims:
    """Numbers that wait for people's answers, by `key.metric`, with what is missing."""
    return {tuple(name.split(".")): Claim(None, None, why, NEEDS) for name, why in missing.items()}


def from_types(files: Mapping[str, str], evad_raters: str) -> Claims:
    """Shares of response types, in percent, of the systems by id (I-B05: the paper has two numbers for one share).

    A system without a file has none. One that learnt from stand-ins' rankings is `synthetic`.
    """
    wanted = {
        ("prelim_mistral", "ss_percent"): ("mistral", "SS"),
        ("prelim_gpt4o", "ss_percent"): ("gpt4o", "SS"),
        ("rq2_mistral", "ss_percent"): ("mistral", "SS"),
        ("rq2_mistral", "uv_percent"): ("mistral", "UV"),
        ("rq2_eva_mistral", "uv_percent"): ("mistral_eva", "UV"),
    }
    found: Claims = {}
    for name, (system, kind) in wanted.items():
        if system in files:
            row = next(row for row in read_csv(files[system]) if row["type"] == kind)
            status = "synthetic" if (system, evad_raters) == ("mistral_eva", "llm") else ""
            share, basis = 100 * float(row["share"]), f"types of {system} on ESConv"
            found[name] = Claim(share, int(row["of_utterances"]), basis, status)
    return found


def from_level_classifier(splits: Mapping[str, str], folder: str) -> Claims:
    """Sizes of the classifier's splits, and its F1 (macro, in percent) on test texts that training has not seen."""
    measured = read_json(Path(folder) / "training.json")
    status = "synthetic" if measured["labels"] == "synthetic" else "built"
    found: Claims = {
        ("level_classifier", split): Claim(len(read_jsonl(path)), None, "scoring/levels/", status)
        for split, path in splits.items()
    }
    f1 = measured["test"].get("macro_f1")
    basis = f"macro F1 of the level classifier, labels {measured['labels']}"
    value = None if f1 is None else 100 * f1
    return found | {("level_classifier", "f1_test"): Claim(value, measured["test"]["rows"], basis, status)}


def from_corpora(esconv: Mapping[str, str], empathetic: Mapping[str, str]) -> Claims:
    """ESConv's dialogues that the seeker opens, EmpatheticDialogues' conversations and their exchanges."""
    found: Claims = {}
    for split, path in esconv.items():
        opened = sum(row["turns"][0]["role"] == "seeker" for row in read_jsonl(path) if row["turns"])
        found["esconv_filtered", split] = Claim(opened, None, "dialogues that the seeker opens")
    exchanges = []
    for split, path in empathetic.items():
        rows = read_jsonl(path)
        found["ed", split] = Claim(len(rows), None, "corpora/empathetic/")
        exchanges += [len(merge_turns(row["turns"])) / 2 for row in rows]
    mean = fmean(exchanges) if exchanges else None
    return found | {("ed", "mean_turns"): Claim(mean, len(exchanges), "exchanges: merged turns, halved")}


def from_evaeval(files: Mapping[str, Sequence[str]], evad_raters: str) -> Claims:
    """EVAEval's average (Eq. 1) of EVA_ChatCounselor by set of turns, over seeds, `synthetic` as in table 10."""
    found: Claims = {}
    for name, paths in files.items():
        rows = [
            row
            for path in paths
            for row in read_csv(path)
            if not row["dialogue_id"] and (row["variant"], row["metric"]) == ("mean", "evaeval_avg")
        ]
        status = "synthetic" if evad_raters == "llm" or any(row["labels"] == "synthetic" for row in rows) else ""
        key, metric = name.split(".")
        value = fmean(float(row["value"]) for row in rows) if rows else None
        found[key, metric] = Claim(value, len(rows), "EVAEval of Eq. 1, mean of seeds", status)
    return found


def from_hours(folders: Mapping[str, str]) -> Claims:
    """Hours of trainings, by key and metric, from what lies beside their weights."""
    return {
        tuple(name.split(".")): Claim(
            read_json(Path(folder) / "training.json")["seconds"] / 3600, None, "on this run's device"
        )
        for name, folder in folders.items()
    }


def from_lock(path: str) -> Claims:
    """The version of NLTK that is pinned."""
    pins = dict(line.split("==") for line in Path(path).read_text(encoding="utf-8").split() if "==" in line)
    return {("packages", "nltk"): Claim(pins["nltk"], None, path)}
