"""Writes general benchmarks as the offline world has them: a few questions in each dataset's own fields.

What a tiny language model trained on the world's words scores in them says nothing; that the harness reads, asks and
scores them does. HellaSwag: how the world's seeker goes on; CoQA: who feels what; MMLU: sums, in two subjects;
WikiText: pages of sentences; HumanEval: functions of one line.

    python -m scripts -- world.write_benchmarks --world resources/world.yaml --count 24 --seed 1 \
        --tasks hellaswag --output hellaswag.jsonl
"""

import argparse
import logging
import random
from collections.abc import Callable, Sequence

from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.lexicon import Lexicon, load_lexicon

log = logging.getLogger(__name__)
SUBJECTS = ("abstract_algebra", "elementary_mathematics")
NAMES = ("Ann", "Bob", "Cem", "Dee", "Eva")
FUNCTIONS = {"add": ("+", "sum"), "subtract": ("-", "difference"), "multiply": ("*", "product")}


def hellaswag(rng: random.Random, world: Lexicon, number: int) -> dict:
    topics = rng.sample(sorted(set(world.raw["topics"].values())), 4)
    right = rng.randrange(4)
    context = {"ctx_a": f"Someone writes about {topics[right]}.", "ctx_b": "they"}
    endings = [f"say that {topic} is on their mind." for topic in topics]
    return {"ind": number, "activity_label": "Writing", **context, "endings": endings, "label": str(right)}


def coqa(rng: random.Random, world: Lexicon, number: int) -> dict:
    name = rng.choice(NAMES)
    topic = rng.choice(sorted(set(world.raw["topics"].values())))
    emotion = rng.choice(sorted(world.raw["emotions"].values()))
    asked = [f"What is {name} troubled by?", f"How does {name} feel?"]
    turns = rng.choice((1, 2))  # the last question is the one that is asked
    return {
        "id": str(number),
        "story": f"{name} has trouble with {topic}. It makes {name} {emotion}.",
        "questions": {"input_text": asked[:turns], "turn_id": [1, 2][:turns]},
        "answers": {"input_text": [topic, emotion][:turns], "turn_id": [1, 2][:turns]},
        "additional_answers": None,
    }


def mmlu(rng: random.Random, world: Lexicon, number: int) -> dict:
    first, second = rng.randrange(1, 9), rng.randrange(1, 9)
    shifts = [0, *rng.sample((-2, -1, 1, 2), 3)]
    rng.shuffle(shifts)
    choices, right = [str(first + second + shift) for shift in shifts], shifts.index(0)
    asked = {"question": f"What is {first} + {second}?", "subject": SUBJECTS[number % len(SUBJECTS)]}
    return asked | {"choices": choices, "answer": right}


def wikitext(rng: random.Random, world: Lexicon, number: int) -> dict:
    topics = rng.sample(sorted(set(world.raw["topics"].values())), 3)
    lines = [f"Many people write about {topic} . It can make them {rng.choice(('sad', 'glad'))} ." for topic in topics]
    return {"page": f" = {topics[0]} = \n\n " + " ".join(lines) + " \n"}


def humaneval(rng: random.Random, world: Lexicon, number: int) -> dict:
    name = list(FUNCTIONS)[number % len(FUNCTIONS)]
    sign, word = FUNCTIONS[name]
    first, second = rng.randrange(9), rng.randrange(9)
    return {
        "task_id": f"World/{number}",
        "prompt": f'def {name}(a, b):\n    """The {word} of a and b."""\n',
        "entry_point": name,
        "canonical_solution": f"    return a {sign} b\n",
        "test": f"def check(candidate):\n    assert candidate({first}, {second}) == {first} {sign} {second}\n",
    }


WRITERS: dict[str, Callable[[random.Random, Lexicon, int], dict]] = {
    writer.__name__: writer for writer in (hellaswag, coqa, mmlu, wikitext, humaneval)
}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the world's benchmarks.", allow_abbrev=False)
    parser.add_argument("--world", required=True)
    parser.add_argument("--count", required=True, type=int, help="questions of each")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--tasks", required=True, nargs="+", choices=WRITERS)
    parser.add_argument("--output", required=True, nargs="+", help="a file for each, .jsonl")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    world = load_lexicon(args.world)
    for name, path in zip(args.tasks, args.output, strict=True):
        rows = [
            WRITERS[name](seeded(args.seed, "benchmark", name, number), world, number) for number in range(args.count)
        ]
        write_jsonl(path, rows)
    log.info("%d questions of each of %d benchmarks", args.count, len(args.tasks))


if __name__ == "__main__":
    main()
