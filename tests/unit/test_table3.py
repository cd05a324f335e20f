"""Table 3 from judges' files: hand-computed cells, markers, side files, and labels that move with the dialogues."""

import json
import random

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_table3
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from scripts.text.taxonomy import load_taxonomy

PUBLISHED = "resources/published/a_table03.csv"
CRITERIA = [entry["name"] for entry in load_taxonomy("resources/taxonomy/criteria.yaml")]
SYSTEMS = [
    ("gpt", "Prompt-based", "GPT"),
    ("llama", "Prompt-based", "Llama"),
    ("esconv", "Fine-tuned", "Llama-ESConv"),
    ("extes", "Fine-tuned", "Llama-ExTES"),
    ("psych8k", "Fine-tuned", "Llama-Psych8k"),
    ("emotion_sft", "Emotion-Reinforced", "SFT"),
    ("emotion_dpo", "Emotion-Reinforced", "DPO"),
    ("ours_sft", "Ours", "SFT"),
    ("ours_dpo", "Ours", "DPO"),
]
ENTRIES = [{"id": id, "keys": [category, model]} for id, category, model in SYSTEMS]
PERSONAS = [f"p{place:02d}" for place in range(12)]


@pytest.fixture
def build(tmp_path):
    """A world of nine systems, the later the better; p11 never ends with gpt. `table` tabulates it."""
    for rank, (system, *_) in enumerate(SYSTEMS):
        rng = random.Random(rank)
        ended = PERSONAS[:11] if system == "gpt" else PERSONAS
        write_jsonl(tmp_path / f"dialogues/{system}.jsonl", [_dialogue(p, system, p in ended) for p in PERSONAS])
        write_jsonl(
            tmp_path / f"skills/{system}.jsonl",
            [{"id": p, **{name: min(5, 1 + rank // 2 + rng.randrange(2)) for name in CRITERIA}} for p in ended],
        )
        write_jsonl(tmp_path / f"intensity/{system}.jsonl", [{"id": p, "intensity": 5 - rank // 2} for p in ended])
        write_jsonl(
            tmp_path / f"values/{system}.jsonl",
            [{"id": p, "seeker": rank / 20 + rng.randrange(2) / 10, "supporter": 0.5, "votes": []} for p in ended],
        )
    (tmp_path / "values/ours_dpo.jsonl").unlink()
    return lambda **changes: _table(tmp_path, **changes)


def _dialogue(persona, system, ended):
    end = "gratitude" if ended else "limit"
    return {"id": persona, "persona_id": persona, "system": system, "turns": [], "end_reason": end}


def _table(folder, entries=ENTRIES, evidence="stand_in", **files):
    ids = [entry["id"] for entry in entries]
    lists = {name: [folder / name / f"{id}.jsonl" for id in ids] for name in ("dialogues", "skills", "intensity")}
    lists["values"] = [folder / f"values/{id}.jsonl" for id in ids if id != "ours_dpo"]
    lists |= files
    outputs = {name: folder / f"{name}.csv" for name in ("output", "stats", "agreement", "completion")}
    blocks = [{"reference": "ours_dpo", "label": "", "systems": entries}]
    options = ["--blocks", json.dumps(blocks), "--resamples", 500, "--seed", 42]
    options += [
        "--published",
        PUBLISHED,
        "--run",
        "demo",
        "--evidence",
        evidence,
        "--text",
        folder / "table3.md",
    ]
    for name, paths in lists.items():
        options += [f"--{name}", *paths]
    for name, path in outputs.items():
        options += [f"--{name}", path]
    tabulate_table3.main([str(option) for option in options])
    return {name: read_csv(path) for name, path in outputs.items()} | {"text": (folder / "table3.md").read_text()}


def row_of(rows, category, model, metric):
    (found,) = [r for r in rows if (r["category"], r["model"], r["metric"]) == (category, model, metric)]
    return found


def test_table_has_every_published_cell_in_printed_order_with_n_and_interval(build):
    rows, printed = build()["output"], read_csv(PUBLISHED)
    keys = ("category", "model", "group", "metric")
    assert [[row[key] for key in keys] for row in rows] == [[row[key] for key in keys] for row in printed]
    assert len(rows) == 9 * 13
    assert [row["published"] for row in rows] == [row["value"] for row in printed]
    for row in rows:
        if row["status"] == "built":
            assert float(row["ci_low"]) <= float(row["value"]) <= float(row["ci_high"])
            assert row["n"] == ("11" if row["model"] == "GPT" else "12")


def test_cells_are_means_of_finished_dialogues(build, tmp_path):
    rows = build()["output"]
    ratings = [row["overall"] for row in read_jsonl(tmp_path / "skills/gpt.jsonl")]
    assert float(row_of(rows, "Prompt-based", "GPT", "overall")["value"]) == pytest.approx(sum(ratings) / 11)
    assert row_of(rows, "Ours", "DPO", "es_intensity")["value"] == "1.0"


def test_reference_model_has_no_marker_and_no_win_ratio(build):
    rows = [row for row in build()["output"] if (row["category"], row["model"]) == ("Ours", "DPO")]
    assert {row["marker"] for row in rows} == {""}
    empty = [(row["metric"], row["value"], row["n"]) for row in rows if row["status"] == "reference"]
    assert empty == [("seeker", "", ""), ("supporter", "", "")]


def test_markers_are_the_papers_tests_and_the_side_file_holds_ours(build):
    built = build()
    rows, stats = built["output"], built["stats"]
    assert len(stats) == 8 * 13
    gpt = row_of(stats, "Prompt-based", "GPT", "es_intensity")
    assert (gpt["n"], gpt["n_reference"], gpt["u"], gpt["effect_size"]) == ("11", "12", "132.0", "1.0")
    assert row_of(rows, "Prompt-based", "GPT", "es_intensity")["marker"] == "*"
    assert (gpt["difference"], gpt["difference_ci_low"], gpt["own_test"]) == ("4.0", "4.0", "")
    near = row_of(stats, "Ours", "SFT", "supporter")
    assert (near["p"], near["own_test"], near["own_p"], near["difference"]) == (
        "1.0",
        "wilcoxon",
        "1.0",
        "0.0",
    )
    far = row_of(stats, "Prompt-based", "GPT", "seeker")
    assert float(far["own_p"]) < 0.05
    assert float(far["difference_ci_high"]) < 0
    assert all(float(row["p"]) <= float(row["p_holm"]) for row in stats)


def test_completion_counts_end_reasons_and_pairs(build):
    completion = {(row["category"], row["model"]): row for row in build()["completion"]}
    gpt, ours = completion["Prompt-based", "GPT"], completion["Ours", "DPO"]
    assert (gpt["dialogues"], gpt["gratitude"], gpt["limit"], gpt["value_pairs"]) == ("12", "11", "1", "11")
    assert float(gpt["finished_share"]) == pytest.approx(11 / 12)
    assert (ours["finished_share"], ours["value_pairs"]) == ("1.0", "")


def test_agreement_orders_systems_and_counts_equal_markers(build):
    built = build()
    agreement = {row["metric"]: row for row in built["agreement"]}
    assert (agreement["overall"]["systems"], agreement["seeker"]["systems"]) == ("9", "8")
    assert agreement["supporter"]["kendall_tau"] == ""  # all our ratios are 0.5: no order
    own = [row for row in built["output"] if row["metric"] == "overall" and row["model"] != "DPO"]
    own.append(row_of(built["output"], "Emotion-Reinforced", "DPO", "overall"))
    equal = sum(row["marker"] == row["published_marker"] for row in own)
    assert (agreement["overall"]["markers_equal"], agreement["overall"]["markers_compared"]) == (
        str(equal),
        "8",
    )


def test_page_has_banner_both_layouts_and_emphasis(build):
    page = build()["text"]
    assert "not comparable" in page
    assert "| Prompt-based | GPT | 4.83\\* | <u>4.92</u> |" in page  # the published layout
    ours = next(line for line in page.splitlines() if line.startswith("| Ours | DPO |"))
    cells = ours.strip("| ").split(" | ")
    assert (cells[12], cells[13], cells[14]) == ("**1.00**", "-", "-")
    assert "| Prompt-based | GPT | 12 | 0 | 11 | 1 | 0 | 92% | 11 | " in page
    assert "not comparable" not in build(evidence="real")["text"]


def test_difference_from_the_published_number_needs_real_evidence(build):
    assert {row["difference"] for row in build()["output"]} == {""}
    row = row_of(build(evidence="real")["output"], "Ours", "DPO", "es_intensity")
    assert float(row["difference"]) == pytest.approx(1.0 - 1.75)


def test_rows_move_with_the_dialogues_when_labels_are_permuted(build):
    moved = [{**entry, "id": other["id"]} for entry, other in zip(ENTRIES[:8], reversed(ENTRIES[:8]), strict=True)]
    before, after = build()["output"], build(entries=[*moved, ENTRIES[8]])["output"]
    labels = {entry["id"]: entry["keys"] for entry in moved}
    numbers = ("value", "marker", "n", "ci_low", "ci_high")
    for id, category, model in SYSTEMS[:8]:
        for metric in (*CRITERIA, "es_intensity", "seeker", "supporter"):
            old, new = row_of(before, category, model, metric), row_of(after, *labels[id], metric)
            assert [old[name] for name in numbers] == [new[name] for name in numbers]
    assert row_of(before, *SYSTEMS[0][1:], "overall")["value"] != row_of(after, *SYSTEMS[0][1:], "overall")["value"]


def test_order_of_judged_lines_moves_no_number(build, tmp_path):
    before = build()["output"]
    path = tmp_path / "skills/gpt.jsonl"
    write_jsonl(path, reversed(read_jsonl(path)))
    assert build()["output"] == before


def test_files_in_another_order_than_the_systems_are_refused(build, tmp_path):
    swapped = [tmp_path / f"dialogues/{id}.jsonl" for id, *_ in [SYSTEMS[1], SYSTEMS[0], *SYSTEMS[2:]]]
    with pytest.raises(Problem, match="is of llama, not gpt"):
        build(dialogues=swapped)


def test_missing_file_of_a_system_is_refused(build, tmp_path):
    with pytest.raises(Problem, match="--values has 7 files for 8 systems"):
        build(values=[tmp_path / f"values/{id}.jsonl" for id, *_ in SYSTEMS[:7]])


def test_printed_system_that_was_not_selected_is_refused(build):
    with pytest.raises(Problem, match="Prompt-based, GPT"):
        build(entries=ENTRIES[1:])


def test_rating_of_an_unfinished_dialogue_is_refused(build, tmp_path):
    path = tmp_path / "intensity/gpt.jsonl"
    write_jsonl(path, [*read_jsonl(path), {"id": "p11", "intensity": 1}])
    with pytest.raises(Problem, match="p11"):
        build()
