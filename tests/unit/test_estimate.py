"""What asking models will cost: counts by the config, lengths by templates and tables, corrected by what was asked."""

import csv
import json
from pathlib import Path

import pytest

from scripts.audit import estimate_cost
from scripts.config.load import load_config
from scripts.config.overlays import leaves, read_run
from scripts.llm.prices import Rate
from scripts.provenance.errors import Problem
from scripts.provenance.estimate import Line, finished, lines_of, of_budget, of_share, report, spent_below, table
from scripts.provenance.estimates import Asked, Estimates, Taxonomies, prompt_tokens, read_sizes, read_taxonomies
from scripts.provenance.price import ESTIMATES, LENGTHS, PRICES, TAXONOMIES, read_estimates
from scripts.provenance.steps import Step, settings_of, steps_of
from scripts.text.files import read_csv
from scripts.text.prompts import load_prompt

ROW = dict(rule="stage.ask", artifact="*", option="--model", per="1", gpu_hours="", calls="1", tokens_in="10")
ROW |= dict(tokens_out="5", basis="")
SMALL = {"small": Rate(1e-6, 4e-6)}


@pytest.fixture(scope="module")
def taxonomies() -> Taxonomies:
    return read_taxonomies({name: f"resources/taxonomy/{name}.yaml" for name in TAXONOMIES})


def config(run="paper", **changes):
    """The run's config, some leaves (by dotted name) replaced."""
    mapping = read_run(run, Path())
    for name, value in changes.items():
        place = mapping
        *path, last = name.split("__")
        for key in path:
            place = place[key]
        place[last] = value
    return load_config(mapping).model_dump(mode="json")


def calls(changed: dict) -> dict[str, float]:
    """Estimated calls by rule."""
    estimates = read_estimates(Path(), leaves(changed))
    found: dict[str, float] = {}
    for step in steps_of(settings_of(changed), "results"):
        found[step.rule] = found.get(step.rule, 0.0) + estimates.of(step).calls
    return found


def estimates(*rows, **sizes):
    return Estimates(tuple(ROW | row for row in rows), {"personas.train": 100}, sizes)


def step(artifact="results/a.jsonl", model="small", rule="stage.ask", **given):
    return Step(rule, artifact, "--model", model, given)


def test_cell_is_a_sum_of_products_of_numbers_leaves_options_and_sizes():
    row = {"per": "2*personas.{split}*--votes", "calls": "tries", "tokens_in": "A-X+0.5*turns*talk", "tokens_out": "7"}
    book = estimates(row, tries=1.5, turns=4.0, talk=10.0, **{"A-X": 30.0})
    found = book.of(step("results/train_rollouts.jsonl", **{"--votes": 3}))
    assert found == Asked(2 * 100 * 3 * 1.5, 900 * (30 + 20), 900 * 7)


def test_step_that_no_row_is_about_and_a_name_that_is_nothing_are_problems():
    with pytest.raises(Problem, match=r"no row for other\.rule --model"):
        estimates({}).of(step(rule="other.rule"))
    with pytest.raises(Problem, match=r"tokens_in 'A-NEW' of stage\.ask has no number for A-NEW"):
        estimates({"tokens_in": "A-NEW"}).of(step())


def test_prompt_is_as_long_as_its_template_with_taxonomies_filled_in(taxonomies):
    path = Path("resources/prompts/A-SKILL.md")
    rendered = load_prompt(path).messages(criteria=taxonomies.criteria, dialogue="")
    assert prompt_tokens(path, taxonomies) == sum(len(message["content"]) for message in rendered) / 4
    compact = prompt_tokens("resources/prompts/compact/A-SKILL.md", taxonomies)
    assert 50 < compact < prompt_tokens(path, taxonomies)


def test_prompt_about_one_value_is_the_mean_over_all_of_them(tmp_path, taxonomies):
    path = tmp_path / "A-ONE.md"
    path.write_text(
        "---\nid: A-ONE\nslots: [value, definition, history]\nanswer: x\n---\n[user]\n{{ value }}{{ history }}\n"
    )
    labels = [value["label"] for value in taxonomies.values]
    assert prompt_tokens(path, taxonomies) == pytest.approx(sum(map(len, labels)) / 20 / 4)


