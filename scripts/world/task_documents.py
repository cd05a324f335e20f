"""Documents that use the pipeline's compact prompts and answer them by a random policy.

They teach every answer format and no habit: what the answers state of the text (Steps 1 and 2, the topic of a
response) is true, what they decide (Yes or No, strategy, act, cues, values) is drawn without looking.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from scripts.text.lexicon import Lexicon
from scripts.text.prompts import Prompt, load_prompt
from scripts.world.cases import Case, listed

PROMPTS = ("A-SUP", "A-SUP-E", "A-TVD", "A-RG", "A-RG-E", "A-SUP-PLAIN")
ACT_RATE, CUE_RATE = 0.4, 0.2  # of drawn responses: how many name an act, and cues

Document = tuple[list[dict[str, str]], str]  # messages, answer


@dataclass(frozen=True)
class Writer:
    """What a document is written with: words, prompts by id, and the taxonomies as the prompts take them."""

    lexicon: Lexicon
    prompts: dict[str, Prompt]
    strategies: list[dict]
    values: list[dict]


def open_writer(lexicon: Lexicon, prompts: Path, strategies: list[dict], values: list[dict]) -> Writer:
    """A writer with the six prompts of the folder."""
    return Writer(lexicon, {name: load_prompt(prompts / f"{name}.md") for name in PROMPTS}, strategies, values)


def four_steps(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-SUP: history, targets and reference."""
    return four_step_messages(writer, case, targets=True), _drawn_steps(rng, writer.lexicon, case)


def four_steps_without_targets(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-SUP-E: the same without target values."""
    return four_step_messages(writer, case, targets=False), _drawn_steps(rng, writer.lexicon, case)


def detection(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-TVD: one to three values."""
    values = [entry["label"] for entry in writer.values]
    named = rng.sample(values, rng.choice([1, 2, 3, 3]))
    return writer.prompts["A-TVD"].messages(values=values, history=case.history), ", ".join(named)


def reference(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-RG: a reference to a history and targets."""
    targets = [entry for entry in writer.values if entry["label"] in case.targets]
    return writer.prompts["A-RG"].messages(history=case.history, targets=targets), _drawn_reference(rng, writer.lexicon)


def free_reference(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-RG-E: a reference to a history alone."""
    return writer.prompts["A-RG-E"].messages(history=case.history), _drawn_reference(rng, writer.lexicon)


def plain(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A-SUP-PLAIN: one supporter sentence."""
    _, said = _drawn_response(rng, writer.lexicon, case)
    return writer.prompts["A-SUP-PLAIN"].messages(history=case.history), said


def four_step_messages(writer: Writer, case: Case, targets: bool) -> list[dict[str, str]]:
    slots = {"strategies": writer.strategies, "history": case.history, "reference": case.reference}
    if targets:
        return writer.prompts["A-SUP"].messages(**slots, targets=case.targets)
    return writer.prompts["A-SUP-E"].messages(**slots)


def four_blocks(case: Case, uses: bool, strategy: str, said: str) -> str:
    """An answer in the format of A-SUP."""
    return (
        f"Step 1.\n-Reasoning: {case.feeling} about {case.topic}.\n{second_step(case)}"
        f"Step 3.\n-Reasoning: {'Yes, it fits' if uses else 'No, it does not fit'}.\n"
        f"Step 4.\n-Strategy: {strategy}\n-Response: {said}"
    )


def second_step(case: Case) -> str:
    return f"Step 2.\n-Reasoning: {', '.join([case.act, *case.cues])}.\n"


def response(rng: random.Random, lexicon: Lexicon, case: Case, strategy: str, act: str | None, cues: list[str]) -> str:
    """One supporter sentence in the world's frames, with exactly these words."""
    stem = rng.choice(lexicon.raw["strategies"][strategy]).format(t=case.topic, e=case.feeling)
    frame = lexicon.raw["reply_tail"][(1 if act else 0) + (2 if cues else 0)]
    return frame.format(stem=stem, act=act, cue=listed(cues))


def _drawn_steps(rng: random.Random, lexicon: Lexicon, case: Case) -> str:
    uses = rng.random() < 0.5
    strategy, said = _drawn_response(rng, lexicon, case)
    return four_blocks(case, uses, strategy, said)


def _drawn_response(rng: random.Random, lexicon: Lexicon, case: Case) -> tuple[str, str]:
    """A random strategy and a sentence of it with random words."""
    strategy = rng.choice(list(lexicon.raw["strategies"]))
    act = rng.choice(lexicon.raw["acts"]) if rng.random() < ACT_RATE else None
    cues = rng.sample(list(lexicon.supporter_words), rng.choice([1, 2])) if rng.random() < CUE_RATE else []
    return strategy, response(rng, lexicon, case, strategy, act, cues)


def _drawn_reference(rng: random.Random, lexicon: Lexicon) -> str:
    carried = rng.sample(lexicon.values, rng.choice([0, 0, 1, 2]))
    return lexicon.reference(rng, rng.choice(lexicon.raw["acts"]), carried)
