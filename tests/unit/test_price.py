"""What jobs cost, and what that stands on: their own sidecars, others of their rule, estimates, or nothing."""

import shlex
from pathlib import Path

import pytest

from scripts.config.overlays import leaves, read_run
from scripts.llm.prices import Rate
from scripts.provenance.causes import Edit
from scripts.provenance.errors import Problem
from scripts.provenance.estimates import Estimates
from scripts.provenance.plan import Planned
from scripts.provenance.price import asked, price, read_estimates, read_prices
from scripts.provenance.why import leaf_of, price_lines

PRICES = {"small": Rate(1e-6, 4e-6), "offline": Rate(0.0, 0.0)}
NO_ESTIMATES = Estimates()
SMALL = '{"backend": "openai", "id": "small"}'
ROW = dict(rule="stage.ask", artifact="*", option="", per="1", gpu_hours="", calls="", tokens_in="", tokens_out="")
LEAVES = {"personas.train": 100, "personas.test": 10}


def job(name: str = "results/train.jsonl", *words: str, rule: str = "stage.ask", gpus: int = 0) -> Planned:
    command = shlex.join(["python", "-m", "scripts", "--out", name, "--", rule, *words])
    rest = dict(code="", stale=True, own=(), updated=(), reasons="", inputs=())
    return Planned(rule=rule, outputs=(name,), command=command, sidecar=f"{name}.json", gpus=gpus, **rest)


def asking(name: str = "results/train.jsonl", model: str = SMALL, **more) -> Planned:
    return job(name, "--votes", "5", "--model", model, **more)


def record(cpu: float = 60, seconds: float = 3600, gpus: int | None = 0, rule: str = "stage.ask", **more) -> dict:
    run = {"cpu_seconds": cpu, "seconds": seconds} | ({} if gpus is None else {"gpus": gpus})
    return {"rule": rule, "status": "ok", "run": run, "used": {}} | more


def used(tokens_in: int, tokens_out: int, model: str = "small") -> dict:
    return {model: {"requests": 1, "tokens_in": tokens_in, "tokens_out": tokens_out}}


def test_cpu_minutes_are_the_last_runs_or_the_mean_of_the_rules():
    jobs = [job("a"), job("b"), job("c", rule="stage.other")]
    sidecars = {"a.json": record(cpu=60), "off the plan": record(cpu=180), "b.json": None}
    found = price(jobs, sidecars, NO_ESTIMATES, PRICES).cpu_minutes
    assert found.amount == 1 + (1 + 3) / 2
    assert found.jobs == {"measured": 1, "as others of its rule": 1, "unknown": 1}


@pytest.mark.parametrize("spoilt", [{"status": "problem"}, {"kept": "a key"}])
def test_run_that_failed_or_was_published_again_measures_nothing(spoilt):
    jobs = [asking("a", gpus=1)]
    found = price(jobs, {"a.json": record(cpu=0, seconds=0, gpus=1, **spoilt)}, NO_ESTIMATES, PRICES)
    assert [share.jobs for share in (found.cpu_minutes, found.gpu_hours, found.usd)] == [{"unknown": 1}] * 3


def test_gpu_hours_count_only_where_the_job_saw_a_gpu():
    jobs = [job("a", gpus=2), job("b", gpus=1), job("c")]
    sidecars = {"a.json": record(seconds=1800, gpus=2), "b.json": record(gpus=0), "c.json": record(gpus=1)}
    found = price(jobs, sidecars, NO_ESTIMATES, PRICES).gpu_hours
    assert found.amount == 1.0 and found.jobs == {"measured": 2}


def test_older_record_that_does_not_tell_of_gpus_or_tokens_measures_neither():
    old = record(gpus=None)
    del old["used"]
    found = price([asking("a", gpus=1)], {"a.json": old}, NO_ESTIMATES, PRICES)
    assert found.gpu_hours.jobs == {"unknown": 1} == found.usd.jobs and found.cpu_minutes.jobs == {"measured": 1}


def test_usd_are_the_recorded_tokens_replays_included_at_the_models_price():
    spent = record(used=used(1_000_000, 500_000) | used(9, 9, model="local"))
    found = price([asking("a")], {"a.json": spent}, NO_ESTIMATES, PRICES).usd
    assert found.amount == pytest.approx(1.0 + 2.0) and found.jobs == {"measured": 1}


