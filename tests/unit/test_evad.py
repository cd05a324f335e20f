"""Preference data of paper B: places, candidates, votes, splits, pairs, and test dialogues that never enter."""

import json

import pytest

from scripts.evad import (
    asking,
    build_alignment_pairs,
    check_leaks,
    rank_as_raters,
    sample_items,
    split_votes,
    vote_rankings,
)
from scripts.evad import write_candidates as write_candidates_rule
from scripts.evad.rank_as_raters import order_for, parse_ranking
from scripts.evad.sample_items import places_of, sample
from scripts.evad.split_votes import split
from scripts.evad.vote_rankings import majority, vote
from scripts.provenance.errors import Problem
from scripts.stats.fleiss import fleiss_kappa, modal_raters
from scripts.text.files import read_csv, read_json, read_jsonl, write_csv, write_json, write_jsonl
from scripts.text.quartiles import quartile
from scripts.training.rows import preference_rows
from tests.unit.evad_data import LEVELS, TEXTS, dialogue, run, write_candidates, write_splits
from tests.unit.test_judging import FakeChat

WINDOW = '{"first_words": 50, "last_words": 50}'


# ---- places
def test_quartiles_are_the_ceiling_of_four_times_the_relative_place():
    assert [quartile(place, 8) for place in range(1, 9)] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [quartile(place, 5) for place in range(1, 6)] == [1, 2, 3, 4, 4]
    assert [quartile(place, 2) for place in (1, 2)] == [2, 4] and quartile(1, 1) == 4
    with pytest.raises(ValueError, match="turn 3 of 2"):
        quartile(3, 2)


def test_places_are_answers_from_the_second_exchange_on_and_a_greeting_is_none():
    plain, greeted = places_of(dialogue("d", 4)), places_of(dialogue("d", 4, greeting=True))
    assert [(row["place"], row["count"], row["quartile"]) for row in plain] == [(2, 4, 2), (3, 4, 3), (4, 4, 4)]
    assert [row["item_id"] for row in greeted] == [row["item_id"] for row in plain] == ["d.2", "d.3", "d.4"]
    last = [turn["text"] for turn in plain[0]["history"]]
    assert last == ["d seeker 1", "d reply 1", "d seeker 2"]
    assert greeted[0]["history"][0]["text"] == "Hello d" and places_of(dialogue("d", 1)) == []


def test_consecutive_turns_of_a_party_are_one_place():
    talk = dialogue("d", 2)
    talk["turns"].insert(2, {"index": 9, "role": "supporter", "text": "and more"})
    assert [row["item_id"] for row in places_of(talk)] == ["d.2"]
    assert places_of(talk)[0]["history"][1]["text"] == "d reply 1 and more"


def test_sample_is_the_same_whatever_the_order_and_a_dialogue_goes_to_one_group():
    talks = [dialogue(f"d{n}", 5) for n in range(9)]
    rows = sample(talks, 20, 3, 1)
    assert rows == sample(talks[::-1], 20, 3, 1) and len(rows) == 20
    assert rows != sample(talks, 20, 3, 2)
    groups = {}
    for row in rows:
        groups.setdefault(row["dialogue_id"], set()).add(row["group"])
    assert all(len(found) == 1 for found in groups.values()) and set().union(*groups.values()) == {1, 2, 3}
    assert len(sample(talks, 999, 1, 1)) == 9 * 4


def test_no_test_dialogue_gives_an_item_by_its_id_or_by_its_words(tmp_path):
    given = write_splits(tmp_path)
    copy = dialogue("test-0", 4)
    copy["turns"][0]["text"] = "  TEST-0 seeker  1 "  # the same words, written otherwise
    train = read_jsonl(given["train"])
    write_jsonl(given["train"], [*train, {**copy, "id": "train-99"}, dialogue("test-1", 4, greeting=True)])
    run(sample_items, **given, count=999, groups=1, seed=1, output=tmp_path / "items.jsonl")
    rows = read_jsonl(tmp_path / "items.jsonl")
    assert {row["dialogue_id"] for row in rows} == {f"train-{n}" for n in range(6)} | {"dev-0", "dev-1"}
    assert "test" not in json.dumps(rows) and "secret" not in json.dumps(rows)


