"""The estimate and the ledger of the finished demo beside what its jobs really asked."""

import json

import pytest

from scripts.text.files import read_csv

WITHIN = 0.15  # of calls and of tokens, rule by rule; all together 10 %


def took(folder) -> dict[str, dict[str, int]]:
    """Requests and tokens of models behind an address by rule, as the jobs' sidecars tell."""
    found: dict[str, dict[str, int]] = {}
    for path in (folder / "results/demo/logs").rglob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        for model, counts in record.get("used", {}).items():
            if model != "local":
                sums = found.setdefault(record["rule"], dict.fromkeys(counts, 0))
                for name, number in counts.items():
                    sums[name] += number
    return found


@pytest.mark.slow
def test_demo_asked_what_was_estimated(demo):
    rows = read_csv(demo.folder / "results/demo/audit/estimate.csv")
    measured = took(demo.folder)
    by_rule: dict[str, list[dict[str, str]]] = {}  # a row a model
    for row in rows:
        by_rule.setdefault(f"{row['stage']}.{row['rule']}", []).append(row)
    assert by_rule.keys() == measured.keys() and len(by_rule) == 23
    columns = {"calls": "requests", "tokens_in": "tokens_in", "tokens_out": "tokens_out"}
    for rule, own in by_rule.items():
        for column, name in columns.items():
            assert sum(int(row[column]) for row in own) == pytest.approx(measured[rule][name], rel=WITHIN), (
                rule,
                column,
            )
    for column, name in columns.items():
        whole = sum(counts[name] for counts in measured.values())
        assert sum(int(row[column]) for row in rows) == pytest.approx(whole, rel=0.1), column


@pytest.mark.slow
def test_ledger_of_the_demo_holds_every_line_of_its_journals_that_was_not_copied(demo):
    made = demo.snakemake("results/demo/audit/cost.csv")
    assert made.returncode == 0, made.stderr[-3000:]
    rows = read_csv(demo.folder / "results/demo/audit/cost.csv")
    stages = {
        "detector",
        "dialogues",
        "eva",
        "evad",
        "judging",
        "models",
        "personas",
        "reference",
        "scoring",
        "supporter",
    }
    assert {row["stage"] for row in rows} == stages
    assert {row["model"] for row in rows} == {"local", "offline-gpt-3.5", "offline-gpt-4o", "offline-gpt-4o-mini"}
    assert {(row["asked"], row["usd"]) for row in rows} == {("live", "0.0")}
    for stage in stages:
        journals = (demo.folder / "journal/results/demo" / stage).rglob("*.jsonl")
        answers = [path.read_text(encoding="utf-8") for path in journals if ".failures" not in path.name]
        lines = [json.loads(line) for text in answers for line in text.splitlines() if '"from": ' not in line]
        own = [row for row in rows if row["stage"] == stage]
        assert sum(int(row["requests"]) for row in own) == len(lines)
        for column, name in (("tokens_in", "prompt_tokens"), ("tokens_out", "completion_tokens")):
            assert sum(int(row[column]) for row in own) == sum(line["usage"].get(name, 0) for line in lines)
