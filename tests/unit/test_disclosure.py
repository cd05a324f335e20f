"""Self-disclosures taken out while a dialogue goes on: the next strategy, or another model's words."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.dialogues import roles as fitting
from scripts.dialogues.simulate_dialogues import simulate
from scripts.text.answers import parse_four_steps, parse_two_steps
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import labels, load_taxonomy
from tests.unit.fake_roles import FIRST, PROMPTS, Fake, after, last_steps, persona, roles, said

STRATEGIES = labels(load_taxonomy("resources/taxonomy/strategies.yaml"))


class Ranking(Fake):
    """A model in this process that finds self-disclosure the most probable strategy and `favourite` the next."""

    backend = SimpleNamespace(name="local")

    def __init__(self, answer, favourite):
        super().__init__(answer)
        self.favourite, self.ranked = favourite, []

    def ask_of(self, name, kind, sample, body, prefix):
        self.ranked.append(SimpleNamespace(key=name, body=body, prefix=prefix))
        return self.ranked[-1]

    def replies(self, asks):
        return {
            ask.key: SimpleNamespace(logprobs=[[text, self._score(text.strip())] for text in ask.body["continuations"]])
            for ask in asks
        }

    def _score(self, label):
        return {"Self-disclosure": -0.5, self.favourite: -1.0}.get(label, -2.0)


def discloses(request):
    """Discloses itself at the first turn only; goes on from a forced strategy."""
    turn = request.id.rsplit(":", 1)[1]
    if request.prefix:
        return f"{request.prefix} instead {turn}"
    return FIRST + last_steps("Yes", f"said {turn}", "Self-disclosure" if turn == "2" else "Question")


def rewriting(answer, **changed):
    prompts = {"rephrase": load_prompt(f"{PROMPTS}/A-REPH.md")}
    found = roles(after("0.2 so", "0.2 well", "[END]"), discloses, rephrase=Fake(answer), **changed)
    found.prompts.update(prompts)
    return found


def test_next_most_probable_strategy_takes_the_place_and_the_response_is_new():
    supporter = Ranking(discloses, "Affirmation")
    found = roles(after("0.2 so", "[END]"), supporter=discloses, supporter_is_local=True, ranks=True)
    found = type(found)(**{**vars(found), "supporter": supporter})
    (dialogue,) = simulate([persona("p")], found, alternatives=False)
    first, second = (turn for turn in dialogue["turns"] if "strategy" in turn)
    assert (first["strategy"], first["text"], first["disclosed"]) == ("Affirmation", "instead 2", "said 2")
    assert parse_four_steps(first["answer"]).strategy == "Affirmation" and first["use_reference"] is True
    assert (second["strategy"], second["text"]) == ("Question", "said 4") and "disclosed" not in second
    (ask,) = supporter.ranked  # one turn of two disclosed itself
    assert [text.strip() for text in ask.body["continuations"]] == STRATEGIES
    assert ask.prefix == FIRST + "Step 3.\n-Reasoning: Yes, it is.\nStep 4.\n-Strategy:"
    assert found.seeker.requests[0].messages[-1] == {"role": "user", "content": "instead 2"}


@pytest.mark.parametrize(("instead", "backend"), [("next_strategy", "local"), ("others_experience", "vllm")])
def test_only_strategies_are_ranked_in_this_process_where_a_server_speaks_for_the_rest(monkeypatch, instead, backend):
    class Opened(Exception):
        pass

    def opened(backend, *_):
        raise Opened(backend)

    monkeypatch.setattr(fitting, "open_weights", opened)
    weights = dict(supporter={"backend": "local"}, supporter_adapter="s", detector=None, reference=None)
    told = dict(sampling={}, output=Path("o.jsonl"), base="b", base_backend="vllm", self_disclosure=instead)
    with pytest.raises(Opened, match=f"^{backend}$"):
        fitting.open_roles(SimpleNamespace(**weights, **told))


def test_other_model_rewrites_the_response_before_the_seeker_hears_it():
    found = rewriting(lambda request: "Others felt so too.")
    (dialogue,) = simulate([persona("p")], found, alternatives=False)
    first = next(turn for turn in dialogue["turns"] if "strategy" in turn)
    assert (first["text"], first["disclosed"], first["strategy"]) == (
        "Others felt so too.",
        "said 2",
        "Self-disclosure",
    )
    (request,) = found.rephrase.requests
    assert request.kind == "A-REPH" and "said 2" in request.messages[-1]["content"]
    assert "I am p." in request.messages[-1]["content"]
    assert found.seeker.requests[0].messages[-1]["content"] == "Others felt so too."
    later = [r for r in found.supporter.requests if r.id == "p:4"]
    assert "Others felt so too." in json.dumps(later[0].messages) and "said 2" not in json.dumps(later[0].messages)


def test_dialogue_whose_disclosure_stays_unusable_fails_and_the_others_go_on():
    found = rewriting(lambda request: "" if request.id.startswith("a:") else "Others did.")
    failed, done = simulate([persona("a"), persona("b")], found, alternatives=False)
    assert failed["end_reason"] == "failed" and [text for _, text in said(failed)][1:] == ["I am a."]
    assert done["end_reason"] == "end_token" and "Others did." in [text for _, text in said(done)]


def test_system_as_it_is_keeps_its_disclosures():
    (dialogue,) = simulate([persona("p")], roles(after("0.2 so", "[END]"), discloses), alternatives=False)
    assert [turn["strategy"] for turn in dialogue["turns"] if "strategy" in turn] == ["Self-disclosure", "Question"]


def test_answer_without_reference_has_two_steps_alone():
    text = 'Step 1. x\n-Reasoning: sad.\nStep 4. y\n-Strategy: Question\n-Response: "How so?"'
    found = parse_two_steps(text)
    assert (found.issue, found.strategy, found.response, found.use_reference) == ("sad.", "Question", "How so?", False)
    for broken in (FIRST + last_steps("Yes", "so"), text[: text.index("Step 4")], text.replace("How so?", "")):
        with pytest.raises(ValueError):
            parse_two_steps(broken)


def test_system_without_a_reference_is_read_by_two_steps_and_has_no_alternative():
    answer = "Step 1.\n-Reasoning: sad.\nStep 4.\n-Strategy: Question\n-Response: How?"
    found = roles(after("[END]"), lambda request: answer, reference=None)
    found.prompts["supporter"] = load_prompt(f"{PROMPTS}/A-SUP-V.md")
    (dialogue,) = simulate([persona("p")], found, alternatives=True)
    turn = dialogue["turns"][-1]
    assert (turn["text"], turn["target_values"], turn["reference"]) == ("How?", ["Face", "Achievement"], "")
    assert "alternative" not in turn
    assert "Face, Achievement" in found.supporter.requests[0].messages[-1]["content"]
