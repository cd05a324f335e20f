"""Dialogues in lock step and on threads of their own: the same bytes, nobody stalled, errors and scores in common."""

import itertools
import json
import re
import threading
import time
from dataclasses import replace

import pytest

from scripts.classifiers.sentiment import Sentiment
from scripts.dialogues.schedule import play
from scripts.dialogues.scoring import shared_scorer
from scripts.dialogues.simulate_dialogues import simulate
from scripts.llm.chat import Sampling, open_remote
from scripts.provenance.errors import Problem
from tests.unit.fake_roles import after, persona, roles
from tests.unit.llm_server import completion, serving
from tests.unit.serving_fake import write_base


def dialogues(count):
    return [{"id": str(number), "end_reason": None, "turns": []} for number in range(count)]


@pytest.mark.parametrize("at_once", [None, 1, 3, 99])
def test_every_dialogue_ends_in_its_place_by_its_own_reason_or_the_limit(at_once):
    def exchange(under_way):
        for dialogue in under_way:
            dialogue["turns"].append("said")
            if len(dialogue["turns"]) == int(dialogue["id"]):
                dialogue["end_reason"] = "gratitude"

    found = dialogues(7)
    play(found, exchange, 4, at_once)
    assert [dialogue["id"] for dialogue in found] == [str(number) for number in range(7)]
    assert [len(dialogue["turns"]) for dialogue in found] == [4, 1, 2, 3, 4, 4, 4]
    assert [dialogue["end_reason"] for dialogue in found] == ["limit", *["gratitude"] * 4, "limit", "limit"]


def test_lock_step_gives_all_at_once_and_threads_give_one_each_and_so_many_at_a_time():
    seen, running, most, lock = [], [0], [0], threading.Lock()

    def exchange(under_way):
        with lock:
            seen.append(len(under_way))
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1

    play(dialogues(9), exchange, 2, None)
    assert seen == [9, 9]
    del seen[:]
    play(dialogues(9), exchange, 2, 4)
    assert seen == [1] * 18 and 1 < most[0] <= 4


def test_first_error_stops_all_after_what_is_in_flight():
    begun, ended, together = [], [], threading.Barrier(3)

    def exchange(under_way):
        name = under_way[0]["id"]
        begun.append(name)
        if len(begun) <= 3:
            together.wait(10)
        if name == "1":
            raise Problem("The budget is used up.")
        time.sleep(0.1)
        ended.append(name)

    with pytest.raises(Problem, match="used up"):
        play(dialogues(50), exchange, 20, 3)
    assert sorted(begun) == ["0", "1", "2"] and sorted(ended) == ["0", "2"]


@pytest.mark.parametrize("at_once", [None, 2])
def test_seeker_without_a_word_ends_by_the_limit(at_once):
    found = simulate([persona("a"), persona("b")], roles(lambda request: "…", limit=3, at_once=at_once), False)
    assert [dialogue["end_reason"] for dialogue in found] == ["limit", "limit"]
    assert [len(dialogue["turns"]) for dialogue in found] == [5, 5]


@pytest.mark.parametrize("local", [True, False])
def test_both_schedules_simulate_the_same_dialogues(local):
    def seeker(request):
        number = int(request.id[1:].split(":")[0])
        if number % 3 == 1 and request.id.endswith(":5"):
            return ""  # fails
        return after(*["0.2 so"] * (number % 5), "[END]")(request)

    personas = [persona(f"p{number}") for number in range(12)]
    made = [simulate(personas, roles(seeker, local=local, at_once=at_once), True) for at_once in (None, 5)]
    assert made[0] == made[1] and {dialogue["end_reason"] for dialogue in made[0]} == {"end_token", "failed", "limit"}


def test_slow_answer_of_a_seeker_stalls_its_own_dialogue_and_no_other(tmp_path, monkeypatch):
    """One answer takes until all other 31 dialogues have ended, 30 s at most: then they have waited for it."""
    others_done, lock, asked = threading.Event(), threading.Lock(), {}

    def behave(body, number):
        name = re.search(r"p_\d+", body["messages"][-1 if body["model"] == "supporter" else 2]["content"])[0]
        if body["model"] == "supporter":
            return 200, {}, completion(f"Tell me more, {name}.")
        if name == "p_0":
            outcome.append(others_done.wait(30))
        with lock:
            asked[name] = asked.get(name, 0) + 1
            if sum(asked.values()) == 31 * 3:
                others_done.set()
        return 200, {}, completion("[END]" if asked[name] == 3 else f"I am {name} still.")

    outcome = []
    with serving(behave) as server:
        place = {"base_url": server.url, "key_env": "TEST_LLM_KEY"}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}, "concurrency": 16}))
        monkeypatch.setenv("TEST_LLM_KEY", "sk-test")
        seeker, supporter = (
            open_remote({"backend": "openai", "id": role}, Sampling(1.0, 1.0, 64), tmp_path / f"{role}.jsonl")
            for role in ("seeker", "supporter")
        )
        found = roles(None, form="plain", local=False, limit=9, at_once=48)
        found = replace(found, seeker=seeker, supporter=supporter)
        made = simulate([persona(f"p_{number}") for number in range(32)], found, alternatives=False)
    assert outcome[0] is True and len(outcome) == 3
    assert {dialogue["end_reason"] for dialogue in made} == {"end_token"}
    assert [dialogue["id"] for dialogue in made] == [f"p_{number}" for number in range(32)]


class Scorer:
    """Scores a text by its length; the first call waits until others have gathered."""

    def __init__(self):
        self.batches, self.gathered, self.fails = [], threading.Event(), False

    def __call__(self, texts):
        self.batches.append(list(texts))
        if self.fails:
            raise Problem("The scorer is out of memory.")
        if len(self.batches) == 1:
            self.gathered.wait(10)
        return [Sentiment(len(text) / 100, None) for text in texts]


def test_texts_of_several_threads_are_scored_together_once_and_kept(tmp_path):
    folder, scorer, found = write_base(tmp_path / "m"), Scorer(), {}
    score = shared_scorer(scorer, "generative", folder, tmp_path / "j.jsonl")

    def work(number):
        found[number] = score([f"{number} said", "all say this"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    threads[0].start()
    while not scorer.batches:
        time.sleep(0.01)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.3)
    scorer.gathered.set()
    for thread in threads:
        thread.join()
    assert found == {number: [Sentiment(0.06, None), Sentiment(0.12, None)] for number in range(8)}
    assert len(scorer.batches) < 8 and sorted(itertools.chain(*scorer.batches)) == sorted(
        [f"{number} said" for number in range(8)] + ["all say this"]
    )
    again = Scorer()
    replayed = shared_scorer(again, "generative", folder, tmp_path / "j.jsonl")
    assert replayed(["3 said"]) == [Sentiment(0.06, None)] and again.batches == []
    (folder / "model.safetensors").write_bytes(b"another")
    again.gathered.set()
    shared_scorer(again, "generative", folder, tmp_path / "j.jsonl")(["3 said"])
    assert again.batches == [["3 said"]]


def test_scorer_that_fails_is_told_to_every_thread_in_its_own_words(tmp_path):
    scorer, caught = Scorer(), []
    scorer.fails = True
    score = shared_scorer(scorer, "generative", write_base(tmp_path / "m"), tmp_path / "j.jsonl")

    def work(number):
        try:
            score([f"{number}"])
        except Problem as problem:
            caught.append(str(problem))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert caught == ["The scorer is out of memory."] * 4
