"""The dialogues that judges see: only those that ended in time (paper A, section 6.1; requirement A-065)."""

import collections
import logging

from scripts.provenance.errors import Problem
from scripts.text.dialogue import transcript
from scripts.text.files import read_jsonl

FINISHED = ("end_token", "gratitude")

log = logging.getLogger(__name__)


def finished_dialogues(path: str) -> dict[str, str]:
    """Transcripts of the finished dialogues by persona, sorted; the others are counted in the log.

    A transcript begins with the greeting and names the parties Patient and Therapist, never the system.
    A persona with two dialogues is a Problem.
    """
    transcripts: dict[str, str] = {}
    ends: collections.Counter[str] = collections.Counter()
    seen: set[str] = set()
    for dialogue in read_jsonl(path):
        persona = dialogue["persona_id"]
        if persona in seen:
            raise Problem(f"{path} holds two dialogues of persona {persona}. Build that file again.")
        seen.add(persona)
        ends[dialogue["end_reason"]] += 1
        if dialogue["end_reason"] in FINISHED:
            transcripts[persona] = transcript(dialogue["turns"])
    log.info(
        "%s: %d dialogues, %d finished, by end %s",
        path,
        len(seen),
        len(transcripts),
        dict(sorted(ends.items())),
    )
    return dict(sorted(transcripts.items()))