def test_more_groups_than_dialogues_are_a_problem(tmp_path):
    with pytest.raises(Problem, match="Only 8 of 9 groups"):
        run(sample_items, **write_splits(tmp_path), count=99, groups=9, seed=1, output=tmp_path / "items.jsonl")


# ---- candidates
@pytest.fixture
def items():
    return sample([dialogue(f"d{n}", 4) for n in range(3)], 99, 1, 1)


def asked(monkeypatch, answer):
    chat = FakeChat(answer)
    monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
    return chat


ASKING = {"levels": LEVELS, "history": WINDOW, "model": "{}"}
ASKING |= {"sampling": '{"temperature": 0, "top_p": 1, "max_tokens": 9}', "max_failed": 0.5}


def test_each_level_is_asked_by_its_own_prompt_about_the_history(tmp_path, monkeypatch, items):
    chat = asked(monkeypatch, lambda request: f"supporter:  {request.kind}\nsays so ")
    write_jsonl(tmp_path / "items.jsonl", items[:1])
    prompts = [f"resources/prompts/B-L{level}.md" for level in TEXTS]
    run(write_candidates_rule, items=tmp_path / "items.jsonl", prompts=prompts, output=tmp_path / "c.jsonl", **ASKING)
    (row,) = read_jsonl(tmp_path / "c.jsonl")
    assert row["candidates"] == {str(level): f"B-L{level} says so" for level in TEXTS}
    labels = ["Listening and Observing", "Accurate Reflection", "Validating", "Radical Genuineness"]
    for request, label in zip(chat.requests, labels, strict=True):
        assert f": {label}." in request.messages[0]["content"]
        assert request.messages[1]["content"].endswith("help-seeker: d0 seeker 2\nsupporter:")


def test_item_without_four_different_candidates_is_left_out(tmp_path, monkeypatch, items):
    def answer(request):
        if request.id.startswith("d0.2.4"):
            return ""
        return "the same" if request.id.startswith("d1.3.") else request.id

    asked(monkeypatch, answer)
    write_jsonl(tmp_path / "items.jsonl", items)
    prompts = [f"resources/prompts/B-L{level}.md" for level in TEXTS]
    run(write_candidates_rule, items=tmp_path / "items.jsonl", prompts=prompts, output=tmp_path / "c.jsonl", **ASKING)
    left_out = {item["item_id"] for item in items} - {row["item_id"] for row in read_jsonl(tmp_path / "c.jsonl")}
    assert left_out == {"d0.2", "d1.3"}


def test_too_many_unusable_answers_stop_the_step(tmp_path, monkeypatch, items):
    asked(monkeypatch, lambda request: "")
    write_jsonl(tmp_path / "items.jsonl", items)
    prompts = [f"resources/prompts/B-L{level}.md" for level in TEXTS]
    with pytest.raises(Problem, match="36 of 36 answers"):
        run(write_candidates_rule, items=tmp_path / "items.jsonl", prompts=prompts, output=tmp_path / "c", **ASKING)


# ---- stand-ins
@pytest.mark.parametrize("text", ["Ranking: A, B, C", "Ranking: A, B, C, C", "A, B, C, D", "", "Ranking: A, B, C, E"])
def test_ranking_that_names_not_each_letter_once_is_unusable(text):
    with pytest.raises(ValueError, match="Ranking"):
        parse_ranking(text)


def test_ranking_is_read_in_its_usual_spellings_and_the_last_one_counts():
    assert parse_ranking("Ranking: B, D, A, C") == ("B", "D", "A", "C")
    assert parse_ranking("Ranking: A, B, C, D\nOn second thought\n**Ranking:** D > C > B > A.") == ("D", "C", "B", "A")


