"""ES-Value: a system's dialogue against the reference model's for the same persona (paper A, F.3; A-069).

Every pair in which both dialogues ended is judged `--repeats` times, half of them with the system's dialogue
shown first. Writes one row a pair: `id` (persona), `seeker`, `supporter` (0-1, the system's mean win from each
perspective, a tie counts 0.5) and `votes`, one a judgement: `first` (system or reference), `seeker` and
`supporter` (A, B or Tie, A the one shown first). The judge reads no name of a system.

python -m scripts judging.judge_values --dialogues results/dialogues/gpt/test.jsonl --reference-dialogues
results/dialogues/ours_dpo/test.jsonl --values resources/taxonomy/values.yaml --repeats 10 --prompt
resources/prompts/A-VAL.md --model '{…}' --temperature 1 --top-p 1 --max-tokens 600 --max-failed 0.01
--output results/judging/values/ours_dpo/gpt.jsonl
"""

import argparse
import logging
import re
from collections.abc import Sequence
from statistics import fmean

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.judging.finished import finished_dialogues
from scripts.llm.chat import Request
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

ORDERS = ("system", "reference")  # whose dialogue is shown first; judgements take turns
PERSPECTIVES = ("seeker", "supporter")
_CHOICE = r"\s*\(?(Dialogue A|Dialogue B|Tie)\)?\.?[ \t]*"
_RESULTS = re.compile(
    rf"2\.\s*Results:\s*1\)\s*Patient's perspective:{_CHOICE}\n\s*2\)\s*Therapist's perspective:{_CHOICE}\Z",
    re.IGNORECASE,
)


def parse_results(text: str) -> dict[str, str]:
    """`seeker` and `supporter`, each A, B or Tie, from the block that closes the answer; else ValueError."""
    found = _RESULTS.search(plain(text))
    if not found:
        raise ValueError("no results for both perspectives")
    return {who: "Tie" if choice.casefold() == "tie" else choice[-1].upper() for who, choice in _pairs(found)}


def _pairs(found: re.Match[str]) -> zip:
    return zip(PERSPECTIVES, found.groups(), strict=True)


def system_win(vote: dict[str, str], perspective: str) -> float:
    """1 when the system's dialogue won the vote, 0 when the reference's did, 0.5 for a tie."""
    if vote[perspective] == "Tie":
        return 0.5
    system_is = "A" if vote["first"] == "system" else "B"
    return float(vote[perspective] == system_is)


def win_ratio(votes: list[dict[str, str]], perspective: str) -> float | None:
    """The mean of the two orders' mean wins, so that a lost vote cannot favour a position; None without both."""
    wins = [[system_win(vote, perspective) for vote in votes if vote["first"] == first] for first in ORDERS]
    return fmean(map(fmean, wins)) if all(wins) else None


def pair_requests(
    prompt: Prompt, values: list[dict], persona: str, texts: dict[str, str], repeats: int
) -> list[Request]:
    """`repeats` judgements of one pair; `texts` holds the transcripts by ORDERS' names."""
    messages = {
        first: prompt.messages(values=values, dialogue_a=texts[first], dialogue_b=texts[second])
        for first, second in (ORDERS, ORDERS[::-1])
    }
    return [
        Request(id=f"{persona}.{turn}", kind=prompt.id, messages=messages[ORDERS[turn % 2]], sample=turn)
        for turn in range(repeats)
    ]


def pair_row(persona: str, answers: list) -> dict | None:
    """The output row of one pair from its answers in asking order; None when an order got no usable vote."""
    votes = [
        {"first": ORDERS[turn % 2], **answer.value} for turn, answer in enumerate(answers) if answer.value is not None
    ]
    ratios = {perspective: win_ratio(votes, perspective) for perspective in PERSPECTIVES}
    return None if None in ratios.values() else {"id": persona, **ratios, "votes": votes}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Compare a system's dialogues with the reference model's by the values they reinforce.")
    parser.add_argument("--dialogues", required=True, help="the system's dialogues")
    parser.add_argument("--reference-dialogues", required=True, help="the reference model's dialogues")
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    parser.add_argument("--repeats", type=int, required=True, help="judgements a pair, an even number")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if args.repeats < 2 or args.repeats % 2:
        raise Problem(f"--repeats {args.repeats} cannot be halved between the two orders. Give an even number.")
    values, prompt = load_taxonomy(args.values), load_prompt(args.prompt)
    system, reference = finished_dialogues(args.dialogues), finished_dialogues(args.reference_dialogues)
    personas = sorted(system.keys() & reference.keys())
    requests = [
        request
        for persona in personas
        for request in pair_requests(
            prompt,
            values,
            persona,
            {"system": system[persona], "reference": reference[persona]},
            args.repeats,
        )
    ]
    answers = ask_judge(args, requests, parse_results)
    rows = [
        pair_row(persona, answers[place * args.repeats : (place + 1) * args.repeats])
        for place, persona in enumerate(personas)
    ]
    kept = [row for row in rows if row is not None]
    write_jsonl(args.output, kept)
    log.info("compared %d of %d pairs in which both dialogues ended", len(kept), len(personas))


if __name__ == "__main__":
    main()
