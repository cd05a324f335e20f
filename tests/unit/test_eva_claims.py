"""Numbers quoted in paper B's prose: each piece by hand, and a row for every published one."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_eva_claims
from scripts.tables.claims import Claim
from scripts.tables.eva_claims import from_corpora, from_evaeval, from_level_classifier, from_types
from scripts.tables.quoting import quoted_page, quoted_rows
from scripts.tables.tidy import Origin, read_published
from scripts.text.files import read_csv, write_csv, write_json, write_jsonl
from tests.unit.evad_data import dialogue, run

PUBLISHED = "resources/published/b_inline.csv"
SETTINGS = [
    *(f"prelim.{name}" for name in ("dialogues", "crowd_workers", "top_ngrams", "ngram_order")),
    *("prelim.ngram_order_min_explored", "prelim.ngram_order_max_explored", "evad.annotators"),
    *("evad.disagree_more_than", "protocol.runs_averaged", "validity.dialogues", "validity.annotators"),
    *(f"human_eval.{name}" for name in ("dialogues", "annotators", "annotators_per_example")),
    *(f"acq.{name}" for name in ("epochs", "learning_rate", "batch_size", "grad_accumulation")),
    *(f"ali.{name}" for name in ("lora_rank", "lora_alpha", "lora_dropout", "epochs", "learning_rate")),
    *("ali.batch_size", "ali.grad_accumulation", "repetition.top_phrases", "repetition.thresholds_percent"),
]


def table(path, rows):
    write_csv(path, rows, list(rows[0]))
    return path


def test_types_are_shares_in_percent_of_the_named_system(tmp_path):
    files = {}
    for system, share in (("mistral", 0.25), ("gpt4o", 0.5), ("mistral_eva", 0.75)):
        rows = [
            {"type": kind, "share": value, "of_utterances": 8} for kind, value in (("SS", share), ("UV", share / 5))
        ]
        files[system] = table(tmp_path / f"{system}.csv", rows)
    claims = from_types(files, "llm")
    assert {name[0] for name, claim in claims.items() if claim.status == "synthetic"} == {"rq2_eva_mistral"}
    assert ("rq2_eva_mistral", "uv_percent") not in from_types({k: files[k] for k in ("mistral", "gpt4o")}, "human")
    found = {name: claim.value for name, claim in claims.items()}
    assert found["prelim_mistral", "ss_percent"] == found["rq2_mistral", "ss_percent"] == 25
    assert found["prelim_gpt4o", "ss_percent"] == 50 and found["rq2_eva_mistral", "uv_percent"] == pytest.approx(15)


def corpora(tmp_path, name):
    paths = {}
    for split, count in (("train", 3), ("valid", 2), ("test", 1)):
        paths[split] = tmp_path / f"{name}_{split}.jsonl"
        write_jsonl(paths[split], [dialogue(f"{split}-{n}", 2, greeting=n == 2) for n in range(count)])
    return paths


def test_dialogues_that_the_supporter_opens_do_not_count(tmp_path):
    found = from_corpora(corpora(tmp_path, "a"), corpora(tmp_path, "b"))
    assert [found["esconv_filtered", split].value for split in ("train", "valid", "test")] == [2, 2, 1]
    assert [found["ed", split].value for split in ("train", "valid", "test")] == [3, 2, 1]
    assert found["ed", "mean_turns"].value == pytest.approx((5 * 2 + 2.5) / 6)


def test_classifiers_f1_is_synthetic_where_its_labels_are(tmp_path):
    folder = tmp_path / "levels"
    folder.mkdir()
    for labels, status in (("synthetic", "synthetic"), ("human", "built")):
        write_json(folder / "training.json", {"labels": labels, "test": {"macro_f1": 0.5, "rows": 7}})
        found = from_level_classifier({}, folder)["level_classifier", "f1_test"]
        assert (found.value, found.n, found.status) == (50, 7, status)
    write_json(folder / "training.json", {"labels": "human", "test": {"rows": 0}})
    assert from_level_classifier({}, folder)["level_classifier", "f1_test"].value is None


def evaeval(path, value, labels="human"):
    rows = [("", "mean", "evaeval_avg", value), ("", "sum", "evaeval_avg", 9), ("d1", "mean", "evaeval_avg", 9)]
    columns = ("dialogue_id", "variant", "metric", "value", "labels")
    return table(path, [dict(zip(columns, (*row, labels), strict=True)) for row in rows])


def test_evaeval_is_the_systems_mean_over_seeds(tmp_path):
    files = [evaeval(tmp_path / f"{n}.csv", value) for n, value in enumerate((0.1, 0.3))]
    claim = from_evaeval({"table10_text.x": files, "table11_text.y": []}, "human")
    assert {one.status for one in claim.values()} == {""}
    assert from_evaeval({"table10_text.x": files}, "llm")["table10_text", "x"].status == "synthetic"
    files.append(evaeval(tmp_path / "s.csv", 0.2, "synthetic"))
    assert from_evaeval({"table10_text.x": files}, "human")["table10_text", "x"].status == "synthetic"
    assert claim["table10_text", "x"].value == pytest.approx(0.2) and claim["table10_text", "x"].n == 2
    assert claim["table11_text", "y"].value is None


def test_list_of_values_gets_no_difference_and_a_claim_that_is_not_printed_is_a_problem():
    printed = {
        ("a", "x"): {"value": "2|4", "marker": "", "source": "1"},
        ("a", "y"): {"value": "3", "marker": "", "source": "2"},
    }
    claims = {("a", "x"): Claim(2.0, None, "b"), ("a", "y"): Claim(None, None, "why", "needs_ratings")}
    rows = quoted_rows(printed, claims, "p.csv", Origin("paper", "real"))
    assert [(row["published"], row["difference"], row["status"]) for row in rows] == [
        ("2|4", None, "built"),
        ("3", None, "needs_ratings"),
    ]
    assert "| 2\\|4 | 1 | b |" in quoted_page(rows, "B", "real")
    with pytest.raises(Problem, match=r"p\.csv lacks the row b, z"):
        quoted_rows(printed, claims | {("b", "z"): Claim(1, None, "")}, "p.csv", Origin("paper", "real"))


def options(tmp_path):
    base = {"n": 4, "status": "synthetic", "metric": "fleiss_kappa", "judged": ""}
    kappas = [base | {"study": name, "value": 0.5} for name in ("prelim", "evad", "human_eval", "validity")]
    comfort = {"system": "all", "metric": "not_comfortable_percent", "value": 80, "n": 9, "status": "synthetic"}
    figure5 = {"criterion": "Comfortness", "label": "win", "metric": "percent", "value": "", "n": ""}
    table7 = {"label": "chosen", "split": "total", "metric": "n_examples", "value": 12, "n": 12, "status": "built"}
    types = [{"type": kind, "share": 0.5, "of_utterances": 8} for kind in ("SS", "UV")]
    folder = tmp_path / "levels"
    folder.mkdir()
    write_json(folder / "training.json", {"labels": "human", "test": {"macro_f1": 0.5, "rows": 7}, "seconds": 7200})
    quoted = {name: {"value": 1, "basis": "config"} for name in SETTINGS}
    scored = [
        ["table10_text.eva_chatcounselor_esconv_evaeval_avg", 1],
        ["table11_text.eva_chatcounselor_ed_evaeval_avg", 1],
    ]
    return {
        "settings": json.dumps(quoted),
        "waiting": "{}",
        "evad_raters": "human",
        "agreement": table(tmp_path / "a.csv", kappas),
        "comfort": table(tmp_path / "c.csv", [comfort]),
        "figure5": table(tmp_path / "f.csv", [figure5 | {"status": "needs_ratings"}]),
        "table7": table(tmp_path / "7.csv", [table7]),
        "lock": "requirements.lock",
        "typed": ["mistral", "gpt4o", "mistral_eva"],
        "types": [table(tmp_path / "t.csv", types)] * 3,
        "levels": list(corpora(tmp_path, "l").values()),
        "classifier": folder,
        "esconv_dialogues": list(corpora(tmp_path, "a").values()),
        "empathetic_dialogues": list(corpora(tmp_path, "b").values()),
        "scored": json.dumps(scored),
        "evaeval": [evaeval(tmp_path / f"{n}.csv", 0.1) for n in range(2)],
        "trainings": ["hardware.acq_hours_esconv", "hardware.acq_hours_ed", "hardware.ali_hours"],
        "trained": [folder] * 3,
        **{"published": PUBLISHED, "run": "paper", "evidence": "real"},
        **{"output": tmp_path / "out.csv", "text": tmp_path / "out.md"},
    }


def test_every_printed_number_has_a_row_with_a_value_or_a_reason(tmp_path):
    run(tabulate_eva_claims, **options(tmp_path))
    rows = {(row["key"], row["metric"]): row for row in read_csv(tmp_path / "out.csv")}
    assert list(rows) == list(read_published(PUBLISHED, ("key",)))
    assert all(row["basis"] for row in rows.values())
    empty = {name for name, row in rows.items() if not row["value"]}
    assert {rows[name]["status"] for name in empty} == {"not_computable", "needs_ratings"} and len(empty) == 11
    assert rows["human_eval", "comfort_win_percent"]["status"] == "needs_ratings"
    assert rows["prelim", "fleiss_kappa"]["status"] == "synthetic" and rows["evad", "samples"]["value"] == "12.0"
    assert float(rows["hardware", "ali_hours"]["value"]) == 2 and rows["packages", "nltk"]["value"] == "3.10.4"
    assert float(rows["evad", "fleiss_kappa"]["difference"]) == pytest.approx(0.5 - 0.56)


def test_claim_that_nothing_makes_is_a_problem(tmp_path):
    given = options(tmp_path)
    kept = {name: entry for name, entry in json.loads(given["settings"]).items() if name != "acq.epochs"}
    with pytest.raises(Problem, match="acq, epochs"):
        run(tabulate_eva_claims, **given | {"settings": json.dumps(kept)})


def test_numbers_that_wait_for_people_need_ratings_and_say_what_is_missing(tmp_path):
    given = options(tmp_path)
    waiting = ["rq2_eva_mistral.uv_percent", "hardware.ali_hours"]
    waiting += [f"level_classifier.{metric}" for metric in ("train", "valid", "test", "f1_test")]
    waiting += [name for name, _ in json.loads(given["scored"])]
    left = {"typed": ["mistral", "gpt4o"], "types": given["types"][:2], "levels": [], "classifier": [], "evaeval": []}
    left |= {"scored": "[]", "trainings": given["trainings"][:2], "trained": given["trained"][:2]}
    run(tabulate_eva_claims, **given | left | {"waiting": json.dumps(dict.fromkeys(waiting, "nobody has ranked"))})
    rows = {f"{row['key']}.{row['metric']}": row for row in read_csv(tmp_path / "out.csv")}
    assert len(rows) == len(read_published(PUBLISHED, ("key",)))
    told = {name for name, row in rows.items() if row["basis"] == "nobody has ranked"}
    assert told == set(waiting) and {rows[name]["status"] for name in told} == {"needs_ratings"}
    assert rows["rq2_mistral.uv_percent"]["value"] and rows["hardware.acq_hours_ed"]["value"]