def test_model_without_a_price_is_unknown_not_free():
    found = price([asking("a")], {"a.json": record(used=used(5, 5, model="new"))}, NO_ESTIMATES, PRICES).usd
    assert found.amount == 0 and found.jobs == {"unknown": 1}
    guess = Estimates((ROW | dict(option="--model", calls="1", tokens_in="1", tokens_out="1"),), LEAVES)
    assert price([asking("a", SMALL.replace("small", "new"))], {}, guess, PRICES).usd.jobs == {"unknown": 1}


def test_job_that_asks_nobody_by_address_has_no_usd():
    local = job("a", "--supporter", '{"backend": "local"}', "--sampling", '{"top_p": 1.0}')
    assert asked(local) == {} and asked(asking()) == {"--model": "small"}
    assert price([local], {}, NO_ESTIMATES, PRICES).usd.jobs == {}


def test_estimate_multiplies_numbers_leaves_of_the_split_and_options():
    row = ROW | dict(option="--model", per="2*personas.{split}*--votes", calls="3", tokens_in="10", tokens_out="5")
    found = price([asking("results/train_rollouts.jsonl")], {}, Estimates((row,), LEAVES), PRICES).usd
    assert found.amount == pytest.approx(2 * 100 * 5 * 3 * (10 * 1e-6 + 5 * 4e-6)) and found.jobs == {"estimated": 1}
    gpu = ROW | dict(per="personas.{split}", gpu_hours="0.5")
    assert price([asking("results/test.jsonl", gpus=1)], {}, Estimates((gpu,), LEAVES), PRICES).gpu_hours.amount == 5


def test_first_fitting_row_holds_and_a_measurement_goes_before_it():
    rows = (ROW | dict(artifact="*/test.jsonl", gpu_hours="1"), ROW | dict(gpu_hours="2"))
    jobs = [job("results/test.jsonl", gpus=1), job("results/train.jsonl", gpus=1)]
    assert price(jobs, {}, Estimates(rows, {}), PRICES).gpu_hours.amount == 3
    sidecars = {"results/test.jsonl.json": record(seconds=36000, gpus=1)}
    found = price(jobs, sidecars, Estimates(rows, {}), PRICES).gpu_hours
    assert found.amount == 20 and found.jobs == {"measured": 1, "as others of its rule": 1}


def test_estimate_that_names_what_is_not_there_is_a_problem():
    row = ROW | dict(per="personas.{split}*--share", gpu_hours="1")
    with pytest.raises(Problem, match=r"estimates\.csv: .* of stage\.ask has no number for --share"):
        price([job(gpus=1)], {}, Estimates((row,), LEAVES), PRICES)


def test_prices_and_estimates_of_the_project_can_be_read():
    prices = read_prices(Path())
    assert prices["gpt-4o-mini-2024-07-18"] == (0.15e-6, 0.60e-6, 0.5)
    estimates = read_estimates(Path(), leaves(read_run("paper", Path())))
    assert all(row["basis"] and (row["gpu_hours"] or row["calls"]) for row in estimates.rows)
    scripts = {
        row["rule"] for row in estimates.rows if not Path(f"scripts/{row['rule'].replace('.', '/')}.py").is_file()
    }
    assert scripts == set()


def test_unknown_amount_is_not_shown_as_nothing():
    found = price([asking("a", gpus=1)], {"a.json": record(gpus=0)}, NO_ESTIMATES, {})
    cpu, gpu, _ = price_lines(found)
    assert cpu.split() == "CPU 1.00 minutes jobs: 1 measured".split()
    assert gpu.split() == "GPU 0.00 hours jobs: 1 measured".split()
    found = price([asking("a")], {}, NO_ESTIMATES, {})
    assert price_lines(found)[2].split() == "API ? USD jobs: 1 unknown".split()


def test_option_is_told_as_the_one_leaf_that_has_its_name_and_value():
    known = {
        ("judging", "repeats"): 12,
        ("a", "epochs"): 3.0,
        ("b", "epochs"): 3.0,
        ("c", "max_words"): [1],
        ("splits", "single", "dev"): 28,
        ("splits", "multi", "dev"): 28,
    }
    assert leaf_of(Edit("option", "--repeats", "10 -> 12"), known) == "judging.repeats"
    assert leaf_of(Edit("option", "--repeats", "12 -> 10"), known) == "--repeats"
    assert leaf_of(Edit("option", "--train-settings epochs", "1.0 -> 3.0"), known) == "--train-settings epochs"
    assert leaf_of(Edit("option", "--history max_words", "[] -> [1]"), known) == "c.max_words"
    assert leaf_of(Edit("option", "--sizes single.dev", "30 -> 28"), known) == "splits.single.dev"
    assert leaf_of(Edit("option", "--sizes dev", "30 -> 28"), known) == "--sizes dev"
