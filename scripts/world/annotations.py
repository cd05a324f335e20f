"""Documents under a system message that the pipeline never uses (`Annotate.`): what stands in a text, and the plan.

*Look-ups* state in few words what stands in a text or belongs together: cues of values, values of a turn, the act and
cues of a reference, the strategy that fits a state. *Guided* documents answer the pipeline's questions by the plan
that the pipeline's own random answers (`task_documents`) do not follow. Both build the copying and looking up which
half a million parameters cannot acquire from a few hundred examples; adapters put them to use.
"""

import random

from scripts.text.lexicon import Lexicon
from scripts.world.cases import Case
from scripts.world.task_documents import Document, Writer, four_blocks, response, second_step

SYSTEM = "Annotate."


def annotate_history(rng: random.Random, writer: Writer, case: Case) -> Document:
    """History, targets and reference: the voiced values in any order, true Steps 1 and 2, the fitting strategy."""
    first_step = f"Step 1.\n-Reasoning: {case.feeling} about {case.topic}.\n"
    answer = f"{_values(rng, case.voiced)}{first_step}{second_step(case)}{_fitting(writer.lexicon, case)}"
    return _annotation(_everything(case), answer)


def annotate_turn(rng: random.Random, writer: Writer, case: Case) -> Document:
    """The last turn alone: the values voiced in it and the fitting strategy."""
    last = case.history.rsplit("\n", 1)[-1]
    return _annotation(last, f"{_values(rng, writer.lexicon.voiced(last))}{_fitting(writer.lexicon, case)}")


def annotate_reference(rng: random.Random, writer: Writer, case: Case) -> Document:
    """Targets and reference without a history: Step 2."""
    return _annotation(f"{_targets(case.targets)}\nReference: {case.reference}", second_step(case).rstrip())


def annotate_values(rng: random.Random, writer: Writer, case: Case) -> Document:
    """One to three values, with a cue of each in any order."""
    values = rng.sample(writer.lexicon.values, rng.randint(1, 3))
    cues = [rng.choice(writer.lexicon.raw["values"][value]["supporter"]) for value in values]
    return _annotation(_targets(values), f"Cues: {', '.join(_shuffled(rng, cues))}.")


def guide_four_steps(rng: random.Random, writer: Writer, case: Case) -> Document:
    """Four steps: Yes or No by a coin; after Yes the reference's act and cues, after No none; the fitting strategy."""
    uses = rng.random() < 0.5
    strategy = writer.lexicon.raw["fits"][case.state]
    act, cues = (case.act, case.cues) if uses else (None, [])
    said = response(rng, writer.lexicon, case, strategy, act, cues)
    return _annotation(_everything(case), four_blocks(case, uses, strategy, said))


def guide_detection(rng: random.Random, writer: Writer, case: Case) -> Document:
    """A history: up to three of the values voiced in it, in any order."""
    return _annotation(case.history, ", ".join(_shuffled(rng, case.voiced)[:3]) or "none")


def guide_reference(rng: random.Random, writer: Writer, case: Case) -> Document:
    """History and targets: a reference with cues of one or two targets."""
    carried = rng.sample(case.targets, rng.randint(1, min(2, len(case.targets))))
    said = writer.lexicon.reference(rng, rng.choice(writer.lexicon.raw["acts"]), carried)
    return _annotation(f"{case.history}\n{_targets(case.targets)}", said)


def _annotation(text: str, answer: str) -> Document:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}], answer


def _everything(case: Case) -> str:
    return f"{case.history}\n{_targets(case.targets)}\nReference: {case.reference}"


def _targets(values: list[str]) -> str:
    return f"Target values: {', '.join(values)}"


def _values(rng: random.Random, values: list[str]) -> str:
    return f"{', '.join(_shuffled(rng, values)) or 'none'}.\n"


def _fitting(lexicon: Lexicon, case: Case) -> str:
    return f"Step 4.\n-Strategy: {lexicon.raw['fits'][case.state]}"


def _shuffled(rng: random.Random, words: list[str]) -> list[str]:
    return rng.sample(words, len(words))
