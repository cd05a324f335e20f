"""Scores the seeker's state after each supporter candidate, ten judgements averaged (paper A, section G.2, Table 32).

Writes parquet `id, turn, candidate, steps`: steps[k-1] = mean score (-1 to 1) of the k-th seeker turn after it, null
where it has none, and a last null where the continuation was cut off by a failed answer.
Run: python -m scripts.supporter.score_emotions --help
"""

import argparse
import json
import logging
import re
import statistics
from pathlib import Path

from scripts.llm.chat import Request, Sampling, open_chat
from scripts.provenance.errors import Problem
from scripts.supporter.candidates import Candidate, candidates, write_rewards
from scripts.text.dialogue import transcript
from scripts.text.emotion_scores import SCORES
from scripts.text.files import read_jsonl
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)


def parse_score(text: str) -> float:
    """-1.0 worse, -0.5 the same, 0.5 better, 1.0 solved (Table 32's four sentences); else ValueError."""
    line = " ".join(text.split()).casefold()
    found = [score for pattern, score in SCORES if re.search(pattern, line)]
    if len(found) != 1:
        raise ValueError("not one of the four answers")
    return found[0]


def steps(candidate: Candidate, scores: dict[str, list[float]], horizon: int) -> list[float | None]:
    """The mean score of each seeker turn within the horizon."""
    seen = [scores.get(name) for name, _ in candidate.later[:horizon]]
    means = [statistics.fmean(judged) if judged else None for judged in seen]
    return [*means, None] if candidate.cut_off and len(means) < horizon else means


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--rollouts", type=Path, nargs="+", required=True)
    parser.add_argument("--personas", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-EMO")
    parser.add_argument("--model", type=json.loads, required=True)
    parser.add_argument("--sampling", type=json.loads, required=True)
    parser.add_argument("--samples", type=int, required=True, help="judgements a seeker turn")
    parser.add_argument("--horizon", type=int, required=True, help="seeker turns scored after a candidate")
    parser.add_argument("--max-failed", type=float, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt = load_prompt(args.prompt)
    personas = {persona["id"]: persona for persona in read_jsonl(args.personas)}
    rollouts = [rollout for path in args.rollouts for rollout in read_jsonl(path)]
    found = list(candidates(read_jsonl(args.dialogues), rollouts))
    contexts = {
        name: (candidate.key["id"], turns) for candidate in found for name, turns in candidate.later[: args.horizon]
    }
    requests = []
    for name, (owner, turns) in contexts.items():
        persona = personas[owner]
        messages = prompt.messages(emotion=persona["emotion"], category=persona["category"], dialogue=transcript(turns))
        requests += [Request(name, prompt.id, messages, sample) for sample in range(args.samples)]
    with open_chat(args.model, Sampling(**args.sampling), args.output) as chat:
        answers = chat.ask(requests, parse_score)
    scores: dict[str, list[float]] = {}
    for request, answer in zip(requests, answers, strict=True):
        if answer.value is not None:
            scores.setdefault(request.id, []).append(answer.value)
    missing = [name for name in contexts if name not in scores]
    if len(missing) > args.max_failed * len(contexts):
        raise Problem(
            f"{len(missing)} of {len(contexts)} turns have no usable score. Read the failures by the journal."
        )
    rows = [{**candidate.key, "steps": steps(candidate, scores, args.horizon)} for candidate in found]
    write_rewards(args.output, rows)
    log.info("%d candidates, %d scored turns, %d without a score", len(rows), len(scores), len(missing))


if __name__ == "__main__":
    main()
