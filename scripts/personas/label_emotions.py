"""Step 3 of the personas: the emotion of each kept situation, by majority of several votes (paper A, E.1; A-039).

Writes the situations with `rating` at or above the bar (`kept`) and `emotion` and `votes` (labels in asking order).
A situation none of whose votes could be read is dropped.

python -m scripts personas.label_emotions --situations results/personas/rated.jsonl --emotions
resources/taxonomy/emotions.yaml --votes 5 --prompt resources/prompts/A-ELAB.md --model '{…}' --sampling '{…}'
--max-failed 0.02 --output results/personas/labelled.jsonl
"""

import argparse
import collections
import functools
import logging
from collections.abc import Sequence

from scripts.llm.chat import Request
from scripts.personas.asking import ask_all, asking_parser
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def parse_emotion(text: str, emotions: list[str]) -> str:
    """The label that the answer consists of (any case, a full stop allowed); ValueError otherwise."""
    by_name = {label.casefold(): label for label in emotions}
    wanted = text.strip().strip("*\"'.").strip().casefold()
    if wanted not in by_name:
        raise ValueError("not one of the emotion labels")
    return by_name[wanted]


def majority(votes: Sequence[str]) -> str:
    """The label with most votes; of several, the first that reached that number in the order of the votes."""
    counts: collections.Counter[str] = collections.Counter()
    most = max(collections.Counter(votes).values())
    for vote in votes:
        counts[vote] += 1
        if counts[vote] == most:
            return vote
    raise ValueError("no votes")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser(__doc__)
    parser.add_argument("--situations", required=True, help="rated situations")
    parser.add_argument("--emotions", required=True, help="taxonomy of the emotions")
    parser.add_argument("--votes", type=int, required=True, help="labels asked for each situation")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, emotions = load_prompt(args.prompt), load_taxonomy(args.emotions)
    situations = [row for row in read_jsonl(args.situations) if row["kept"]]
    if not situations:
        raise Problem(f"{args.situations} holds no situation that was kept. Lower personas.keep_from or mend A-ALN.")
    requests = [
        Request(row["id"], prompt.id, messages, sample=vote)
        for row in situations
        for messages in [prompt.messages(situation=row["situation"], emotions=emotions)]
        for vote in range(args.votes)
    ]
    answers = ask_all(args, (requests, functools.partial(parse_emotion, emotions=emotions)))
    labelled = []
    for place, row in enumerate(situations):
        asked = answers[place * args.votes : (place + 1) * args.votes]
        votes = [answer.value for answer in asked if answer.value is not None]
        if votes:
            labelled.append(row | {"emotion": majority(votes), "votes": votes})
    write_jsonl(args.output, labelled)
    log.info(
        "%d situations, %d labelled, %d without a vote", len(situations), len(labelled), len(situations) - len(labelled)
    )


if __name__ == "__main__":
    main()
