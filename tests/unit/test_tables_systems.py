"""Tables 2 and 20 to 23 from judges' files: keys, reference models, markers, the worst case, rows left out."""

import json
import random
from statistics import fmean

import pytest
from scipy.stats import mannwhitneyu, wilcoxon

from scripts.provenance.errors import Problem
from scripts.tables import (
    tabulate_table2,
    tabulate_table20,
    tabulate_table21,
    tabulate_table22,
    tabulate_table23,
)
from scripts.text.files import read_csv, write_jsonl
from scripts.text.taxonomy import load_taxonomy

CRITERIA = [entry["name"] for entry in load_taxonomy("resources/taxonomy/criteria.yaml")]
PERSONAS = [f"p{place:02d}" for place in range(14)]
MODULES = {2: tabulate_table2, 20: tabulate_table20, 21: tabulate_table21, 22: tabulate_table22, 23: tabulate_table23}
NAMES = ("SFT", "DPO (GPT)", "DPO (SFT)")
GPT = [
    [name] for name in ("GPT-4o-mini", *(f"GPT-4o-mini + {more}" for more in ("Target values", "Reference", "Both")))
]


def printed(number):
    return read_csv(f"resources/published/a_table{number:02d}.csv")


def rows_of(number, names):
    """The printed rows' keys, each once."""
    return [list(keys) for keys in dict.fromkeys(tuple(row[name] for name in names) for row in printed(number))]


GRID = rows_of(20, ("category", "model", "h", "gamma", "t_diff"))
COMPARED = rows_of(21, ("category", "model", "h", "gamma", "t_diff"))
CHANGED = rows_of(22, ("model", "variant"))


def block(reference, rows, label=""):
    return {"reference": reference, "label": label, "systems": [{"id": f"s{i}", "keys": keys} for i, keys in rows]}


def blocks_of(number):
    if number == 2:
        return [block("s3", list(enumerate(GPT)))]
    if number == 20:
        return [block("s8", list(enumerate(GRID)))]
    if number == 21:  # s8 is Ours SFT, the others are no rows
        return [
            block(ref, list(enumerate(COMPARED)), name) for ref, name in zip(("s8", "s15", "s22"), NAMES, strict=True)
        ]
    threes = [[(3 * part + i, CHANGED[3 * part + i]) for i in range(3)] for part in range(3)]
    if number == 22:
        return [block(f"s{rows[0][0]}", rows) for rows in threes]
    return [
        block(f"s{rows[0][0]}", [(i, keys[1:]) for i, keys in rows[1:]], name)
        for rows, name in zip(threes, NAMES, strict=True)
    ]


