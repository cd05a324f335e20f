"""What people judge of responses: the key, the sheet to fill in and the page to read (B-011, B-025, B-040).

An item is
- `comfort`: a system's response at a drawn turn of a dialogue, the same turn for each system;
- `pairwise`: two systems' responses at a drawn turn; each is shown first in half of the items, drawn which;
- `validity`: a dialogue with a system's responses in the supporter's place; the help-seeker's turns stay the real ones,
  which answer real supporters.
The first `--dialogues` by id are taken, or all; of `validity` as many are drawn. Ids say nothing of the system. The
sheet says who rates what: `--per-item` of the `--people` in turn, so that all rate equally many.

Key, JSONL: `item_id, dialogue_id, turn` (null: all), `systems` (as shown), `history [{role, text}], responses`.

python -m scripts -- scoring.sample_rated --study pairwise --systems mistral_eva mistral --responses
results/eva/responses/esconv/{mistral_eva_s42,mistral}.jsonl --criteria resources/taxonomy/comparison.yaml --dialogues
100 --group psych --people 15 --per-item 10 --seed 42 --output key.jsonl --sheet sheet.csv --pages pages.md
"""

import argparse
import hashlib
import logging
from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.scoring.responses import asked, by_dialogue, first_dialogues, read_responses
from scripts.text.dialogue import transcript
from scripts.text.draws import seeded
from scripts.text.files import write_csv, write_jsonl, write_text
from scripts.text.rounds import HELP
from scripts.text.studies import FORMS
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

Systems = Mapping[str, Sequence[dict]]  # responses by system
INTRODUCTIONS = {
    "comfort": "Would this response comfort the help-seeker? Answer `comfortable` or `not`.",
    "pairwise": "Answer each question for the first response beside the second: `win`, `tie` or `lose`.",
    "validity": "Do the supporter's utterances show the help-seeker that their feelings make sense and are taken "
    "seriously? Answer with a score from 1 (not at all) to 5 (fully).",
}
EMPTY = "(no words)"


def item_id(seed: int, *names: str) -> str:
    return "r" + hashlib.sha256("\x1f".join((str(seed), *names)).encode()).hexdigest()[:10]


def drawn_turns(systems: Systems, most: int, seed: int) -> list[tuple[str, dict[str, dict]]]:
    """(dialogue, each system's row) at one drawn turn of each of the first dialogues.

    Only turns that answer a help-seeker count. Systems that answer different turns are a Problem.
    """
    rows = {name: {(row["dialogue_id"], row["turn"]): row for row in own} for name, own in systems.items()}
    first, *others = rows
    for other in others:
        if lone := sorted(rows[first].keys() ^ rows[other].keys()):
            raise Problem(
                f"Only one of {first} and {other} answers turn {lone[0][1]} of {lone[0][0]}. Rebuild their responses."
            )
    found = []
    for dialogue, own in first_dialogues([row for row in systems[first] if asked(row)], most).items():
        turn = seeded(seed, "rated turn", dialogue).choice([row["turn"] for row in own])
        found.append((dialogue, {name: rows[name][dialogue, turn] for name in rows}))
    return found


def single_items(systems: Systems, most: int, seed: int) -> list[dict]:
    return [
        _item(item_id(seed, "comfort", name, row["id"]), row, [name], [row["response"]])
        for _, own in drawn_turns(systems, most, seed)
        for name, row in own.items()
    ]


def paired_items(systems: Systems, most: int, seed: int) -> list[dict]:
    """Two responses an item; every other item of a drawn order turns them round."""
    drawn = drawn_turns(systems, most, seed)
    order = seeded(seed, "sides").sample(range(len(drawn)), len(drawn))
    rows = []
    for place, (_, own) in zip(order, drawn, strict=True):
        names = list(own) if place % 2 else list(own)[::-1]
        row = own[names[0]]
        rows.append(_item(item_id(seed, "pairwise", row["id"]), row, names, [own[name]["response"] for name in names]))
    return rows


