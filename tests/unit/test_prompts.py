"""The full and the compact prompts: same contracts, and answer formats that name the tokens parsers look for."""

import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, meta

from scripts.llm.offline import ANSWERERS
from scripts.provenance.errors import Problem
from scripts.text.lexicon import load_lexicon
from scripts.text.prompts import load_prompt

FULL, COMPACT = Path("resources/prompts"), Path("resources/prompts/compact")
IDS = sorted(path.stem for path in FULL.glob("*.md"))
TOKENS = {  # what a model must be told to write, for prompts whose answers are parsed
    "A-SUP": ["four steps"],
    "A-SUP-ALT": ["Step 3", "4"],
    "A-SEEK": ["[END]", "one sentence"],
    "A-ALN": ["situation:", "- Reasoning:", "- Rating:"],
    "A-DEMO": ["age_range", "gender", "occupation", "JSON"],
    "A-SKILL": ["Keys:", "JSON"],
    "A-INT": ["'very low', 'low', 'moderate', 'high', 'extreme'"],
    "A-VAL": ["1. Reasoning:", "2. Results:", "1) Patient's perspective:", "2) Therapist's perspective:", "Tie"],
    "A-RGJ": ["Reasoning:", "Similar comment:", "Comment A", "Comment B"],
    "A-SIM": ["Score:"],
    "A-INT-FS": ["'very low', 'low', 'moderate', 'high', 'extreme'"],
    "A-TVD-R": ["Reasoning:", "Values: value1, value2, value3"],
    "A-SEEK-0": ["[END]", "one sentence"],
    "B-HUM-RANK": ["Ranking:"],
    "B-COT": ["Emotion:", "Level:", "Response:"],
    "A-EMO": ["No, the patient feels worse.", "No, the patient feels the same.", "No, but the patient feels better."],
}
FULL_TOKENS = [f"Step {n}." for n in (1, 2, 3, 4)] + ["-Reasoning:", "-Strategy:", "-Response:", "Yes", "No"]


def body(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def head(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])


def test_both_sets_hold_the_same_prompts():
    assert IDS == sorted(path.stem for path in COMPACT.glob("*.md"))
    assert set(ANSWERERS) < set(IDS) and len(IDS) == 40


@pytest.mark.parametrize("name", IDS)
def test_compact_prompt_has_the_slots_and_answer_of_the_full_one(name):
    full, compact = head(FULL / f"{name}.md"), head(COMPACT / f"{name}.md")
    assert full == compact and full["id"] == name
    roles = [role for role, _ in load_prompt(FULL / f"{name}.md").sections]
    assert roles == [role for role, _ in load_prompt(COMPACT / f"{name}.md").sections]


@pytest.mark.parametrize("name", IDS)
def test_full_template_uses_every_slot(name):
    used = meta.find_undeclared_variables(Environment().parse(body(FULL / f"{name}.md")))
    assert used == set(load_prompt(FULL / f"{name}.md").slots)


@pytest.mark.parametrize("name", IDS)
def test_compact_template_uses_no_undeclared_slot(name):
    used = meta.find_undeclared_variables(Environment().parse(body(COMPACT / f"{name}.md")))
    assert used <= set(load_prompt(COMPACT / f"{name}.md").slots)


@pytest.mark.parametrize("folder", [FULL, COMPACT])
@pytest.mark.parametrize("name", sorted(TOKENS))
def test_template_names_the_tokens_of_its_answer(folder, name):
    text = body(folder / f"{name}.md")
    assert [token for token in TOKENS[name] if token not in text] == []


@pytest.mark.parametrize("name", ["A-SUP", "A-SUP-E"])
def test_full_supporter_prompt_spells_out_the_four_blocks(name):
    text = body(FULL / f"{name}.md")
    assert [token for token in FULL_TOKENS if token not in text] == []


@pytest.mark.parametrize("folder", [FULL, COMPACT])
@pytest.mark.parametrize("decision", ["Yes", "No"])
def test_alternative_prompt_names_only_the_asked_decision(folder, decision):
    text = load_prompt(folder / "A-SUP-ALT.md").messages(decision=decision)[-1]["content"]
    assert set(re.findall(r"\b(?:Yes|No)\b", text)) == {decision}


@pytest.mark.parametrize("name", ["A-SEEK", "A-SEEK-0"])
def test_compact_greeting_is_the_worlds_greeting(name):
    persona = dict.fromkeys(load_prompt(COMPACT / f"{name}.md").slots, "x")
    greeting = load_prompt(COMPACT / f"{name}.md").messages(**persona)[-1]
    assert greeting == {"role": "user", "content": load_lexicon("resources/world.yaml").raw["greeting"]}


@pytest.mark.parametrize("folder", [FULL, COMPACT])
def test_only_the_dialogue_slots_put_lines_of_a_transcript_into_a_prompt(folder):
    for name in IDS:
        speakers = "Patient|Therapist" if name.startswith("A-") else "help-seeker|supporter"
        assert not re.search(rf"^({speakers}): ", body(folder / f"{name}.md"), re.MULTILINE), name


def test_a_missing_slot_is_a_problem():
    with pytest.raises(Problem, match="decision"):
        load_prompt(FULL / "A-SUP-ALT.md").messages()
