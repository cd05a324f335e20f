"""Fake models for simulated dialogues, and the roles that they fill."""

import json
import math

from scripts.dialogues.roles import Roles
from scripts.llm.chat import Answer
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

PROMPTS = "resources/prompts/compact"
THANKS = ["thank", "thanks", "thank you", "grateful", "appreciate", "thankful"]
FIELDS = {"category": "Work", "emotion": "anger", "age_range": "20s", "gender": "female", "occupation": "cook"}
FIRST = "Step 1.\n-Reasoning: sad.\nStep 2.\n-Reasoning: walking.\n"


def persona(name):
    return {"id": name, "value": "Achievement", "situation": f"I am {name}.", **FIELDS}


def last_steps(decision, said, strategy="Question"):
    return f"Step 3.\n-Reasoning: {decision}, it is.\nStep 4.\n-Strategy: {strategy}\n-Response: {said}"


class Fake:
    """A model that answers by a function of the request; a ValueError of the parser leaves no value."""

    def __init__(self, answer):
        self.answer, self.requests, self.calls, self.closed = answer, [], [], False

    def ask(self, requests, parse):
        self.requests += requests
        self.calls.append([request.id for request in requests])
        return [self.one(self.answer(request), parse) for request in requests]

    def one(self, text, parse):
        try:
            return Answer(text, parse(text), 1, [(text, math.log(0.5))])
        except ValueError:
            return Answer(text, None, 4)

    def close(self):
        self.closed = True


def four_steps(request):
    """Uses the reference, or goes on from a forced beginning; says which turn it is."""
    turn = request.id.rsplit(":", 1)[1]
    if request.prefix:
        return f"{request.prefix}, it is.\nStep 4.\n-Strategy: Reflection\n-Response: forced {turn}"
    if request.kind == "A-SUP-ALT":
        return last_steps("No", f"told {turn}")
    return FIRST + last_steps("Yes", f"initial {turn}")


def voices(text):
    """The seeker's own words: the text after `V-reg`, as in `0.7 thanks`."""
    return float(text.split()[0]) if text[0].isdigit() else 0.1


def roles(seeker, supporter=four_steps, local=True, form="four_step", emotion=False, limit=4, **changed):
    """Roles of fakes; the sentiment of a text is the number that it begins with, else 0.1."""
    plain = form == "plain"
    names = {"supporter": "A-SUP-PLAIN" if plain else "A-SUP-E" if emotion else "A-SUP", "alternative": "A-SUP-ALT"}
    names |= {"detector": "A-TVD", "reference": "A-RG-E" if emotion else "A-RG", "seeker": "A-SEEK"}
    given = {
        "system": "ours",
        "supporter": Fake(supporter),
        "supporter_is_local": local,
        "plain": plain,
        "detector": None if plain or emotion else Fake(lambda request: "Face, Achievement"),
        "reference": None if plain else Fake(lambda request: "try walking"),
        "seeker": Fake(seeker),
        "rephrase": None,
        "ranks": False,
        "sentiment": lambda texts: [(voices(text), 0) for text in texts],
        "prompts": {role: load_prompt(f"{PROMPTS}/{name}.md") for role, name in names.items()},
        "values": load_taxonomy("resources/taxonomy/values.yaml"),
        "strategies": load_taxonomy("resources/taxonomy/strategies.yaml"),
        "window": {"first_words": 50, "last_words": 200},
        "example": "Therapist: an example",
        "max_exchanges": limit,
        "gratitude": THANKS,
        "end_score": 0.6,
        "top_values": 3,
        "weights": None,
        "at_once": None,
    }
    return Roles(**(given | changed))


def said(dialogue):
    return [(turn["role"], turn["text"]) for turn in dialogue["turns"]]


def after(*answers):
    """A seeker that gives these answers in turn, then goes on for ever."""

    def answer(request):
        number = (int(request.id.rsplit(":", 1)[1]) - 3) // 2
        return answers[number] if number < len(answers) else f"more {number}"

    return answer


def run(module, tmp_path, monkeypatch, found, source, **more):
    """Runs a main with fake roles on personas a and b; gives the rows it wrote."""
    monkeypatch.setattr(module, "open_roles", lambda args: found)
    write_jsonl(tmp_path / "personas.jsonl", [persona("a"), persona("b")])
    options = {"personas": tmp_path / "personas.jsonl", "system": "ours", "form": "four_step", "seeker": "{}"}
    options |= {"supporter": "{}", "supporter-prompt": "x", "seeker-prompt": "x", "values": "x", "strategies": "x"}
    options |= {"example": "x", "sentiment-kind": "lexicon", "sampling": "{}", "history": "{}", "top-values": 3}
    options |= {"self-disclosure": "none", "share": 1.0, "seed": 1}
    options |= {"max-exchanges": 4, "gratitude": json.dumps(THANKS), "end-score": 0.6, "output": tmp_path / source}
    module.main([str(part) for name, value in (options | more).items() for part in (f"--{name}", value)])
    return read_jsonl(tmp_path / source)
