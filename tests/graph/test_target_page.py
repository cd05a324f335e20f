"""docs/targets.md and the rule graph of figure 3 are what the graph says, for every target of both papers."""

import re

import pytest

from scripts.text.files import read_csv
from tests.graph.built import python
from tests.graph.planned import planned
from tests.graph.test_targets import asking, needed, trained
from tests.graph.tree import ROOT

CHECK = ("-m", "scripts.provenance.targets", "--check")
ROW = re.compile(r"\| `results/(\S+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (built|not yet) \|")
PAPER_A = {f"table{number}" for number in range(1, 36)} | {f"figure{number}" for number in range(1, 4)}
PAPER_B = {f"eva/table{number}" for number in range(1, 15)} | {f"eva/figure{number}" for number in range(1, 14)}


@pytest.fixture(scope="module")
def listed() -> list[dict[str, str]]:
    return read_csv(ROOT / "resources/targets.csv")


@pytest.fixture(scope="module")
def page(tree) -> dict[str, tuple[str, ...]]:
    """Shows, API, GPU, human, rules and status by target."""
    text = (tree / "docs/targets.md").read_text(encoding="utf-8")
    return {found[1]: found.groups()[1:] for found in ROW.finditer(text)}


def test_page_and_rule_graph_are_current(tree):
    done = python(tree, *CHECK)
    assert done.returncode == 0, done.stderr


def test_new_input_and_lost_target_are_noticed(scratch):
    rules = scratch / "rules/tables_static.smk"
    source = rules.read_text(encoding="utf-8")
    rules.write_text(
        source.replace("        problems=PROBLEMS,\n", "        problems=PROBLEMS,\n        more=VALUES,\n")
    )
    done = python(scratch, *CHECK)
    assert done.returncode == 1 and "scripts.provenance.targets --write" in done.stderr
    rules.write_text(source, encoding="utf-8")
    assert python(scratch, *CHECK).returncode == 0
    targets = scratch / "resources/targets.csv"
    targets.write_text(targets.read_text(encoding="utf-8").replace("table24.csv", "table42.csv"))
    assert python(scratch, *CHECK).returncode == 1


def test_every_table_and_figure_of_the_papers_is_listed_once(listed, page):
    names = [row["target"] for row in listed]
    assert len(names) == len(set(names)) == 65
    assert {name.partition(".")[0] for name in names} == PAPER_A | PAPER_B
    assert list(page) == names


def test_status_says_which_targets_a_rule_makes(tree, page):
    made = {name for job in planned(tree, "--", "all")[0] for name in job.outputs}
    for name, (*_, rules, status) in page.items():
        assert (status == "built") == (f"results/{name}" in made) == (rules != "–"), name


def test_needs_of_built_targets_are_those_of_their_jobs_and_as_listed(tree, page, listed):
    jobs = planned(tree, "--", "all")[0]
    ranked = planned(tree, "--config", "evad={rating: {raters: llm}}", "eva_human={raters: llm}", "--", "all")[0]
    expected = {row["target"]: row for row in listed}
    for name, (_, api, gpu, _, _, status) in page.items():
        assert gpu == expected[name]["gpu"], name
        assert (api != "no") == (expected[name]["api"] == "yes"), name
        if status == "built":
            rated = name.startswith("eva/") and expected[name]["human"] == "needed"
            way = needed(ranked if rated else jobs, f"results/{name}")
            assert bool(asking(way)) == (api != "no"), name
            assert bool(trained(way)) == (gpu == "train"), name


def test_rule_graph_holds_the_rules_of_the_graph_and_no_rule_follows_itself(tree):
    rows = read_csv(tree / "resources/rule_graph.csv")
    own = {job.rule for job in planned(tree, "--", "paper_a")[0] if not job.rule.startswith("audit.")}
    assert {row["rule"] for row in rows} == own
    edges = {(row["follows"], row["rule"]) for row in rows}
    assert ("reddit.select_threads", "tables.tabulate_table4") in edges
    assert not any(one == other for one, other in edges)