def test_stand_ins_rank_levels_whatever_the_order_they_see_and_keep_to_their_group(tmp_path, monkeypatch):
    rows = sample([dialogue(f"d{n}", 3) for n in range(4)], 99, 2, 1)

    def by_level(request):
        lines = dict(line.split(": ", 1) for line in request.messages[1]["content"].splitlines() if line[1:2] == ":")
        return "Ranking: " + ", ".join(sorted(lines, key=lambda letter: -list(TEXTS.values()).index(lines[letter])))

    chat = asked(monkeypatch, by_level)
    given = write_candidates(tmp_path, rows) | {"prompt": "resources/prompts/B-HUM-RANK.md", "people": 3, "seed": 1}
    run(rank_as_raters, **given, **ASKING, output=tmp_path / "r.csv")
    ranked = read_csv(tmp_path / "r.csv")
    assert len(ranked) == len(rows) * 3
    assert {tuple(row[f"rank{n}"] for n in (1, 2, 3, 4)) for row in ranked} == {("4", "3", "2", "1")}
    group = {row["item_id"]: row["group"] for row in rows}
    names = {(group[row["item_id"]], row["annotator"]) for row in ranked}
    assert names == {(g, f"evad{g}-standin{3 * (g - 1) + n:02d}") for g in (1, 2) for n in (1, 2, 3)}
    assert {request.sample for request in chat.requests} == set(range(1, 7))
    assert len({tuple(order_for("d0.2", rater, 1)) for rater in range(12)}) > 4


def test_item_that_lacks_a_stand_in_is_left_out_whole(tmp_path, monkeypatch, items):
    asked(monkeypatch, lambda request: "no" if request.id == "d1.3.2" else "Ranking: A, B, C, D")
    given = write_candidates(tmp_path, items) | {"prompt": "resources/prompts/B-HUM-RANK.md", "people": 3, "seed": 1}
    run(rank_as_raters, **given, **ASKING, output=tmp_path / "r.csv")
    ranked = [row["item_id"] for row in read_csv(tmp_path / "r.csv")]
    assert "d1.3" not in ranked and len(ranked) == (len(items) - 1) * 3


# ---- votes
def rankings(*counts: tuple[int, tuple[int, ...]]):
    return [ranking for count, ranking in counts for _ in range(count)]


UP, DOWN, MIDDLE = (4, 3, 2, 1), (1, 2, 3, 4), (3, 2, 4, 1)


def test_majority_is_the_most_frequent_first_and_last_level():
    given = rankings((7, UP), (3, DOWN), (2, MIDDLE))
    assert majority(given, "chosen", "drop") == 4 and majority(given, "rejected", "drop") == 1


def test_tie_drops_the_item_or_goes_to_the_better_mean_rank():
    given = rankings((5, UP), (5, DOWN), (2, MIDDLE))  # 4 and 1 are first five times each; 1 is last seven times
    assert majority(given, "chosen", "drop") is None and majority(given, "rejected", "drop") == 1
    assert majority(given, "chosen", "mean_rank") == 4  # the two others hold 1 for the worst
    assert majority(rankings((6, UP), (6, DOWN)), "chosen", "mean_rank") is None


@pytest.mark.parametrize(("against", "dropped"), [(5, None), (6, "tie"), (7, None)])
def test_five_raters_of_twelve_may_disagree(against, dropped):
    found = vote(rankings((12 - against, UP), (against, DOWN)), 5, "drop")
    assert found["dropped"] == dropped


def test_more_than_five_against_either_label_drop_the_item():
    chosen = rankings((6, UP), (3, (3, 4, 2, 1)), (3, (2, 4, 3, 1)))  # six of twelve chose 4, all rejected 1
    assert vote(chosen, 5, "drop") | {"dropped": "disagreement"} == vote(chosen, 5, "drop")
    rejected = rankings((6, UP), (3, (4, 1, 2, 3)), (3, (4, 1, 3, 2)))
    assert vote(rejected, 5, "drop")["dropped"] == "disagreement" and vote(rejected, 6, "drop")["dropped"] is None
    assert vote(rejected, 6, "drop")["rejected_against"] == 6


