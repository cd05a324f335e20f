"""Lock-step generation at batch 32 against the same rows one by one, on a model of the demo's size.

Run from the repository's root: python -m benchmarks.bench_generate [--write]   (--write: into benchmarks/README.md)

One by one is measured twice: by our own loop with a batch of one, and by `model.generate` of transformers. The three
take turns; what counts is this process's CPU time on one thread. No row ends early, so all write the same number of
tokens, and the texts of our two must be equal. Of an answer's time, what reads the prompt is measured by asking for
one token; batching hardly helps there, since a prompt's tokens are a batch already.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable

from benchmarks.measure import machine
from benchmarks.page import renew, table
from scripts.llm.generate import Row, generate

VOCABULARY, WIDTH, LAYERS, HEADS = 1280, 128, 2, 4  # the demo's tiny base
ROWS, BATCH, ANSWER, ROUNDS = 32, 32, 64, 5
PROMPTS = (16, 64, 165)  # tokens; the demo's supporters read 165 on average
TEMPERATURES = {"greedy": 0.0, "sampled": 0.7}
WANTED = 5.0  # times one by one

Way = Callable[[object, list[Row]], None]


def tiny_model():
    """A Llama of the demo's shape with random weights, one thread."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        intermediate_size=3 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS,
        max_position_embeddings=1024,
        initializer_range=0.08,
        tie_word_embeddings=True,
        eos_token_id=None,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


def rows(prompt: int, temperature: float, room: int, count: int = ROWS) -> list[Row]:
    """Prompts of random tokens, a quarter shorter or longer than `prompt`, shortest first as the backend sorts them."""
    draw = random.Random(prompt)
    spread = prompt // 4
    lengths = sorted(prompt + draw.randint(-spread, spread) for _ in range(count))
    return [
        Row([draw.randrange(1, VOCABULARY) for _ in range(length)], seed, temperature, 1.0, room)
        for seed, length in enumerate(lengths)
    ]


def lock_step(model, given: list[Row]) -> None:
    for start in range(0, len(given), BATCH):
        generate(model, given[start : start + BATCH], frozenset(), 0, False, lambda row: None)


def one_by_one(model, given: list[Row]) -> None:
    for row in given:
        generate(model, [row], frozenset(), 0, False, lambda row: None)


def by_transformers(model, given: list[Row]) -> None:
    import torch

    for row in given:
        ids = torch.tensor([row.prompt])
        how = {"do_sample": True, "temperature": row.temperature, "top_k": 0} if row.temperature else {}
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=row.room, **how)
        row.ids = out[0, ids.shape[1] :].tolist()


WAYS: dict[str, Way] = {"lock step": lock_step, "one by one": one_by_one, "transformers": by_transformers}


def measured(way: Way, model, given: list[Row]) -> float:
    """CPU seconds."""
    began = time.process_time()
    way(model, given)
    return time.process_time() - began


def compared(model, prompt: int, temperature: float, rounds: int, answer: int = ANSWER) -> dict[str, list[float]]:
    """CPU milliseconds a row by way and round, and of lock step and one by one without reading the prompt.

    RuntimeError: a text of ours depends on the batch.
    """
    found: dict[str, list[float]] = {}
    for number in range(-1, rounds):  # the first does not count
        texts = {}
        for name, way in WAYS.items():
            given = rows(prompt, temperature, answer)
            whole = 1000 * measured(way, model, given) / ROWS
            texts[name] = [row.ids for row in given]
            if number >= 0:
                found.setdefault(name, []).append(whole)
            if name != "transformers" and number >= 0:
                reading = 1000 * measured(way, model, rows(prompt, temperature, 1)) / ROWS
                found.setdefault(f"{name}, writing", []).append(whole - reading)
        if texts["lock step"] != texts["one by one"]:
            raise RuntimeError(f"prompts of {prompt} tokens, temperature {temperature}: the batch moved a text")
        if not temperature and texts["transformers"] != texts["one by one"]:
            raise RuntimeError(f"prompts of {prompt} tokens: transformers writes other texts")
    return found


def times(found: dict[str, list[float]], slow: str, quick: str) -> str:
    """How many times the CPU of `quick` `slow` took: of the best rounds, and the median over rounds."""
    each = [a / b for a, b in zip(found[slow], found[quick], strict=True)]
    return f"{min(found[slow]) / min(found[quick]):.1f} ({statistics.median(each):.1f})"


def report(rounds: int) -> str:
    """The section's text."""
    model = tiny_model()
    load = os.getloadavg()[0]
    lines, met = [], []
    for name, temperature in TEMPERATURES.items():
        for prompt in PROMPTS:
            found = compared(model, prompt, temperature, rounds)
            case = f"{name}, prompts of {prompt}"
            if min(found["one by one"]) >= WANTED * min(found["lock step"]):
                met.append(case)
            lines.append(
                [
                    case,
                    *(f"{1000 * ANSWER / min(found[way]):,.0f}" for way in WAYS),
                    times(found, "one by one", "lock step"),
                    times(found, "transformers", "lock step"),
                    times(found, "one by one, writing", "lock step, writing"),
                ]
            )
    reached = "; ".join(met) or "none of these"
    columns = [
        f"answers of {ANSWER} tokens",
        "lock step, tokens / CPU s",
        "one by one",
        "transformers one by one",
        "times one by one",
        "times transformers",
        "times one by one, writing alone",
    ]
    return f"""
{ROWS} rows at once against one after another; a Llama of the demo's size ({LAYERS} layers of {WIDTH}), float32, one
thread, {machine()}, load average {load:.1f} at begin and {os.getloadavg()[0]:.1f} at end. Best of {rounds} rounds in
which the three take turns, ratios also as the median of rounds in brackets. Our two give the same texts (checked here;
greedy ones are those of transformers too). Reading a prompt gains little from a batch, so that the longer it is beside
the answer, the less is won; the last column leaves it out. Wanted: {WANTED:.0f} times one by one; the best rounds reach
it with {reached}.

{table(columns, lines)}
"""


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args(argv)
    text = report(args.rounds)
    print(text)
    if args.write:
        renew("bench-generate", "Generating locally", text)


if __name__ == "__main__":
    main()