def dialogue_items(systems: Systems, most: int, seed: int) -> list[dict]:
    """Whole dialogues of the one system, drawn; an item is called as its dialogue."""
    ((name, rows),) = systems.items()
    dialogues = by_dialogue([row for row in rows if asked(row)])
    drawn = sorted(dialogues, key=lambda dialogue: (seeded(seed, "validity", dialogue).random(), dialogue))[:most]
    found = []
    for dialogue in sorted(drawn):
        turns = [
            turn
            for row in dialogues[dialogue]
            for turn in ({"role": "seeker", "text": asked(row)}, {"role": "supporter", "text": row["response"]})
        ]
        key = {"item_id": dialogue, "dialogue_id": dialogue, "turn": None, "systems": [name]}
        found.append(key | {"history": turns, "responses": []})
    return found


def _item(name: str, row: dict, systems: list[str], responses: list[str]) -> dict:
    history = [{"role": turn["role"], "text": turn["text"]} for turn in row["history"]]
    key = {"item_id": name, "dialogue_id": row["dialogue_id"], "turn": row["turn"], "systems": systems}
    return key | {"history": history, "responses": responses}


ITEMS = {"comfort": single_items, "pairwise": paired_items, "validity": dialogue_items}


def assigned(items: Sequence[str], group: str, people: int, per_item: int) -> dict[str, list[str]]:
    """The raters of each item: the next ones in turn. Their own names carry the group, so that no two are alike."""
    names = [f"{group}-{group}{number:02d}" for number in range(1, people + 1)]
    return {
        item: sorted(names[(place * per_item + own) % people] for own in range(per_item))
        for place, item in enumerate(items)
    }


def sheet(study: str, raters: Mapping[str, Sequence[str]], criteria: Sequence[str]) -> list[dict]:
    """The lines to fill in, each rater's together."""
    form = FORMS[study]
    lines = [
        {form.item: item, "rater": name, "criterion": criterion, form.answer: ""}
        for item, own in raters.items()
        for name in own
        for criterion in (criteria if form.by_criterion else [""])
    ]
    kept = [{column: line[column] for column in form.columns} for line in lines]
    return sorted(kept, key=lambda line: line["rater"])


def pages(study: str, rows: Sequence[dict], criteria: Sequence[dict]) -> str:
    """What raters read: every item once, no system named."""
    asked_for = [f"- **{entry['label']}**: {entry['definition']}" for entry in criteria] if study == "pairwise" else []
    parts = ["# Responses to rate", "", INTRODUCTIONS[study], *asked_for, ""]
    for row in rows:
        parts += [f"## {row['item_id']}", "", transcript(row["history"], HELP).replace("\n", "\n\n"), ""]
        for place, response in enumerate(row["responses"], 1):
            number = f" {place}" if len(row["responses"]) > 1 else ""
            parts += [f"**Response{number}:** {' '.join(response.split()) or EMPTY}", ""]
    return "\n".join(parts)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What people judge of responses.", allow_abbrev=False)
    parser.add_argument("--study", required=True, choices=ITEMS)
    parser.add_argument("--systems", required=True, nargs="+", help="ids")
    parser.add_argument("--responses", required=True, nargs="+", help="of each system, .jsonl")
    parser.add_argument("--criteria", required=True, help="what pairs are compared by")
    parser.add_argument("--dialogues", required=True, type=int)
    parser.add_argument("--group", required=True)
    parser.add_argument("--people", required=True, type=int)
    parser.add_argument("--per-item", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="the key, .jsonl")
    parser.add_argument("--sheet", required=True, help="what raters fill in, .csv")
    parser.add_argument("--pages", required=True, help="what they read, .md")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    systems = dict(zip(args.systems, map(read_responses, args.responses), strict=True))
    rows, criteria = ITEMS[args.study](systems, args.dialogues, args.seed), load_taxonomy(args.criteria)
    raters = assigned([row["item_id"] for row in rows], args.group, args.people, args.per_item)
    lines = sheet(args.study, raters, [entry["label"] for entry in criteria])
    write_csv(args.sheet, lines, FORMS[args.study].columns)
    write_text(args.pages, pages(args.study, sorted(rows, key=lambda row: row["item_id"]), criteria))
    write_jsonl(args.output, rows)
    log.info("%d items of %d systems, %d lines to fill in", len(rows), len(systems), len(lines))


if __name__ == "__main__":
    main()