def test_level_that_is_both_chosen_and_rejected_drops_the_item():
    polar = rankings((4, (4, 1, 2, 3)), (1, (1, 2, 3, 4)), (2, (2, 1, 3, 4)), (2, (3, 2, 1, 4)))
    found = vote(polar, 9, "drop")
    assert (found["chosen"], found["rejected"], found["dropped"]) == (4, 4, "same level")


def test_fleiss_kappa_is_that_of_his_own_table():
    """Fleiss 1971 as reprinted widely: ten subjects, fourteen raters, five categories: kappa 0.210."""
    table = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    items = [[category for category, count in enumerate(row) for _ in range(count)] for row in table]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=0.0005)
    assert fleiss_kappa([[1, 1], [2, 2]]) == 1 and fleiss_kappa([[1, 2], [1, 2]]) == -1
    assert fleiss_kappa([]) is None and fleiss_kappa([[1, 1], [1, 1]]) is None
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa([[1, 1], [1]])


def test_items_with_another_number_of_raters_are_left_out_of_kappa():
    assert modal_raters([[1, 2], [1, 2, 3], [2, 2]]) == [[1, 2], [2, 2]] and modal_raters([]) == []
    assert modal_raters([[1, 2], [1, 2, 3]]) == [[1, 2, 3]]


def vote_on(tmp_path, items, by_item):
    """Votes and agreement files for rankings by item."""
    columns = ["item_id", "annotator", "rank1", "rank2", "rank3", "rank4"]
    rows = [
        dict(zip(columns, (item, f"evad1-r{n}", *ranking), strict=True))
        for item, own in by_item.items()
        for n, ranking in enumerate(own)
    ]
    write_csv(tmp_path / "rankings.csv", rows, columns)
    given = {"items": tmp_path / "items.jsonl", "rankings": tmp_path / "rankings.csv", "max_disagreeing": 5}
    given |= {"ties": "drop", "output": tmp_path / "votes.jsonl", "agreement": tmp_path / "agreement.csv"}
    run(vote_rankings, **given)
    return read_jsonl(tmp_path / "votes.jsonl"), read_csv(tmp_path / "agreement.csv")


def test_kappa_is_given_before_and_after_the_filter(tmp_path, items):
    write_candidates(tmp_path, items)
    clear, split_up = rankings((12, UP)), rankings((6, UP), (6, DOWN))
    by_item = {item["item_id"]: clear if n % 2 else rankings((12, DOWN)) for n, item in enumerate(items)}
    by_item[items[0]["item_id"]] = split_up
    votes, agreement = vote_on(tmp_path, items, by_item)
    assert [row["dropped"] for row in votes] == ["tie"] + [None] * 8 and votes[0]["chosen"] is None
    assert votes[1] == {**votes[1], "chosen": 4, "rejected": 1, "quartile": items[1]["quartile"]}
    found = {(row["picked"], row["when"]): row for row in agreement}
    assert float(found["chosen", "after"]["kappa"]) == 1 > float(found["chosen", "before"]["kappa"])
    assert (found["chosen", "before"]["items"], found["rejected", "after"]["items"]) == ("9", "8")
    assert {row["raters"] for row in agreement} == {"12"}


