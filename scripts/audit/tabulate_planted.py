"""What the offline world planted and what the instrument recovered (design of the world: docs/world.md).

Reads the test dialogues of the systems, the training dialogues of the GPT supporter (`--teacher`) and the pairwise
judge's votes; of paper B, where they are given, the responses of a model before and after alignment with their
EVAEvals, and those of a hosted one. Writes `effect, planted, recovered, ci_low, ci_high, n, verdict`. Rates and logits
come from the texts alone. A planted size is `recovered` when the 95 % interval (personas resampled) holds it; a planted
direction (`>0`) when the interval lies above 0, and in the null world (0) when it does not.

python -m scripts audit.tabulate_planted --world resources/world.yaml --dialogues results/demo/dialogues/*/test.jsonl
--teacher results/demo/dialogues/gpt/train.jsonl --votes results/demo/judging/values/ours_dpo/*.jsonl
--resamples 10000 --seed 42 --output results/demo/audit/planted.csv
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from scripts.audit import planted_dialogues as seen
from scripts.audit import planted_levels as levels
from scripts.audit.planted_votes import judge_fit, votes_of
from scripts.stats.bootstrap import LEVEL, resample_weights
from scripts.text.files import read_csv, read_jsonl, write_csv
from scripts.text.lexicon import Lexicon, load_lexicon

log = logging.getLogger(__name__)

COLUMNS = ["effect", "planted", "recovered", "ci_low", "ci_high", "n", "verdict"]
ABOVE = ">0"
FINE_TUNED, PLAIN = "ours_sft", "esconv"  # rows of table 3 whose order is planted, beside the reference row


def row(effect: str, planted: float | str, recovered: float, low: float, high: float, n: int) -> dict:
    """One line of the table with its verdict."""
    held = low > 0 if planted == ABOVE else low <= planted <= high
    verdict = "recovered" if held else "missed"
    return dict(zip(COLUMNS, (effect, planted, recovered, low, high, n, verdict), strict=True))


def mean_row(effect: str, planted: float | str, trials: seen.Trials, resamples: int, seed: int) -> list[dict]:
    """The mean of the trials with an interval over personas; no row without trials."""
    import numpy as np

    if not trials:
        return []
    personas = sorted({persona for persona, _ in trials})
    place = {name: number for number, name in enumerate(personas)}
    sums, counts = np.zeros(len(personas)), np.zeros(len(personas))
    for persona, value in trials:
        sums[place[persona]] += value
        counts[place[persona]] += 1
    weights = resample_weights(len(personas), resamples, seed)
    low, high = np.percentile((weights @ sums) / (weights @ counts), LEVEL)
    return [row(effect, planted, float(sums.sum() / counts.sum()), float(low), float(high), len(trials))]


def dialogue_rows(tests: list[dict], teacher: list[dict], lexicon: Lexicon, resamples: int, seed: int) -> list[dict]:
    """Effects inside dialogues: on the seeker from all systems, of the GPT supporter from its own."""
    effects = lexicon.effects
    found = [
        ("cue_raises_value", effects["cue_raises_value"], seen.voiced_after_cue(tests, lexicon)),
        ("value_base_rate", effects["value_base_rate"], seen.voiced_without_cue(tests, lexicon)),
        ("cue_lifts_mood", effects["cue_lifts_mood"], seen.mood_rises(tests, lexicon, touched=True)),
        ("mood_base_rate", effects["mood_base_rate"], seen.mood_rises(tests, lexicon, touched=False)),
        ("gpt_uses_reference", effects["gpt_uses_reference"], seen.reference_used(teacher)),
        ("gpt_own_cue", effects["gpt_own_cue"], seen.own_cue_added(teacher, lexicon)),
        ("strategy_fits_state", effects["strategy_fits_state"], seen.strategy_fitted(teacher, lexicon)),
        # The reference generator learns this from the dumps, so it holds in the null world too.
        ("reference_carries_target_cues", ABOVE, seen.reference_cues(tests, lexicon, seed)),
    ]
    return [line for effect, planted, trials in found for line in mean_row(effect, planted, trials, resamples, seed)]


def judge_rows(votes: list, lexicon: Lexicon, resamples: int, seed: int) -> list[dict]:
    """The judge's slope and first-position bias; none without votes."""
    import numpy as np

    if not votes:
        return []
    personas = sorted({persona for persona, _, _ in votes})
    point = judge_fit(votes, personas, np.ones((1, len(personas))))[0]
    lows, highs = np.percentile(
        judge_fit(votes, personas, resample_weights(len(personas), resamples, seed)), LEVEL, axis=0
    )
    return [
        row(name, lexicon.effects[name], float(point[k]), float(lows[k]), float(highs[k]), len(votes))
        for k, name in enumerate(("judge_slope", "judge_first_bias"))
    ]


