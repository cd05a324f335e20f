"""Table 13 of paper B: programs that pass, answers' F1, pooled subjects, the harness on the world's rows, the table."""

import json

import pytest

from scripts.benchmarks.code_runs import CodeEval, passes
from scripts.benchmarks.harness import pooled
from scripts.benchmarks.listed import listed
from scripts.benchmarks.squad import compute_exact, compute_f1
from scripts.provenance.errors import Problem
from scripts.tables import tabulate_eva_table13
from scripts.text.files import read_csv, read_jsonl, write_json
from scripts.world import write_benchmarks
from tests.unit.evad_data import run

LIST = "resources/benchmarks.csv"
TASKS = ["hellaswag", "coqa", "mmlu", "wikitext", "humaneval"]


@pytest.mark.parametrize(
    ("program", "passed"),
    [
        ("assert 1 + 1 == 2", True),
        ("assert 1 + 1 == 3", False),
        ("import sys; sys.exit(0)", False),
        ("while True: pass", False),
        ("x = 'a' * (4 << 30)", False),
        ("open('f', 'w').write('x' * 100000)", False),
        ("def f(:", False),
        ("import os; assert not [name for name in os.environ if 'KEY' in name or name == 'HOME']", True),
    ],
)
def test_program_passes_when_it_runs_to_its_end_within_its_bounds(program, passed, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert passes(program, seconds=2) == passed


def test_pass_at_1_is_the_mean_share_of_programs_that_pass():
    tests = ["assert f(1) == 2", "assert f(2) == 4"]
    programs = [["def f(x): return x + 1", "def f(x): return 0"], ["def f(x): return x + 1"]]
    assert CodeEval().compute(references=tests, predictions=programs, k=[1]) == ({"pass@1": 0.25}, {})
    with pytest.raises(ValueError, match="only pass@1"):
        CodeEval().compute(references=tests, predictions=programs, k=[10])


def test_f1_of_answers_by_hand():
    assert compute_exact("The lake.", "a Lake") == 1 and compute_exact("lake", "lakes") == 0
    assert compute_f1("the big lake", "lake of the moon") == pytest.approx(2 * 1 / (2 + 3))
    assert compute_f1("red red", "red") == pytest.approx(2 / 3)
    assert compute_f1("the", "") == 1 and compute_f1("lake", "") == 0


def test_subjects_are_pooled_by_their_questions():
    samples = {"mmlu_a": [{"acc": 1.0}, {"acc": 0.0}, {"acc": 0.0}], "mmlu_b": [{"acc": 1.0}], "coqa": [{"acc": 0.0}]}
    results = {"mmlu_a": {"acc,none": 1 / 3, "alias": "a"}, "mmlu_b": {"acc,none": 1.0}, "coqa": {"acc,none": 0.0}}
    found = pooled("mmlu", "acc", {"results": results, "samples": samples})
    assert found["value"] == pytest.approx(0.5) and found["n"] == 4
    assert found["stderr"] == pytest.approx((4 * 0.25 / 3) ** 0.5 / 2)
    page = {
        "results": {"wikitext": {"word_perplexity,none": 9.0}},
        "samples": {"wikitext": [{"word_perplexity": (1, 2)}]},
    }
    assert pooled("wikitext", "word_perplexity", page) == {"value": 9.0, "stderr": None, "n": 1}


@pytest.fixture
def world(tmp_path):
    """The world's questions by task."""
    paths = [tmp_path / f"{task}.jsonl" for task in TASKS]
    told = {"world": "resources/world.yaml", "count": 6, "seed": 1}
    run(write_benchmarks, **told, tasks=TASKS, output=paths)
    return {task: read_jsonl(path) for task, path in zip(TASKS, paths, strict=True)}


def test_worlds_questions_have_one_right_answer_and_its_programs_pass(world):
    for row in world["mmlu"]:
        first, second = row["question"].removeprefix("What is ").removesuffix("?").split(" + ")
        right = [choice for choice in row["choices"] if int(choice) == int(first) + int(second)]
        assert right == [row["choices"][row["answer"]]] and len(set(row["choices"])) == 4
    for row in world["hellaswag"]:
        topic = row["ctx_a"].removeprefix("Someone writes about ").removesuffix(".")
        assert [topic in ending for ending in row["endings"]].index(True) == int(row["label"])
    for row in world["humaneval"]:
        assert passes(f"{row['prompt']}{row['canonical_solution']}\n{row['test']}\ncheck({row['entry_point']})")
    assert all(row["answers"]["input_text"][-1] in row["story"] for row in world["coqa"])


def scripted(world, right):
    """A harness model that knows every answer, or says the opposite."""
    from lm_eval.api.model import LM

    class Model(LM):
        def loglikelihood(self, requests):
            found = []
            for request in requests:
                context, said = request.args
                known = any(
                    (row["question"] in context and said.strip() == "ABCD"[row["answer"]]) for row in world["mmlu"]
                ) or any(
                    (row["ctx_a"] in context and said.strip() == row["endings"][int(row["label"])])
                    for row in world["hellaswag"]
                )
                found.append((-1.0 if known == right else -90.0, known))
            return found

        def loglikelihood_rolling(self, requests):
            return [-2.0 for _ in requests]

        def generate_until(self, requests):
            found = []
            for request in requests:
                context = request.args[0]
                solved = [row["canonical_solution"] for row in world["humaneval"] if row["prompt"] == context]
                asked = context.count("Q:")
                talks = [
                    row
                    for row in world["coqa"]
                    if row["story"] in context and asked == len(row["questions"]["input_text"])
                ]
                said = solved[0] if solved else " " + talks[0]["answers"]["input_text"][-1]
                found.append(said if right else "    pass")
            return found

    return Model()


@pytest.mark.parametrize("right", [True, False])
def test_harness_scores_a_model_that_knows_everything_or_nothing(world, right):
    pytest.importorskip("lm_eval", reason="make .venv/benchmarks")
    from scripts.benchmarks.harness import ask_harness, prepare

    prepare()
    known = listed(LIST)
    found = ask_harness(scripted(world, right), world, {task: known[task]["split"] for task in TASKS}, 16)
    scores = {task: pooled(task, known[task]["metric"], found) for task in TASKS}
    assert {task: score["n"] for task, score in scores.items()} == dict.fromkeys(TASKS, 6)
    for task in ("hellaswag", "coqa", "mmlu", "humaneval"):
        assert scores[task]["value"] == (1 if right else 0), task
    words = sum(len(row["page"].split(" ")) for row in world["wikitext"])
    assert 1 < scores["wikitext"]["value"] < 2.718 ** (2 * 6 / (words / 2))


def test_list_of_other_columns_is_a_problem(tmp_path):
    (tmp_path / "b.csv").write_text("task,printed\nmmlu,MMLU\n")
    with pytest.raises(Problem, match="has not the columns task, printed, metric"):
        listed(str(tmp_path / "b.csv"))


def tabulate(tmp_path, *values, status="built"):
    entries = [
        {
            task: {"metric": "m", "value": value, "stderr": None if task == "wikitext" else 0.01, "n": 7}
            for task in TASKS
        }
        for value in values
    ]
    paths = []
    for number, entry in enumerate(entries):
        write_json(tmp_path / f"{number}.json", entry)
        paths.append(tmp_path / f"{number}.json")
    models = json.dumps([["Mistral", 1, "built"], ["EVA_Mistral", len(values) - 1, status]])
    pages = ["p/introduction.html"] if status == "needs_ratings" else []
    told = {"benchmarks": LIST, "models": models, "scores": paths, "pages": pages}
    told |= {"published": "resources/published/b_table13.csv", "run": "paper", "evidence": "real"}
    run(tabulate_eva_table13, **told, output=tmp_path / "t.csv", text=tmp_path / "t.md")
    return read_csv(tmp_path / "t.csv"), (tmp_path / "t.md").read_text()


def test_table_13_has_the_printed_rows_means_of_seeds_and_a_direction(tmp_path):
    rows, page = tabulate(tmp_path, 0.5, 0.2, 0.4)
    printed = read_csv("resources/published/b_table13.csv")
    assert [(row["task"], row["model"], row["metric"]) for row in rows] == [
        (row["task"], row["model"], row["metric"]) for row in printed
    ]
    found = {(row["task"], row["model"]): row for row in rows}
    assert float(found["MMLU", "Mistral"]["value"]) == 50 and float(found["MMLU", "EVA_Mistral"]["value"]) == (
        pytest.approx(30)
    )
    assert float(found["MMLU", "Mistral"]["ci_low"]) == pytest.approx(50 - 1.96)
    assert found["MMLU", "EVA_Mistral"]["ci_low"] == ""  # a standard error is of one seed alone
    assert float(found["WikiText", "Mistral"]["value"]) == 0.5 and found["WikiText", "Mistral"]["ci_low"] == ""
    better = {row["task"]: row["better"] for row in rows}
    assert better == dict.fromkeys(better, "higher") | {"WikiText": "lower"}
    assert "WikiText ↓" in page and "HellaSwag ↑" in page
    assert float(found["WikiText", "Mistral"]["difference"]) == pytest.approx(0.5 - 9.86)


def test_model_that_waits_for_rankings_leaves_the_other_its_scores(tmp_path):
    rows, page = tabulate(tmp_path, 0.5, status="needs_ratings")
    assert {(row["model"], row["status"], bool(row["value"])) for row in rows} == {
        ("Mistral", "built", True),
        ("EVA_Mistral", "needs_ratings", False),
    }
    assert len(rows) == 10 and "p/introduction.html" in page and "docs/rating.md" in page
    rows, page = tabulate(tmp_path, 0.5, 0.4, status="synthetic")
    assert {row["status"] for row in rows if row["model"] == "EVA_Mistral"} == {"synthetic"}
    assert "taught EVA_Mistral" in page


def test_task_or_model_that_was_not_asked_for_is_not_selected(tmp_path):
    write_json(tmp_path / "one.json", {"coqa": {"metric": "f1", "value": 0.5, "stderr": 0.01, "n": 7}})
    told = {"benchmarks": LIST, "models": '[["Mistral", 1, "built"]]', "scores": [tmp_path / "one.json"], "pages": []}
    told |= {"published": "resources/published/b_table13.csv", "run": "paper", "evidence": "real"}
    run(tabulate_eva_table13, **told, output=tmp_path / "t.csv", text=tmp_path / "t.md")
    found = {(row["task"], row["model"]): row["status"] for row in read_csv(tmp_path / "t.csv")}
    assert [key for key, status in found.items() if status == "built"] == [("CoQA", "Mistral")]
    assert len(found) == 10 and set(found.values()) == {"built", "not_selected"}