def test_kappa_before_and_after_the_filter_by_hand(tmp_path, items):
    """Of twelve raters: all for 4; seven for 4 and five for 3 (kept); six for 4, three for 3, three for 2 (out)."""
    write_candidates(tmp_path, items)
    other = (3, 4, 2, 1)
    kept, out = rankings((7, UP), (5, other)), rankings((6, UP), (3, other), (3, (2, 4, 3, 1)))
    names = [item["item_id"] for item in items[:3]]
    votes, agreement = vote_on(tmp_path, items, dict(zip(names, (rankings((12, UP)), kept, out), strict=True)))
    assert [row["dropped"] for row in votes] == [None, None, "disagreement"]
    found = {(row["picked"], row["when"]): (row["items"], row["kappa"]) for row in agreement}
    # Pairs of raters that agree, of 132: 132, 62, 42; votes for levels 4, 3, 2: 25, 8, 3 of 36, and 19, 5 of 24.
    before, chance = (132 + 62 + 42) / 396, (25**2 + 8**2 + 3**2) / 36**2
    assert found["chosen", "before"][0] == "3"
    assert float(found["chosen", "before"][1]) == pytest.approx((before - chance) / (1 - chance))
    assert float(found["chosen", "before"][1]) == pytest.approx(0.12435, abs=1e-5)
    assert found["chosen", "after"][0] == "2" and float(found["chosen", "after"][1]) == pytest.approx(0.19617, abs=1e-5)
    assert found["rejected", "before"] == ("3", "")  # all reject 1: there is no chance to agree beyond


# ---- splits and pairs
def test_dialogues_are_whole_in_one_split_and_sizes_keep_the_ratio():
    rows = [{"item_id": f"d{n}.{k}", "dialogue_id": f"d{n}", "place": k} for n in range(60) for k in range(n % 5 + 1)]
    found = split(rows, {"train": 5157, "dev": 465}, 1)
    train, dev = ({row["dialogue_id"] for row in found[name]} for name in ("train", "dev"))
    assert train.isdisjoint(dev) and len(found["train"]) + len(found["dev"]) == len(rows)
    assert abs(len(found["dev"]) - len(rows) * 465 / 5622) <= 3
    assert found == split(rows[::-1], {"train": 5157, "dev": 465}, 1)
    cut = split(rows, {"train": 50, "dev": 10}, 1)
    assert len(cut["train"]) == 50 and len(cut["dev"]) == 10
    assert {row["dialogue_id"] for row in cut["train"]}.isdisjoint(row["dialogue_id"] for row in cut["dev"])


def splits_of(tmp_path, items, by_item, held_out):
    given = write_candidates(tmp_path, items)
    vote_on(tmp_path, items, by_item)
    write_jsonl(tmp_path / "test.jsonl", held_out)
    given |= {"votes": tmp_path / "votes.jsonl", "held_out": tmp_path / "test.jsonl", "seed": 1}
    given |= {"train_size": 6, "dev_size": 3, "counts": tmp_path / "counts.json"}
    run(split_votes, **given, train=tmp_path / "train.jsonl", dev=tmp_path / "dev.jsonl")
    return read_jsonl(tmp_path / "train.jsonl"), read_jsonl(tmp_path / "dev.jsonl"), read_json(tmp_path / "counts.json")


def test_kept_items_carry_the_text_of_both_levels_and_become_pairs_a_trainer_takes(tmp_path, items):
    by_item = {item["item_id"]: rankings((12, UP)) for item in items[1:]}  # the first was never ranked
    train, dev, counts = splits_of(tmp_path, items, by_item, [dialogue("test-0", 4)])
    assert counts["ranked"] == counts["kept"] == 8 == counts["train"] + counts["dev"] + counts["cut"]
    assert train[0]["chosen"] == {"level": 4, "text": TEXTS[4]} and train[0]["rejected"] == {
        "level": 1,
        "text": TEXTS[1],
    }
    assert dev and {row["dialogue_id"] for row in train}.isdisjoint(row["dialogue_id"] for row in dev)
    pairs = {"items": tmp_path / "train.jsonl", "prompt": "resources/prompts/B-BASE.md"}
    run(build_alignment_pairs, **pairs, output=tmp_path / "pairs.jsonl")
    rows = read_jsonl(tmp_path / "pairs.jsonl")
    assert list(rows[0]) == ["id", "prompt", "chosen", "rejected"] and len(
        preference_rows(tmp_path / "pairs.jsonl")
    ) == len(rows)
    assert [message["role"] for message in rows[0]["prompt"]][:2] == ["system", "user"]
    assert rows[0]["prompt"][-1]["role"] == "user" and rows[0]["chosen"] == [{"role": "assistant", "content": TEXTS[4]}]


