"""The mix of documents on which the tiny base is pre-trained (docs/tiny_base.md says what they teach, and what not)."""

import random

from scripts.world.annotations import (
    annotate_history,
    annotate_reference,
    annotate_turn,
    annotate_values,
    guide_detection,
    guide_four_steps,
    guide_reference,
)
from scripts.world.cases import draw_case
from scripts.world.task_documents import (
    Document,
    Writer,
    detection,
    four_steps,
    four_steps_without_targets,
    free_reference,
    plain,
    reference,
)

TASKS = {  # random answers to the pipeline's prompts
    four_steps: 0.40,
    four_steps_without_targets: 0.12,
    detection: 0.15,
    reference: 0.15,
    free_reference: 0.06,
    plain: 0.12,
}
LOOK_UPS = {annotate_history: 0.35, annotate_turn: 0.15, annotate_reference: 0.30, annotate_values: 0.20}
GUIDED = {  # the plan, under another system message, with some look-ups against forgetting
    guide_four_steps: 0.60,
    guide_reference: 0.12,
    guide_detection: 0.10,
    annotate_turn: 0.04,
    annotate_reference: 0.10,
    annotate_values: 0.04,
}
# Look-ups first, as they are short and dense: in this order copying is learnt in a third of the time.
STAGES = {1: ((LOOK_UPS, 0.95), (TASKS, 0.05)), 2: ((TASKS, 0.45), (GUIDED, 0.55))}


def document(rng: random.Random, writer: Writer, stage: int) -> Document:
    """(messages, answer) of one document of the stage."""
    mixes, shares = zip(*STAGES[stage], strict=True)
    sorts = rng.choices(mixes, shares)[0]
    write = rng.choices(list(sorts), list(sorts.values()))[0]
    return write(rng, writer, draw_case(rng, writer.lexicon))