def test_longer_prompt_costs_more_and_another_length_too(tmp_path, taxonomies):
    prompt, lengths = tmp_path / "A-INT.md", tmp_path / "lengths.csv"
    text = Path("resources/prompts/A-INT.md").read_text()
    prompt.write_text(text.replace("[user]\n", "[user]\n" + "word " * 80))
    lengths.write_text("name,unit,published,offline,basis\nturns,x,9,6,y\n")
    sizes = read_sizes(lengths, "offline", [prompt], taxonomies, 0)
    assert sizes["turns"] == 6 and sizes["pairs"] == 120
    assert sizes["A-INT"] == pytest.approx(prompt_tokens("resources/prompts/A-INT.md", taxonomies) + 100, abs=1)
    assert read_sizes(lengths, "published", [prompt], taxonomies, 48) == sizes | {"turns": 9, "pairs": 48}


def test_counts_follow_from_the_config():
    before = calls(config())
    assert before["personas.write_situations"] == pytest.approx(120 * 1.02)
    assert before["personas.label_emotions"] == pytest.approx(2036 * 5 * 1.02, rel=1e-3)
    assert before["judging.judge_skills"] == pytest.approx(34 * 120 * 1.02)
    assert before["judging.judge_values"] == pytest.approx(35 * 120 * 10 * 1.02)
    after = calls(config(judging__repeats=20, personas__test=60, personas__votes=1, personas__cells=30))
    assert after["judging.judge_values"] == pytest.approx(before["judging.judge_values"])
    assert after["judging.judge_intensity"] == pytest.approx(before["judging.judge_intensity"] / 2)
    assert after["personas.write_situations"] == pytest.approx(before["personas.write_situations"] / 4)
    assert after["personas.label_emotions"] == pytest.approx(before["personas.label_emotions"] / 4 / 5)
    fewer = config()
    fewer["select"] |= {"systems": ["gpt", "ours_sft", "ours_dpo"], "components": ["gpt"], "disclosure": []}
    fewer["select"] |= {"grid": ["ours_sft"], "compared": ["gpt", "esconv"]}
    fewer["judging"]["tested_against"]["compared"] = ["ours_dpo"]
    # Against ours_dpo: gpt and ours_sft of table 3, gpt (the same) and esconv of table 21.
    assert calls(fewer)["judging.judge_values"] == pytest.approx(before["judging.judge_values"] * 3 / 35)
    assert calls(fewer)["judging.judge_skills"] == pytest.approx(before["judging.judge_skills"] * 3 / 34)
    low = calls(config(judging__low_values__dialogues=80))
    assert low["judging.assign_themes"] == pytest.approx(2 * before["judging.assign_themes"])
    assert low["judging.rate_values"] == before["judging.rate_values"]


def test_rollouts_and_their_scores_are_of_a_share_of_the_train_personas_and_of_all_dev_ones():
    once = {"supporter__reward__reliability_share": 1e-9}
    before, half = calls(config(**once)), calls(config(supporter__rollouts__train_share=0.2, **once))
    for rule in ("dialogues.roll_out_alternatives", "supporter.score_emotions"):
        train, dev = 0.4 * 1796, 120
        assert half[rule] / before[rule] == pytest.approx((train / 2 + dev) / (train + dev))


def test_initial_answers_rolled_out_afresh_cost_as_much_as_the_alternatives_and_their_scores():
    before = calls(config(supporter__reward__reliability_share=1e-9))
    after = calls(config(supporter__reward__reliability_share=1e-9, supporter__rollouts__fresh=True))
    rolled = "dialogues.roll_out_alternatives"
    assert after[rolled] == pytest.approx(2 * before[rolled])
    # Of the emotion scores: up to `scored` turns of two branches, where it was of one and the dialogue's turns.
    sizes = {row["name"]: float(row["published"]) for row in read_csv(LENGTHS)}
    rate = 2 * sizes["scored"] / (1 + sizes["scored"])
    assert after["supporter.score_emotions"] == pytest.approx(rate * before["supporter.score_emotions"])
    same = set(before) - {rolled, "supporter.score_emotions"}
    assert {rule: after[rule] for rule in same} == {rule: before[rule] for rule in same}


def test_second_rollouts_are_of_both_candidates_of_a_share_of_the_dev_turns():
    rolled = "dialogues.roll_out_alternatives"
    none, some, more = (calls(config(supporter__reward__reliability_share=share))[rolled] for share in (1e-9, 0.05, 1))
    assert (more - none) / (some - none) == pytest.approx(20)
    estimates = read_estimates(Path(), leaves(config()))
    given = {"--share": 1, "--turn-share": 1}
    once, twice = (
        estimates.of(Step(rolled, f"results/dialogues/gpt/dev_{take}.jsonl", "--seeker", "m", given)).calls
        for take in ("rollouts", "second_rollouts")
    )
    assert twice == pytest.approx(2 * once)