def test_greeting_before_the_seeker_is_left_out_of_a_pairs_prompt():
    (item, *_) = places_of(dialogue("d", 3, greeting=True))
    item |= {"chosen": {"text": "a"}, "rejected": {"text": "b"}}
    prompt = build_alignment_pairs.load_prompt("resources/prompts/B-BASE.md")
    roles = [message["role"] for message in build_alignment_pairs.pair(item, prompt)["prompt"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_ranked_test_dialogue_stops_the_splits(tmp_path, items):
    by_item = {item["item_id"]: rankings((12, UP)) for item in items}
    with pytest.raises(Problem, match="d1 is a test dialogue and was ranked"):
        splits_of(tmp_path, items, by_item, [dialogue("d1", 4)])


def test_without_items_there_are_no_pairs_and_the_message_says_what_to_do(tmp_path):
    write_jsonl(tmp_path / "none.jsonl", [])
    with pytest.raises(Problem, match=r"evad\.rating\.folder"):
        run(
            build_alignment_pairs,
            items=tmp_path / "none.jsonl",
            prompt="resources/prompts/B-BASE.md",
            output=tmp_path / "p.jsonl",
        )


# ---- leaks
def sample_row(name, talk, seekers):
    said = [turn for turn in talk["turns"] if turn["role"] == "seeker"][:seekers]
    history = [{"role": "help-seeker", "content": turn["text"].upper().replace(" ", "  ") + "!"} for turn in said]
    return {"ID": name, "History": [{"role": "supporter", "content": "Hi"}, *history], "Chosen": "a", "Rejected": "b"}


def test_samples_of_test_dialogues_are_reported_and_ours_are_clean(tmp_path):
    given = write_splits(tmp_path)
    run(sample_items, **given, count=5, groups=1, seed=1, output=tmp_path / "items.jsonl")
    talks = {split: read_jsonl(path) for split, path in given.items()}
    rows = [sample_row("1_2", talks["test"][0], 2), sample_row("2_2", talks["train"][3], 3)]
    rows += [sample_row("3_1", talks["dev"][1], 2), sample_row("4_1", dialogue("elsewhere", 3), 3)]
    write_json(tmp_path / "sample.json", rows)
    given |= {"items": tmp_path / "items.jsonl", "output": tmp_path / "leaks.csv"}
    run(check_leaks, **given, sample=tmp_path / "sample.json")
    ours, theirs = read_csv(tmp_path / "leaks.csv")
    assert (ours["rows"], ours["test"], ours["status"]) == ("5", "0", "clean")
    assert [theirs[name] for name in ("train", "dev", "test", "unknown")] == ["1", "1", "1", "1"]
    assert theirs["leaks"] == "1_2" and theirs["status"] == "leaks"
    run(check_leaks, **given, sample=[])
    assert read_csv(tmp_path / "leaks.csv")[1]["status"] == "absent"


def test_item_of_a_test_dialogue_and_a_strange_sample_are_problems(tmp_path):
    given = write_splits(tmp_path)
    item = {"item_id": "test-0.2", "dialogue_id": "test-0"}
    write_jsonl(tmp_path / "items.jsonl", [item])
    given |= {"items": tmp_path / "items.jsonl", "output": tmp_path / "leaks.csv"}
    with pytest.raises(Problem, match=r"items of test dialogues: test-0\.2"):
        run(check_leaks, **given, sample=[])
    write_jsonl(tmp_path / "items.jsonl", [])
    write_json(tmp_path / "sample.json", [{"ID": "1"}])
    with pytest.raises(Problem, match="no list of rows with ID and History"):
        run(check_leaks, **given, sample=tmp_path / "sample.json")