class World:
    """Judged dialogues of 25 systems, the later the better; p13 never ends with s0."""

    def __init__(self, folder):
        self.folder = folder
        self.skills, self.ratios = {}, {}
        for rank in range(25):
            ended = PERSONAS[:13] if rank == 0 else PERSONAS
            rng = random.Random(rank)
            self.skills[rank] = {p: {n: min(5, 1 + rank // 6 + rng.randrange(2)) for n in CRITERIA} for p in ended}
            dialogues = [self._dialogue(p, rank, p in ended) for p in PERSONAS]
            write_jsonl(folder / f"dialogues/s{rank}.jsonl", dialogues)
            write_jsonl(folder / f"skills/s{rank}.jsonl", [{"id": p, **r} for p, r in self.skills[rank].items()])
            write_jsonl(folder / f"intensity/s{rank}.jsonl", [{"id": p, "intensity": 5 - rank // 6} for p in ended])

    def _dialogue(self, persona, rank, ended):
        end = "end_token" if ended else "limit"
        return {"id": persona, "persona_id": persona, "system": f"s{rank}", "turns": [], "end_reason": end}

    def values(self, reference, system):
        rng, rank = random.Random(f"{reference}{system}"), int(system[1:])
        won = {p: rng.randrange(7) / 10 for p in (PERSONAS[:13] if rank == 0 else PERSONAS)}
        self.ratios[reference, system] = won
        path = self.folder / f"values/{reference}/{system}.jsonl"
        write_jsonl(path, [{"id": p, "seeker": x, "supporter": 0.5, "votes": []} for p, x in won.items()])
        return path

    def table(self, number, blocks=None, evidence="stand_in", **files):
        blocks = blocks or blocks_of(number)
        ids = list(dict.fromkeys(row["id"] for part in blocks for row in part["systems"]))
        lists = {"dialogues": [self.folder / f"dialogues/{name}.jsonl" for name in ids]}
        if number in (2, 20, 22):
            lists |= {kind: [self.folder / f"{kind}/{name}.jsonl" for name in ids] for kind in ("skills", "intensity")}
        if number in (2, 21, 23):
            pairs = [(part["reference"], row["id"]) for part in blocks for row in part["systems"]]
            lists["values"] = [self.values(*pair) for pair in pairs if pair[0] != pair[1]]
        outputs = {name: self.folder / f"{name}.csv" for name in ("output", "stats", "agreement", "completion")}
        options = ["--blocks", json.dumps(blocks), "--resamples", 200, "--seed", 1, "--run", "demo"]
        options += ["--evidence", evidence, "--published", f"resources/published/a_table{number:02d}.csv"]
        options += ["--text", self.folder / "table.md"]
        for name, paths in {**lists, **files, **{name: [path] for name, path in outputs.items()}}.items():
            options += [f"--{name}", *paths]
        MODULES[number].main([str(option) for option in options])
        return {name: read_csv(path) for name, path in outputs.items()} | {
            "text": (self.folder / "table.md").read_text()
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


def keys_of(rows):
    return [tuple(row[name] for name in list(row)[: list(row).index("metric") + 1]) for row in rows]


def one(rows, **wanted):
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


@pytest.mark.parametrize("number", MODULES)
def test_table_has_the_printed_keys_in_order_and_their_numbers(world, number):
    built, published = world.table(number)["output"], printed(number)
    assert keys_of(built) == keys_of(published) and len(built) in (52, 275, 54, 99, 12)
    assert [row["published"] for row in built] == [row["value"] for row in published]
    assert [row["published_marker"] for row in built] == [row["marker"] for row in published]
    assert {row["difference"] for row in built} == {""}


@pytest.mark.parametrize("number", MODULES)
def test_difference_is_there_for_real_evidence(world, number):
    built = [row for row in world.table(number, evidence="real")["output"] if row["status"] == "built"]
    with_both = [row for row in built if row["published"]]
    assert with_both and all(
        float(row["difference"]) == pytest.approx(float(row["value"]) - float(row["published"])) for row in with_both
    )


def test_each_part_of_table_22_is_tested_against_its_own_model(world):
    built = world.table(22)
    row = one(built["stats"], model="DPO (SFT)", variant="Next strategy", metric="overall")
    own, unchanged = ([r["overall"] for r in world.skills[rank].values()] for rank in (7, 6))
    expected = mannwhitneyu(own, unchanged, alternative="two-sided", method="asymptotic")
    assert (float(row["u"]), float(row["p"])) == (expected.statistic, pytest.approx(expected.pvalue))
    assert {row["variant"] for row in built["stats"]} == {"Next strategy", "Others' experience"}
    cell = one(built["output"], model="DPO (SFT)", variant="original", metric="overall")
    assert (float(cell["value"]), cell["marker"]) == (pytest.approx(fmean(unchanged)), "")


def test_table_21_holds_the_ratios_against_each_reference_and_tests_them_both_ways(world):
    built = world.table(21)
    for reference, name in (("s15", "DPO (GPT)"), ("s22", "DPO (SFT)")):
        won = list(world.ratios[reference, "s2"].values())
        row = one(built["output"], model="Llama-ESConv", reference_model=name, metric="seeker")
        assert float(row["value"]) == pytest.approx(fmean(won))
        stats = one(built["stats"], model="Llama-ESConv", reference_model=name, metric="seeker")
        paper = mannwhitneyu(won, [1 - x for x in won], alternative="two-sided", method="asymptotic").pvalue
        ours = wilcoxon([round(x - 0.5, 9) for x in won], zero_method="wilcox", method="asymptotic").pvalue
        assert (float(stats["p"]), float(stats["own_p"])) == (pytest.approx(paper), pytest.approx(ours))
        assert row["marker"] == ("*" if paper < 0.05 else "dagger" if paper < 0.1 else "")
    empty = [row for row in built["output"] if row["status"] == "reference"]
    assert [(row["category"], row["model"], row["reference_model"]) for row in empty] == [("Ours", "SFT", "SFT")] * 2


def test_table_2_marks_nothing_but_p_below_five_hundredths(world):
    built = world.table(2)
    between = [row for row in built["stats"] if 0.05 <= float(row["p"]) < 0.1]
    assert {row["marker"] for row in built["output"]} == {"", "*"}
    assert between, "no p between the two bounds: change the world"


def test_unfinished_dialogues_count_as_the_worst_there_is(world):
    built = world.table(2)
    gpt = one(built["completion"], model="GPT-4o-mini")
    assert (gpt["dialogues"], gpt["limit"], gpt["value_pairs"]) == ("14", "1", "13")
    assert float(gpt["finished_share"]) == pytest.approx(13 / 14)
    own = [rating["overall"] for rating in world.skills[0].values()]
    assert float(gpt["worst_overall"]) == pytest.approx((sum(own) + 1) / 14)
    assert float(gpt["worst_es_intensity"]) == pytest.approx((13 * 5 + 5) / 14)
    assert float(gpt["worst_seeker"]) == pytest.approx(sum(world.ratios["s3", "s0"].values()) / 14)
    both = one(built["completion"], model="GPT-4o-mini + Both")
    assert (both["worst_seeker"], both["value_pairs"]) == ("", "")


def test_printed_rows_that_a_run_leaves_out_stay_empty_and_count_for_no_agreement(world):
    blocks = blocks_of(20)
    blocks[0]["systems"] = blocks[0]["systems"][:10]
    built = world.table(20, blocks)
    left = [row for row in built["output"] if row["status"] == "not_selected"]
    assert len(built["output"]) == 275 and len(left) == 15 * 11 and {row["value"] for row in left} == {""}
    overall = one(built["agreement"], metric="overall")
    assert (overall["systems"], overall["markers_compared"]) == ("10", "9")


def test_row_of_table_2_that_was_not_selected_is_refused(world):
    blocks = blocks_of(2)
    del blocks[0]["systems"][0]
    with pytest.raises(Problem, match="GPT-4o-mini, es_skills"):
        world.table(2, blocks)


def test_two_systems_of_one_row_are_refused(world):
    blocks = blocks_of(20)
    blocks[0]["systems"].append({"id": "s0", "keys": GRID[3]})
    blocks[0]["systems"][0] = {"id": "s1", "keys": GRID[3]}
    with pytest.raises(Problem, match="Two systems are the row"):
        world.table(20, blocks)


def test_missing_file_is_refused(world):
    with pytest.raises(Problem, match="--dialogues has 1 files for 25 systems"):
        world.table(20, dialogues=[world.folder / "dialogues/s0.jsonl"])


def test_system_of_the_users_own_follows_the_printed_rows(world):
    blocks = blocks_of(22)
    blocks[0]["systems"].append({"id": "s20", "keys": ["SFT", "mine"]})
    rows = world.table(22, blocks)["output"]
    assert len(rows) == 99 + 11 and {(row["variant"], row["published"]) for row in rows[99:]} == {("mine", "")}


@pytest.mark.parametrize(("number", "line"), [(2, "| GPT-4o-mini | 4.77 |"), (23, "| Next strategy | 0.50 | 0.52 |")])
def test_page_shows_the_published_layout_too(world, number, line):
    page = world.table(number)["text"]
    assert line in page.replace("**", "").replace("<u>", "").replace("</u>", "").replace("\\*", "")
    assert "not comparable" in page and "| worst seeker |" in page