def order_trials(wins: dict[str, dict[str, dict]], systems: dict[str, dict], reference: str) -> dict[str, seen.Trials]:
    """Differences by persona whose sign is planted: ES-Value of the systems in order, and the use of references."""
    orders: dict[str, seen.Trials] = {}
    tuned, plain = wins.get(FINE_TUNED, {}), wins.get(PLAIN, {})
    for side in ("seeker", "supporter"):
        orders[f"es_value_{side}: {reference} above {FINE_TUNED}"] = [(p, 0.5 - won[side]) for p, won in tuned.items()]
        orders[f"es_value_{side}: {FINE_TUNED} above {PLAIN}"] = [
            (persona, tuned[persona][side] - plain[persona][side]) for persona in sorted(tuned.keys() & plain.keys())
        ]
    used = {name: _use_by_persona(list(systems.get(name, {}).values())) for name in (reference, FINE_TUNED)}
    both = sorted(used[reference].keys() & used[FINE_TUNED].keys())
    difference = [(persona, used[reference][persona] - used[FINE_TUNED][persona]) for persona in both]
    return orders | {f"reference_use: {reference} above {FINE_TUNED}": difference}


def level_rows(args: argparse.Namespace, lexicon: Lexicon) -> list[dict]:
    """Paper B's effects: a habit of advice, and what alignment makes of it; none without its responses."""
    if not args.aligned_responses:
        return []
    acquired, aligned, hosted = map(
        read_jsonl, (args.acquired_responses, args.aligned_responses, args.hosted_responses)
    )
    phrases: dict[str, list[str]] = {}
    for entry in read_csv(args.types):
        phrases.setdefault(entry["type"], []).append(entry["phrase"])
    rises = ABOVE if lexicon.effects["scale"] else 0.0
    # The pairs hold no advice, and their levels are those that raters chose, in the null world, too.
    found = [
        ("chat_advises", lexicon.effects["chat_advises"], levels.advised(hosted, lexicon)),
        ("level_rises: covariance with the turn, aligned", rises, levels.rising(aligned, lexicon)),
        ("suggestions: acquired above aligned", ABOVE, levels.fewer_suggestions(acquired, aligned, phrases)),
        ("evaeval: acquired above aligned", ABOVE, levels.nearer(*map(read_csv, args.evaevals))),
    ]
    return [
        line for name, planted, trials in found for line in mean_row(name, planted, trials, args.resamples, args.seed)
    ]


def _use_by_persona(dialogues: list[dict]) -> dict[str, float]:
    turns: dict[str, list[float]] = {}
    for persona, used in seen.reference_used(dialogues):
        turns.setdefault(persona, []).append(used)
    return {persona: fmean(values) for persona, values in turns.items()}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", required=True, help="words and planted effects")
    parser.add_argument("--dialogues", type=Path, nargs="+", required=True, help="test dialogues, one file a system")
    parser.add_argument("--teacher", required=True, help="training dialogues of the GPT supporter")
    parser.add_argument("--votes", type=Path, nargs="+", required=True, help="<reference>/<system>.jsonl of the judge")
    parser.add_argument("--acquired-responses", help="responses of a model of paper B before alignment (w/o ALI)")
    parser.add_argument("--aligned-responses", help="its responses after alignment (none: nothing of paper B)")
    parser.add_argument("--hosted-responses", help="responses of a hosted model")
    parser.add_argument("--evaevals", nargs=2, help="EVAEval of the first two")
    parser.add_argument("--types", help="phrases of response types")
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    lexicon = load_lexicon(args.world)
    tests = [dialogue for path in args.dialogues for dialogue in read_jsonl(path)]
    systems: dict[str, dict[str, dict]] = {}
    for dialogue in tests:
        systems.setdefault(dialogue["system"], {})[dialogue["persona_id"]] = dialogue
    reference = args.votes[0].parent.name
    rows = {path.stem: read_jsonl(path) for path in args.votes}
    votes = [
        vote for name, pairs in rows.items() for vote in votes_of(pairs, systems[name], systems[reference], lexicon)
    ]
    table = dialogue_rows(tests, read_jsonl(args.teacher), lexicon, args.resamples, args.seed)
    table += judge_rows(votes, lexicon, args.resamples, args.seed)
    wins = {name: {pair["id"]: pair for pair in pairs} for name, pairs in rows.items()}
    direction = ABOVE if lexicon.effects["scale"] else 0.0
    for effect, trials in order_trials(wins, systems, reference).items():
        table += mean_row(effect, direction, trials, args.resamples, args.seed)
    table += level_rows(args, lexicon)
    write_csv(args.output, table, COLUMNS)
    held = sum(line["verdict"] == "recovered" for line in table)
    log.info("%d dialogues, %d votes, %d effects, %d recovered", len(tests), len(votes), len(table), held)


if __name__ == "__main__":
    main()
