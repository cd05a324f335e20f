"""Batches from Snakemake: submit, collect, build, step after step; nothing is asked live, nothing becomes stale."""

import json
from collections import Counter
from pathlib import Path

import pytest

from scripts.config.overlays import read_run
from scripts.llm.offline import load_world, respond
from scripts.provenance.steps import settings_of, steps_of
from scripts.text.files import read_json
from tests.graph.tree import ROOT, Job, dry_run, rules_of, snakemake
from tests.unit.batch_server import serving

STEPS = ("situations", "rated")
MODES = ("submit", "collect")
KINDS = ("A-SIT", "A-ALN")


@pytest.fixture(scope="module")
def batch_rules(tree) -> dict[str, dict]:
    rules = rules_of(tree, "resources/demo.yaml")
    return {name: rule for name, rule in rules.items() if rule["file"].startswith("batch")}


def test_every_step_that_asks_once_can_go_by_batch_and_only_conversations_cannot(batch_rules):
    asking = {step.rule for step in steps_of(settings_of(read_run("demo", ROOT)), "results/demo")}
    batched = {rule["command"].split(" -- ")[1].split()[0] for rule in batch_rules.values() if rule["command"]}
    assert batched == {rule for rule in asking if not rule.startswith("dialogues.")}
    names = {rule.partition(".")[2] for rule in batched}
    assert batch_rules.keys() == {f"{mode}_{name}" for mode in ("submit", "collect") for name in {*names, "batches"}}


def test_batch_rules_run_the_command_of_the_rule_they_stand_for(batch_rules, rules):
    for name, rule in batch_rules.items():
        mode, _, step = name.partition("_")
        if step == "batches":
            continue
        words, own = rule["command"].split(" -- ", 1), rules[step]["command"].split(" -- ", 1)
        assert words[1] == own[1].replace("{output.", "{params."), name
        assert f"--batch {mode}" in words[0] and "--sidecar" not in words[0], name
        assert rule["params"]["code"] == rules[step]["params"]["code"], name
        assert f"/logs/batches/{name}" in rule["logs"]["text"], name


def test_no_artifacts_rule_reads_what_batches_make(jobs):
    read = {name for job in jobs for name in job.inputs}
    assert read and not [name for name in read if "/batches/" in name]


class World:
    """Answers as the offline world does, malformed ones included; the prompt's opening tells which step asks."""

    def __init__(self, tree: Path):
        self.lexicon = load_world(tree / "resources" / "world.yaml")
        prompts = {kind: tree / "resources" / "prompts" / "compact" / f"{kind}.md" for kind in KINDS}
        self.kinds = {
            path.read_text().split("[system]")[1].split("[user]")[0].strip(): k for k, path in prompts.items()
        }
        self.seen: Counter[str] = Counter()

    def __call__(self, body: dict) -> str:
        text = json.dumps(body)
        self.seen[text] += 1
        kind = self.kinds[body["messages"][0]["content"].strip()]
        return respond(kind, body["messages"], str(self.seen[text]), self.lexicon)


@pytest.fixture
def paying(scratch, monkeypatch) -> Path:
    """The demo whose personas are written by a model behind an address."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    path = scratch / "resources" / "demo.yaml"
    text = path.read_text(encoding="utf-8")
    for name, id in (("gpt4o", "gpt-4o-2024-08-06"), ("gpt4o_mini", "gpt-4o-mini-2024-07-18")):
        line = next(line for line in text.splitlines() if line.startswith(f"  {name}:"))
        text = text.replace(line, f"  {name}: {{backend: openai, id: {id}}}")
    assert "cells: 48" in text
    path.write_text(text.replace("cells: 48", "cells: 6"), encoding="utf-8")
    return scratch


def ran(tree: Path, *words: str) -> str:
    done = snakemake(tree, "--profile", "demo", "--cores", "2", *words)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.mark.slow
def test_steps_go_by_batch_one_after_the_other_and_nothing_is_asked_live(paying):
    with serving(World(paying)) as server:
        config = paying / "config.yaml"
        config.write_text(config.read_text().replace("https://api.openai.com/v1", server.url))
        for step in STEPS:
            made, rounds = [paying / f"results/demo/batches/{mode}/personas/{step}.jsonl.json" for mode in MODES], 0
            while ran(paying, "submit_batches") and read_json(made[0])["submitted"]:
                ran(paying, "collect_batches")
                assert read_json(made[1])["answered"] == read_json(made[0])["submitted"]
                rounds += 1
            assert 1 <= rounds <= 3  # once, and again for unusable answers
            ran(paying, f"results/demo/personas/{step}.jsonl")
            assert (paying / f"results/demo/personas/{step}.jsonl").stat().st_size > 0
            assert not server.live, step
        journal = paying / "journal/results/demo/personas/situations.jsonl.jsonl"
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        assert lines and all(line["batch"] for line in lines)
        assert set(server.billed.values()) == {1}
        assert personas_jobs(paying) == []


def personas_jobs(tree: Path) -> list[Job]:
    """What a plain command would do for the last step: nothing, whatever batches did before."""
    return dry_run(tree, "--profile", "demo", f"results/demo/personas/{STEPS[-1]}.jsonl")