def test_cost_of_all_train_turns_stands_beside_that_of_the_share():
    prices = {"gpt-4o-mini-2024-07-18": Rate(1e-8, 4e-8)}

    def usd(changed):
        estimates, found = read_estimates(Path(), leaves(changed)), 0.0
        for step in steps_of(settings_of(changed), "results"):
            if step.model in prices:
                asked = estimates.of(step)
                found += (asked.tokens_in + 4 * asked.tokens_out) / 1e8
        return f"{found:,.2f}"

    share, whole = usd(config()), usd(config(supporter__rollouts__train_share=1.0))
    assert float(whole) > 1.2 * float(share)
    line = of_share(config(), Path(), prices)
    assert line.endswith(f": {share} USD with 0.4, {whole} USD with 1 (all train turns).")
    assert of_share(config("demo"), Path(), prices).count("USD") == 1  # all of them are rolled out


def test_supporter_behind_an_address_is_asked_and_one_of_ours_is_not():
    asked = {(found.artifact, found.option) for found in steps_of(settings_of(config()), "results")}
    assert ("results/dialogues/gpt/test.jsonl", "--supporter") in asked
    assert ("results/dialogues/llama/test.jsonl", "--seeker") in asked
    assert ("results/dialogues/llama/test.jsonl", "--supporter") not in asked


def run_rule(tmp_path, changed, prompts="resources/prompts", prices=PRICES):
    names = sorted(Path(prompts).glob("*.md"))
    estimate_cost.main(
        [
            *("--estimates", ESTIMATES, "--lengths", LENGTHS, "--column", "published", "--prices", str(prices)),
            *("--settings", json.dumps(settings_of(changed)), "--prompts", *map(str, names)),
            *(word for name in TAXONOMIES for word in (f"--{name}", f"resources/taxonomy/{name}.yaml")),
            *("--output", str(tmp_path / "estimate.csv")),
        ]
    )
    return read_csv(tmp_path / "estimate.csv")


def test_rule_command_and_page_say_the_same(tmp_path):
    rows = run_rule(tmp_path, config())
    (tmp_path / "results").mkdir()
    for name in ("config.yaml", "resources"):
        (tmp_path / name).symlink_to(Path(name).absolute())
    said = report("paper", tmp_path, tmp_path / "journal")
    shown = "\n".join(line.rstrip() for line in said[1:-3])
    assert f"```\n{shown}\n```" in Path("docs/cost.md").read_text(encoding="utf-8"), (
        f"docs/cost.md should show\n{shown}"
    )
    assert sum(float(row["usd"]) for row in rows) == pytest.approx(float(said[-4].split()[-1]), abs=0.006)
    for row in rows:
        line = next(line for line in said if line.split()[:2] == [f"{row['stage']}.{row['rule']}", row["model"]])
        assert line.split()[2:4] == [row["jobs"], f"{int(row['calls']):,}"]
        assert float(line.split()[6]) == pytest.approx(float(row["usd"]), abs=0.006) and line.endswith("  estimated")


def test_model_without_a_price_has_an_empty_cell_and_is_named(tmp_path):
    prices = tmp_path / "prices.csv"
    rows = [row for row in read_csv(PRICES) if row["model"] != "gpt-4o-2024-08-06"]
    with open(prices, "w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = run_rule(tmp_path, config(), prices=prices)
    assert {row["usd"] == "" for row in found if row["model"] == "gpt-4o-2024-08-06"} == {True}
    assert all(float(row["usd"]) > 0 for row in found if row["model"] != "gpt-4o-2024-08-06")
    line = Line({"a": Asked(10, 100, 10)})
    said = table({("stage.ask", "new"): line}, SMALL)
    assert said[1].split()[:7] == ["stage.ask", "new", "1", "10", "0.00", "0.00", "?"]
    assert said[-1] == "No price is known for new: add it to resources/prices.csv."


def test_finished_jobs_replace_their_estimate_and_correct_the_others(tmp_path):
    steps = [step(f"results/{name}.jsonl") for name in "abcd"]
    took = {"results/a.jsonl": {"small": {"requests": 3, "tokens_in": 60, "tokens_out": 3}, "local": {"requests": 9}}}
    (line,) = lines_of(steps, estimates({"per": "2"}), took, tmp_path).values()
    # Estimated 2 calls, 20 and 10 tokens a job; measured 3, 60 and 3: the other three are corrected alike.
    assert line.total() == pytest.approx((12, 240, 12)) and line.known_by() == "1 of 4 jobs measured"


def journal(path, count, tokens=(40, 8), model="small"):
    path.parent.mkdir(parents=True, exist_ok=True)
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    line = {"key": "0", "id": "r", "model": model, "at": 1_700_000_000, "usage": usage}
    with open(path, "a") as stream:
        stream.write((json.dumps(line) + "\n") * count)


def test_unfinished_jobs_lend_their_journals_tokens_a_call(tmp_path):
    steps = [step("results/a.jsonl"), step("results/ab.jsonl")]
    journal(tmp_path / "results/a.jsonl.seeker.jsonl", 19)
    journal(tmp_path / "results/a.jsonl.supporter.jsonl", 50, model="local")
    (line,) = lines_of(steps, estimates({}), {}, tmp_path).values()
    assert line.total() == (2, 20, 10) and line.known_by() == "estimated"
    journal(tmp_path / "results/ab.jsonl.jsonl", 1)
    (line,) = lines_of(steps, estimates({}), {}, tmp_path).values()
    assert line.total() == (2, 80, 16) and line.known_by() == "tokens a call of 20 answers"


def test_sidecars_of_failed_republished_and_killed_jobs_measure_nothing(tmp_path):
    record = {"status": "ok", "outputs": {"results/a.jsonl": ""}, "used": {"small": {"requests": 1}}}
    written = {
        "a.json": json.dumps(record),
        "b.json": json.dumps(record | {"status": "problem", "outputs": {"b": ""}}),
        "c.json": json.dumps(record | {"kept": "key", "outputs": {"c": ""}}),
        "d.json": '{"status": "ok", "outp',
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    assert finished(tmp_path) == {"results/a.jsonl": {"small": {"requests": 1}}}


def test_spent_is_told_by_the_journals_and_unpriced_answers_are_counted(tmp_path):
    journal(tmp_path / "judging/a.jsonl", 1000, (1000, 500))
    assert spent_below([tmp_path / "judging"], SMALL).endswith("3.00 USD for 1,000 answers.")
    journal(tmp_path / "judging/b.jsonl", 2, model="new")
    assert spent_below([tmp_path / "judging"], SMALL).endswith(" 2 answers are of models without a price.")
    assert "0.00 USD for 0 answers" in spent_below([tmp_path / "personas"], SMALL)


@pytest.mark.parametrize(
    "budget, said",
    [
        (None, "none is set."),
        (100.0, "It suffices."),
        (3.5, "TOGETHER THEY EXCEED IT: the build will stop midway. Raise it to 4.40 or more"),
        (3.0, "IT IS USED UP ALREADY: nothing more will be asked. Raise it to 4.40 or more"),
        (2.0, "IT IS USED UP ALREADY"),
    ],
)
def test_budget_is_held_against_what_is_spent_by_all_runs_and_what_is_to_come(tmp_path, budget, said):
    journal(tmp_path / "results/stage/a.jsonl.jsonl", 500, (1000, 250))  # 1 USD, of an unfinished job
    journal(tmp_path / "results/demo/judging/b.jsonl.jsonl", 1000, (1000, 250))  # 2 USD, of another run
    book = estimates({"calls": "1000", "tokens_in": "1000", "tokens_out": "250"})
    found = lines_of([step("results/stage/a.jsonl")], book, {}, tmp_path)
    words = of_budget(budget, tmp_path, found, SMALL)
    assert said in words
    assert budget is None or "hold 3.00 USD; about 1.00 USD are to come." in words


def test_finished_build_within_its_budget_is_not_warned_of(tmp_path):
    journal(tmp_path / "results/a.jsonl.jsonl", 1, (10**6, 500_000))
    took = {"results/a.jsonl": {"small": {"requests": 1, "tokens_in": 10**6, "tokens_out": 500_000}}}
    found = lines_of([step("results/a.jsonl")], estimates({}), took, tmp_path)
    assert of_budget(3.0, tmp_path, found, SMALL).endswith("hold 3.00 USD; about 0 USD are to come. It suffices.")


def test_every_length_is_used_and_has_both_columns_and_a_reason():
    rows, columns = read_csv(LENGTHS), ("per", "calls", "tokens_in", "tokens_out")
    cells = "+".join(row[column] for row in read_csv(ESTIMATES) for column in columns)
    assert {row["name"] for row in rows} <= set(cells.replace("*", "+").split("+"))
    assert all(row["unit"] and row["basis"] and float(row["published"]) and float(row["offline"]) for row in rows)
